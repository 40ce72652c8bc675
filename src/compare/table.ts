/** A comparison as a table for people: in text, or in Markdown. With several worlds, medians. */
import type { Millis } from "../api/meta.ts";
import { formatDuration } from "../api/duration.ts";
import { wilsonInterval } from "../statistics/proportion.ts";
import type { Comparison } from "./compare.ts";
import { median } from "./median.ts";
import type { Outcome } from "./play.ts";
import { alignedLines, durationText, markdownTable, type Rows } from "./rows.ts";

interface Column {
  readonly title: string;
  /** What it says, for the legend. */
  readonly means: string;
  cell(outcomes: readonly Outcome[]): string;
}

const columns: readonly Column[] = [
  {
    title: "strategy",
    means: "",
    cell: ([first]) => first?.strategy ?? "",
  },
  {
    title: "end",
    means: "what became of the release; of several worlds, in how many it was taken back",
    cell: endOf,
  },
  {
    title: "duration",
    means: "until it was promoted, or the old version had all pods again",
    cell: (outcomes) => duration(outcomes.map((outcome) => outcome.duration)),
  },
  {
    title: "available",
    means: "fewest pods available at once, of both versions together",
    cell: (outcomes) => `${middle(outcomes.map(({ leastAvailable }) => leastAvailable)) ?? "-"}`,
  },
  {
    title: "extra pods",
    means: "most pods beyond spec.replicas at once, terminating ones too",
    cell: (outcomes) => `${middle(outcomes.map(({ extraPods }) => extraPods)) ?? "-"}`,
  },
  {
    title: "pod-minutes",
    means: "what these pods cost",
    cell: (outcomes) =>
      ((middle(outcomes.map(({ extraPodSeconds }) => extraPodSeconds)) ?? 0) / 60).toFixed(1),
  },
  {
    title: "met new",
    means: "requests that the new version got, of all since the release began",
    cell: (outcomes) =>
      share(middle(outcomes.map(({ met }) => met)), middle(outcomes.map((o) => o.requests))),
  },
  {
    title: "failed",
    means: "requests that failed, whoever was at fault",
    cell: (outcomes) =>
      share(middle(outcomes.map(({ failed }) => failed)), middle(outcomes.map((o) => o.requests))),
  },
  {
    title: "downtime",
    means: "in which requests failed that no version is to blame for",
    cell: (outcomes) => duration(outcomes.map(({ downtime }) => downtime)),
  },
  {
    title: "detect",
    means: "from the begin of the release to the measurement that decided against it",
    cell: (outcomes) => duration(outcomes.map(({ detected }) => detected)),
  },
  {
    title: "roll back",
    means: "from there to the last request that the new version got",
    cell: (outcomes) =>
      duration(
        outcomes.map(({ detected, takenBack }) =>
          detected === undefined || takenBack === undefined
            ? undefined
            : Math.max(0, takenBack - detected),
        ),
      ),
  },
];

/** Aligned by blanks, with a legend. */
export function comparisonText(comparison: Comparison): string {
  const lines = alignedLines(rowsOf(comparison));
  const legend = columns
    .filter(({ means }) => means !== "")
    .map(({ title, means }) => `  ${title.padEnd(12)}${means}`);
  return [...headOf(comparison), "", ...lines, "", ...legend].join("\n");
}

export function comparisonMarkdown(comparison: Comparison): string {
  return markdownTable(rowsOf(comparison));
}

function rowsOf({ outcomes }: Comparison): Rows {
  return [
    columns.map(({ title }) => title),
    ...outcomes.map((row) => columns.map((column) => column.cell(row))),
  ];
}

function headOf({ release, watch, seeds }: Comparison): readonly string[] {
  const { deployment, oldImage, newImage } = release;
  const percent = `${Number((watch.success * 100).toFixed(3))}%`;
  return [
    `deployment/${deployment.metadata.name}, ${deployment.spec.replicas ?? 1} replicas: ${oldImage} -> ${newImage}`,
    `measured every ${formatDuration(watch.interval)}: ${watch.failures} x less than ${percent} successes, and it is taken back`,
    seeds.length === 1
      ? `one world, seed ${seeds[0]}; the same requests for all`
      : `medians of ${seeds.length} worlds; in each the same requests for all`,
  ];
}

function endOf(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 1) return outcomes[0]!.end;
  const successes = outcomes.filter(({ end }) => end === "rolled back").length;
  const { low, high } = wilsonInterval({ trials: outcomes.length, successes });
  const chance = `${(low * 100).toFixed(0)}-${(high * 100).toFixed(0)}%`;
  return `rolled back ${successes}/${outcomes.length} (${chance})`;
}

/** The median of those that there are; `-` where there is none. */
function duration(values: readonly (Millis | undefined)[]): string {
  const value = middle(values.filter((each) => each !== undefined));
  return value === undefined ? "-" : durationText(value);
}

function share(part: number | undefined, whole: number | undefined): string {
  if (part === undefined || whole === undefined || whole === 0) return "-";
  return `${part} (${((part / whole) * 100).toFixed(part === 0 ? 0 : 2)}%)`;
}

function middle(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}
