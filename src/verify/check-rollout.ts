/**
 * Does a Deployment keep what its settings promise? Plays it many times, with users, delays and interleavings
 * drawn by seed, under the laws of properties.ts; a run that breaks one is made as short as it can be.
 */
import type { Deployment } from "../api/apps.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { Random } from "../engine/random.ts";
import { allAssumptions, RolloutWatch, type Breach } from "./observe.ts";
import type { Assumption } from "./properties.ts";
import { scenarioText } from "./scenario-text.ts";
import { perform, type PerformedStep, type UserAction } from "./user-actions.ts";

export interface CheckOptions {
  /** Runs; default 100. */
  readonly runs?: number;
  /** Default "0". */
  readonly seed?: string;
  /** What users do besides updating; default nothing. */
  readonly allow?: readonly ("undo" | "scale" | "pause" | "fail")[];
  /** Caches of the Deployment controller may lag, too; default they see their own writes. */
  readonly caches?: "own" | "lag";
  /** Actions of one run; default 3. */
  readonly actions?: number;
  /** How pods behave; default ready after 1 s to 6 s. */
  readonly behaviors?: ClusterOptions["behaviors"];
  /** Laws, by id, that are judged also where what they assume is not true: to see what then happens. */
  readonly laws?: readonly string[];
}

export interface FailedRun {
  readonly breach: Breach;
  readonly seed: string;
  readonly actions: readonly UserAction[];
  /** The letters of the schedule that was played. */
  readonly schedule: string;
  /** The run as a scenario file that `rollsim run` replays. */
  readonly scenario: string;
}

export interface CheckResult {
  readonly ok: boolean;
  readonly runs: number;
  /** How often each law was judged. */
  readonly judged: Readonly<Record<string, number>>;
  readonly failure?: FailedRun;
}

const SETTLED_MS: Millis = 120_000;
const DEFAULT_BEHAVIORS = [{ ready: { delay: 1_000, jitter: 5_000 }, terminate: { delay: 2_000 } }];

/** Throws a TypeError for a manifest that the API server refuses. */
export function checkRollout(manifest: KubeObject, options: CheckOptions = {}): CheckResult {
  const { runs = 100, seed = "0" } = options;
  const judged: Record<string, number> = {};
  for (let run = 0; run < runs; run++) {
    const name = `${seed}/${run}`;
    const actions = drawActions(new Random(name), options);
    const played = playOnce(manifest, actions, name, options);
    for (const [law, times] of played.watch.judged) judged[law] = (judged[law] ?? 0) + times;
    if (played.watch.breaches.length === 0) continue;
    const failure = shrink(manifest, actions, name, options);
    return { ok: false, runs: run + 1, judged, failure };
  }
  return { ok: true, runs, judged };
}

function drawActions(random: Random, options: CheckOptions): UserAction[] {
  const { allow = [], actions = 3 } = options;
  const choices = ["update", ...allow.flatMap((word) => CHOICES[word])] as const;
  const drawn: UserAction[] = [{ after: 0, do: "update", version: 1 }];
  for (let i = 1; i < actions; i++) {
    const after = random.next("after", 9_000);
    const choice = choices[random.next("action", choices.length)]!;
    switch (choice) {
      case "update":
        drawn.push({ after, do: choice, version: i + 1 });
        break;
      case "scale":
        drawn.push({ after, do: choice, replicas: random.next("replicas", 13) });
        break;
      case "kill-pod":
        drawn.push({ after, do: choice, pod: random.next("pod", 20) });
        break;
      default:
        drawn.push({ after, do: choice });
    }
  }
  return drawn;
}

const CHOICES = {
  undo: ["undo"],
  scale: ["scale"],
  pause: ["pause", "resume"],
  fail: ["kill-pod"],
} as const;

interface PlayedRun {
  readonly cluster: Cluster;
  readonly watch: RolloutWatch;
  /** What was done, and when. */
  readonly steps: readonly (readonly [at: Millis, step: PerformedStep])[];
}

function playOnce(
  manifest: KubeObject,
  actions: readonly UserAction[],
  seed: string,
  options: CheckOptions,
): PlayedRun {
  const cluster = new Cluster({
    seed,
    behaviors: options.behaviors ?? DEFAULT_BEHAVIORS,
    schedule: { name: options.caches === "lag" ? "random" : "random-own", fromMs: SETTLED_MS },
  });
  const created = cluster.act("create", (api) => api.create(manifest));
  if (!created.ok) throw new TypeError(created.status.message);
  cluster.runBefore(SETTLED_MS);
  const deployment = created.value as Deployment;
  const { namespace = "default", name } = deployment.metadata;
  const key = `${namespace}/${name}`;
  const watch = new RolloutWatch(cluster, key, assumed(deployment, options), options.laws);
  const steps: [Millis, PerformedStep][] = [];
  for (const action of actions) {
    cluster.runBefore(cluster.now + action.after);
    const step = perform(cluster, deployment, action, watch);
    if (step !== undefined) steps.push([cluster.now, step]);
  }
  cluster.runUntil(cluster.now + SETTLED_MS);
  watch.stop();
  return { cluster, watch, steps };
}

function assumed(deployment: Deployment, options: CheckOptions): readonly Assumption[] {
  const minReady = (deployment.spec.minReadySeconds ?? 0) > 0;
  const not = new Set<Assumption>(["acc", "bad", "still"]);
  if (minReady) not.add("mrs0");
  if (options.caches === "lag") not.add("own");
  return allAssumptions.filter((name) => !not.has(name));
}

/** Leaves out actions while what is left still breaks the same law. */
function shrink(
  manifest: KubeObject,
  actions: readonly UserAction[],
  seed: string,
  options: CheckOptions,
): FailedRun {
  let best = actions;
  let played = playOnce(manifest, best, seed, options);
  const { law } = played.watch.breaches[0]!;
  for (let i = 0; i < best.length;) {
    const shorter = best.toSpliced(i, 1);
    const attempt = playOnce(manifest, shorter, seed, options);
    if (attempt.watch.breaches.some((breach) => breach.law === law)) {
      best = shorter;
      played = attempt;
    } else {
      i++;
    }
  }
  const breach = played.watch.breaches.find((found) => found.law === law)!;
  const schedule = `fresh until ${SETTLED_MS}ms, then ${played.cluster.playedSchedule}`;
  const behaviors = options.behaviors ?? DEFAULT_BEHAVIORS;
  const { steps } = played;
  const scenario = scenarioText({ seed, schedule, behaviors, steps, manifest });
  return { breach, seed, actions: best, schedule, scenario };
}
