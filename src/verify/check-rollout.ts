/**
 * Does a Deployment keep what its settings promise? Plays it many times, with users, delays and interleavings
 * drawn by seed, under the laws of properties.ts; a run that breaks one is made as short as it can be.
 */
import type { Deployment, DeploymentCondition } from "../api/apps.ts";
import type { Pod } from "../api/core.ts";
import type { Millis } from "../api/meta.ts";
import { asRecord } from "../apiserver/json.ts";
import { Cluster, type ClusterOptions } from "../cluster.ts";
import { refuseUnknown } from "../api/check-shape.ts";
import { defaults } from "../cluster/options.ts";
import { Random } from "../engine/random.ts";
import type { Behavior } from "../kubelet/behavior.ts";
import { hasProbes } from "../kubelet/probes.ts";
import { nodeShapes } from "../scheduler/node-object.ts";
import { checkLaws, checkWords } from "./check-laws.ts";
import { createDeployment } from "./create-deployment.ts";
import { failedRun, type FailedRun } from "./failed-run.ts";
import {
  manifestsIn,
  type DeploymentManifest,
  type ManifestsOfRollout,
} from "./manifests-of-rollout.ts";
import type { Claim } from "./claim.ts";
import { rolloutView, RolloutWatch } from "./observe.ts";
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
  /** How pods behave; default ready after 1 s to 6 s, with probes as these have it 1 s to 6 s after they start. */
  readonly behaviors?: ClusterOptions["behaviors"];
  /** Default: the Nodes among the manifests; without any, as many of 16 CPUs and 64Gi as the pods need, at least 3. */
  readonly nodes?: ClusterOptions["nodes"];
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

/** All runs are of this. */
interface World {
  readonly manifests: ManifestsOfRollout;
  readonly behaviors: readonly Behavior[];
  readonly nodes: NonNullable<ClusterOptions["nodes"]>;
  /** When users begin, ms, and how long after their last action a run goes on. */
  readonly settledMs: Millis;
  readonly laws: NonNullable<CheckOptions["laws"]>;
}

/**
 * Throws a TypeError for a manifest that the API server refuses or that is no Deployment with RollingUpdate, a
 * RangeError for options that are none, or have another value, an Error where the first rollout does not complete
 * within 120 s of virtual time, minReadySeconds and what readiness probes wait aside, and what a claim throws.
 */
export function checkRollout(given: DeploymentManifest, options: CheckOptions = {}): CheckResult {
  checkOptions(options);
  const { runs = 100, seed = "0" } = options;
  const manifests = manifestsIn(given);
  const { spec } = createDeployment(new Cluster(), manifests.deployment, manifests.beside);
  refuseUnplayable(spec);
  const world = worldOf(manifests, spec, options);
  const judged: Record<string, number> = {};
  for (let run = 0; run < runs; run++) {
    const name = `${seed}/${run}`;
    const actions = drawActions(new Random(name), options, nodeShapes(world.nodes, 1).length);
    const played = playOnce(world, actions, name);
    for (const [law, times] of played.watch.judged) judged[law] = (judged[law] ?? 0) + times;
    if (played.watch.breaches.length === 0) continue;
    const failure = shrink(world, actions, name);
    return { ok: false, runs: run + 1, judged, failure };
  }
  return { ok: true, runs, judged };
}

function refuseUnplayable({ strategy, paused }: Deployment["spec"]): void {
  if (strategy.type === "Recreate") {
    throw new TypeError(
      "spec.strategy.type: got Recreate, which takes all pods down first; use RollingUpdate",
    );
  }
  if (paused === true) {
    throw new TypeError(
      'spec.paused: got true, with which no rollout begins; leave it out, and allow: ["pause"] plays pauses',
    );
  }
}

const SETTLED_MS: Millis = 120_000;
const IN_THEIR_TIME = { delay: 1_000, jitter: 5_000 };
const TERMINATES = { delay: 2_000 };

