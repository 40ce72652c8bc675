/** Runs as one SVG: a chart for each Deployment, one under the other. */
import { isKubectlRead } from "./moments.ts";
import { chartOf, chartSize, chartStyle, type ChartOptions } from "./chart.ts";
import type { Result } from "../scenario/result.ts";
import { seriesOf } from "./series.ts";

/** One element `svg` each. */
export function chartsOf({ trace, settledAt, scenario }: Result): readonly string[] {
  const options: ChartOptions = {
    // A little more, so that one sees how it ends.
    end: Math.max(1000, Math.ceil(settledAt * 1.03)),
    commands: trace.flatMap((entry) =>
      entry.kind === "step" && !isRead(entry.name) && entry.at <= settledAt
        ? [{ at: entry.at, name: entry.name }]
        : [],
    ),
    broken: trace.flatMap((entry) =>
      entry.kind === "expectation" && !entry.held ? [Math.min(entry.at, settledAt)] : [],
    ),
  };
  return seriesOf(trace).map((series) => {
    const name = `${scenario.name}: ${series.name}`;
    return chartOf({ ...series, name }, options);
  });
}

function isRead(command: string): boolean {
  return isKubectlRead(command) || /^kubectl argo rollouts (get|status|list)\b/u.test(command);
}

export function svgReport(results: readonly Result[]): string {
  const charts = results.flatMap(chartsOf);
  const { width, height } = chartSize;
  const placed = charts.map((chart, i) =>
    chart.replace("<svg ", `<svg y="${i * height}" width="${width}" height="${height}" `),
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${Math.max(1, charts.length) * height}">`,
    `<style>${chartStyle}\n</style>`,
    ...placed,
    "</svg>",
  ].join("\n")}\n`;
}
