/**
 * Who goes next: the delivery of a watch event, a sync, or time. One letter a move: `d` `r` `p` deliver the
 * oldest Deployment, ReplicaSet or Pod event, `D` `R` run the oldest key of that controller, `2` to `5` the
 * second to fifth oldest ReplicaSet (a cluster has five workers, and one that took an older key may be slow),
 * `.` lets time go on, perhaps with work left over.
 */
import type { Millis } from "../api/meta.ts";
import { assert } from "../engine/assert.ts";
import type { Random } from "../engine/random.ts";

export type Move = "d" | "r" | "p" | "D" | "R" | "2" | "3" | "4" | "5" | ".";

/**
 * `fresh`, `random`, the letters of a recorded schedule, or `random-own`: random, but the Deployment controller
 * sees its own writes and the statuses before it syncs again; pods, kubelets and ReplicaSets may lag.
 */
export type ScheduleName = string;

/** Who goes next where no letters say so: caches that are never behind, or by chance. */
export type DrawnSchedule = "fresh" | "random" | "random-own";

export interface ScheduleOptions {
  readonly name: ScheduleName;
  /** Before this instant (ms) every schedule is fresh. Default 0. */
  readonly fromMs?: Millis;
}

/** A recorded schedule asks for a move that cannot be made: it was recorded on another run. */
export class ScheduleMismatch extends Error {
  override readonly name = "ScheduleMismatch";
}

const LETTERS = /^[drpDR2-5.]*$/;

/**
 * A schedule as people write it: a name, or `fresh until 60000ms, then NAME`; white space does not count.
 * Answers undefined for anything else.
 */
function parseSchedule(text: string): ScheduleOptions | undefined {
  const compact = text.replaceAll(/\s/g, "");
  const [, from, later] = /^freshuntil(\d+)ms,then(.*)$/.exec(compact) ?? [];
  const name = later ?? compact;
  if (!isScheduleName(name)) return undefined;
  return from === undefined ? { name } : { name, fromMs: Number(from) };
}

export function isSchedule(text: string): boolean {
  return parseSchedule(text) !== undefined;
}

function isScheduleName(name: string): boolean {
  return ["fresh", "random", "random-own"].includes(name) || LETTERS.test(name);
}

/** No sync of a Deployment while an event of a Deployment or ReplicaSet is undelivered. */
function ownWritesFirst(possible: readonly Move[]): readonly Move[] {
  const behind = possible.includes("d") || possible.includes("r");
  return behind ? possible.filter((move) => move !== "D") : possible;
}

/** A chance of one in so many that time goes on although something could still be done. */
const IDLE_ONE_IN = 12;
/** ... but only where the next event is no further away than this. */
const IDLE_AHEAD_MS = 2000;

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #random: Random;
  #played: string;
  #switchedTo: DrawnSchedule | undefined;

  /** Of a run that is gone on with: the letters so far, and what `switchTo` was last told. */
  constructor(
    options: ScheduleOptions,
    random: Random,
    { played = "", switchedTo }: { played?: string; switchedTo?: DrawnSchedule | undefined } = {},
  ) {
    assert(isScheduleName(options.name), `no schedule: ${options.name}`);
    this.#options = options;
    this.#random = random;
    this.#played = played;
    this.#switchedTo = switchedTo;
  }

  get switchedTo(): DrawnSchedule | undefined {
    return this.#switchedTo;
  }

  /**
   * From now on. Letters that are played again say it all themselves. A RangeError where caches follow the store
   * at once for the whole run.
   */
  switchTo(name: DrawnSchedule): void {
    if (this.alwaysFresh) {
      throw new RangeError(
        'the schedule of this cluster is fresh for good: create it with another, as in { schedule: "random-own" }',
      );
    }
    if (!this.isRecorded) this.#switchedTo = name;
  }

  /** Whether moves may be asked for that are never drawn: ReplicaSets out of turn. */
  get isRecorded(): boolean {
    return LETTERS.test(this.#options.name);
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
    const name = this.#switchedTo ?? this.#options.name;
    const move =
      name === "random"
        ? this.#draw(possible, now, nextEventAt)
        : name === "random-own"
          ? this.#draw(ownWritesFirst(possible), now, nextEventAt)
          : name === "fresh"
            ? (possible[0] ?? ".")
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

/** Throws a RangeError where it is no schedule. */
export function scheduleOf(text: string): ScheduleOptions {
  const schedule = parseSchedule(text);
  if (schedule !== undefined) return schedule;
  throw new RangeError(
    `schedule ${text}: use fresh, random, random-own, or the letters d r p D R .`,
  );
}
