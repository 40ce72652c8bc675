// Laws about one sync of the Deployment, as properties.ts has laws about every moment.
import {
  ceilingOf,
  floorOf,
  isStatusHonest,
  lastingAvailable,
  ofSpec,
  sum,
  type LawWords,
  type SizesView,
} from "./properties.ts";

/** What a sync of the Deployment did besides its resizes. */
export interface SyncFacts {
  /** `rolling`: control law §4; `scaling`: §6; `other`: paused, Recreate, nothing. */
  readonly path: "rolling" | "scaling" | "other";
  /** Whether the sync created the ReplicaSet `after.current`. */
  readonly created: boolean;
}

/** A law about every sync of the Deployment. Of pods it sees only the available ones. */
export interface SyncLaw extends LawWords {
  readonly form: "sync";
  /** The syncs that it is about. */
  readonly path: Exclude<SyncFacts["path"], "other">;
  readonly holds: (before: SizesView, after: SizesView, facts: SyncFacts) => boolean;
}

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

function specAt(view: SizesView, index: number): number {
  return view.sets[index]?.spec ?? 0;
}

function resizes(before: SizesView, after: SizesView, index: number): boolean {
  return specAt(before, index) !== specAt(after, index);
}

function resizesOld(before: SizesView, after: SizesView): boolean {
  return after.sets.some((_, index) => index !== after.current && resizes(before, after, index));
}

function isMonotone(before: SizesView, after: SizesView): boolean {
  return after.sets.every(({ spec }, index) => {
    const earlier = specAt(before, index);
    if (index !== after.current) return spec <= earlier;
    return earlier <= after.replicas
      ? spec >= earlier && spec <= after.replicas
      : spec <= earlier && spec >= after.replicas;
  });
}

/** How many pods cleanup may take, as the sync read it: the size of N itself does not matter. */
function cleanupBudget(before: SizesView, after: SizesView): number {
  const ofOld = sum(before, ofSpec) - specAt(before, after.current);
  return ofOld + (before.sets[after.current]?.status ?? 0) - floorOf(after);
}

function takesSpareOnly(before: SizesView, after: SizesView): boolean {
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

function stopsAtGuard(before: SizesView, after: SizesView): boolean {
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

function sharesExactly(before: SizesView, after: SizesView): boolean {
  const inUse = before.sets.filter((set) => set.spec > 0).length;
  const newest = before.sets[before.current];
  const full = newest?.spec === after.replicas && newest.status === after.replicas;
  if (inUse < 2 || full) return true;
  const total = sum(after, ofSpec);
  if (after.replicas === 0) return total === 0;
  return total === ceilingOf(after) || wasCutAtZero(before, after);
}

/** The first set takes the remainder but cannot go below 0: then fewer are left than there is room. */
function wasCutAtZero(before: SizesView, after: SizesView): boolean {
  const largest = Math.max(...before.sets.map(ofSpec));
  return before.sets.some((set, index) => set.spec === largest && specAt(after, index) === 0);
}
