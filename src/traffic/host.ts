/** The traffic of a cluster: none, at no cost, until somebody sends requests. */
import type { Millis } from "../api/meta.ts";
import type { MetricsSource, RequestMetrics, RequestQuery } from "../api/metrics.ts";
import { trafficCheck } from "./check-options.ts";
import type { TrafficOptions } from "./options.ts";
import { Traffic, type SavedTraffic, type TrafficAccount, type TrafficWorld } from "./traffic.ts";

const NO_REQUESTS = { requests: 0, failed: 0, successRate: undefined, latency: undefined } as const;

export class TrafficHost implements MetricsSource {
  readonly #world: TrafficWorld;
  #traffic: Traffic | undefined;

  constructor(world: TrafficWorld, saved?: SavedTraffic) {
    this.#world = world;
    if (saved !== undefined) this.#traffic = new Traffic(world, saved);
  }

  /** Sends requests from now on. Throws a RangeError where the name is taken, and for what no traffic can be. */
  add(options: TrafficOptions): TrafficAccount {
    trafficCheck("traffic", options);
    this.#traffic ??= new Traffic(this.#world);
    return this.#traffic.add(options);
  }

  /** In the order in which they were added. */
  get accounts(): readonly TrafficAccount[] {
    return this.#traffic?.accounts ?? [];
  }

  /**
   * The clock has to go on until then (virtual ms) for all that has begun to end, though nothing else is to
   * happen: proxies still learn, requests are tried again, clients say that they go on. 0: for nothing.
   */
  get busyUntil(): Millis {
    return this.#traffic?.busyUntil ?? 0;
  }

  metrics(query: RequestQuery): RequestMetrics {
    return this.#traffic?.metrics(query) ?? NO_REQUESTS;
  }

  cpu(
    pod: { readonly namespace?: string; readonly name: string },
    from: Millis,
    to: Millis,
  ): number | undefined {
    return this.#traffic?.cpu(pod, from, to);
  }

  /** All that was to happen at this instant has happened. */
  instant(at: Millis): void {
    this.#traffic?.instant(at);
  }

  save(): SavedTraffic | undefined {
    return this.#traffic?.save();
  }
}
