/** A line on a terminal's stderr for runs that take more than a second. */
import type { Millis } from "../api/meta.ts";
import { formatDuration } from "../api/duration.ts";
import type { CliIo } from "./io.ts";

const firstAfterMs = 1000;
const everyMs = 200;

export function progressOn(
  io: CliIo,
  name: string,
): { readonly at: (now: Millis) => void; readonly end: () => void } {
  if (!io.err.isTTY) return { at: nothing, end: nothing };
  let next = io.clock() + firstAfterMs;
  let calls = 0;
  let shown = false;
  return {
    at: (now) => {
      // The clock is asked now and then only: an instant takes microseconds.
      if (++calls % 64 !== 0 || io.clock() < next) return;
      next = io.clock() + everyMs;
      shown = true;
      io.err.write(`\r\u{1b}[K${name}: at ${formatDuration(now)} of virtual time`);
    },
    end: () => {
      if (shown) io.err.write("\r\u{1b}[K");
    },
  };
}

function nothing(): void {
  // No terminal, no progress.
}
