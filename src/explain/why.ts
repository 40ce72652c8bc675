/**
 * Why is it waiting? The arithmetic of a Deployment at one instant, which decision holds it, and what would
 * let it go on. It asks the controller itself: the decisions are those that its `reconcile` makes now.
 */
import { text } from "../api/check-shape.ts";
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import { isControlledBy, type Millis } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import { condition, hasDeadline } from "../controllers/deployment/conditions.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import { findRevisions, revisionOf } from "../controllers/deployment/revisions.ts";
import type { Decision } from "../controllers/decisions.ts";
import { podsOf, type KnownFailure } from "./known-failure.ts";
import { knownFailures } from "./known-failures.ts";
import { podGroups, type PodGroup } from "./pod-groups.ts";

export interface ReplicaSetState {
  readonly name: string;
  readonly revision: number;
  readonly role: "new" | "old";
  /** Pods: asked for, there (not terminating), ready and available as reported. */
  readonly asked: number;
  readonly has: number;
  readonly ready: number;
  readonly available: number;
  readonly pods: readonly PodGroup[];
}

export interface Explanation {
  /** `deployment/web`. */
  readonly object: string;
  readonly namespace: string;
  readonly at: Millis;
  readonly state:
    "complete" | "going on" | "waiting" | "paused" | "deadline exceeded" | "scaled to 0";
  /** Replicas wanted (R), surge (S), unavailable (U), all in pods. */
  readonly replicas: number;
  readonly surge: number;
  readonly unavailable: number;
  /** Pods that all ReplicaSets together ask for, that are available as reported, and that really are. */
  readonly asked: number;
  readonly available: number;
  readonly reallyAvailable: number;
  readonly replicaSets: readonly ReplicaSetState[];
  readonly decisions: readonly Decision[];
  /** What would let it go on, in words. */
  readonly wouldHelp: readonly string[];
  /** Failures of docs/failures.md that it shows. */
  readonly failures: readonly KnownFailure[];
  /** Virtual ms at which ProgressDeadlineExceeded is due if nothing changes. */
  readonly deadlineAt?: Millis;
}

/** Explains a Deployment by `namespace/name`, or `name` in `default`; undefined where there is none. */
export function explainDeployment(cluster: Cluster, named: string): Explanation | undefined {
  text("deployment", named);
  const key = named.includes("/") ? named : `default/${named}`;
  const [namespace = "", name = ""] = key.split("/");
  const found = cluster.api.get({ resource: "deployments", namespace, name });
  if (!found.ok) return undefined;
  const d = found.value;
  const owned = cluster.api
    .list("replicasets", { namespace })
    .filter((rs) => isControlledBy(rs, d));
  const { next, old } = findRevisions(d, owned);
  const replicaSets = [...(next === undefined ? [] : [next]), ...old]
    .map((rs) => replicaSetState(cluster, rs, rs === next ? "new" : "old"))
    .filter(({ role, asked, has, pods }) => role === "new" || asked + has + pods.length > 0);
  const decisions = [
    ...cluster.planned("Deployment", key).because,
    ...owned.flatMap((rs) => refusals(cluster, rs)),
  ];
  // A scaled Deployment is not asked for progress.
  const deadlineAt = hangsScaled(decisions) ? undefined : deadline(cluster, d);
  const state = stateOf(d, decisions);
  return {
    object: `deployment/${name}`,
    namespace,
    at: cluster.now,
    state,
    replicas: d.spec.replicas,
    surge: maxSurge(d),
    unavailable: maxUnavailable(d),
    asked: owned.reduce((sum, rs) => sum + rs.spec.replicas, 0),
    available: owned.reduce((sum, rs) => sum + (rs.status.availableReplicas ?? 0), 0),
    reallyAvailable: replicaSets
      .flatMap(({ pods }) => pods)
      .reduce((sum, { count: pods, counts }) => sum + (counts ? pods : 0), 0),
    replicaSets,
    decisions,
    wouldHelp: [...new Set(remedies(d, decisions, replicaSets, owned))],
    failures: knownFailures({
      cluster,
      deployment: d,
      state: state === "complete" ? "complete" : "rolling",
      next,
      old,
      nextPods: podsOf(cluster, next === undefined ? [] : [next]),
      oldPods: podsOf(cluster, old),
      deadlineAt,
    }),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
  };
}

