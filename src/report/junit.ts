/** Runs as JUnit XML: a scenario is a suite; its steps and expectations are the cases. Times are virtual. */
import { formatProblem, type Problem } from "../scenario/problem.ts";
import type { Failure, Result } from "../scenario/result.ts";

interface Broken {
  readonly file: string;
  readonly problems: readonly Problem[];
}

export function junitReport(results: readonly Result[], broken: readonly Broken[]): string {
  const suites = [...results.map(suiteOf), ...broken.map(brokenSuite)];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="rollsim">\n${suites.join("")}</testsuites>\n`;
}

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  readonly skipped: boolean;
}

function suiteOf(result: Result): string {
  const { scenario, failures, settledAt } = result;
  const cases = casesOf(result);
  const failed = cases.filter((one) => one.failures.length > 0).length;
  const skipped = cases.filter((one) => one.skipped).length;
  const attributes = [
    ["name", scenario.name],
    ["file", scenario.file],
    ["tests", String(cases.length)],
    ["failures", String(failed)],
    ["skipped", String(skipped)],
    ["time", String(settledAt / 1000)],
  ] as const;
  const lines = cases.map((one) => caseOf(scenario.name, one)).join("");
  const orphans = failures.filter(({ kind }) => kind === "manifest");
  const first = orphans.length > 0 ? caseOf(scenario.name, manifestCase(orphans)) : "";
  const properties = propertiesOf(result.traffic);
  return `  <testsuite${attributesOf(attributes)}>\n${properties}${first}${lines}  </testsuite>\n`;
}

/** Accounts of requests: `traffic.web.failed`, `traffic.web.failed.staleView`. */
function propertiesOf(traffic: Result["traffic"]): string {
  const properties = traffic.flatMap(({ name, account }) => {
    const { requests, answered, failed, slow, downtime, latency, failedBy } = account;
    const facts = { requests, answered, failed, slow, downtime, p99: latency.p99 };
    const causes = Object.entries(failedBy).filter(([, count]) => count > 0);
    return [
      ...Object.entries(facts),
      ...causes.map(([cause, count]) => [`failed.${cause}`, count] as const),
    ].map(([key, value]) => [`traffic.${name}.${key}`, String(value)] as const);
  });
  if (properties.length === 0) return "";
  const lines = properties.map(([name, value]) => {
    const attributes = attributesOf([
      ["name", name],
      ["value", value],
    ]);
    return `      <property${attributes}/>\n`;
  });
  return `    <properties>\n${lines.join("")}    </properties>\n`;
}

function manifestCase(failures: readonly Failure[]): Case {
  return { name: "manifests", seconds: 0, failures, skipped: false };
}

function casesOf({ scenario, steps, expectations, failures }: Result): readonly Case[] {
  const taken = scenario.steps.map((step): Case => {
    const done = steps.find((one) => one.step === step);
    return {
      name: `step ${step.name} (${step.verb})`,
      seconds: done === undefined ? 0 : (done.ended - done.began) / 1000,
      failures: failures.filter(({ kind, name }) => kind === step.verb && name === step.name),
      skipped: done === undefined,
    };
  });
  const checked = expectations.map(({ kind, text, place, outcome }): Case => ({
    name: `${kind} ${text}`,
    seconds: 0,
    failures: failures.filter((one) => one.kind === kind && samePlace(one.place, place)),
    skipped: outcome === "unchecked",
  }));
  return [...taken, ...checked];
}

function samePlace(a: Failure["place"], b: Failure["place"]): boolean {
  return a.line === b.line && a.column === b.column && a.file === b.file;
}

function caseOf(suite: string, { name, seconds, failures, skipped }: Case): string {
  const attributes = attributesOf([
    ["classname", suite],
    ["name", name],
    ["time", String(seconds)],
  ]);
  const inner = failures.map((failure) => {
    const { file, line, column } = failure.place;
    const text = [`${file}:${line}:${column}`, ...failure.details].join("\n");
    return `      <failure${attributesOf([["message", failure.message]])}>${escaped(text)}</failure>\n`;
  });
  if (skipped) inner.push("      <skipped/>\n");
  if (inner.length === 0) return `    <testcase${attributes}/>\n`;
  return `    <testcase${attributes}>\n${inner.join("")}    </testcase>\n`;
}

function brokenSuite({ file, problems }: Broken): string {
  const attributes = attributesOf([
    ["name", file],
    ["tests", "1"],
    ["errors", "1"],
  ]);
  const text = escaped(problems.map(formatProblem).join("\n"));
  return (
    `  <testsuite${attributes}>\n    <testcase${attributesOf([["name", "is a valid scenario"]])}>\n` +
    `      <error message="invalid scenario">${text}</error>\n    </testcase>\n  </testsuite>\n`
  );
}

function attributesOf(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");
}

/** XML 1.0 has no control characters, not even as references. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\u{fffd}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
