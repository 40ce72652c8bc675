// Where a system ends when it is left alone. If its own steps form no loop it must come to rest
// after finitely many, whatever the order, without any assumption on fairness; what remains is to
// look at every state of rest.
import { stepsFor } from "./packed.ts";
import type { PackedModel, Steps } from "./packed.ts";
import type { StateSet } from "./state-set.ts";

/** Own steps looked up together, at most. */
const manySteps = 1 << 19;

export interface EndingRules {
  /** Whether an action is the system's own; users and faults are not. */
  readonly acts: (action: number) => boolean;
  /** Whether a state is a good one to rest in. */
  readonly done: (states: Int32Array, at: number) => boolean;
}

export interface Endings {
  /** No sequence of own steps comes back to where it began; steps that change nothing set aside. */
  readonly acyclic: boolean;
  /** States in which no own step changes anything. */
  readonly resting: number;
  /** Of these, the ones that are not done. */
  readonly stuck: number;
}

/** Looks at every state that an exhausted check reached; costs 4 bytes a slot, 4 a state more. */
export function endingsOf(model: PackedModel, reached: StateSet, rules: EndingRules): Endings {
  const { lanes, words, slots, size } = reached;
  const ownSteps = new OwnSteps(model, reached, rules);
  const waiting = new Int32Array(slots); // own steps that lead here from states not taken away yet
  const order = new Int32Array(size);
  for (let slot = 0, filled = 0; slot < slots; slot++) {
    if (words[slot * lanes] !== 0) order[filled++] = slot;
  }
  let resting = 0;
  let stuck = 0;
  for (let next = 0; next < size;) {
    next = ownSteps.ofSome(order, next, size, (slot, to, from, end) => {
      for (let k = from; k < end; k++) waiting[to[k]!]!++;
      if (from < end) return;
      resting++;
      if (!rules.done(words, slot * lanes)) stuck++;
    });
  }
  return { acyclic: countOrdered(order, waiting, ownSteps) === size, resting, stuck };
}

/** True in states at rest that are not done: a goal for `shortestTrace`. */
export function isStuck(
  model: PackedModel,
  rules: EndingRules,
): (states: Int32Array, at: number) => boolean {
  const into = stepsFor(model);
  return (states, at) => {
    if (rules.done(states, at)) return false;
    into.count = 0;
    model.next(states, at, into);
    for (let k = 0; k < into.count; k++) {
      if (!rules.acts(into.actions[k]!)) continue;
      for (let lane = 0; lane < model.lanes; lane++) {
        if (into.words[k * model.lanes + lane] !== states[at + lane]) return false;
      }
    }
    return true;
  };
}

/** Sees the slots `to[from]` to `to[end - 1]` that the own steps of the state in `slot` lead to. */
type Visit = (slot: number, to: Int32Array, from: number, end: number) => void;

/** Own steps that lead to another state, looked up for many states together (see StateSet.addAll). */
class OwnSteps {
  readonly #model: PackedModel;
  readonly #reached: StateSet;
  readonly #rules: EndingRules;
  readonly #into: Steps;
  /** By step: the slot that it leads to. By state: the end of its steps. */
  readonly #to: Int32Array;
  readonly #ends: Int32Array;

  constructor(model: PackedModel, reached: StateSet, rules: EndingRules) {
    this.#model = model;
    this.#reached = reached;
    this.#rules = rules;
    this.#into = stepsFor(model, Math.min(reached.size * 2, manySteps));
    this.#to = new Int32Array(this.#into.actions.length);
    this.#ends = new Int32Array(this.#into.actions.length);
  }

  /** Of the states in `slots[from]` and on, as many as there is room for; gives the number of the next one. */
  ofSome(slots: Int32Array, from: number, end: number, visit: Visit): number {
    const into = this.#into;
    const most = Math.min(end, from + this.#ends.length);
    into.count = 0;
    let next = from;
    for (; next < most && into.count + this.#model.fanOut <= this.#to.length; next++) {
      this.#take(slots[next]!);
      this.#ends[next - from] = into.count;
    }
    this.#reached.findAll(into.words, into.count, this.#to);
    for (let k = from, first = 0; k < next; k++) {
      const last = this.#ends[k - from]!;
      visit(slots[k]!, this.#to, first, last);
      first = last;
    }
    return next;
  }

  #take(slot: number): void {
    const { lanes } = this.#model;
    const { words, actions } = this.#into;
    const state = this.#reached.words;
    let kept = this.#into.count;
    this.#model.next(state, slot * lanes, this.#into);
    for (let k = kept; k < this.#into.count; k++) {
      if (!this.#rules.acts(actions[k]!)) continue;
      let isOther = false;
      for (let lane = 0; lane < lanes; lane++) {
        const word = words[k * lanes + lane]!;
        if (word !== state[slot * lanes + lane]) isOther = true;
        words[kept * lanes + lane] = word;
      }
      if (isOther) kept++;
    }
    this.#into.count = kept;
  }
}

/** Takes states away as long as one is left that nothing leads to; what stays lies behind a loop. */
function countOrdered(order: Int32Array, waiting: Int32Array, ownSteps: OwnSteps): number {
  let filled = 0;
  for (let k = 0; k < order.length; k++) {
    if (waiting[order[k]!] === 0) order[filled++] = order[k]!;
  }
  for (let next = 0; next < filled;) {
    next = ownSteps.ofSome(order, next, filled, (_, to, from, end) => {
      for (let k = from; k < end; k++) if (--waiting[to[k]!]! === 0) order[filled++] = to[k]!;
    });
  }
  return filled;
}
