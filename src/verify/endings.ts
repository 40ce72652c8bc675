// Where a system ends when it is left alone. If its own steps form no loop it must come to rest
// after finitely many, whatever the order, without any assumption on fairness; what remains is to
// look at every state of rest.
import { stepsFor } from "./packed.ts";
import type { PackedModel } from "./packed.ts";
import type { StateSet } from "./state-set.ts";

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
  const successors = ownSuccessors(model, reached, rules);
  const waiting = new Int32Array(slots); // own steps that lead here from states not taken away yet
  let resting = 0;
  let stuck = 0;
  for (let slot = 0; slot < slots; slot++) {
    if (words[slot * lanes] === 0) continue;
    const found = successors(slot);
    for (const to of found) waiting[to]!++;
    if (found.length > 0) continue;
    resting++;
    if (!rules.done(words, slot * lanes)) stuck++;
  }
  return { acyclic: countOrdered(reached, waiting, successors) === size, resting, stuck };
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

/** The slots that own steps lead to, the state's own left out; the array is reused. */
function ownSuccessors(
  model: PackedModel,
  reached: StateSet,
  rules: EndingRules,
): (slot: number) => readonly number[] {
  const into = stepsFor(model);
  const found: number[] = [];
  return (slot) => {
    into.count = 0;
    model.next(reached.words, slot * model.lanes, into);
    found.length = 0;
    for (let k = 0; k < into.count; k++) {
      if (!rules.acts(into.actions[k]!)) continue;
      const to = reached.find(into.words, k * model.lanes);
      if (to >= 0 && to !== slot) found.push(to);
    }
    return found;
  };
}

/** Takes states away as long as one is left that nothing leads to; what stays lies behind a loop. */
function countOrdered(
  reached: StateSet,
  waiting: Int32Array,
  successors: (slot: number) => readonly number[],
): number {
  const { lanes, words, slots, size } = reached;
  const order = new Int32Array(size);
  let filled = 0;
  for (let slot = 0; slot < slots; slot++) {
    if (words[slot * lanes] !== 0 && waiting[slot] === 0) order[filled++] = slot;
  }
  for (let next = 0; next < filled; next++) {
    for (const to of successors(order[next]!)) {
      if (--waiting[to]! === 0) order[filled++] = to;
    }
  }
  return filled;
}
