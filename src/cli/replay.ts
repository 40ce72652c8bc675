/** What `run`, `explain` and `kubectl` share: how a scenario is to be played, and how far. */
import { TooManyPods } from "../apiserver/too-many-pods.ts";
import { isSchedule, ScheduleMismatch } from "../controllers/schedule.ts";
import { formatDuration, parseDuration } from "../api/duration.ts";
import type { RunOptions } from "../scenario/run.ts";
import { UsageError, type CliIo } from "./io.ts";

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

/** A recorded schedule that does not fit the run is the user's mistake, and so are more pods than a run can have. */
export function playing<T>(file: string, play: () => T): T {
  try {
    return play();
  } catch (error) {
    if (!(error instanceof ScheduleMismatch || error instanceof TooManyPods)) throw error;
    throw new UsageError(`${file}: ${error.message}`, { cause: error });
  }
}

export function durationOption(name: string, text: string): number {
  const answer = parseDuration(text);
  if (!answer.ok) throw new UsageError(`--${name} ${answer.why}`);
  return answer.ms;
}

/** A look at a time that the run never came to is one at its end. */
export function tellEnd(now: number, at: number | undefined, io: CliIo): void {
  if (at === undefined || now >= at) return;
  const [end, wanted] = [formatDuration(now), formatDuration(at)];
  io.err.write(`rollsim: the run ended at ${end}, before ${wanted}\n`);
}
