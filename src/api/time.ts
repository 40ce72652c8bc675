/** Times as the API writes them: RFC 3339, UTC, whole seconds. What is below a second is cut off. */
import type { Timestamp } from "./meta.ts";

/** What was written last: most are of the same second as the one before. */
const last = { second: NaN, text: "" };

/** `wallClockMs` is ms since 1970. */
export function timestamp(wallClockMs: number): Timestamp {
  const second = Math.floor(wallClockMs / 1000);
  if (second !== last.second) {
    last.text = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    last.second = second;
  }
  return last.text;
}

/** ms since 1970. */
export function parseTimestamp(time: Timestamp): number {
  return Date.parse(time);
}
