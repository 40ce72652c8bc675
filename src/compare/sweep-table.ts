/** A sweep as a table for people, the fastest first, with what to make of it. */
import type { RollingUpdateDeployment } from "../api/apps.ts";
import type { IntOrString } from "../api/meta.ts";
import { underMargin } from "../kubectl/word-wrap.ts";
import { alignedLines, durationText, markdownTable, type Rows } from "./rows.ts";
import { adviceOn, fastestFirst } from "./sweep-advice.ts";
import type { Cell, Sweep } from "./sweep.ts";

interface Column {
  readonly title: string;
  /** What it says, for the legend. */
  readonly means: string;
  cell(cell: Cell, sweep: Sweep): string;
  /** Absent: always. */
  isShown?(sweep: Sweep): boolean;
}

const columns: readonly Column[] = [
  {
    title: "",
    means: "",
    cell: (cell, { cells }) => markOf(cell) + (cell === cells[0] ? "=" : ""),
  },
  {
    title: "surge",
    means: "maxSurge, and what it comes to",
    cell: (cell, sweep) =>
      cell.pods === undefined
        ? "Recreate"
        : amount(rollingOf(cell, sweep).maxSurge, cell.pods.surge),
  },
  {
    title: "unavailable",
    means: "maxUnavailable likewise",
    cell: (cell, sweep) =>
      cell.pods === undefined
        ? "-"
        : amount(rollingOf(cell, sweep).maxUnavailable, cell.pods.unavailable),
  },
  {
    title: "min ready",
    means: "minReadySeconds, at least",
    cell: ({ settings: { minReady } }) => seconds(minReady),
    isShown: ({ cells }) => cells.some(({ settings }) => settings.minReady > 0),
  },
  {
    title: "preStop",
    means: "a sleep before pods are told to stop, at least",
    cell: ({ settings: { preStop } }) => seconds(preStop),
    isShown: ({ cells }) => cells.some(({ settings }) => settings.preStop > 0),
  },
  {
    title: "duration",
    means: "of its rollouts after the first, but those that another one replaced",
    cell: ({ summary }) => durationText(summary.duration),
  },
  {
    title: "available",
    means: "fewest pods available at once, in the worst world",
    cell: ({ summary }) => `${summary.leastAvailable}`,
  },
  {
    title: "most pods",
    means: "at once, terminating ones too, in the worst world",
    cell: ({ summary }) => `${summary.mostPods}`,
  },
  {
    title: "pod-minutes",
    means: "what pods beyond spec.replicas cost",
    cell: ({ summary }) => (summary.extraPodSeconds / 60).toFixed(1),
  },
  {
    title: "failed",
    means: "requests",
    cell: ({ summary }) => `${summary.failedRequests ?? 0}`,
    isShown: ({ cells }) => cells[0]!.summary.failedRequests !== undefined,
  },
  {
    title: "faster",
    means: "worlds in which it took less time than as written",
    cell: (cell, { cells, seeds }) =>
      cell === cells[0] ? "-" : `${cell.summary.faster}/${seeds.length}`,
    isShown: ({ seeds }) => seeds.length > 1,
  },
  {
    title: "held",
    means: "all that the scenario expects; of several worlds, in how many",
    cell: ({ summary: { passed } }, { seeds: { length } }) =>
      length > 1 ? `${passed}/${length}` : passed === 1 ? "yes" : "no",
    isShown: ({ cells, seeds }) => cells.some(({ summary }) => summary.passed < seeds.length),
  },
];

/** Aligned by blanks, with a legend, and what to choose. */
export function sweepText(sweep: Sweep): string {
  const legend = [
    {
      title: "*",
      means:
        "nothing tried is as good in all of duration, available, most pods and failed, and better in one",
    },
    ...(isSome(sweep, "breaks")
      ? [{ title: "!", means: "an expectation fails, so it is out of the question" }]
      : []),
    { title: "=", means: "as written" },
    ...shown(sweep).filter(({ means }) => means !== ""),
  ].flatMap(({ title, means }) => hanging(means, `  ${title.padEnd(12)}`));
  const advice = adviceOn(sweep).flatMap((text) => hanging(text, ""));
  return [...headOf(sweep), "", ...alignedLines(rowsOf(sweep)), "", ...legend, "", ...advice].join(
    "\n",
  );
}

export function sweepMarkdown(sweep: Sweep): string {
  return [markdownTable(rowsOf(sweep)), "", ...adviceOn(sweep).map((text) => `- ${text}`)].join(
    "\n",
  );
}

function rowsOf(sweep: Sweep): Rows {
  const seen = shown(sweep);
  return [
    seen.map(({ title }) => title),
    ...sweep.cells
      .toSorted(fastestFirst)
      .map((cell) => seen.map((column) => column.cell(cell, sweep))),
  ];
}

/** Lines behind their head, under each other. */
function hanging(text: string, head: string): readonly string[] {
  const margin = " ".repeat(Math.max(2, head.length));
  const [first = "", ...rest] = underMargin(text, margin);
  return [`${head}${first.trimStart()}`, ...rest];
}

function shown(sweep: Sweep): readonly Column[] {
  return columns.filter(({ isShown }) => isShown?.(sweep) ?? true);
}

function headOf({ deployment, cells, seeds }: Sweep): readonly string[] {
  const { metadata, spec } = deployment;
  const pods = `${spec.replicas} ${spec.replicas === 1 ? "replica" : "replicas"}`;
  return [
    `deployment/${metadata.name}, ${pods}: ${cells.length} settings of its rolling update`,
    seeds.length === 1
      ? `one world, seed ${seeds[0]}, the same for all`
      : `medians of ${seeds.length} worlds, the same for all`,
  ];
}

/** Of the file, if nothing else is tried. */
function rollingOf({ settings }: Cell, { deployment }: Sweep): RollingUpdateDeployment {
  return settings.rolling ?? deployment.spec.strategy.rollingUpdate ?? {};
}

/** `25% (3)`. */
function amount(given: IntOrString | undefined, pods: number): string {
  return String(given) === String(pods) ? String(pods) : `${given} (${pods})`;
}

function seconds(atLeast: number): string {
  return atLeast === 0 ? "-" : `${atLeast}s`;
}

function markOf({ standing }: Cell): string {
  return { best: "*", beaten: "", breaks: "!" }[standing];
}

function isSome({ cells }: Sweep, standing: Cell["standing"]): boolean {
  return cells.some((cell) => cell.standing === standing);
}
