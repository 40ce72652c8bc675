/** Times as the API writes them: RFC 3339, UTC, whole seconds. What is below a second is cut off. */
import type { Timestamp } from "./meta.ts";

/** `wallClockMs` is ms since 1970. */
export function timestamp(wallClockMs: number): Timestamp {
  return `${new Date(Math.floor(wallClockMs / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** ms since 1970. */
export function parseTimestamp(time: Timestamp): number {
  return Date.parse(time);
}
