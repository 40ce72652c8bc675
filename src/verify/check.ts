// An exhaustive checker for small finite systems: breadth first, so that the trace it shows is a
// shortest one. It knows nothing of Kubernetes. A model says how states are packed into Int32
// words and what follows a state; properties are judged on packed states and on steps. States are
// kept in full (no hash compaction), so "holds" means holds in all of them. Parents are not kept:
// a trace, if one is wanted, is found by a second search (trace.ts).
import { assert } from "../engine/assert.ts";
import type { Property } from "./judge.ts";
import { Judges, type Verdict } from "./judges.ts";
import { stepsFor } from "./packed.ts";
import type { PackedModel, Steps } from "./packed.ts";
import { StateQueue, StateSet } from "./state-set.ts";

export interface CheckOptions {
  /** Stop after this many distinct states; default 100,000,000. */
  readonly stateLimit?: number;
  /** Make room for this many states at once; saves time, changes nothing else. */
  readonly expectedStates?: number;
  /** `first breach` stops soon after an `always` or `every step` failed; default `everything`. */
  readonly until?: "everything" | "first breach";
  /** Hears how many states are known, after each some thousands. */
  readonly onStates?: (states: number) => void;
}

export interface CheckResult {
  /** Distinct states reached, the initial ones included. */
  readonly states: number;
  /** Steps generated; those that change nothing count only if the model writes them. */
  readonly steps: number;
  /** Steps from an initial state to the farthest state, along shortest ways. */
  readonly depth: number;
  /** Whether every reachable state was examined. */
  readonly exhausted: boolean;
  /** In the order of the properties. */
  readonly verdicts: readonly Verdict[];
  /** Bytes held for the set of states at the end and for the queue at its longest. */
  readonly bytes: number;
  /** All states, for further questions. */
  readonly reached: StateSet;
}

/** Steps generated before they are added to the set; more when there are many states. */
const fewSteps = 1 << 12;
const manySteps = 1 << 19;

/** Explores every reachable state of `model` and judges `properties` on the way. */
export function check(
  model: PackedModel,
  properties: readonly Property[] = [],
  options: CheckOptions = {},
): CheckResult {
  const { stateLimit = 100_000_000, until = "everything" } = options;
  const reached = new StateSet(model.lanes, options.expectedStates);
  const queue = new StateQueue(model.lanes);
  const judges = new Judges(properties, model);
  let into = stepsFor(model, fewSteps);
  model.initial(into);
  reached.addAll(into.words, into.count, queue);

  let steps = 0;
  let depth = -1;
  let ended = false;
  while (queue.size > 0 && !ended) {
    depth++;
    for (let left = queue.size; left > 0 && !ended;) {
      into = roomFor(model, reached.size, into);
      left -= expand(model, queue, left, judges, into);
      steps += into.count;
      reached.addAll(into.words, into.count, queue);
      options.onStates?.(reached.size);
      ended = reached.size >= stateLimit || (until === "first breach" && judges.breached);
    }
  }
  return {
    states: reached.size,
    steps,
    depth,
    exhausted: queue.size === 0,
    verdicts: judges.verdicts(),
    bytes: reached.bytes + queue.bytes + into.words.byteLength + into.actions.byteLength,
    reached,
  };
}

/** A buffer that grows with the number of states, so that it stays a small part of the whole. */
function roomFor(model: PackedModel, states: number, into: Steps): Steps {
  const room = into.actions.length;
  return room < manySteps && room * 16 <= states ? stepsFor(model, room * 2) : into;
}

/**
 * Takes states from the queue, at most `most` and as many as `into` has room for, judges them, and
 * writes what follows them; gives their number.
 */
function expand(
  model: PackedModel,
  queue: StateQueue,
  most: number,
  judges: Judges,
  into: Steps,
): number {
  const lastFit = into.actions.length - model.fanOut;
  let taken = 0;
  into.count = 0;
  while (taken < most && into.count <= lastFit) {
    const block = queue.headBlock;
    const at = queue.headAt;
    judges.state(block, at);
    const from = into.count;
    model.next(block, at, into);
    assert(into.count - from <= model.fanOut, "a state has more successors than fanOut");
    if (judges.watchSteps) judges.steps(block, at, into, from);
    queue.drop();
    taken++;
  }
  return taken;
}
