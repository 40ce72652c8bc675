/** Waiting in virtual time, for the verbs that watch. */
import type { Watch } from "../api/client.ts";
import type { WatchEvent } from "../api/client.ts";
import type { Call } from "./call.ts";
import { exitWith } from "./errors.ts";
import { parseDuration } from "./duration.ts";

export type WaitEnd = "done" | "timed out" | "idle";

/** Longest watch without a timeout, virtual ms: a crash loop would go on for ever. */
export const longestWatchMs = 24 * 3_600_000;

/**
 * Hands every event of a watch to `handle` until it answers "done", until `timeoutMs` of virtual
 * time have passed (0: no limit), or until nothing is left to happen.
 */
export function follow(
  call: Call,
  watch: Watch,
  timeoutMs: number,
  handle: (event: WatchEvent) => "done" | "go on",
): WaitEnd {
  const { client } = call.io;
  const start = client.now;
  const limit = timeoutMs > 0 ? timeoutMs : requestTimeout(call);
  const end = start + limit;
  try {
    for (;;) {
      for (const event of watch.take()) {
        if (handle(event) === "done") return "done";
      }
      if (client.now >= end) return timeoutMs > 0 ? "timed out" : "idle";
      if (call.io.advance(end) === "idle") {
        for (const event of watch.take()) {
          if (handle(event) === "done") return "done";
        }
        return timeoutMs > 0 ? "timed out" : "idle";
      }
    }
  } finally {
    watch.stop();
  }
}

function requestTimeout(call: Call): number {
  const given = call.flags.text("request-timeout");
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : (parseDuration(given) ?? 0);
  return ms > 0 ? ms : longestWatchMs;
}

/** Of the shortest request to a real API server, ms: what has less time is late before the first answer. */
const requestMs = 5;

export function isTooShort(timeoutMs: number): boolean {
  return timeoutMs > 0 && timeoutMs < requestMs;
}

/** The real kubectl would go on waiting; here time has come to an end. */
export function failIdle(): never {
  return exitWith("rollsim: nothing that is left to happen in this run would end the wait");
}
