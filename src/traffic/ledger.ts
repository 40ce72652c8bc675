/**
 * The account of all requests. Every request is answered, failed, or still under way; every failed one and
 * every slow one has one cause. An entry can be taken back, which is how a request that was to succeed
 * becomes one whose pod died.
 */
import type { Millis } from "../api/meta.ts";
import { FAILURES, OF_THE_VERSION, SLOWS, type FailureCause, type SlowCause } from "./causes.ts";
import { bucketOf, bucketsOf, percentileOf, topOf } from "./histogram.ts";
import type { Micros } from "./options.ts";

/** Requests are gathered by the moment of their start, so many ms at a time. */
const WINDOW: Millis = 100;

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
  /** Copies that mirrors got besides. */
  readonly mirrored: number;
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

const FINENESS = 6;

/** All counts, as arrays that are the same in every run. */
export interface SavedLedger {
  readonly totals: readonly number[];
  readonly counts: readonly Float64Array[];
  readonly byVersion: readonly (readonly number[])[];
  readonly windows: readonly Int32Array[];
}

export class Ledger {
  requests = 0;
  attempts = 0;
  /** Copies of requests, sent to mirrors; their answers are not in this account. */
  mirrored = 0;
  readonly #failedBy = new Float64Array(FAILURES.length);
  readonly #slowBy = new Float64Array(SLOWS.length);
  readonly #savedBy = new Float64Array(FAILURES.length);
  readonly #latencies = new Float64Array(bucketsOf(FINENESS));
  #answered = 0;
  #failed = 0;
  #slow = 0;
  /** By the number of the pod's version. */
  readonly #versionAnswered: number[] = [];
  readonly #versionFailed: number[] = [];
  /** Per window: started and answered, started and failed though no version did it. */
  #answeredIn = new Int32Array(256);
  #failedIn = new Int32Array(256);
  #otherIn = new Int32Array(256);
  readonly #blameless = Uint8Array.from(FAILURES, (cause) => (OF_THE_VERSION.has(cause) ? 1 : 0));

  /** `slow` and `saved` are indices of causes, or -1. `by` so many requests; less than 0 takes entries back. */
  answer(
    start: Micros,
    latency: Micros,
    version: number,
    slow: number,
    saved: number,
    by: number,
  ): void {
    this.#answered += by;
    this.#latencies[bucketOf(latency, FINENESS)]! += by;
    if (version >= this.#versionAnswered.length) this.#makeRoomFor(version);
    this.#versionAnswered[version]! += by;
    if (slow >= 0) {
      this.#slow += by;
      this.#slowBy[slow]! += by;
    }
    if (saved >= 0) this.#savedBy[saved]! += by;
    this.#answeredIn[this.#window(start)]! += by;
  }

  fail(start: Micros, version: number, cause: number, by: number): void {
    this.#failed += by;
    this.#failedBy[cause]! += by;
    if (version >= this.#versionFailed.length) this.#makeRoomFor(version);
    this.#versionFailed[version]! += by;
    const window = this.#window(start);
    if (this.#blameless[cause] === 1) this.#otherIn[window]! += by;
    else this.#failedIn[window]! += by;
  }

  /** `imageOf` names the image of a version. */
  snapshot(at: Millis, imageOf: (version: number) => string): LedgerSnapshot {
    const { requests, attempts, mirrored } = this;
    const [answered, failed, slow] = [this.#answered, this.#failed, this.#slow];
    const byCause = <C extends string>(causes: readonly C[], counts: Float64Array) =>
      Object.fromEntries(causes.map((cause, i) => [cause, counts[i]!])) as Record<C, number>;
    const percentile = (percent: number): Millis =>
      percentileOf(this.#latencies, answered, percent, FINENESS);
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
      mirrored,
      failedBy: byCause(FAILURES, this.#failedBy),
      slowBy: byCause(SLOWS, this.#slowBy),
      savedByRetry: byCause(FAILURES, this.#savedBy),
      byImage: this.#byImage(imageOf),
      errorRate: answered + failed === 0 ? 0 : failed / (answered + failed),
      latency: {
        p50: percentile(50),
        p95: percentile(95),
        p99: percentile(99),
        max: percentile(100),
      },
      downtime: windows.down * WINDOW,
      outage: windows.out * WINDOW,
    };
  }

  latencies(): readonly { readonly value: Millis; readonly weight: number }[] {
    const counts = [...this.#latencies];
    return counts.flatMap((weight, bucket) =>
      weight === 0 ? [] : [{ value: topOf(bucket, FINENESS) / 1000, weight }],
    );
  }

  save(): SavedLedger {
    const { requests, attempts, mirrored } = this;
    const counts = [this.#failedBy, this.#slowBy, this.#savedBy, this.#latencies];
    return {
      totals: [requests, attempts, mirrored, this.#answered, this.#failed, this.#slow],
      counts: counts.map((each) => each.slice()),
      byVersion: [[...this.#versionAnswered], [...this.#versionFailed]],
      windows: [this.#answeredIn, this.#failedIn, this.#otherIn].map((each) => each.slice()),
    };
  }

  static restore({ totals, counts, byVersion, windows }: SavedLedger): Ledger {
    const ledger = new Ledger();
    ledger.requests = totals[0]!;
    ledger.attempts = totals[1]!;
    ledger.mirrored = totals[2]!;
    ledger.#answered = totals[3]!;
    ledger.#failed = totals[4]!;
    ledger.#slow = totals[5]!;
    const mine = [ledger.#failedBy, ledger.#slowBy, ledger.#savedBy, ledger.#latencies];
    mine.forEach((each, i) => each.set(counts[i]!));
    ledger.#versionAnswered.push(...byVersion[0]!);
    ledger.#versionFailed.push(...byVersion[1]!);
    ledger.#answeredIn = windows[0]!.slice();
    ledger.#failedIn = windows[1]!.slice();
    ledger.#otherIn = windows[2]!.slice();
    return ledger;
  }

  #byImage(imageOf: (version: number) => string): Record<string, VersionCounts> {
    const images: Record<string, VersionCounts> = {};
    this.#versionAnswered.forEach((count, version) => {
      const [answered, failed] = [count, this.#versionFailed[version]!];
      if (answered + failed === 0) return;
      const image = imageOf(version);
      const before = images[image] ?? { answered: 0, failed: 0 };
      images[image] = { answered: before.answered + answered, failed: before.failed + failed };
    });
    return images;
  }

  #makeRoomFor(version: number): void {
    for (const counts of [this.#versionAnswered, this.#versionFailed]) {
      while (counts.length <= version) counts.push(0);
    }
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
