/**
 * When a Canary is looked at: first at Flagger's next look for new Canaries (every 10 s, flag
 * -control-loop-interval), from then on every `analysis.interval`. Mirrors fluxcd/flagger
 * pkg/controller/job.go and scheduleCanaries.
 *
 * A Canary that is at rest, and of which nothing has changed since it was looked at last, is not looked at
 * until something changes, then at the time at which it would have been.
 */
import type { Millis } from "../../api/meta.ts";
import type { Turn } from "./view.ts";

export interface Job {
  readonly interval: Millis;
  /** A time at which the Canary was looked at, or will be for the first time. */
  readonly start: Millis;
  /** When it will be looked at next; absent: it rests. */
  readonly next?: Millis;
  /** Something that may concern the Canary has changed since it was looked at. */
  readonly changed: boolean;
}

const WINDOW: Millis = 10_000;

/** `resting`: it has nothing to do unless something changes. */
export function turnOf(
  job: Job | undefined,
  now: Millis,
  interval: Millis,
  resting: boolean,
): { readonly job: Job; readonly turn: Turn } {
  if (job === undefined) {
    const start = windowAfter(now);
    const turn = { due: false, armMs: start - now };
    return { job: { interval, start, next: start, changed: true }, turn };
  }
  const due = job.next !== undefined && now >= job.next;
  const renewed = due && job.interval !== interval && now % WINDOW === 0;
  const kept = renewed ? { ...job, interval, start: now } : job;
  if (due && resting && !kept.changed) {
    const { next: _, ...rested } = kept;
    return { job: rested, turn: { due } };
  }
  const wanted = nextLook(kept, now, interval, due);
  const changed = due ? false : kept.changed;
  if (wanted === kept.next && !due) return { job: { ...kept, changed }, turn: { due } };
  return { job: { ...kept, next: wanted, changed }, turn: { due, armMs: wanted - now } };
}

function nextLook(job: Job, now: Millis, interval: Millis, due: boolean): Millis {
  const looked = Math.floor((now - job.start) / job.interval);
  const regular = job.start + (now < job.start ? 0 : looked + 1) * job.interval;
  const planned = due ? regular : (job.next ?? regular);
  // A new interval counts from Flagger's next look at all Canaries.
  return job.interval === interval ? planned : Math.min(planned, windowAfter(now));
}

function windowAfter(now: Millis): Millis {
  return (Math.floor(now / WINDOW) + 1) * WINDOW;
}
