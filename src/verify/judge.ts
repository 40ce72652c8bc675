// Properties of a checked model, and the running count of how each fares.

export type StateTest = (states: Int32Array, at: number) => boolean;
export type StepTest = (
  before: Int32Array,
  beforeAt: number,
  after: Int32Array,
  afterAt: number,
  action: number,
) => boolean;

export type Property =
  | { readonly kind: "always"; readonly name: string; readonly test: StateTest }
  | { readonly kind: "sometimes"; readonly name: string; readonly test: StateTest }
  | { readonly kind: "every step"; readonly name: string; readonly test: StepTest };

/** Holds if `test` is true in every reachable state. */
export function always(name: string, test: StateTest): Property {
  return { kind: "always", name, test };
}

/** Holds if `test` is true in at least one reachable state; guards an `always` against vacuity. */
export function sometimes(name: string, test: StateTest): Property {
  return { kind: "sometimes", name, test };
}

/** Holds if `test` is true of every step from a reachable state. */
export function everyStep(name: string, test: StepTest): Property {
  return { kind: "every step", name, test };
}

/** One step of a trace: the action taken and the packed state it led to. */
export interface TraceStep {
  /** -1 for the initial state, which no action led to. */
  readonly action: number;
  readonly state: Int32Array;
}

export interface Verdict {
  readonly kind: Property["kind"];
  readonly name: string;
  /** Only as good as `CheckResult.exhausted`: without it nothing more was seen, not proved. */
  readonly holds: boolean;
  /** States (for `every step`: steps) that breach an `always`, or that witness a `sometimes`. */
  readonly count: number;
  /** A shortest way to the first of them, from an initial state; absent if count is 0. */
  readonly trace?: readonly TraceStep[];
}

/** Per property: how often it was hit, and where first. */
interface Tally {
  count: number;
  /** Index of the state, or of the state before the step; -1 while count is 0. */
  first: number;
  /** The step's action and outcome; only for `every step`. */
  step: TraceStep | undefined;
}

/** Judges all properties of one run; separate lists keep the checker's inner loop short. */
export class Judges {
  readonly #properties: readonly Property[];
  readonly #tallies: readonly Tally[];
  readonly #onStates: readonly number[];
  readonly #onSteps: readonly number[];
  #breached = false;

  constructor(properties: readonly Property[]) {
    this.#properties = properties;
    this.#tallies = properties.map(() => ({ count: 0, first: -1, step: undefined }));
    const all = properties.map((_, which) => which);
    this.#onSteps = all.filter((which) => properties[which]!.kind === "every step");
    this.#onStates = all.filter((which) => properties[which]!.kind !== "every step");
  }

  /** Whether an `always` or `every step` has failed so far. */
  get breached(): boolean {
    return this.#breached;
  }

  get watchSteps(): boolean {
    return this.#onSteps.length > 0;
  }

  state(index: number, states: Int32Array, at: number): void {
    for (const which of this.#onStates) {
      const property = this.#properties[which]!;
      if (property.kind === "every step") continue;
      const isAlways = property.kind === "always";
      if (property.test(states, at) === isAlways) continue;
      const tally = this.#tallies[which]!;
      if (tally.count++ === 0) tally.first = index;
      if (isAlways) this.#breached = true;
    }
  }

  /** The step that leads from state `index`, at `states[at]`, to the one at `after[afterAt]`. */
  step(
    index: number,
    states: Int32Array,
    at: number,
    after: Int32Array,
    afterAt: number,
    action: number,
    lanes: number,
  ): void {
    for (const which of this.#onSteps) {
      const property = this.#properties[which]!;
      if (property.kind !== "every step") continue;
      if (property.test(states, at, after, afterAt, action)) continue;
      const tally = this.#tallies[which]!;
      if (tally.count++ === 0) {
        tally.first = index;
        tally.step = { action, state: after.slice(afterAt, afterAt + lanes) };
      }
      this.#breached = true;
    }
  }

  /** `traceTo`: a shortest trace to the state of an index, if the checker can give one. */
  verdicts(traceTo: (index: number) => readonly TraceStep[] | undefined): readonly Verdict[] {
    return this.#properties.map(({ kind, name }, which) => {
      const { count, first, step } = this.#tallies[which]!;
      const holds = kind === "sometimes" ? count > 0 : count === 0;
      const way = count > 0 ? traceTo(first) : undefined;
      if (way === undefined) return { kind, name, holds, count };
      return { kind, name, holds, count, trace: step === undefined ? way : [...way, step] };
    });
  }
}
