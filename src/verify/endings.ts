// Where a system ends when it is left alone. If its own steps form no loop it must come to rest
// after finitely many, whatever the order, without any assumption on fairness; what remains is to
// look at every state of rest.
import type { StateSpace } from "./check.ts";
import type { TraceStep } from "./judge.ts";

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
  /** A shortest way to a state of rest that is not done; absent if there is none. */
  readonly stuckTrace?: readonly TraceStep[];
  /** A shortest way to a loop, if there is one. */
  readonly loopTrace?: readonly TraceStep[];
}

/** Looks at every state of an exhausted `space`; costs 8 bytes a state more than the check. */
export function endingsOf(space: StateSpace, rules: EndingRules): Endings {
  const { table } = space;
  const successors = ownSuccessors(space, rules);
  const waiting = new Int32Array(table.size); // own steps that lead here from unvisited states
  let resting = 0;
  let stuck = 0;
  let firstStuck = -1;
  for (let index = 0; index < table.size; index++) {
    const found = successors(index);
    for (const to of found) waiting[to]!++;
    if (found.length > 0) continue;
    resting++;
    if (rules.done(table.blockOf(index), table.offsetOf(index))) continue;
    if (stuck++ === 0) firstStuck = index;
  }
  const onLoop = firstUnordered(waiting, successors);
  const stuckTrace = firstStuck < 0 ? undefined : space.traceTo(firstStuck);
  const loopTrace = onLoop < 0 ? undefined : space.traceTo(onLoop);
  return {
    acyclic: onLoop < 0,
    resting,
    stuck,
    ...(stuckTrace === undefined ? {} : { stuckTrace }),
    ...(loopTrace === undefined ? {} : { loopTrace }),
  };
}

/** The states that own steps lead to, the state itself left out; the array is reused. */
function ownSuccessors(space: StateSpace, rules: EndingRules): (index: number) => number[] {
  const { model, table } = space;
  const out = new Int32Array(model.lanes * model.fanOut);
  const actions = new Int32Array(model.fanOut);
  const found: number[] = [];
  return (index) => {
    const count = model.next(table.blockOf(index), table.offsetOf(index), out, actions);
    found.length = 0;
    for (let k = 0; k < count; k++) {
      if (!rules.acts(actions[k]!)) continue;
      const to = table.find(out, k * model.lanes);
      if (to >= 0 && to !== index) found.push(to);
    }
    return found;
  };
}

/**
 * Takes states away as long as one is left that nothing leads to. What cannot be taken away lies on
 * a loop or behind one; the first state of a loop in breadth-first order comes first. -1 if none.
 */
function firstUnordered(waiting: Int32Array, successors: (index: number) => number[]): number {
  const order = new Int32Array(waiting.length);
  let filled = 0;
  for (let index = 0; index < waiting.length; index++) {
    if (waiting[index] === 0) order[filled++] = index;
  }
  for (let next = 0; next < filled; next++) {
    for (const to of successors(order[next]!)) {
      if (--waiting[to]! === 0) order[filled++] = to;
    }
  }
  if (filled === waiting.length) return -1;
  return waiting.findIndex((left, index) => left > 0 && returnsTo(index, successors));
}

function returnsTo(index: number, successors: (index: number) => number[]): boolean {
  const seen = new Set<number>();
  const stack = [...successors(index)];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (at === index) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    stack.push(...successors(at));
  }
  return false;
}
