// What holds of a rollout, as named laws in words with the assumptions under which they hold, and
// as functions over a small neutral view, so that a model, the simulator and a recorded trace can
// be judged by the same words. Laws over other facts (batches, victims, conditions) are in
// properties-facts.ts.

/** A ReplicaSet as a property sees it. */
export interface SetView {
  readonly spec: number;
  /** Pods without deletionTimestamp that have not Failed or Succeeded. */
  readonly active: number;
  /** Really available pods, whatever is reported. */
  readonly available: number;
  /** status.availableReplicas, as stored. */
  readonly status: number;
}

/** A Deployment with its ReplicaSets at one moment. */
export interface RolloutView {
  readonly replicas: number;
  /** maxSurge and maxUnavailable as resolved: numbers of pods. */
  readonly surge: number;
  readonly unavailable: number;
  /** Owned ReplicaSets, oldest first. */
  readonly sets: readonly SetView[];
  /** Index in `sets` of the one with the Deployment's template; -1 while there is none. */
  readonly current: number;
  /** Pods lost on their own so far. */
  readonly lost: number;
}

/** What a sync of the Deployment did besides its resizes. */
export interface SyncFacts {
  /** `rolling`: control law §4; `scaling`: §6; `other`: paused, Recreate, nothing. */
  readonly path: "rolling" | "scaling" | "other";
  /** Whether the sync created the ReplicaSet `after.current`. */
  readonly created: boolean;
}

/** Each letter group is one thing that a law takes for granted, in a user's words. */
export const assumptions = {
  fwd: "every change of the template is a new one: no undo",
  mrs0: "minReadySeconds is 0",
  nf: "no pod fails by itself",
  const: "replicas, maxSurge and maxUnavailable stay as they are since the rollout began complete",
  own: "the Deployment controller sees its own writes",
  np: "nobody pauses in mid-rollout",
  acc: "when a sync reads a ReplicaSet, its status counts no pod that is gone or about to go",
  one: "one change of the template, begun when the last rollout was complete",
  bad: "no pod of a new template ever becomes available",
  settled: "each ReplicaSet has as many pods as its size",
  ready: "every pod becomes ready in the end",
  room: "there is room for the pods on the nodes and in the quota",
  still: "the template and the replica count do not change in this step",
} as const;

export type Assumption = keyof typeof assumptions;

interface LawWords {
  /** P1 to P26, as in the guide on verification. */
  readonly id: string;
  readonly name: string;
  /** A: always. B: only under the assumptions. Q: when every set has as many pods as its size. */
  readonly class: "A" | "B" | "Q";
  readonly assumes: readonly Assumption[];
  readonly statement: string;
}

/** A law about every moment. */
export interface StateLaw extends LawWords {
  readonly form: "state";
  /** Pods between here and a breach: 0 is the edge, negative a breach. */
  readonly margin: (view: RolloutView) => number;
}

/** A law about every sync of the Deployment. */
export interface SyncLaw extends LawWords {
  readonly form: "sync";
  /** The syncs that it is about. */
  readonly path: Exclude<SyncFacts["path"], "other">;
  readonly holds: (before: RolloutView, after: RolloutView, facts: SyncFacts) => boolean;
}

function sum(view: RolloutView, part: (set: SetView) => number): number {
  let total = 0;
  for (const set of view.sets) total += part(set);
  return total;
}

const ofSpec = (set: SetView): number => set.spec;
const ofActive = (set: SetView): number => set.active;
const ofAvailable = (set: SetView): number => set.available;
const ofStatus = (set: SetView): number => set.status;
const ofKept = (set: SetView): number => Math.min(set.available, set.spec);
const ofWanted = (set: SetView): number => Math.min(set.active, set.spec);

/** Pods that must be available at every moment: R - U. */
export function floorOf(view: RolloutView): number {
  return view.replicas - view.unavailable;
}

/** The most that the sizes of all sets may add up to: R + S. */
export function ceilingOf(view: RolloutView): number {
  return view.replicas + view.surge;
}

/** Available pods that survive once every ReplicaSet has its size: the sum of min(av, spec). */
function lastingAvailable(view: RolloutView): number {
  return sum(view, ofKept);
}

/** Whether no set reports more available pods than it has and keeps: the assumption `acc`. */
export function isStatusHonest(view: RolloutView): boolean {
  return view.sets.every((set) => set.status <= Math.min(set.available, set.spec));
}

/** Whether every set has as many pods as its size: the assumption `settled`. */
export function isSettled(view: RolloutView): boolean {
  return view.sets.every((set) => set.active === set.spec);
}

