/**
 * What limits on the control plane add: every controller has its own API client with its own token bucket,
 * and works on a few keys side by side. Events go the same way as all requests, one after the other, and
 * no object gets more than a few of them.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import { TokenBucket, type ControlPlaneLimits, type SavedTokenBucket } from "./token-bucket.ts";

/** --concurrent-deployment-syncs and --concurrent-replicaset-syncs. */
export const WORKERS = 5;

// client-go/tools/record: so many events of one source about one object, then one in five minutes.
const EVENT_BURST = 25;
const EVENT_REFILL_MS = 300_000;

interface EventAllowance {
  readonly left: number;
  readonly since: Millis;
}

export interface SavedClient {
  readonly bucket: SavedTokenBucket;
  readonly unsent: number;
  readonly sending: "yes" | "no";
  readonly allowances: readonly (readonly [string, EventAllowance])[];
}

/** One controller's client. */
export class ThrottledClient {
  readonly #bucket: TokenBucket;
  readonly #allowances: Map<string, EventAllowance>;
  /** Calls back after some ms, when an event has been sent. */
  readonly #later: (delay: Millis) => void;
  #unsent: number;
  #sending: "yes" | "no";

  constructor(limits: ControlPlaneLimits, later: (delay: Millis) => void, saved?: SavedClient) {
    this.#bucket = new TokenBucket(limits, saved?.bucket);
    this.#later = later;
    this.#allowances = new Map(saved?.allowances);
    this.#unsent = saved?.unsent ?? 0;
    this.#sending = saved?.sending ?? "no";
  }

  /** When so many requests made now are answered, in order. */
  reserve(requests: number, now: Millis): Millis[] {
    return Array.from({ length: requests }, () => this.#bucket.reserve(now));
  }

  /** Events about an object; those beyond its allowance are dropped, as by a real recorder. */
  sendEvents(about: KubeObject, count: number, now: Millis): void {
    const key = about.metadata.uid ?? "";
    const known = this.#allowances.get(key) ?? { left: EVENT_BURST, since: now };
    const left = Math.min(EVENT_BURST, known.left + (now - known.since) / EVENT_REFILL_MS);
    const sent = Math.min(count, Math.floor(left));
    this.#allowances.set(key, { left: left - sent, since: now });
    this.#unsent += sent;
    if (this.#sending === "no" && this.#unsent > 0) this.#sendNext(now);
  }

  /** The event under way has been sent. */
  eventSent(now: Millis): void {
    this.#sending = "no";
    if (this.#unsent > 0) this.#sendNext(now);
  }

  save(): SavedClient {
    return {
      bucket: this.#bucket.save(),
      unsent: this.#unsent,
      sending: this.#sending,
      allowances: [...this.#allowances],
    };
  }

  #sendNext(now: Millis): void {
    this.#unsent--;
    this.#sending = "yes";
    this.#later(this.#bucket.reserve(now) - now);
  }
}
