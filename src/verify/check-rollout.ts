/**
 * Does a Deployment keep what its settings promise? Plays it many times, with users, delays and interleavings
 * drawn by seed, under the laws of properties.ts; a run that breaks one is made as short as it can be.
 */
import type { Deployment } from "../api/apps.ts";
import type { Pod } from "../api/core.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { refuseUnknown } from "../cluster/check-options.ts";
import { defaults } from "../cluster/options.ts";
import { Random } from "../engine/random.ts";
import {
  createDeployment,
  manifestsIn,
  type DeploymentManifest,
  type ManifestsOfRollout,
} from "./create-deployment.ts";
import { failedRun, type FailedRun } from "./failed-run.ts";
import { rolloutView, RolloutWatch, type Claim } from "./observe.ts";
import { stateLaws } from "./properties.ts";
import { perform, type PerformedStep, type UserAction } from "./user-actions.ts";

export type Allowed = "undo" | "scale" | "pause" | "fail" | "evict" | "drain" | "node" | "lag";

export interface CheckOptions {
  /** Runs; default 100. */
  readonly runs?: number;
  /** Default "0". */
  readonly seed?: string;
  /**
   * What may happen besides updates; default nothing. `fail`: a pod is lost; `evict`: one is evicted; `drain`,
   * `node`: a node is drained, or goes down, for good; `lag`: before all else, caches of the
   * Deployment controller begin to miss its own writes.
   */
  readonly allow?: readonly Allowed[];
  /** Actions of one run; default 3. */
  readonly actions?: number;
  /** How pods behave; default ready after 1 s to 6 s. */
  readonly behaviors?: ClusterOptions["behaviors"];
  /** Laws, by id, that are judged also where what they assume is not true, to see what then happens; and claims. */
  readonly laws?: readonly (string | Claim)[];
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

/**
 * Throws a TypeError for a manifest that the API server refuses or that is no Deployment with RollingUpdate, a
 * RangeError for options that are none, or have another value, an Error where the first rollout does not complete
 * within 120 s of virtual time, and what a claim throws.
 */
export function checkRollout(given: DeploymentManifest, options: CheckOptions = {}): CheckResult {
  checkOptions(options);
  const { runs = 100, seed = "0" } = options;
  const manifests = manifestsIn(given);
  const { type } = createDeployment(new Cluster(), manifests.deployment, manifests.beside).spec
    .strategy;
  if (type === "Recreate") {
    throw new TypeError(
      "spec.strategy.type: got Recreate, which takes all pods down first; use RollingUpdate",
    );
  }
  const judged: Record<string, number> = {};
  for (let run = 0; run < runs; run++) {
    const name = `${seed}/${run}`;
    const actions = drawActions(new Random(name), options);
    const played = playOnce(manifests, actions, name, options);
    for (const [law, times] of played.watch.judged) judged[law] = (judged[law] ?? 0) + times;
    if (played.watch.breaches.length === 0) continue;
    const failure = shrink(manifests, actions, name, options);
    return { ok: false, runs: run + 1, judged, failure };
  }
  return { ok: true, runs, judged };
}

const KNOWN = {
  runs: true,
  seed: true,
  allow: true,
  actions: true,
  behaviors: true,
  laws: true,
} as const satisfies Record<keyof CheckOptions, true>;

function checkOptions(options: CheckOptions): void {
  refuseUnknown("", options, KNOWN, "option");
  const { runs = 100, actions = 3, seed = "0", allow = [], laws = [] } = options;
  if (typeof seed !== "string") {
    throw new RangeError(`seed: got ${JSON.stringify(seed)}; use a text, as in "7"`);
  }
  for (const [name, value] of Object.entries({ runs, actions })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name}: got ${value}; use an integer >= 1`);
    }
  }
  checkWords("allow", allow, Object.keys(CHOICES));
  const ids = Array.isArray(laws) ? laws.filter((law) => !isClaim(law)) : laws;
  checkWords("laws", ids, [...stateLaws.map(({ id }) => id), "a claim: { id, statement, margin }"]);
  checkClaims(laws.filter(isClaim));
  if (allow.includes("lag") && laws.length === 0) {
    throw new RangeError(
      'allow: with "lag" nothing is judged: no law is promised where caches miss own writes; ' +
        'name in laws what to judge all the same, as in laws: ["P2"]',
    );
  }
}

/** Breaches and counts are told by these names. */
function checkClaims(claims: readonly Claim[]): void {
  const taken = new Set<string>(stateLaws.map(({ id }) => id));
  for (const { id } of claims) {
    if (taken.has(id)) {
      throw new RangeError(
        `laws: got two of the name ${JSON.stringify(id)}; give the claim another id`,
      );
    }
    taken.add(id);
  }
}

function isClaim(law: string | Claim): law is Claim {
  return typeof law === "object" && typeof law.id === "string" && typeof law.margin === "function";
}

function checkWords(name: string, words: unknown, known: readonly string[]): void {
  const wrong = Array.isArray(words) ? words.find((word) => !known.includes(word)) : words;
  if (Array.isArray(words) && wrong === undefined) return;
  const use = `${Array.isArray(words) ? "" : "a list of "}any of ${known.join(", ")}`;
  throw new RangeError(`${name}: got ${JSON.stringify(wrong)}; use ${use}`);
}

function drawActions(random: Random, options: CheckOptions): UserAction[] {
  const { allow = [], actions = 3 } = options;
  const choices = ["update", ...allow.flatMap((word) => CHOICES[word])] as const;
  const drawn: UserAction[] = [
    ...(allow.includes("lag") ? [{ after: 0, do: "lag", schedule: "random" } as const] : []),
    { after: 0, do: "update", version: 1 },
  ];
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
      case "evict-pod":
        drawn.push({ after, do: choice, pod: random.next("pod", 20) });
        break;
      case "drain-node":
      case "kill-node":
        drawn.push({ after, do: choice, node: random.next("node", 3) });
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
  evict: ["evict-pod"],
  drain: ["drain-node"],
  node: ["kill-node"],
  lag: [],
} as const;

interface PlayedRun {
  readonly cluster: Cluster;
  /** As it was created. */
  readonly deployment: Deployment;
  readonly watch: RolloutWatch;
  /** What was done, and when. */
  readonly steps: readonly (readonly [at: Millis, step: PerformedStep])[];
}

function playOnce(
  { deployment: manifest, beside }: ManifestsOfRollout,
  actions: readonly UserAction[],
  seed: string,
  options: CheckOptions,
): PlayedRun {
  const nodes = nodesFor(manifest);
  const cluster = new Cluster({
    seed,
    nodes,
    behaviors: options.behaviors ?? DEFAULT_BEHAVIORS,
    schedule: { name: "random-own", fromMs: SETTLED_MS },
  });
  const deployment = createDeployment(cluster, manifest, beside);
  cluster.runBefore(SETTLED_MS);
  const { namespace = "default", name } = deployment.metadata;
  const key = `${namespace}/${name}`;
  assertComplete(cluster, key);
  const watch = new RolloutWatch(cluster, key, undefined, options.laws);
  if (beside.some(({ kind }) => kind === "ResourceQuota")) watch.giveUp("room");
  const steps: [Millis, PerformedStep][] = [];
  for (const action of actions) {
    cluster.runBefore(cluster.now + action.after);
    const step = perform(cluster, deployment, action, watch);
    if (step !== undefined) steps.push([cluster.now, step]);
  }
  cluster.runUntil(cluster.now + SETTLED_MS);
  watch.stop();
  return { cluster, deployment, watch, steps };
}

/** Room for all old and new pods, terminating ones too. */
function nodesFor({ spec }: KubeObject): number {
  const { replicas = 1 } = (spec ?? {}) as Partial<Deployment["spec"]>;
  return Math.max(defaults.nodes, Math.ceil((4 * replicas) / defaults.podsPerNode));
}

/** The laws are about rollouts that begin with a Deployment that is complete. */
function assertComplete(cluster: Cluster, key: string): void {
  const { replicas, sets } = rolloutView(cluster, key)!;
  const available = sets.reduce((sum, set) => sum + set.available, 0);
  if (available === replicas) return;
  const [namespace = ""] = key.split("/");
  const why = cluster.api.list("pods", { namespace }).map(waitsFor).find(isText);
  throw new Error(
    `${key}: ${available} of ${replicas} pods are available ${SETTLED_MS / 1000} s after it was created` +
      `${why === undefined ? "" : ` (${why})`}; ` +
      "it must be complete before its rollouts are checked: let it not be paused, minReadySeconds be shorter, " +
      'its pods fit on nodes of 16 CPUs and 64Gi, and faulty behaviors match only images of updates, "*:check-*"',
  );
}

/** `web-x: 0/3 nodes are available: ...`; undefined for a pod that says nothing. */
function waitsFor({ metadata, status }: Pod): string | undefined {
  const unscheduled = status.conditions?.find(({ reason }) => reason === "Unschedulable");
  const [container] = (status.containerStatuses ?? []) as readonly ContainerWaits[];
  const why = unscheduled?.message ?? container?.state?.waiting?.reason;
  return why === undefined ? undefined : `${metadata.name}: ${why}`;
}

interface ContainerWaits {
  readonly state?: { readonly waiting?: { readonly reason?: string } };
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}

/** Leaves out actions, and time before them, while what is left still breaks the same law. */
function shrink(
  manifests: ManifestsOfRollout,
  actions: readonly UserAction[],
  seed: string,
  options: CheckOptions,
): FailedRun {
  let best = actions;
  let played = playOnce(manifests, best, seed, options);
  const { law } = played.watch.breaches[0]!;
  const breaks = (shorter: readonly UserAction[]): boolean => {
    const attempt = playOnce(manifests, shorter, seed, options);
    if (!attempt.watch.breaches.some((breach) => breach.law === law)) return false;
    best = shorter;
    played = attempt;
    return true;
  };
  for (let i = 0; i < best.length;) if (!breaks(best.toSpliced(i, 1))) i++;
  for (let i = 0; i < best.length; i++) {
    const { after } = best[i]!;
    const shorter = [0, after - (after % 1_000)].filter((ms) => ms < after);
    shorter.some((ms) => breaks(best.with(i, { ...best[i]!, after: ms })));
  }
  const breach = played.watch.breaches.find((found) => found.law === law)!;
  const behaviors = options.behaviors ?? DEFAULT_BEHAVIORS;
  const run = { ...played, manifests, actions: best, seed, behaviors, settledMs: SETTLED_MS };
  return failedRun(run, breach);
}
