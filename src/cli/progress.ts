/** A line on a terminal's stderr for what takes more than a second. */
import { formatDuration } from "../api/duration.ts";
import type { CliIo } from "./io.ts";

const firstAfterMs = 1000;
const everyMs = 200;

export interface ProgressLine {
  readonly at: (point: number) => void;
  readonly end: () => void;
}

/** How far a run is in virtual time. */
export function progressOn(io: CliIo, name: string): ProgressLine {
  // The clock is asked now and then only: an instant takes microseconds.
  return lineOn(io, 64, (now) => `${name}: at ${formatDuration(now)} of virtual time`);
}

/** How many states an exploration has looked at. */
export function statesOn(io: CliIo): ProgressLine {
  return lineOn(io, 1, (states) => `verify: ${states.toLocaleString("en-US")} states so far`);
}

/** How many of so many runs have been played. */
export function runsOn(io: CliIo, all: number): ProgressLine {
  return lineOn(io, 1, (runs) => `sweep: ${runs} of ${all} runs`);
}

function lineOn(io: CliIo, everyCalls: number, words: (point: number) => string): ProgressLine {
  if (!io.err.isTTY) return { at: nothing, end: nothing };
  let next = io.clock() + firstAfterMs;
  let calls = 0;
  let shown = false;
  return {
    at: (point) => {
      if (++calls % everyCalls !== 0 || io.clock() < next) return;
      next = io.clock() + everyMs;
      shown = true;
      io.err.write(`\r\u{1b}[K${words(point)}`);
    },
    end: () => {
      if (shown) io.err.write("\r\u{1b}[K");
    },
  };
}

function nothing(): void {
  // No terminal, no progress.
}
