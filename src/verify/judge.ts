// Properties of a checked model, and the running count of how each fares.
import type { Steps } from "./packed.ts";

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

export interface Verdict {
  readonly property: Property;
  /** Only as good as `CheckResult.exhausted`: without it nothing more was seen, not proved. */
  readonly holds: boolean;
  /** States (for `every step`: steps) that breach an `always`, or that witness a `sometimes`. */
  readonly count: number;
}

/** Judges all properties of one run; separate lists keep the checker's inner loop short. */
export class Judges {
  readonly #properties: readonly Property[];
  readonly #counts: number[];
  readonly #lanes: number;
  readonly watchStates: boolean;
  readonly watchSteps: boolean;
  #breached = false;

  /** `lanes`: Int32 words in a state. */
  constructor(properties: readonly Property[], lanes: number) {
    this.#properties = properties;
    this.#counts = properties.map(() => 0);
    this.#lanes = lanes;
    this.watchSteps = properties.some(({ kind }) => kind === "every step");
    this.watchStates = properties.some(({ kind }) => kind !== "every step");
  }

  /** Whether an `always` or `every step` has failed so far. */
  get breached(): boolean {
    return this.#breached;
  }

  state(states: Int32Array, at: number): void {
    if (!this.watchStates) return;
    for (let which = 0; which < this.#properties.length; which++) {
      const property = this.#properties[which]!;
      if (property.kind === "every step") continue;
      const isAlways = property.kind === "always";
      if (property.test(states, at) === isAlways) continue;
      this.#counts[which]!++;
      if (isAlways) this.#breached = true;
    }
  }

  /** Judges the steps from the state at `states[at]`: those in `steps` from number `from` on. */
  steps(states: Int32Array, at: number, steps: Steps, from: number): void {
    for (let which = 0; which < this.#properties.length; which++) {
      const property = this.#properties[which]!;
      if (property.kind !== "every step") continue;
      for (let k = from; k < steps.count; k++) {
        if (property.test(states, at, steps.words, k * this.#lanes, steps.actions[k]!)) continue;
        this.#counts[which]!++;
        this.#breached = true;
      }
    }
  }

  verdicts(): readonly Verdict[] {
    return this.#properties.map((property, which) => {
      const count = this.#counts[which]!;
      return { property, holds: property.kind === "sometimes" ? count > 0 : count === 0, count };
    });
  }
}