/** Laws about every moment. A law of class Q, or with `settled`, is judged only when settled. */
export const stateLaws = [
  {
    id: "P2",
    name: "spec surge",
    class: "B",
    form: "state",
    assumes: ["const", "own"],
    statement: "The sizes of all ReplicaSets never add up to more than replicas + maxSurge.",
    margin: (view) => ceilingOf(view) - sum(view, ofSpec),
  },
  {
    id: "P3",
    name: "availability",
    class: "B",
    form: "state",
    assumes: ["fwd", "mrs0", "nf", "const", "np", "own"],
    statement:
      "At least replicas - maxUnavailable pods are available, and stay so once every ReplicaSet has its size.",
    margin: (view) => Math.min(sum(view, ofAvailable), lastingAvailable(view)) - floorOf(view),
  },
  {
    id: "P4",
    name: "pod surge",
    class: "Q",
    form: "state",
    assumes: ["const", "own", "settled"],
    statement: "When every ReplicaSet has its size, there are at most replicas + maxSurge pods.",
    margin: (view) => (isSettled(view) ? ceilingOf(view) - sum(view, ofActive) : Infinity),
  },
  {
    id: "P5",
    name: "transient surge",
    class: "B",
    form: "state",
    assumes: ["one", "nf", "const", "np", "own"],
    statement:
      "While ReplicaSets lag, there are at most min(2 replicas, replicas + 2 maxSurge + maxUnavailable) pods.",
    margin: (view) => {
      const { replicas, surge, unavailable } = view;
      return Math.min(2 * replicas, replicas + 2 * surge + unavailable) - sum(view, ofActive);
    },
  },
  {
    id: "P7",
    name: "not condemned",
    class: "B",
    form: "state",
    assumes: ["const", "own"],
    statement: "Pods that no ReplicaSet wants to delete are at most replicas + maxSurge.",
    margin: (view) => ceilingOf(view) - sum(view, ofWanted),
  },
  {
    id: "P8",
    name: "availability with undo",
    class: "B",
    form: "state",
    assumes: ["acc", "mrs0", "nf", "const", "np"],
    statement:
      "At least replicas - maxUnavailable pods are available under any sequence of changes and undos.",
    margin: (view) => Math.min(sum(view, ofAvailable), lastingAvailable(view)) - floorOf(view),
  },
  {
    id: "P9",
    name: "availability with faults",
    class: "B",
    form: "state",
    assumes: ["one", "const", "np", "own"],
    statement: "Each pod lost by itself costs at most one of the pods promised available.",
    margin: (view) => sum(view, ofAvailable) - (floorOf(view) - view.lost),
  },
  {
    id: "P10",
    name: "availability as reported",
    class: "B",
    form: "state",
    assumes: ["fwd", "mrs0", "nf", "const", "np", "own"],
    statement: "The ReplicaSets report at least replicas - maxUnavailable available pods.",
    margin: (view) => sum(view, ofStatus) - floorOf(view),
  },
  {
    id: "P15",
    name: "blast radius",
    class: "B",
    form: "state",
    // After an undo, or failures, the current set may have no available pod although its image is good.
    assumes: ["bad", "fwd", "nf", "const", "np", "own"],
    statement: "A bad image reaches at most min(replicas, maxSurge + maxUnavailable) pods.",
    margin: (view) => {
      const set = view.sets[view.current];
      if (set === undefined || set.available > 0) return Infinity; // none yet, or a good image
      return Math.min(view.replicas, view.surge + view.unavailable) - set.spec;
    },
  },
] as const satisfies readonly StateLaw[];

