// One step of the Deployment controller on counters, written from reference/control-law.md §4 and
// §6 alone, independently of src/controllers. Small switches (mutants) break one rule at a time.

export interface Size {
  readonly replicas: number;
  readonly surge: number;
  readonly unavailable: number;
}

/** Each breaks one rule; the model's tests show which verdict notices. */
export type Mutant =
  | "no guard: an old set may grow in cleanup"
  | "guard skips the set instead of ending the step"
  | "rounding swapped"
  | "no fallback to one unavailable"
  | "unavailable not capped at replicas"
  | "unavailability of the new set ignored"
  | "status is always fresh"
  | "ready pods are deleted first"
  | "floor one too low"
  | "ceiling one too high"
  | "cleanup not limited"
  | "healthy step limited by cleanup's rest"
  | "healthy step counts sizes, not available pods"
  | "no cleanup"
  | "no healthy step"
  | "old sets shrink in the step that grows the new one"
  | "new set may exceed replicas"
  | "newest old set first"
  | "scaling gives the first set nothing of the remainder"
  | "scaling leaves everything to the first set";

/** The two readings of "N was missing": see `create ends` in reference/properties.md. */
export type Creation = "create ends" | "create goes on";

export interface Law {
  readonly sizes: readonly [Size] | readonly [Size, Size];
  readonly creation: Creation;
  readonly mutant: Mutant | undefined;
}

/**
 * What the controller reads of up to three ReplicaSets, oldest first, and where its writes land.
 * One object is reused for all steps.
 */
export class Sight {
  /** Index of the set with the Deployment's template. */
  current = 0;
  /** Index into `Law.sizes` of the Deployment's present size. */
  size = 0;
  readonly sets: number;
  readonly listed: Uint8Array;
  /** Sizes as the controller has read or just written them. */
  readonly spec: Int32Array;
  /** Sizes in the store. */
  readonly stored: Int32Array;
  readonly status: Int32Array;
  /** Index into `Law.sizes`: the annotations desired-replicas and max-replicas. */
  readonly annotated: Uint8Array;
  readonly exists: Uint8Array;
  /** Old sets that had replicas when the step looked at them. */
  readonly active: Uint8Array;
  /** Whether the copy that was read is the newest; a write from an older copy conflicts. */
  readonly fresh: Uint8Array;
  /** Whether the controller sees the result of its own write within the step. */
  ownWrites: "land" | "make the copy old" = "land";

  constructor(sets: number) {
    this.sets = sets;
    this.listed = new Uint8Array(sets);
    this.spec = new Int32Array(sets);
    this.stored = new Int32Array(sets);
    this.status = new Int32Array(sets);
    this.annotated = new Uint8Array(sets);
    this.exists = new Uint8Array(sets);
    this.active = new Uint8Array(sets);
    this.fresh = new Uint8Array(sets);
  }

  total(): number {
    let total = 0;
    for (let i = 0; i < this.sets; i++) total += this.spec[i]!;
    return total;
  }

  /** False if the write is refused with a conflict. */
  resize(i: number, size: number): boolean {
    if (this.fresh[i] === 0) return false;
    this.spec[i] = size;
    this.stored[i] = size;
    this.annotated[i] = this.size;
    if (this.ownWrites === "make the copy old") this.fresh[i] = 0;
    return true;
  }
}

/** Fenceposts (§1): surge rounds up, unavailable down, both 0 gives one unavailable. */
export function sizeOf(
  replicas: number,
  surge: number | string,
  unavailable: number | string,
  mutant?: Mutant,
): Size {
  const swapped = mutant === "rounding swapped";
  const up = share(surge, replicas, swapped ? Math.floor : Math.ceil);
  let down = share(unavailable, replicas, swapped ? Math.ceil : Math.floor);
  if (up === 0 && down === 0 && mutant !== "no fallback to one unavailable") down = 1;
  if (mutant !== "unavailable not capped at replicas") down = Math.min(down, replicas);
  return { replicas, surge: up, unavailable: down };
}

