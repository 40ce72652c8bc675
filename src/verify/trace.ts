// A shortest way to a state or step, found by searching breadth first once more, this time with
// parents: they cost memory, so they are kept only here, and only up to the depth of the goal.
import { AssertionFailed, unreachable } from "../engine/assert.ts";
import type { Property, StateTest, StepTest } from "./judge.ts";
import { stepsFor } from "./packed.ts";
import type { PackedModel, Steps } from "./packed.ts";
import { StateSet } from "./state-set.ts";

/** One step of a trace: the action taken and the packed state it led to. */
export interface TraceStep {
  /** -1 for the initial state, which no action led to. */
  readonly action: number;
  readonly state: Int32Array;
}

/** What a trace leads to: a state, or a step from one. */
export type Goal =
  | { readonly kind: "state"; readonly test: StateTest }
  | { readonly kind: "step"; readonly test: StepTest };

/** What shows a property's verdict: a breach of an `always`, a witness of a `sometimes`. */
export function goalOf(property: Property): Goal {
  switch (property.kind) {
    case "sometimes":
      return { kind: "state", test: property.test };
    case "always":
      return { kind: "state", test: (states, at) => !property.test(states, at) };
    case "every step":
      return { kind: "step", test: (...step) => !property.test(...step) };
    default:
      return unreachable(property);
  }
}

/**
 * A shortest trace to the goal, the initial state first; undefined if it is not reachable, or not among the first
 * `stateLimit` states (default: all).
 */
export function shortestTrace(
  model: PackedModel,
  goal: Goal,
  stateLimit = Infinity,
): readonly TraceStep[] | undefined {
  const seen = new StateSet(model.lanes);
  const log = new StateLog(model.lanes);
  const into = stepsFor(model);
  model.initial(into);
  for (let k = 0; k < into.count; k++) {
    if (seen.add(into.words, k * model.lanes)) log.push(into.words, k * model.lanes, -1);
  }
  for (let index = 0; index < log.size && index < stateLimit; index++) {
    const state = log.state(index);
    if (goal.kind === "state" && goal.test(state, 0)) return wayTo(model, log, index);
    into.count = 0;
    model.next(state, 0, into);
    for (let k = 0; k < into.count; k++) {
      const at = k * model.lanes;
      const action = into.actions[k]!;
      if (goal.kind === "step" && goal.test(state, 0, into.words, at, action)) {
        const last = { action, state: into.words.slice(at, at + model.lanes) };
        return [...wayTo(model, log, index), last];
      }
      if (seen.add(into.words, at)) log.push(into.words, at, index);
    }
  }
  return undefined;
}

function wayTo(model: PackedModel, log: StateLog, index: number): TraceStep[] {
  const path: number[] = [];
  for (let at = index; at >= 0; at = log.parent(at)) path.unshift(at);
  const into = stepsFor(model);
  return path.map((to, step) => {
    const state = log.state(to);
    const action = step === 0 ? -1 : actionTo(model, log.state(path[step - 1]!), state, into);
    return { action, state };
  });
}

// Actions are not kept either: the few on a trace are found by taking each step once more.
function actionTo(model: PackedModel, from: Int32Array, to: Int32Array, into: Steps): number {
  into.count = 0;
  model.next(from, 0, into);
  for (let k = 0; k < into.count; k++) {
    const at = k * model.lanes;
    if (to.every((word, lane) => word === into.words[at + lane])) return into.actions[k]!;
  }
  throw new AssertionFailed("a model's next() gave another answer when asked again");
}

const blockBits = 12;
const blockMask = (1 << blockBits) - 1;

/** States in the order of discovery, each with the number of the one it was found from. */
class StateLog {
  readonly #lanes: number;
  readonly #words: Int32Array[] = [];
  readonly #parents: Int32Array[] = [];
  #size = 0;

  constructor(lanes: number) {
    this.#lanes = lanes;
  }

  get size(): number {
    return this.#size;
  }

  push(words: Int32Array, at: number, parent: number): void {
    const place = this.#size & blockMask;
    if (place === 0) {
      this.#words.push(new Int32Array((blockMask + 1) * this.#lanes));
      this.#parents.push(new Int32Array(blockMask + 1));
    }
    const block = this.#size++ >> blockBits;
    this.#words[block]!.set(words.subarray(at, at + this.#lanes), place * this.#lanes);
    this.#parents[block]![place] = parent;
  }

  state(index: number): Int32Array {
    const at = (index & blockMask) * this.#lanes;
    return this.#words[index >> blockBits]!.subarray(at, at + this.#lanes);
  }

  parent(index: number): number {
    return this.#parents[index >> blockBits]![index & blockMask]!;
  }
}
