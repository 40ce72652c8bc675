/**
 * Who goes next: the delivery of a watch event, a sync, or time. One letter a move: `d` `r` `p` deliver the
 * oldest Deployment, ReplicaSet or Pod event, `D` `R` run one key of that controller, `.` lets time go on,
 * perhaps with work left over.
 */
import type { Millis } from "../api/meta.ts";
import { assert } from "../engine/assert.ts";
import type { Random } from "../engine/random.ts";

export type Move = "d" | "r" | "p" | "D" | "R" | ".";

/** `fresh`, `random`, or the letters of a recorded schedule. */
export type ScheduleName = string;

export interface ScheduleOptions {
  readonly name: ScheduleName;
  /** Before this instant (ms) every schedule is fresh. Default 0. */
  readonly fromMs?: Millis;
}

/** A recorded schedule asks for a move that cannot be made: it was recorded on another run. */
export class ScheduleMismatch extends Error {
  override readonly name = "ScheduleMismatch";
}

const LETTERS = /^[drpDR.]*$/;

export function isSchedule(name: string): boolean {
  return name === "fresh" || name === "random" || LETTERS.test(name);
}

/** A chance of one in so many that time goes on although something could still be done. */
const IDLE_ONE_IN = 12;
/** ... but only where the next event is no further away than this. */
const IDLE_AHEAD_MS = 2000;

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #random: Random;
  #played: string;

  /** `played`: the letters of a run that is gone on with. */
  constructor(options: ScheduleOptions, random: Random, played = "") {
    assert(isSchedule(options.name), `no schedule: ${options.name}`);
    this.#options = options;
    this.#random = random;
    this.#played = played;
  }

  /** Caches follow the store at once, for the whole run. */
  get alwaysFresh(): boolean {
    return this.#options.name === "fresh";
  }

  isFresh(now: Millis): boolean {
    return this.alwaysFresh || now < (this.#options.fromMs ?? 0);
  }

  /** The letters played so far: they replay this run as a recorded schedule. */
  get played(): string {
    return this.#played;
  }

  /** `possible` are the moves that can be made now, besides letting time go on. */
  next(possible: readonly Move[], now: Millis, nextEventAt: Millis | undefined): Move {
    const move =
      this.#options.name === "random"
        ? this.#draw(possible, now, nextEventAt)
        : this.#recorded(possible);
    this.#played += move;
    return move;
  }

  #draw(possible: readonly Move[], now: Millis, nextEventAt: Millis | undefined): Move {
    if (possible.length === 0) return ".";
    const soon = nextEventAt !== undefined && nextEventAt - now <= IDLE_AHEAD_MS;
    if (soon && this.#random.next("schedule", IDLE_ONE_IN) === 0) return ".";
    return possible[this.#random.next("schedule", possible.length)]!;
  }

  /** Beyond its end, a recorded schedule goes on as if fresh: deliveries first, then syncs. */
  #recorded(possible: readonly Move[]): Move {
    const position = this.#played.length;
    const letter = this.#options.name[position] as Move | undefined;
    if (letter === undefined) return possible[0] ?? ".";
    if (letter === "." || possible.includes(letter)) return letter;
    throw new ScheduleMismatch(
      `move ${position + 1} of the recorded schedule is ${letter}, but only ` +
        `${[...possible, "."].join(" ")} can be made there: it was recorded on another run`,
    );
  }
}