function share(part: number | string, whole: number, round: (x: number) => number): number {
  if (typeof part === "number") return part;
  return round((whole * Number.parseInt(part, 10)) / 100);
}

/** One sync: resize for a scaling event, else one rolling step. */
export function sync(see: Sight, law: Law): void {
  if (isScalingEvent(see)) scale(see, law);
  else roll(see, law);
}

function isScalingEvent(see: Sight): boolean {
  for (let i = 0; i < see.sets; i++) {
    if (see.spec[i]! > 0 && see.annotated[i] !== see.size) return true;
  }
  return false;
}

function roll(see: Sight, law: Law): void {
  const n = see.current;
  if (see.listed[n] === 0) {
    if (see.exists[n] === 1) return; // AlreadyExists, and the list still lacks it: an error
    create(see, law);
    if (law.creation === "create ends") return;
  } else if (resizeNew(see, law)) {
    if (law.mutant !== "old sets shrink in the step that grows the new one") return;
  }
  shrinkOld(see, law);
}

function create(see: Sight, law: Law): void {
  const n = see.current;
  const size = Math.max(0, Math.min(room(see, law), law.sizes[see.size]!.replicas));
  see.exists[n] = 1;
  see.listed[n] = 1;
  see.spec[n] = size;
  see.stored[n] = size;
  see.annotated[n] = see.size;
  see.fresh[n] = see.ownWrites === "land" ? 1 : 0;
}

/** Replicas that may still be added below the ceiling R + S. */
function room(see: Sight, law: Law): number {
  const { replicas, surge } = law.sizes[see.size]!;
  const ceiling = replicas + surge + (law.mutant === "ceiling one too high" ? 1 : 0);
  return ceiling - see.total();
}

/** True if N needed another size, whether or not the write landed. */
function resizeNew(see: Sight, law: Law): boolean {
  const n = see.current;
  const { replicas } = law.sizes[see.size]!;
  const spec = see.spec[n]!;
  if (spec > replicas && law.mutant !== "new set may exceed replicas") {
    see.resize(n, replicas);
    return true;
  }
  const most = law.mutant === "new set may exceed replicas" ? room(see, law) : replicas - spec;
  const add = Math.min(room(see, law), most);
  if (add <= 0) return false;
  see.resize(n, spec + add);
  return true;
}

function shrinkOld(see: Sight, law: Law): void {
  const { mutant } = law;
  const { replicas, unavailable } = law.sizes[see.size]!;
  const floor = replicas - unavailable - (mutant === "floor one too low" ? 1 : 0);
  const n = see.current;
  const missing =
    mutant === "unavailability of the new set ignored" ? 0 : see.spec[n]! - see.status[n]!;
  const max = see.total() - floor - missing;
  if (max <= 0) return;
  for (let i = 0; i < see.sets; i++) see.active[i] = i !== n && see.spec[i]! > 0 ? 1 : 0;
  const rest = mutant === "no cleanup" ? max : cleanUp(see, max, mutant);
  if (rest === ended || mutant === "no healthy step") return;
  shrinkHealthy(see, floor, mutant, rest);
}

/** The k-th set in the order in which old sets shrink: oldest first. */
function inOrder(see: Sight, k: number, mutant: Mutant | undefined): number {
  return mutant === "newest old set first" ? see.sets - 1 - k : k;
}

const ended = -1;

