// An exhaustive checker for small finite systems: breadth first, so the trace it shows is a
// shortest one. It knows nothing of Kubernetes. A model says how states are packed into Int32
// words and what follows a state; properties are judged on packed states and on steps.
// It keeps every state in full (no hash compaction), so "holds" means holds in all of them.
import { AssertionFailed } from "../engine/assert.ts";
import { Judges } from "./judge.ts";
import type { Property, TraceStep, Verdict } from "./judge.ts";
import { IndexLog, StateTable } from "./state-table.ts";

/** Models start from at most this many states. */
const initialRoom = 64;

/** A finite transition system over packed states. */
export interface PackedModel {
  /** Int32 words in a state. */
  readonly lanes: number;
  /** No state has more successors than this. */
  readonly fanOut: number;
  /** Writes the initial states into `out`, one after another; gives their number. */
  initial(out: Int32Array): number;
  /**
   * Writes what can follow the state at `states[at]` into `out`, one state after another, and the
   * code of the action that leads there into `actions`; gives their number. The order must depend
   * on the state alone. A step that changes nothing may be left out.
   */
  next(states: Int32Array, at: number, out: Int32Array, actions: Int32Array): number;
}

export interface CheckOptions {
  /** Stop after this many distinct states; default 100,000,000. */
  readonly stateLimit?: number;
  /** `first breach` stops as soon as an `always` or `every step` fails; default `everything`. */
  readonly until?: "everything" | "first breach";
  /** `dropped` saves 4 bytes a state and gives up traces; default `kept`. */
  readonly parents?: "kept" | "dropped";
}

/** The states a check reached, in breadth-first order. */
export interface StateSpace {
  readonly model: PackedModel;
  readonly table: StateTable;
  /** A shortest trace to state `index`; undefined if parents were dropped. */
  traceTo(index: number): readonly TraceStep[] | undefined;
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
  /** Bytes held for states, index and parents at the end. */
  readonly bytes: number;
  readonly space: StateSpace;
}

/** Explores every reachable state of `model` and judges `properties` on the way. */
export function check(
  model: PackedModel,
  properties: readonly Property[] = [],
  options: CheckOptions = {},
): CheckResult {
  const stateLimit = options.stateLimit ?? 100_000_000;
  const table = new StateTable(model.lanes);
  const parents = options.parents === "dropped" ? undefined : new IndexLog();
  const judges = new Judges(properties);
  const out = new Int32Array(model.lanes * model.fanOut);
  const actions = new Int32Array(model.fanOut);
  addInitial(model, table, parents);

  const { watchSteps } = judges;
  const { until = "everything" } = options;
  let steps = 0;
  let depth = 0;
  let levelEnd = table.size;
  let index = 0;
  while (index < table.size && table.size < stateLimit) {
    if (until === "first breach" && judges.breached) break;
    if (index === levelEnd) {
      depth++;
      levelEnd = table.size;
    }
    const block = table.blockOf(index);
    const at = table.offsetOf(index);
    judges.state(index, block, at);
    const count = model.next(block, at, out, actions);
    steps += count;
    for (let k = 0; k < count; k++) {
      const to = k * model.lanes;
      if (table.add(out, to) >= 0) parents?.push(index);
      if (watchSteps) judges.step(index, block, at, out, to, actions[k]!, model.lanes);
    }
    index++;
  }
  const space = spaceOf(model, table, parents);
  return {
    states: table.size,
    steps,
    depth,
    exhausted: index === table.size,
    verdicts: judges.verdicts((to) => space.traceTo(to)),
    bytes: table.bytes + (parents?.bytes ?? 0),
    space,
  };
}

function addInitial(model: PackedModel, table: StateTable, parents: IndexLog | undefined): void {
  const states = new Int32Array(model.lanes * initialRoom);
  const count = model.initial(states);
  for (let k = 0; k < count; k++) {
    if (table.add(states, k * model.lanes) >= 0) parents?.push(-1);
  }
}

function spaceOf(model: PackedModel, table: StateTable, parents: IndexLog | undefined): StateSpace {
  const traceTo = (index: number): readonly TraceStep[] | undefined => {
    if (parents === undefined) return undefined;
    const path: number[] = [];
    for (let at = index; at >= 0; at = parents.at(at)) path.unshift(at);
    return path.map((to, step) => ({
      action: step === 0 ? -1 : actionBetween(model, table, path[step - 1]!, to),
      state: stateAt(table, to),
    }));
  };
  return { model, table, traceTo };
}

// Actions are not kept: the few on a trace are found again by taking each step once more.
function actionBetween(model: PackedModel, table: StateTable, from: number, to: number): number {
  const out = new Int32Array(model.lanes * model.fanOut);
  const actions = new Int32Array(model.fanOut);
  const count = model.next(table.blockOf(from), table.offsetOf(from), out, actions);
  for (let k = 0; k < count; k++) {
    if (table.find(out, k * model.lanes) === to) return actions[k]!;
  }
  throw new AssertionFailed(`no step from state ${from} to ${to}: next() is not a function of it`);
}

/** A copy of the packed state `index`. */
function stateAt(table: StateTable, index: number): Int32Array {
  const at = table.offsetOf(index);
  return table.blockOf(index).slice(at, at + table.lanes);
}
