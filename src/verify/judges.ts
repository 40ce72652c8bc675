// The running count of how each property of a checked model fares.
import { isAboutStates, type Property, type StepProperty } from "./judge.ts";
import type { PackedModel, Steps } from "./packed.ts";
import { StateJudge } from "./state-judge.ts";

export interface Verdict {
  readonly property: Property;
  /** Only as good as `CheckResult.exhausted`: without it nothing more was seen, not proved. */
  readonly holds: boolean;
  /** States (for `every step`: steps) that breach an `always`, or that witness a `sometimes`. */
  readonly count: number;
}

/** Judges all properties of one run. */
export class Judges {
  readonly #properties: readonly Property[];
  readonly #states: StateJudge;
  readonly #steps: readonly StepProperty[];
  readonly #stepCounts: number[];
  readonly #lanes: number;

  constructor(properties: readonly Property[], { lanes, judgedLanes = lanes }: PackedModel) {
    this.#properties = properties;
    this.#states = new StateJudge(properties.filter(isAboutStates), judgedLanes);
    this.#steps = properties.filter((property) => !isAboutStates(property));
    this.#stepCounts = this.#steps.map(() => 0);
    this.#lanes = lanes;
  }

  get watchSteps(): boolean {
    return this.#steps.length > 0;
  }

  /** Whether an `always` or `every step` has failed so far. */
  get breached(): boolean {
    return this.#states.breached || this.#stepCounts.some((count) => count > 0);
  }

  state(states: Int32Array, at: number): void {
    this.#states.judge(states, at);
  }

  /** Judges the steps from the state at `states[at]`: those in `steps` from number `from` on. */
  steps(states: Int32Array, at: number, steps: Steps, from: number): void {
    for (let which = 0; which < this.#steps.length; which++) {
      const { test } = this.#steps[which]!;
      for (let k = from; k < steps.count; k++) {
        if (test(states, at, steps.words, k * this.#lanes, steps.actions[k]!)) continue;
        this.#stepCounts[which]!++;
      }
    }
  }

  verdicts(): readonly Verdict[] {
    const stateCounts = this.#states.counts().values();
    const stepCounts = this.#stepCounts.values();
    return this.#properties.map((property) => {
      const count = (isAboutStates(property) ? stateCounts : stepCounts).next().value!;
      return { property, holds: property.kind === "sometimes" ? count > 0 : count === 0, count };
    });
  }
}