function worldOf(
  manifests: ManifestsOfRollout,
  { replicas, minReadySeconds = 0, template }: Deployment["spec"],
  { behaviors, nodes, laws = [] }: CheckOptions,
): World {
  const takes = hasProbes(template.spec) ? { start: IN_THEIR_TIME } : { ready: IN_THEIR_TIME };
  const waits = template.spec.containers.map(({ readinessProbe: probe }) =>
    Number(asRecord(probe)["initialDelaySeconds"] ?? 0),
  );
  const named = manifests.nodes.length > 0 ? manifests.nodes : nodesFor(replicas);
  return {
    manifests,
    behaviors: behaviors ?? [{ ...takes, terminate: TERMINATES }],
    nodes: nodes ?? named,
    settledMs: SETTLED_MS + 1000 * (minReadySeconds + Math.max(...waits)),
    laws,
  };
}

const KNOWN = {
  runs: true,
  seed: true,
  allow: true,
  actions: true,
  behaviors: true,
  nodes: true,
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
  checkLaws(laws);
  if (allow.includes("lag") && laws.length === 0) {
    throw new RangeError(
      'allow: with "lag" nothing is judged: no law is promised where caches miss own writes; ' +
        'name in laws what to judge all the same, as in laws: ["P2"]',
    );
  }
}

function drawActions(random: Random, options: CheckOptions, nodes: number): UserAction[] {
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
        drawn.push({ after, do: choice, node: random.next("node", nodes) });
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

function playOnce(world: World, actions: readonly UserAction[], seed: string): PlayedRun {
  const { manifests, behaviors, nodes, settledMs, laws } = world;
  const { deployment: manifest, beside } = manifests;
  const cluster = new Cluster({
    seed,
    nodes,
    behaviors,
    schedule: { name: "random-own", fromMs: settledMs },
  });
  const deployment = createDeployment(cluster, manifest, beside);
  cluster.runBefore(settledMs);
  const { namespace = "default", name } = deployment.metadata;
  const key = `${namespace}/${name}`;
  assertComplete(cluster, key);
  const watch = new RolloutWatch(cluster, key, undefined, laws);
  const steps: [Millis, PerformedStep][] = [];
  for (const action of actions) {
    cluster.runBefore(cluster.now + action.after);
    const step = perform(cluster, deployment, action, watch);
    if (step !== undefined) steps.push([cluster.now, step]);
  }
  cluster.runUntil(cluster.now + settledMs);
  watch.stop();
  return { cluster, deployment, watch, steps };
}

/** Room for all old and new pods, terminating ones too. */
function nodesFor(replicas: number): number {
  return Math.max(defaults.nodes, Math.ceil((4 * replicas) / defaults.podsPerNode));
}

/** The laws are about rollouts that begin with a Deployment that is complete. */
function assertComplete(cluster: Cluster, key: string): void {
  const { replicas, sets } = rolloutView(cluster, key)!;
  const available = sets.reduce((sum, set) => sum + set.available, 0);
  if (available === replicas) return;
  const [namespace = "", name = ""] = key.split("/");
  const found = cluster.api.get({ resource: "deployments", namespace, name });
  const failed = found.ok && found.value.status.conditions?.find(isFailure)?.message;
  const why = failed || cluster.api.list("pods", { namespace }).map(waitsFor).find(isText);
  throw new Error(
    `${key}: ${available} of ${replicas} pods are available ${Math.ceil(cluster.now / 1000)} s after it was created` +
      `${why === undefined ? "" : ` (${why})`}; ` +
      "it must be complete before its rollouts are checked: let its pods fit on the nodes (of 16 CPUs and 64Gi, " +
      "without Nodes among the manifests or in nodes), quotas have room for them, and faulty behaviors match " +
      'only images of updates, "*:check-*"',
  );
}

function isFailure({ type, status }: DeploymentCondition): boolean {
  return type === "ReplicaFailure" && status === "True";
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
function shrink(world: World, actions: readonly UserAction[], seed: string): FailedRun {
  let best = actions;
  let played = playOnce(world, best, seed);
  const { law } = played.watch.breaches[0]!;
  const breaks = (shorter: readonly UserAction[]): boolean => {
    const attempt = playOnce(world, shorter, seed);
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
  return failedRun({ ...world, ...played, actions: best, seed }, breach);
}
