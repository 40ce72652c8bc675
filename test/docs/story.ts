/** Known ways in which rollouts fail, each with a scenario that shows it and one that avoids it. */

export interface Story {
  readonly name: string;
  /** What its users see. */
  readonly sees: string;
  /** How the output of the broken scenario says so; that of the fixed one does not. */
  readonly shows: string;
  readonly why: string;
  /** `kubernetes#43576`: where people told of it. */
  readonly issue?: string;
  /** The pair in scenarios/. Default: the story's name, and that with `-fixed`. */
  readonly broken?: string;
  readonly fixed?: string;
  /** What rollsim explain is asked: an instant of the broken run, or which setting would save requests. */
  readonly ask: string;
  /** Begins of what it answers to that; default: the known failure of this name. */
  readonly says?: readonly string[];
}

/** A story without a pair, and why. */
export interface Untold {
  readonly name: string;
  readonly sees: string;
  readonly why: string;
  readonly issue?: string;
  readonly left: string;
  /** A scenario that shows it all the same. */
  readonly shown?: string;
}
