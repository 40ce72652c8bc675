/**
 * What requests are measured by, from the accounts of all traffic or of one:
 *
 * - errors: `rate` is failed / (answered + failed), `count` the failed ones.
 * - latency: of those that were answered, from the start of the first attempt.
 * - downtime: windows of 100 ms in which a request started that failed for another reason than what its
 *   version does; of several traffics their sum.
 * - lost_requests: failed ones, in all or for one cause.
 */
import type { Millis } from "../api/meta.ts";
import type { FailureCause } from "../traffic/causes.ts";
import type { LedgerSnapshot } from "../traffic/ledger.ts";
import type { AbResult } from "./ab-test.ts";
import type { TrafficThreshold } from "./scenario.ts";

/** One traffic at the end of a run. */
export interface TrafficResult {
  readonly name: string;
  readonly account: LedgerSnapshot;
  /** ms, and how many answers took so long, ascending. */
  readonly latencies: readonly { readonly value: Millis; readonly weight: number }[];
  readonly abTest?: AbResult;
}

/** ms, a share, or a number of requests; undefined: there was no request to measure. */
export function measureTraffic(
  { traffic, metric, aggregate, cause }: TrafficThreshold,
  results: readonly TrafficResult[],
): number | undefined {
  const chosen = results.filter(({ name }) => traffic === undefined || name === traffic);
  const total = (of: (account: LedgerSnapshot) => number): number =>
    chosen.reduce((sum, { account }) => sum + of(account), 0);
  if (total(({ requests }) => requests) === 0) return undefined;
  const failed = total((account) =>
    cause === undefined ? account.failed : account.failedBy[cause as FailureCause],
  );
  switch (metric) {
    case "lost_requests":
      return failed;
    case "downtime":
      return total(({ downtime }) => downtime);
    case "errors": {
      const ended = failed + total(({ answered }) => answered);
      return aggregate === "count" ? failed : failed / Math.max(1, ended);
    }
    case "latency":
      return latency(
        aggregate,
        chosen.flatMap(({ latencies }) => latencies),
      );
  }
}

function latency(
  aggregate: TrafficThreshold["aggregate"],
  latencies: TrafficResult["latencies"],
): Millis | undefined {
  const weight = latencies.reduce((sum, each) => sum + each.weight, 0);
  if (weight === 0) return undefined;
  if (aggregate === "avg") {
    return latencies.reduce((sum, each) => sum + each.value * each.weight, 0) / weight;
  }
  const percent = typeof aggregate === "object" ? aggregate.percentile : 100;
  const rank = Math.max(1, Math.ceil((weight * percent) / 100));
  let seen = 0;
  for (const each of latencies.toSorted((a, b) => a.value - b.value)) {
    seen += each.weight;
    if (seen >= rank) return each.value;
  }
  return undefined;
}
