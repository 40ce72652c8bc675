// What the checker asks of a model: states packed into Int32 words, and what follows a state.

/** Where a model writes what follows a state; the checker reuses one for many states. */
export interface Steps {
  /** States one after another; the next one belongs at `count * lanes`. */
  readonly words: Int32Array;
  /** The code of the action that leads to each. */
  readonly actions: Int32Array;
  /** How many are written; the model raises it. */
  count: number;
}

/** A finite transition system over packed states. */
export interface PackedModel {
  /** Int32 words in a state. Word 0 is never 0. */
  readonly lanes: number;
  /** Of these, how many at the front properties of states look at; default: all. */
  readonly judgedLanes?: number;
  /** No state has more successors than this, and there are no more initial states. */
  readonly fanOut: number;
  /** Writes the initial states, with any action code. */
  initial(into: Steps): void;
  /**
   * Writes what can follow the state at `states[at]`. Order and action codes must depend on the
   * state alone. A step that changes nothing may be left out.
   */
  next(states: Int32Array, at: number, into: Steps): void;
}

/** A buffer for `room` steps, or for those from one state. */
export function stepsFor(model: PackedModel, room = model.fanOut): Steps {
  const size = Math.max(room, model.fanOut);
  return { words: new Int32Array(size * model.lanes), actions: new Int32Array(size), count: 0 };
}