function replicaSetState(cluster: Cluster, rs: ReplicaSet, role: "new" | "old"): ReplicaSetState {
  return {
    name: rs.metadata.name,
    revision: revisionOf(rs) ?? 0,
    role,
    asked: rs.spec.replicas,
    has: rs.status.replicas,
    ready: rs.status.readyReplicas ?? 0,
    available: rs.status.availableReplicas ?? 0,
    pods: podGroups(cluster, rs),
  };
}

/** A ReplicaSet that cannot make its pods says so in its ReplicaFailure condition. */
function refusals(cluster: Cluster, rs: ReplicaSet): readonly Decision[] {
  const failure = rs.status.conditions?.find((c) => c.type === "ReplicaFailure");
  if (failure === undefined) return [];
  const { because } = cluster.planned("ReplicaSet", `${rs.metadata.namespace}/${rs.metadata.name}`);
  const create = because.filter(({ id }) => id === "replicaset/create-pods");
  const weighed = { error: failure.message, done: 0, count: create[0]?.weighed["count"] ?? 0 };
  return [...create, { id: "replicaset/create-refused", weighed }];
}

function isOverdue({ status }: Deployment): boolean {
  return condition(status, "Progressing")?.reason === "ProgressDeadlineExceeded";
}

function stateOf(d: Deployment, decisions: readonly Decision[]): Explanation["state"] {
  if (d.spec.paused === true) return "paused";
  if (isOverdue(d)) return "deadline exceeded";
  const { replicas } = d.spec;
  const done =
    (d.status.updatedReplicas ?? 0) === replicas &&
    (d.status.replicas ?? 0) === replicas &&
    (d.status.availableReplicas ?? 0) === replicas &&
    d.status.observedGeneration === d.metadata.generation;
  if (done) return replicas === 0 ? "scaled to 0" : "complete";
  const moves = decisions.some(({ id }) => MOVES.has(id));
  return moves ? "going on" : "waiting";
}

/** Decisions by which something changes now. */
const MOVES: ReadonlySet<string> = new Set([
  "deployment/new/create",
  "deployment/rolling/scale-up-new",
  "deployment/rolling/scale-down-new",
  "deployment/rolling/scale-down-old",
  "deployment/rolling/unhealthy-first",
  "deployment/recreate/scale-down-old",
  "deployment/recreate/scale-up-new",
  "deployment/scale/only-active",
  "deployment/scale/proportional",
  "deployment/scale/saturated",
]);

/**
 * Sized for another count, which is what its only ReplicaSet has already: nothing is written, so every sync ends
 * there (kubernetes/kubernetes#102551).
 */
function hangsScaled(decisions: readonly Decision[]): boolean {
  const isScaled = decisions.some(({ id }) => id === "deployment/scaling-event");
  return isScaled && !decisions.some(({ id }) => MOVES.has(id) || id === "deployment/paused");
}

