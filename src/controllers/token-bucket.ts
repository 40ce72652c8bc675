/**
 * The limit that a controller's API client puts on itself: `qps` requests a second, `burst` at once after a
 * pause. Mirrors client-go/util/flowcontrol over golang.org/x/time/rate: who comes waits, in order, also
 * for tokens that will only be there later.
 */
import type { Millis } from "../api/meta.ts";

export interface ControlPlaneLimits {
  /** Requests a second; kube-controller-manager's default is 20. */
  readonly qps: number;
  /** Requests at once; kube-controller-manager's default is 30. */
  readonly burst: number;
  /** From a request to its answer. Default DEFAULT_LATENCY_MS. */
  readonly latency?: Millis;
}

/**
 * From a request to the moment at which those who watch act on it. Taken from one recording: a Deployment of
 * 10 instant pods needs 8 requests one after the other, and was complete after 0.24 s.
 */
const DEFAULT_LATENCY_MS = 30;

export interface SavedTokenBucket {
  readonly tokens: number;
  readonly last: Millis;
}

export class TokenBucket {
  readonly #limits: ControlPlaneLimits;
  #tokens: number;
  #last: Millis;

  constructor(limits: ControlPlaneLimits, saved?: SavedTokenBucket) {
    this.#limits = limits;
    this.#tokens = saved?.tokens ?? limits.burst;
    this.#last = saved?.last ?? 0;
  }

  /** When one more request is answered, in whole ms; takes its token. */
  reserve(now: Millis): Millis {
    const { qps, burst, latency = DEFAULT_LATENCY_MS } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#last) * qps) / 1000) - 1;
    this.#last = now;
    const wait = this.#tokens < 0 ? Math.ceil((-this.#tokens * 1000) / qps) : 0;
    return now + wait + latency;
  }

  save(): SavedTokenBucket {
    return { tokens: this.#tokens, last: this.#last };
  }
}
