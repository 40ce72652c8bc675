// The laws of a rollout that are about something other than the sizes of its ReplicaSets: rounding,
// batches, victims, ownership, conditions, endings, determinism. Each is a function over the few
// facts it needs, which a trace, a model or a test can supply.
import type { Assumption } from "./properties.ts";

export interface FactLaw<Facts> {
  /** P1 to P26, as in the guide on verification. */
  readonly id: string;
  readonly name: string;
  /** A: always. B: only under the assumptions. */
  readonly class: "A" | "B";
  readonly assumes: readonly Assumption[];
  readonly statement: string;
  readonly holds: (facts: Facts) => boolean;
}

/** maxSurge or maxUnavailable as written: a number of pods, or a percentage such as "25%". */
export type Bound = number | string;

export interface Fenceposts {
  readonly replicas: number;
  readonly maxSurge: Bound;
  readonly maxUnavailable: Bound;
  /** As resolved. */
  readonly surge: number;
  readonly unavailable: number;
}

/** Whether `pods` is `bound` of `replicas`, rounded the given way; exact, without fractions. */
function isShare(pods: number, bound: Bound, replicas: number, rounded: "up" | "down"): boolean {
  if (typeof bound === "number") return pods === bound;
  const hundredths = replicas * Number.parseInt(bound, 10);
  return rounded === "up"
    ? pods * 100 >= hundredths && (pods - 1) * 100 < hundredths
    : pods * 100 <= hundredths && (pods + 1) * 100 > hundredths;
}

export const fenceposts: FactLaw<Fenceposts> = {
  id: "P1",
  name: "fenceposts",
  class: "A",
  assumes: [],
  statement:
    "Of percentages, maxSurge rounds up and maxUnavailable down; both 0 gives one unavailable; never more unavailable than replicas.",
  holds: ({ replicas, maxSurge, maxUnavailable, surge, unavailable }) => {
    if (!isShare(surge, maxSurge, replicas, "up")) return false;
    if (unavailable < 0 || unavailable > replicas) return false;
    if (replicas > 0 && surge + unavailable < 1) return false;
    if (isShare(unavailable, maxUnavailable, replicas, "down")) return true;
    const capped = typeof maxUnavailable === "number" && maxUnavailable > replicas;
    if (capped && unavailable === replicas) return true;
    const bothZero = surge === 0 && isShare(0, maxUnavailable, replicas, "down");
    return bothZero && unavailable === Math.min(1, replicas);
  },
};

export interface Batches {
  /** Creations or deletions sent together, in order. */
  readonly sizes: readonly number[];
  /** Whether one of the batch failed. */
  readonly failed: readonly boolean[];
  /** Whether earlier creations and deletions had all been seen when the sync began. */
  readonly expectationsMet: boolean;
}

export const batches: FactLaw<Batches> = {
  id: "P17",
  name: "ReplicaSet batches",
  class: "A",
  assumes: [],
  statement:
    "One sync of a ReplicaSet creates at most 500 pods, in batches of 1, 2, 4 and so on, stops after a batch that failed, and does nothing while expectations are open.",
  holds: ({ sizes, failed, expectationsMet }) => {
    if (!expectationsMet) return sizes.length === 0;
    if (sizes.reduce((total, size) => total + size, 0) > 500) return false;
    const last = sizes.length - 1;
    return sizes.every((size, k) =>
      k < last ? size === 2 ** k && failed[k] !== true : size <= 2 ** k,
    );
  },
};

export interface Victims {
  /** The ReplicaSet's active pods in deletion order; whether each is ready. */
  readonly ready: readonly boolean[];
  /** Places in that order of the pods that were deleted. */
  readonly deleted: readonly number[];
}

export const victims: FactLaw<Victims> = {
  id: "P18",
  name: "victims",
  class: "A",
  assumes: [],
  statement:
    "A ReplicaSet deletes the first pods of its deletion order; no ready pod goes while a not-ready one stays.",
  holds: ({ ready, deleted }) => {
    const places = deleted.toSorted((a, b) => a - b);
    if (places.some((place, k) => place !== k)) return false;
    const staysUnready = ready.slice(places.length).includes(false);
    return !staysUnready || !places.some((place) => ready[place] === true);
  },
};

export interface Ownership {
  /** Pods that a ReplicaSet ever created or adopted, and where they are now. */
  readonly created: number;
  readonly active: number;
  readonly terminating: number;
  readonly terminal: number;
  readonly gone: number;
  /** Controlling owner references of each pod. */
  readonly controllers: readonly number[];
  /** ReplicaSets whose template equals the Deployment's. */
  readonly newReplicaSets: number;
}

