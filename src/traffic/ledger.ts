/**
 * The account of all requests. Every request is answered, failed, or still under way; every failed one and
 * every slow one has one cause. An entry can be taken back, which is how a request that was to succeed
 * becomes one whose pod died.
 */
import type { Millis } from "../api/meta.ts";
import { FAILURES, OF_THE_VERSION, SLOWS, type FailureCause, type SlowCause } from "./causes.ts";
import type { Micros } from "./options.ts";

/** Requests are gathered by the moment of their start, so many ms at a time. */
export const WINDOW: Millis = 100;

export interface VersionCounts {
  readonly answered: number;
  readonly failed: number;
}

export interface LedgerSnapshot {
  /** Virtual ms. */
  readonly at: Millis;
  /** = answered + failed + underWay */
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  readonly underWay: number;
  /** Of those answered. */
  readonly slow: number;
  readonly attempts: number;
  /** Sums to `failed`. */
  readonly failedBy: Readonly<Record<FailureCause, number>>;
  /** Sums to `slow`. */
  readonly slowBy: Readonly<Record<SlowCause, number>>;
  /** Answered after all, by the cause of the first failed attempt. */
  readonly savedByRetry: Readonly<Record<FailureCause, number>>;
  /** By image of the pod that the last attempt went to; "" where there was none. */
  readonly byImage: Readonly<Record<string, VersionCounts>>;
  /** failed / (answered + failed); 0 without requests. */
  readonly errorRate: number;
  /** ms, of those answered; at most 1.6% too high. */
  readonly latency: {
    readonly p50: Millis;
    readonly p95: Millis;
    readonly p99: Millis;
    readonly max: Millis;
  };
  /** ms (a multiple of 100) in which a request failed for another reason than what its version does. */
  readonly downtime: Millis;
  /** ms (a multiple of 100) in which requests started and none was answered. */
  readonly outage: Millis;
}

// Latencies in steps that grow: 64 per doubling.
const BUCKETS = 27 * 64;

function bucketOf(micros: Micros): number {
  if (micros < 64) return micros;
  const shift = 25 - Math.clz32(Math.min(micros, 0x7fff_ffff));
  return shift * 64 + (micros >>> shift);
}

/** The largest latency of a bucket. */
function topOf(bucket: number): Micros {
  if (bucket < 128) return bucket;
  const shift = (bucket >>> 6) - 1;
  return (bucket - shift * 64 + 1) * 2 ** shift - 1;
}

export class Ledger {
  requests = 0;
  attempts = 0;
  readonly #failedBy = new Float64Array(FAILURES.length);
  readonly #slowBy = new Float64Array(SLOWS.length);
  readonly #savedBy = new Float64Array(FAILURES.length);
  readonly #latencies = new Float64Array(BUCKETS);
  #answered = 0;
  #failed = 0;
  #slow = 0;
  readonly #images: string[] = [];
  readonly #imageAnswered: number[] = [];
  readonly #imageFailed: number[] = [];
  /** Per window: started and answered, started and failed though no version did it. */
  #answeredIn = new Int32Array(256);
  #failedIn = new Int32Array(256);
  #otherIn = new Int32Array(256);
  readonly #blameless = Uint8Array.from(FAILURES, (cause) => (OF_THE_VERSION.has(cause) ? 1 : 0));

  /** The number under which an image is counted. */
  image(name: string): number {
    const known = this.#images.indexOf(name);
    if (known >= 0) return known;
    this.#imageAnswered.push(0);
    this.#imageFailed.push(0);
    return this.#images.push(name) - 1;
  }

  /** `slow` and `saved` are indices of causes, or -1. `by` is 1, or -1 to take an entry back. */
  answer(
    start: Micros,
    latency: Micros,
    image: number,
    slow: number,
    saved: number,
    by: 1 | -1,
  ): void {
    this.#answered += by;
    this.#latencies[bucketOf(latency)]! += by;
    this.#imageAnswered[image]! += by;
    if (slow >= 0) {
      this.#slow += by;
      this.#slowBy[slow]! += by;
    }
    if (saved >= 0) this.#savedBy[saved]! += by;
    this.#answeredIn[this.#window(start)]! += by;
  }

  fail(start: Micros, image: number, cause: number, by: 1 | -1): void {
    this.#failed += by;
    this.#failedBy[cause]! += by;
    this.#imageFailed[image]! += by;
    const window = this.#window(start);
    if (this.#blameless[cause] === 1) this.#otherIn[window]! += by;
    else this.#failedIn[window]! += by;
  }

  snapshot(at: Millis): LedgerSnapshot {
    const { requests, attempts } = this;
    const [answered, failed, slow] = [this.#answered, this.#failed, this.#slow];
    const byCause = <C extends string>(causes: readonly C[], counts: Float64Array) =>
      Object.fromEntries(causes.map((cause, i) => [cause, counts[i]!])) as Record<C, number>;
    const windows = { down: 0, out: 0 };
    for (let i = 0; i < this.#failedIn.length; i++) {
      const bad = this.#failedIn[i]! + this.#otherIn[i]!;
      if (this.#failedIn[i]! > 0) windows.down++;
      if (bad > 0 && this.#answeredIn[i] === 0) windows.out++;
    }
    return {
      at,
      requests,
      answered,
      failed,
      underWay: requests - answered - failed,
      slow,
      attempts,
      failedBy: byCause(FAILURES, this.#failedBy),
      slowBy: byCause(SLOWS, this.#slowBy),
      savedByRetry: byCause(FAILURES, this.#savedBy),
      byImage: Object.fromEntries(
        this.#images.map((name, i) => [
          name,
          { answered: this.#imageAnswered[i]!, failed: this.#imageFailed[i]! },
        ]),
      ),
      errorRate: answered + failed === 0 ? 0 : failed / (answered + failed),
      latency: {
        p50: this.percentile(50),
        p95: this.percentile(95),
        p99: this.percentile(99),
        max: this.percentile(100),
      },
      downtime: windows.down * WINDOW,
      outage: windows.out * WINDOW,
    };
  }

  latencies(): readonly { readonly value: Millis; readonly weight: number }[] {
    const counts = [...this.#latencies];
    return counts.flatMap((weight, bucket) =>
      weight === 0 ? [] : [{ value: topOf(bucket) / 1000, weight }],
    );
  }

  /** ms; 0 where nothing was answered. */
  percentile(percent: number): Millis {
    const rank = Math.max(1, Math.ceil((this.#answered * percent) / 100));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#latencies[bucket]!;
      if (seen >= rank) return topOf(bucket) / 1000;
    }
    return 0;
  }

  #window(start: Micros): number {
    const window = Math.floor(start / (WINDOW * 1000));
    while (window >= this.#answeredIn.length) this.#grow();
    return window;
  }

  #grow(): void {
    const doubled = (counts: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(counts.length * 2);
      larger.set(counts);
      return larger;
    };
    this.#answeredIn = doubled(this.#answeredIn);
    this.#failedIn = doubled(this.#failedIn);
    this.#otherIn = doubled(this.#otherIn);
  }
}