/** Laws about one sync of the Deployment: `before` as it read the sets, `after` as it left them. */
export const syncLaws = [
  {
    id: "P2",
    name: "rolling writes respect the ceiling",
    class: "A",
    form: "sync",
    path: "rolling",
    assumes: ["own"],
    statement: "A rolling sync that raises the sum of sizes ends at replicas + maxSurge or less.",
    holds: (before, after, facts) =>
      facts.path !== "rolling" ||
      sum(after, ofSpec) <= sum(before, ofSpec) ||
      sum(after, ofSpec) <= ceilingOf(after),
  },
  {
    id: "P6",
    name: "lasting availability per sync",
    class: "B",
    form: "sync",
    path: "rolling",
    // Each of the others can leave too few and then bring one back that is not yet reported: cleanup takes it.
    assumes: ["acc", "mrs0", "nf", "const", "np"],
    statement:
      "If every status is honest, a rolling sync leaves the pods that will last at the floor, or as many as before.",
    holds: (before, after, facts) =>
      facts.path !== "rolling" ||
      !isStatusHonest(before) ||
      lastingAvailable(after) >= Math.min(lastingAvailable(before), floorOf(after)),
  },
  {
    id: "P11",
    name: "one direction",
    class: "A",
    form: "sync",
    path: "rolling",
    assumes: [],
    statement:
      "No rolling sync resizes both the new ReplicaSet and an old one; creating is allowed.",
    holds: (before, after, facts) => {
      if (facts.path !== "rolling" || facts.created) return true;
      return !resizes(before, after, after.current) || !resizesOld(before, after);
    },
  },
  {
    id: "P12",
    name: "monotone",
    class: "A",
    form: "sync",
    path: "rolling",
    assumes: ["const", "still"],
    statement:
      "A rolling sync moves the new ReplicaSet towards its target, never past it; old ones never grow.",
    holds: (before, after, facts) => facts.path !== "rolling" || isMonotone(before, after),
  },
  {
    id: "P13",
    name: "unhealthy first",
    class: "A",
    form: "sync",
    path: "rolling",
    assumes: ["own"],
    statement:
      "What a rolling sync takes from reported available pods is no more than they exceed the floor by.",
    holds: (before, after, facts) => facts.path !== "rolling" || takesSpareOnly(before, after),
  },
  {
    id: "P14",
    name: "status guard",
    class: "A",
    form: "sync",
    path: "rolling",
    assumes: ["own"],
    statement:
      "Once cleanup meets a ReplicaSet that reports more than its size, no old one shrinks further.",
    holds: (before, after, facts) => facts.path !== "rolling" || stopsAtGuard(before, after),
  },
  {
    id: "P16",
    name: "proportional scaling",
    class: "A",
    form: "sync",
    path: "scaling",
    assumes: ["own"],
    statement:
      "With two or more ReplicaSets in use and the new one not full, scaling makes the sizes add up to replicas + maxSurge.",
    holds: (before, after, facts) => facts.path !== "scaling" || sharesExactly(before, after),
  },
] as const satisfies readonly SyncLaw[];

function specAt(view: RolloutView, index: number): number {
  return view.sets[index]?.spec ?? 0;
}

function resizes(before: RolloutView, after: RolloutView, index: number): boolean {
  return specAt(before, index) !== specAt(after, index);
}

function resizesOld(before: RolloutView, after: RolloutView): boolean {
  return after.sets.some((_, index) => index !== after.current && resizes(before, after, index));
}

function isMonotone(before: RolloutView, after: RolloutView): boolean {
  return after.sets.every(({ spec }, index) => {
    const earlier = specAt(before, index);
    if (index !== after.current) return spec <= earlier;
    return earlier <= after.replicas
      ? spec >= earlier && spec <= after.replicas
      : spec <= earlier && spec >= after.replicas;
  });
}

/** How many pods cleanup may take, as the sync read it; N counts with the size it was created with. */
function cleanupBudget(before: RolloutView, after: RolloutView): number {
  const created = before.sets.length < after.sets.length || before.current < 0;
  const size = created ? specAt(after, after.current) : specAt(before, after.current);
  const total = sum(before, ofSpec) - specAt(before, after.current) + size;
  return total - floorOf(after) - (size - (before.sets[after.current]?.status ?? 0));
}

function takesSpareOnly(before: RolloutView, after: RolloutView): boolean {
  const max = Math.max(0, cleanupBudget(before, after));
  let spare = (before.sets[after.current]?.status ?? 0) - floorOf(after);
  let taken = 0;
  let takenFromHealthy = 0;
  before.sets.forEach((set, index) => {
    if (index === after.current || set.spec === 0) return;
    spare += set.status;
    const left = specAt(after, index);
    taken += set.spec - left;
    takenFromHealthy += Math.max(0, Math.min(set.spec, set.status) - left);
  });
  if (max === 0) return taken <= 0;
  return takenFromHealthy <= Math.max(0, spare) && taken <= max + Math.max(0, spare);
}

function stopsAtGuard(before: RolloutView, after: RolloutView): boolean {
  let rest = cleanupBudget(before, after);
  let met = false;
  for (let index = 0; index < before.sets.length; index++) {
    const { spec, status } = before.sets[index]!;
    if (index === after.current || spec === 0) continue;
    if (!met && rest <= 0) return true;
    met ||= status > spec;
    if (met && specAt(after, index) < spec) return false;
    if (!met) rest -= Math.min(rest, spec - status);
  }
  return true;
}

function sharesExactly(before: RolloutView, after: RolloutView): boolean {
  const inUse = before.sets.filter((set) => set.spec > 0).length;
  const newest = before.sets[before.current];
  const full = newest?.spec === after.replicas && newest.status === after.replicas;
  if (inUse < 2 || full) return true;
  const total = sum(after, ofSpec);
  if (after.replicas === 0) return total === 0;
  return total === ceilingOf(after) || wasCutAtZero(before, after);
}

/** The first set takes the remainder but cannot go below 0: then fewer are left than there is room. */
function wasCutAtZero(before: RolloutView, after: RolloutView): boolean {
  const largest = Math.max(...before.sets.map(ofSpec));
  return before.sets.some((set, index) => set.spec === largest && specAt(after, index) === 0);
}
