/** What a sweep says to who has to choose: how the file's settings do, and which others are worth a thought. */
import { beats } from "./pareto.ts";
import { durationText } from "./rows.ts";
import { costsOf, type Cell, type Summary, type Sweep } from "./sweep.ts";

/** Sentences. */
export function adviceOn(sweep: Sweep): readonly string[] {
  return [...ownOf(sweep), ...picksOf(sweep)];
}

function ownOf(sweep: Sweep): readonly string[] {
  const [own] = sweep.cells;
  if (own === undefined) return [];
  const name = `As written (${nameOf(own, sweep)})`;
  const worlds = sweep.seeds.length;
  if (own.standing === "breaks") {
    const broken = worlds - own.summary.passed;
    const where = worlds === 1 ? "" : ` in ${broken} of ${worlds} worlds`;
    return [`${name}: an expectation fails${where}.`];
  }
  const better = sweep.cells.find(
    ({ standing, summary }) => standing === "best" && beats(costsOf(summary), costsOf(own.summary)),
  );
  if (better === undefined) return [`${name}: nothing tried beats it.`];
  const differences = differencesOf(better.summary, own.summary).join(", ");
  return [`${name}: beaten by ${nameOf(better, sweep)}, with ${differences}.`];
}

/** Those that are best in one thing; of several the fastest. */
function picksOf(sweep: Sweep): readonly string[] {
  const best = sweep.cells
    .filter(({ standing, summary }) => standing === "best" && summary.duration < Infinity)
    .toSorted(fastestFirst);
  const [fastest] = best;
  if (fastest === undefined) return [];
  const least = (cost: (summary: Summary) => number): Cell =>
    best.reduce((found, cell) => (cost(cell.summary) < cost(found.summary) ? cell : found));
  const picks: readonly (readonly [string, Cell])[] = [
    ["fastest", fastest],
    ["most available", least(({ leastAvailable }) => -leastAvailable)],
    ["fewest pods", least(({ mostPods }) => mostPods)],
    ...(fastest.summary.failedRequests === undefined
      ? []
      : [["fewest failed requests", least(({ failedRequests = 0 }) => failedRequests)] as const]),
  ];
  return [...new Set(picks.map(([, cell]) => cell))].map((cell) => {
    const titles = picks.filter(([, pick]) => pick === cell).map(([title]) => title);
    const title = titles.join(", ");
    return `${title.slice(0, 1).toUpperCase()}${title.slice(1)}: ${nameOf(cell, sweep)}: ${factsOf(cell.summary)}.`;
  });
}

/** As for `compare --strategies rolling:25%/25%`. */
function nameOf({ settings, pods }: Cell, { deployment }: Sweep): string {
  const { minReady, preStop } = settings;
  const { maxSurge, maxUnavailable } =
    settings.rolling ?? deployment.spec.strategy.rollingUpdate ?? {};
  return [
    pods === undefined ? "Recreate" : `${maxSurge}/${maxUnavailable}`,
    ...(minReady === 0 ? [] : [`min ready ${minReady}s`]),
    ...(preStop === 0 ? [] : [`preStop ${preStop}s`]),
  ].join(", ");
}

function factsOf({ duration, leastAvailable, mostPods, failedRequests }: Summary): string {
  return [
    durationText(duration),
    `${leastAvailable} available`,
    `${mostPods} pods at most`,
    ...(failedRequests === undefined ? [] : [`${failedRequests} failed requests`]),
  ].join(", ");
}

function differencesOf(one: Summary, other: Summary): readonly string[] {
  const differences: readonly (readonly [number, number, string])[] = [
    [one.leastAvailable, other.leastAvailable, "available"],
    [one.mostPods, other.mostPods, "pods at most"],
    [one.failedRequests ?? 0, other.failedRequests ?? 0, "failed requests"],
  ];
  return [
    ...(one.duration === other.duration
      ? []
      : [`${durationText(one.duration)} instead of ${durationText(other.duration)}`]),
    ...differences
      .filter(([a, b]) => a !== b)
      .map(([a, b, what]) => `${a} instead of ${b} ${what}`),
  ];
}

/** Of those that take as long the one with fewer pods. */
export function fastestFirst({ summary: a }: Cell, { summary: b }: Cell): number {
  return a.duration - b.duration || a.mostPods - b.mostPods || b.leastAvailable - a.leastAvailable;
}
