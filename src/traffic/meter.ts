/**
 * Attempts by Service, by version of the pod, and by the second in which they ended: what a cluster's
 * metrics would show. An attempt is entered when it begins, in the second in which it is to end, and taken
 * back if its pod dies before; so whoever asks only about the past is told what has happened.
 */
import type { Millis } from "../api/meta.ts";
import type { RequestMetrics } from "../api/metrics.ts";
import { bucketOf, bucketsOf, percentileOf } from "./histogram.ts";
import type { Micros } from "./options.ts";

const FINENESS = 4;
const BUCKETS = bucketsOf(FINENESS);
const SECOND: Micros = 1_000_000;

/** What the pods of one template have in common. */
export interface Version {
  readonly image: string;
  readonly podTemplateHash: string;
}

interface SecondCounts {
  answered: number;
  failed: number;
  /** Of the answered, µs. */
  latencySum: number;
  readonly latencies: Int32Array;
}

/** By second; those without an attempt are absent. */
type Series = (SecondCounts | undefined)[];

export interface SavedMeter {
  readonly versions: readonly Version[];
  readonly series: readonly (readonly [service: number, version: number, Series])[];
}

export class Meter {
  readonly #versions: Version[];
  /** By Service, by version. */
  readonly #series: (Series | undefined)[][] = [];

  constructor(saved?: SavedMeter) {
    this.#versions = [...(saved?.versions ?? [{ image: "", podTemplateHash: "" }])];
    for (const [service, version, series] of saved?.series ?? []) {
      (this.#series[service] ??= [])[version] = copyOf(series);
    }
  }

  /** The number under which a version is counted; 0 is that of no pod at all. */
  version({ image, podTemplateHash }: Version): number {
    const known = this.#versions.findIndex(
      (each) => each.image === image && each.podTemplateHash === podTemplateHash,
    );
    return known >= 0 ? known : this.#versions.push({ image, podTemplateHash }) - 1;
  }

  imageOf(version: number): string {
    return this.#versions[version]!.image;
  }

  /** `by` so many requests; less than 0 takes entries back. */
  answer(service: number, version: number, end: Micros, latency: Micros, by: number): void {
    const counts = this.#countsAt(service, version, end);
    counts.answered += by;
    counts.latencySum += by * latency;
    counts.latencies[bucketOf(latency, FINENESS)]! += by;
  }

  fail(service: number, version: number, end: Micros, by: number): void {
    this.#countsAt(service, version, end).failed += by;
  }

  /** Whole seconds of [from, to), ms. */
  query(
    counts: (service: number) => boolean,
    matches: (version: Version) => boolean,
    from: Millis,
    to: Millis,
  ): RequestMetrics {
    const tally = new Tally();
    const [first, last] = [Math.max(0, Math.floor(from / 1000)), Math.floor(to / 1000)];
    this.#series.forEach((versions, service) => {
      if (!counts(service)) return;
      versions.forEach((series, version) => {
        if (series === undefined || !matches(this.#versions[version]!)) return;
        for (const each of series.slice(first, last)) if (each !== undefined) tally.add(each);
      });
    });
    return tally.metrics();
  }

  save(): SavedMeter {
    const series = this.#series.flatMap((versions, service) =>
      versions.flatMap((each, version) =>
        each === undefined ? [] : [[service, version, copyOf(each)] as const],
      ),
    );
    return { versions: [...this.#versions], series };
  }

  #countsAt(service: number, version: number, end: Micros): SecondCounts {
    const series = ((this.#series[service] ??= [])[version] ??= []);
    const second = Math.floor(end / SECOND);
    // No holes: arrays with holes are slow.
    while (series.length <= second) series.push(undefined);
    return (series[second] ??= {
      answered: 0,
      failed: 0,
      latencySum: 0,
      latencies: new Int32Array(BUCKETS),
    });
  }
}

/** Sums over seconds, versions and Services. */
class Tally {
  #answered = 0;
  #failed = 0;
  #latencySum: Micros = 0;
  readonly #latencies = new Float64Array(BUCKETS);

  add({ answered, failed, latencySum, latencies }: SecondCounts): void {
    this.#answered += answered;
    this.#failed += failed;
    this.#latencySum += latencySum;
    for (let i = 0; i < BUCKETS; i++) this.#latencies[i]! += latencies[i]!;
  }

  metrics(): RequestMetrics {
    const [answered, failed] = [this.#answered, this.#failed];
    const requests = answered + failed;
    const percentile = (percent: number): Millis =>
      percentileOf(this.#latencies, answered, percent, FINENESS);
    return {
      requests,
      failed,
      successRate: requests === 0 ? undefined : answered / requests,
      latency:
        answered === 0
          ? undefined
          : {
              mean: this.#latencySum / answered / 1000,
              p50: percentile(50),
              p90: percentile(90),
              p95: percentile(95),
              p99: percentile(99),
              max: percentile(100),
            },
    };
  }
}

function copyOf(series: Series): Series {
  return series.map((counts) => counts && { ...counts, latencies: counts.latencies.slice() });
}
