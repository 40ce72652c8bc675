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

/** The same, of pods only the available ones. */
export interface SizesView extends Omit<RolloutView, "sets"> {
  readonly sets: readonly Omit<SetView, "active">[];
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

export interface LawWords {
  /** P1 to P26, as in the guide on verification. */
  readonly id: string;
  readonly name: string;
  /** A: always. B: only under the assumptions. Q: when every set has as many pods as its size. */
  readonly class: "A" | "B" | "Q";
  readonly assumes: readonly Assumption[];
  readonly statement: string;
}

/** A law about every moment. It looks at nothing of the ReplicaSets but what they add up to. */
export interface StateLaw extends LawWords {
  readonly form: "state";
  /** What each ReplicaSet adds to each total: pods, 0 to 99. */
  readonly totals: readonly ((set: SetView, role: Role) => number)[];
  /** Pods between these totals and a breach: 0 is the edge, negative a breach, Infinity: nothing to say. */
  readonly left: (totals: readonly number[], view: Omit<RolloutView, "sets" | "current">) => number;
  /** `left`, of a whole view. */
  readonly margin: (view: RolloutView) => number;
}

/** Whether a ReplicaSet has the Deployment's template. */
export type Role = "current" | "old";

export function sum<Set>(
  view: { readonly sets: readonly Set[] },
  part: (set: Set) => number,
): number {
  let total = 0;
  for (const set of view.sets) total += part(set);
  return total;
}

export const ofSpec = (set: Pick<SetView, "spec">): number => set.spec;
export const ofActive = (set: SetView): number => set.active;
const ofAvailable = (set: SetView): number => set.available;
const ofStatus = (set: SetView): number => set.status;
const ofKept = (set: Pick<SetView, "available" | "spec">): number =>
  Math.min(set.available, set.spec);
const ofWanted = (set: SetView): number => Math.min(set.active, set.spec);
const ofUnsettled = (set: SetView): number => Math.abs(set.active - set.spec);
const ofCurrent =
  (part: (set: SetView) => number) =>
  (set: SetView, role: Role): number =>
    role === "current" ? part(set) : 0;

/** Pods that must be available at every moment: R - U. */
export function floorOf(view: Pick<RolloutView, "replicas" | "unavailable">): number {
  return view.replicas - view.unavailable;
}

/** The most that the sizes of all sets may add up to: R + S. */
export function ceilingOf(view: Pick<RolloutView, "replicas" | "surge">): number {
  return view.replicas + view.surge;
}

/** A law with its margin, of the totals of a view. */
export function onTotals<const Id extends string>(
  law: Omit<StateLaw, "id" | "form" | "margin"> & { readonly id: Id },
): StateLaw & { readonly id: Id } {
  const { totals, left } = law;
  const margin = (view: RolloutView): number => {
    const roleOf = (index: number): Role => (index === view.current ? "current" : "old");
    const added = totals.map((part) =>
      view.sets.reduce((total, set, index) => total + part(set, roleOf(index)), 0),
    );
    return left(added, view);
  };
  return { ...law, form: "state", margin };
}

/** Available pods that survive once every ReplicaSet has its size: the sum of min(av, spec). */
export function lastingAvailable(view: SizesView): number {
  return sum(view, ofKept);
}

/** Whether no set reports more available pods than it has and keeps: the assumption `acc`. */
export function isStatusHonest(view: SizesView): boolean {
  return view.sets.every((set) => set.status <= Math.min(set.available, set.spec));
}

/** Laws about every moment. A law of class Q, or with `settled`, is judged only when settled. */
export const stateLaws = [
  onTotals({
    id: "P2",
    name: "spec surge",
    class: "B",
    assumes: ["const", "own"],
    statement: "The sizes of all ReplicaSets never add up to more than replicas + maxSurge.",
    totals: [ofSpec],
    left: ([size = 0], view) => ceilingOf(view) - size,
  }),
  onTotals({
    id: "P3",
    name: "availability",
    class: "B",
    assumes: ["fwd", "mrs0", "nf", "const", "np", "own"],
    statement:
      "At least replicas - maxUnavailable pods are available, and stay so once every ReplicaSet has its size.",
    totals: [ofAvailable, ofKept],
    left: (available, view) => Math.min(...available) - floorOf(view),
  }),
  onTotals({
    id: "P4",
    name: "pod surge",
    class: "Q",
    assumes: ["const", "own", "settled"],
    statement: "When every ReplicaSet has its size, there are at most replicas + maxSurge pods.",
    totals: [ofActive, ofUnsettled],
    left: ([pods = 0, unsettled], view) => (unsettled === 0 ? ceilingOf(view) - pods : Infinity),
  }),
  onTotals({
    id: "P5",
    name: "transient surge",
    class: "B",
    assumes: ["one", "nf", "const", "np", "own"],
    statement:
      "While ReplicaSets lag, there are at most min(2 replicas, replicas + 2 maxSurge + maxUnavailable) pods.",
    totals: [ofActive],
    left: ([pods = 0], { replicas, surge, unavailable }) =>
      Math.min(2 * replicas, replicas + 2 * surge + unavailable) - pods,
  }),
  onTotals({
    id: "P7",
    name: "not condemned",
    class: "B",
    assumes: ["const", "own"],
    statement: "Pods that no ReplicaSet wants to delete are at most replicas + maxSurge.",
    totals: [ofWanted],
    left: ([wanted = 0], view) => ceilingOf(view) - wanted,
  }),
  onTotals({
    id: "P8",
    name: "availability with undo",
    class: "B",
    assumes: ["acc", "mrs0", "nf", "const", "np"],
    statement:
      "At least replicas - maxUnavailable pods are available under any sequence of changes and undos.",
    totals: [ofAvailable, ofKept],
    left: (available, view) => Math.min(...available) - floorOf(view),
  }),
  onTotals({
    id: "P9",
    name: "availability with faults",
    class: "B",
    assumes: ["one", "const", "np", "own"],
    statement: "Each pod lost by itself costs at most one of the pods promised available.",
    totals: [ofAvailable],
    left: ([available = 0], view) => available - (floorOf(view) - view.lost),
  }),
  onTotals({
    id: "P10",
    name: "availability as reported",
    class: "B",
    assumes: ["fwd", "mrs0", "nf", "const", "np", "own"],
    statement: "The ReplicaSets report at least replicas - maxUnavailable available pods.",
    totals: [ofStatus],
    left: ([reported = 0], view) => reported - floorOf(view),
  }),
  onTotals({
    id: "P15",
    name: "blast radius",
    class: "B",
    // After an undo, or failures, the current set may have no available pod although its image is good.
    assumes: ["bad", "fwd", "nf", "const", "np", "own"],
    statement: "A bad image reaches at most min(replicas, maxSurge + maxUnavailable) pods.",
    totals: [ofCurrent(() => 1), ofCurrent(ofAvailable), ofCurrent(ofSpec)],
    left: ([found, available = 0, size = 0], { replicas, surge, unavailable }) => {
      if (found === 0 || available > 0) return Infinity; // none yet, or a good image
      return Math.min(replicas, surge + unavailable) - size;
    },
  }),
] as const satisfies readonly StateLaw[];