function remedies(
  d: Deployment,
  decisions: readonly Decision[],
  sets: readonly ReplicaSetState[],
  owned: readonly ReplicaSet[],
): string[] {
  const name = `deployment/${d.metadata.name}`;
  const oldMayGo = sets.some(({ role, asked }) => role === "old" && asked > 0) && keepsAll(d);
  const texts = decisions.flatMap(({ id, weighed }) => {
    switch (id) {
      case "deployment/paused":
        return [`kubectl rollout resume ${name}`];
      case "deployment/rolling/floor-reached":
        return [`${count(1 - Number(weighed["budget"]), "more new pod")} becoming available`];
      case "deployment/rolling/none-to-spare": {
        const short = Number(weighed["floor"]) + 1 - Number(weighed["available"]);
        return [`${count(short, "more pod")} becoming available`];
      }
      case "deployment/recreate/old-pods-running":
        return [`${count(Number(weighed["old"]), "old pod")} ending`];
      case "replicaset/create-refused":
        return refusalRemedies(String(weighed["error"]), oldMayGo);
      default:
        return [];
    }
  });
  const stuck = sets
    .filter(({ role }) => role === "new")
    .flatMap(({ pods }) => pods.filter(isStuck));
  if (hangsScaled(decisions)) texts.push(`kubectl scale ${name} to another count, then back`);
  if (stuck.some(hasNoNode)) texts.push(...room(name, owned, oldMayGo));
  texts.push(...new Set(stuck.flatMap(lacks)));
  if (stuck.some((group) => !hasNoNode(group)) || (isOverdue(d) && stuck.length === 0)) {
    const undo = owned.length > 1 ? `, or ${undoOf(name)}` : "";
    texts.push(`a template whose pods become ready${undo}`);
  }
  const short = d.spec.replicas - sets.reduce((sum, { available }) => sum + available, 0);
  const waits = decisions.some(({ id }) => id === "progress/waiting");
  if (texts.length === 0 && waits && short > 0) {
    texts.push(`${count(short, "more pod")} becoming available`);
  }
  return texts;
}

/** Its strategy lets no old pod go before a new one is available. */
function keepsAll(d: Deployment): boolean {
  return d.spec.strategy.type === "RollingUpdate" && maxUnavailable(d) === 0;
}

/** For pods that the API server refuses, by what it says. `oldMayGo`: there are old pods, which now all stay. */
function refusalRemedies(error: string, oldMayGo: boolean): string[] {
  const [, webhook] = /failed calling webhook "([^"]+)"/u.exec(error) ?? [];
  if (webhook !== undefined) {
    return [`an answer of the webhook ${webhook}, or failurePolicy Ignore for it`];
  }
  const [, quota, numbers] = /exceeded quota: (\S+), (requested: .+?)$/u.exec(error) ?? [];
  if (quota === undefined) {
    return ["room for more pods where they are refused, or a strategy with less surge"];
  }
  const texts = [`room in the quota ${quota} (${numbers})`];
  return oldMayGo
    ? [...texts, "maxUnavailable 1: an old pod then goes first, and leaves its room"]
    : texts;
}

/** For pods that fit on no node: a node, or an old pod that goes first. */
function room(name: string, owned: readonly ReplicaSet[], oldMayGo: boolean): string[] {
  const texts = ["a node on which the pods fit, or a template that fits on those there are"];
  if (owned.length < 2) return texts;
  if (oldMayGo) texts.push("maxSurge 0 and maxUnavailable 1: an old pod then goes first");
  return [...texts, undoOf(name)];
}

function hasNoNode({ state }: PodGroup): boolean {
  return state === "Unschedulable";
}

/** A ConfigMap or Secret that is not there keeps a pod from starting. */
const LACKING = /((?:configmap|secret) "[^"]+") not found$/u;

function lacks({ why = "" }: PodGroup): string[] {
  const [, what] = LACKING.exec(why) ?? [];
  return what === undefined ? [] : [`the ${what}, or optional: true where the template names it`];
}

function undoOf(name: string): string {
  return `kubectl rollout undo ${name}`;
}

function isStuck({ state, why = "" }: PodGroup): boolean {
  return /BackOff|ErrImagePull|Unschedulable|ConfigError/.test(state) || LACKING.test(why);
}

function count(n: number, noun: string): string {
  return n === 1 ? `one ${noun}` : `${n} ${noun}s`;
}

function deadline(cluster: Cluster, d: Deployment): Millis | undefined {
  const progressing = condition(d.status, "Progressing");
  if (!hasDeadline(d) || progressing === undefined || d.spec.paused === true) return undefined;
  if (["NewReplicaSetAvailable", "ProgressDeadlineExceeded"].includes(progressing.reason)) {
    return undefined;
  }
  const { wallClockMs, now } = cluster.api;
  const since = Date.parse(progressing.lastUpdateTime) - (wallClockMs - now);
  return since + d.spec.progressDeadlineSeconds! * 1000;
}