export const ownership: FactLaw<Ownership> = {
  id: "P19",
  name: "ownership",
  class: "A",
  assumes: [],
  statement:
    "Every pod ever created is active, terminating, finished or gone; each has at most one controller; at most one ReplicaSet has the Deployment's template.",
  holds: (facts) =>
    facts.created === facts.active + facts.terminating + facts.terminal + facts.gone &&
    facts.controllers.every((count) => count <= 1) &&
    facts.newReplicaSets <= 1,
};

export interface RecreateSync {
  /** Whether the sync created the new ReplicaSet or raised its size. */
  readonly raisedNew: boolean;
  /** Sum of status.replicas over the old ReplicaSets. */
  readonly oldReported: number;
  /** Pods of other templates that have not Failed or Succeeded, terminating ones included. */
  readonly oldPods: number;
}

export const recreate: FactLaw<RecreateSync> = {
  id: "P20",
  name: "Recreate",
  class: "A",
  assumes: [],
  statement:
    "Under Recreate the new ReplicaSet grows only when no pod of another template is left.",
  holds: ({ raisedNew, oldReported, oldPods }) =>
    !raisedNew || (oldReported === 0 && oldPods === 0),
};

export interface PausedSync {
  readonly paused: boolean;
  readonly createdReplicaSet: boolean;
  readonly rollingStep: boolean;
}

export const pause: FactLaw<PausedSync> = {
  id: "P21",
  name: "pause",
  class: "A",
  assumes: [],
  statement: "While paused there is no new ReplicaSet and no rolling step; scaling goes on.",
  holds: ({ paused, createdReplicaSet, rollingStep }) =>
    !paused || (!createdReplicaSet && !rollingStep),
};

export interface DeadlineSync {
  /** Whether the sync set ProgressDeadlineExceeded where it was not set before. */
  readonly setExceeded: boolean;
  /** Condition Progressing before the sync: reason, and lastUpdateTime in seconds. */
  readonly reason: string;
  readonly lastUpdate: number;
  readonly deadline: number;
  readonly now: number;
  readonly complete: boolean;
  readonly paused: boolean;
}

export const deadline: FactLaw<DeadlineSync> = {
  id: "P22",
  name: "deadline",
  class: "A",
  assumes: [],
  statement:
    "ProgressDeadlineExceeded is set only later than lastUpdateTime + deadline, when neither complete nor paused, and not after NewReplicaSetAvailable.",
  holds: (facts) =>
    !facts.setExceeded ||
    (facts.lastUpdate + facts.deadline < facts.now &&
      !facts.complete &&
      !facts.paused &&
      facts.reason !== "NewReplicaSetAvailable"),
};

export interface CompleteSync {
  /** Whether the sync set NewReplicaSetAvailable where it was not set before. */
  readonly setAvailable: boolean;
  /** Sizes of the ReplicaSets that it deleted. */
  readonly trimmed: readonly number[];
  readonly complete: boolean;
  readonly paused: boolean;
}

export const completion: FactLaw<CompleteSync> = {
  id: "P23",
  name: "complete",
  class: "A",
  assumes: [],
  statement:
    "NewReplicaSetAvailable is set only when complete; history is trimmed only when complete or paused, and only of ReplicaSets of size 0.",
  holds: ({ setAvailable, trimmed, complete, paused }) =>
    (!setAvailable || complete) &&
    (trimmed.length === 0 || complete || paused) &&
    trimmed.every((size) => size === 0),
};

export interface Ends {
  /** Own steps that change something never lead back to where they began. */
  readonly acyclic: boolean;
  /** States in which the system rests although the rollout is not complete. */
  readonly stuck: number;
}

export const liveness: FactLaw<Ends> = {
  id: "P24",
  name: "liveness",
  class: "B",
  // Scaled down to what one old ReplicaSet has while the new one has none, nothing moves any more: CE7.
  assumes: ["ready", "room", "const"],
  statement: "After the last change by the user every order of steps ends, and ends complete.",
  holds: ({ acyclic, stuck }) => acyclic && stuck === 0,
};

export const determinism: FactLaw<{ readonly hashes: readonly string[] }> = {
  id: "P25",
  name: "determinism",
  class: "A",
  assumes: [],
  statement: "One seed gives one trace, however many workers run.",
  holds: ({ hashes }) => hashes.every((hash) => hash === hashes[0]),
};

export const refinement: FactLaw<{ readonly unmatchedSteps: number }> = {
  id: "P26",
  name: "refinement",
  class: "A",
  assumes: [],
  statement: "Each step of the simulator is a step of the counter model, or changes nothing in it.",
  holds: ({ unmatchedSteps }) => unmatchedSteps === 0,
};