/** Takes unhealthy replicas first; gives what is left of `max`, or `ended` if the step must end. */
function cleanUp(see: Sight, max: number, mutant: Mutant | undefined): number {
  let rest = max;
  for (let k = 0; k < see.sets && rest > 0; k++) {
    const i = inOrder(see, k, mutant);
    if (see.active[i] === 0) continue;
    const spec = see.spec[i]!;
    const unhealthy = spec - see.status[i]!;
    if (unhealthy === 0) continue;
    if (unhealthy < 0 && mutant === "guard skips the set instead of ending the step") continue;
    if (unhealthy < 0 && mutant !== "no guard: an old set may grow in cleanup") return ended;
    const take = mutant === "cleanup not limited" ? unhealthy : Math.min(rest, unhealthy);
    if (!see.resize(i, spec - take)) return ended;
    rest -= take;
  }
  return Math.max(0, rest);
}

/** Takes replicas that the available ones beyond the floor allow. */
function shrinkHealthy(see: Sight, floor: number, mutant: Mutant | undefined, rest: number): void {
  const counts = mutant === "healthy step counts sizes, not available pods" ? see.spec : see.status;
  let spare = counts[see.current]! - floor;
  for (let i = 0; i < see.sets; i++) if (see.active[i] === 1) spare += counts[i]!;
  if (mutant === "healthy step limited by cleanup's rest") spare = Math.min(spare, rest);
  for (let k = 0; k < see.sets && spare > 0; k++) {
    const i = inOrder(see, k, mutant);
    const take = see.active[i] === 1 ? Math.min(see.spec[i]!, spare) : 0;
    if (take === 0) continue;
    if (!see.resize(i, see.spec[i]! - take)) return;
    spare -= take;
  }
}

/** Scaling (§6): one active set takes R; a saturated N empties the others; else in proportion. */
function scale(see: Sight, law: Law): void {
  const size = law.sizes[see.size]!;
  const active: number[] = [];
  for (let i = 0; i < see.sets; i++) if (see.spec[i]! > 0) active.push(i);
  if (active.length <= 1) {
    // An active set that already has the size keeps its old annotations, as upstream.
    const only = active[0] ?? see.current;
    if (see.spec[only] !== size.replicas) see.resize(only, size.replicas);
    return;
  }
  if (isSaturated(see, law)) {
    for (const i of active) if (i !== see.current) see.resize(i, 0);
    return;
  }
  const ceiling = size.replicas > 0 ? size.replicas + size.surge : 0;
  spread(see, law, active, ceiling - see.total());
}

function isSaturated(see: Sight, law: Law): boolean {
  const n = see.current;
  const { replicas } = law.sizes[see.size]!;
  const desired = law.sizes[see.annotated[n]!]!.replicas;
  return (
    see.listed[n] === 1 &&
    see.spec[n] === replicas &&
    desired === replicas &&
    see.status[n] === replicas
  );
}

function spread(see: Sight, law: Law, active: number[], add: number): void {
  const { replicas, surge } = law.sizes[see.size]!;
  const ceiling = replicas > 0 ? replicas + surge : 0;
  active.sort((a, b) => see.spec[b]! - see.spec[a]! || (add > 0 ? b - a : a - b));
  let rest = add;
  // Clipped on one side only: while there are replicas to add, a set that is above its share gives some up.
  const sizes = active.map((i) => {
    const before = law.sizes[see.annotated[i]!]!;
    const spec = see.spec[i]!;
    const most = before.replicas + before.surge;
    const wanted = replicas > 0 ? roundHalfUp(spec * ceiling, most) - spec : -spec;
    const part = add > 0 ? Math.min(wanted, rest) : Math.max(wanted, rest);
    const isLeft = rest !== 0 && law.mutant !== "scaling leaves everything to the first set";
    const given = isLeft ? part : 0;
    rest -= given;
    return spec + given;
  });
  if (law.mutant !== "scaling gives the first set nothing of the remainder") {
    sizes[0] = Math.max(0, sizes[0]! + rest);
  }
  active.forEach((i, k) => see.resize(i, sizes[k]!));
}

/** Nearest integer to a / b for a >= 0, b > 0, halves away from zero. */
function roundHalfUp(a: number, b: number): number {
  return Math.floor((2 * a + b) / (2 * b));
}
