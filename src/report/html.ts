/** Runs as one page that needs nothing else: charts, and the report of each as text. */
import type { Problem } from "../scenario/problem.ts";
import { formatProblem } from "../scenario/problem.ts";
import type { Result } from "../scenario/result.ts";
import { chartStyle } from "./chart.ts";
import { escaped } from "./markup.ts";
import { plainPaint } from "./paint.ts";
import { chartsOf } from "./svg.ts";
import { textReport } from "./text.ts";

interface Broken {
  readonly file: string;
  readonly problems: readonly Problem[];
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2.5rem 0 0.5rem; }
h2 span { font-size: 0.8em; padding: 0.1em 0.5em; border-radius: 0.4em; color: #fff; }
.passed { background: #1a7f37; }
.failed { background: #cf222e; }
svg { width: 100%; height: auto; }
pre { overflow-x: auto; font: 13px/1.45 ui-monospace, monospace; }`;

const WIDTH = 100;

export function htmlReport(results: readonly Result[], broken: readonly Broken[]): string {
  const names = [
    ...results.map(({ scenario }) => scenario.name),
    ...broken.map(({ file }) => file),
  ];
  return `${[
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(names.join(", "))}</title>`,
    `<meta name="viewport" content="width=device-width">`,
    `<style>${style}${chartStyle}\n</style></head><body>`,
    "<h1>rollsim</h1>",
    ...results.map(sectionOf),
    ...broken.map(brokenSection),
    "</body></html>",
  ].join("\n")}\n`;
}

function sectionOf(result: Result): string {
  const { scenario, passed } = result;
  const report = textReport(result, { width: WIDTH, paint: plainPaint });
  return [
    heading(scenario.name, passed ? "passed" : "failed"),
    ...chartsOf(result),
    preformatted(report),
  ].join("\n");
}

function brokenSection({ file, problems }: Broken): string {
  return [heading(file, "failed"), preformatted(problems.map(formatProblem).join("\n"))].join("\n");
}

function heading(name: string, verdict: "passed" | "failed"): string {
  return `<h2>${escaped(name)} <span class="${verdict}">${verdict}</span></h2>`;
}

function preformatted(text: string): string {
  return `<pre>${text.split("\n").map(escaped).join("\n")}</pre>`;
}
