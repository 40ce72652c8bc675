/** Runs as GitHub Actions annotations: what failed, at its line in the scenario, and a line per run. */
import type { Problem } from "../scenario/problem.ts";
import type { Failure, Result } from "../scenario/result.ts";

interface Broken {
  readonly file: string;
  readonly problems: readonly Problem[];
}

export function githubReport(results: readonly Result[], broken: readonly Broken[]): string {
  const lines = [
    ...broken.flatMap(({ problems }) => problems.map(problemLine)),
    ...results.flatMap(({ scenario, passed, failures }) => [
      ...failures.map(failureLine),
      `${passed ? "PASSED" : "FAILED"} ${scenario.name} (${scenario.file})`,
    ]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function failureLine({ kind, name, message, details, place }: Failure): string {
  const text = [`${name}: ${message}`, ...details].join("\n");
  return command("error", place, `failed ${kind}`, text);
}

function problemLine(problem: Problem): string {
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  return command(problem.severity, problem, problem.code, problem.message + hint);
}

function command(
  level: "error" | "warning",
  { file, line, column }: Failure["place"],
  title: string,
  text: string,
): string {
  const where = `file=${property(file)},line=${line},col=${column},title=${property(title)}`;
  return `::${level} ${where}::${data(text)}`;
}

/** Workflow commands end at a newline and read % as an escape. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
