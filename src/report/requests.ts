/** Accounts of requests as text: how many were answered and how fast, and why the others were not. */
import { formatDuration } from "../api/duration.ts";
import { formatShare } from "../scenario/expectations.ts";
import type { AbResult, AbSide } from "../scenario/ab-test.ts";
import type { Result } from "../scenario/result.ts";
import type { TrafficResult } from "../scenario/traffic-metrics.ts";
import { failureCauses, slowCauses } from "../traffic/causes.ts";
import type { LedgerSnapshot } from "../traffic/ledger.ts";
import { nameOf } from "../traffic/options.ts";
import { printable, wrap } from "./paint.ts";

/** A line for each traffic of a run that never began. */
export function silentLines(
  { scenario, traffic }: Pick<Result, "scenario" | "traffic">,
  width: number,
): readonly string[] {
  const begun = new Set(traffic.map(({ name }) => name));
  return scenario.traffic.flatMap(({ options, from }) => {
    const name = nameOf(options);
    if (begun.has(name)) return [];
    const why = from === undefined ? "no endpoint was ever ready" : "it was never time for them";
    return ["", ...wrap(`${printable(name)}: no requests: ${why}`, width, "  ", "    ")];
  });
}

/** A paragraph for each traffic. */
export function requestLines(results: readonly TrafficResult[], width: number): readonly string[] {
  return results.flatMap(({ name, account, abTest }) => [
    "",
    ...paragraph(printable(name), account, width),
    ...(abTest === undefined ? [] : abTestLines(abTest, width)),
  ]);
}

function paragraph(name: string, account: LedgerSnapshot, width: number): readonly string[] {
  const { requests, answered, failed, underWay, slow, mirrored } = account;
  const parts = [
    `${answered} answered`,
    `${failed} failed${failed === 0 ? "" : ` (${formatShare(account.errorRate)})`}`,
    ...(underWay === 0 ? [] : [`${underWay} under way`]),
    ...(slow === 0 ? [] : [`${slow} slow`]),
    ...(mirrored === 0 ? [] : [`${mirrored} copied to mirrors`]),
  ];
  const lines = wrap(`${name}: ${requests} requests: ${parts.join(", ")}`, width, "  ", "    ");
  if (requests === 0) return lines;
  const { latency, downtime, outage } = account;
  const times = [
    ...(answered === 0
      ? []
      : [
          `latency p50 ${time(latency.p50)}, p95 ${time(latency.p95)}, p99 ${time(latency.p99)}, ` +
            `max ${time(latency.max)}`,
        ]),
    `downtime ${time(downtime)}${outage === 0 ? "" : `, ${time(outage)} of it with no answer at all`}`,
  ];
  return [
    ...lines,
    ...wrap(times.join("; "), width, "    ", "    "),
    ...versionLines(account, width),
    ...causeLines("failed", account.failedBy, failureCauses, width),
    ...causeLines("slow", account.slowBy, slowCauses, width),
    ...savedLine(account, width),
  ];
}

/** The two sides, what the test says of them, and how much a test at one look needs. */
function abTestLines(result: AbResult, width: number): readonly string[] {
  const side = ({ image, trials, successes, share, interval }: AbSide): string =>
    `${printable(image)} ${formatShare(share)} (${successes} of ${trials} answers, ` +
    `95% ${formatShare(interval.low)} to ${formatShare(interval.high)})`;
  const { control, variant, verdict, decidedAt, decidedAfter, needed } = result;
  const bound = `false positives at most ${formatShare(result.falsePositives)}`;
  const decided =
    decidedAt === undefined
      ? `${verdict} so far; ${bound}`
      : `the ${verdict}, decided at ${formatDuration(decidedAt)} after ${decidedAfter} answers; ${bound}`;
  return [
    ...wrap(`A/B test: control ${side(control)}`, width, "    ", "      "),
    ...wrap(`variant ${side(variant)}`, width, " ".repeat(14), " ".repeat(16)),
    ...wrap(decided, width, " ".repeat(14), " ".repeat(16)),
    ...(needed === undefined
      ? []
      : wrap(
          `one look at its end would need ${needed.control} + ${needed.variant} answers`,
          width,
          " ".repeat(14),
          " ".repeat(16),
        )),
  ];
}

function time(ms: number): string {
  return formatDuration(ms < 10 ? ms : Math.round(ms));
}

/** Where several versions answered: how many requests met each. */
function versionLines({ byImage }: LedgerSnapshot, width: number): readonly string[] {
  const versions = Object.entries(byImage).filter(([image]) => image !== "");
  if (versions.length < 2) return [];
  const texts = versions.map(([image, { answered, failed }]) => {
    const met = `${printable(image)} ${answered + failed}`;
    return failed === 0 ? met : `${met} (${failed} failed)`;
  });
  return wrap(`by version: ${texts.join(", ")}`, width, "    ", "      ");
}

/** A line for each cause that occurred, the most frequent first. */
function causeLines<C extends string>(
  what: string,
  counts: Readonly<Record<C, number>>,
  sentences: Readonly<Record<C, string>>,
  width: number,
): readonly string[] {
  return (Object.entries(counts) as [C, number][])
    .filter(([, count]) => count > 0)
    .toSorted((a, b) => b[1] - a[1])
    .flatMap(([cause, count]) =>
      wrap(
        `${String(count).padStart(6)} ${what}: ${cause}: ${sentences[cause]}`,
        width,
        "    ",
        " ".repeat(13),
      ),
    );
}

function savedLine({ savedByRetry }: LedgerSnapshot, width: number): readonly string[] {
  const causes = Object.entries(savedByRetry).filter(([, count]) => count > 0);
  if (causes.length === 0) return [];
  const text = causes.map(([cause, count]) => `${cause} ${count}`).join(", ");
  return wrap(`answered after a retry: ${text}`, width, "    ", "      ");
}
