/** The options that `run` and `explain` share: how a scenario is to be played. */
import { isSchedule, ScheduleMismatch } from "../controllers/schedule.ts";
import { parseDuration } from "../api/duration.ts";
import type { RunOptions } from "../scenario/run.ts";
import { UsageError } from "./io.ts";

export interface ReplayArguments {
  readonly seed: string | undefined;
  readonly schedule: string | undefined;
  readonly until: string | undefined;
}

export function replayOf(args: ReplayArguments): Pick<RunOptions, "seed" | "schedule" | "until"> {
  const { seed, schedule, until } = args;
  if (schedule !== undefined && !isSchedule(schedule)) {
    const shown = JSON.stringify(schedule);
    throw new UsageError(
      `--schedule ${shown}: use fresh, random, random-own, or the letters d r p D R .`,
    );
  }
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(until === undefined ? {} : { until: durationOption("until", until) }),
  };
}

/** A recorded schedule that does not fit the run is the user's mistake. */
export function playing<T>(file: string, play: () => T): T {
  try {
    return play();
  } catch (error) {
    if (!(error instanceof ScheduleMismatch)) throw error;
    throw new UsageError(`${file}: ${error.message}`, { cause: error });
  }
}

export function durationOption(name: string, text: string): number {
  const answer = parseDuration(text);
  if (!answer.ok) throw new UsageError(`--${name} ${answer.why}`);
  return answer.ms;
}
