/** Explanations as a person reads them, as wide as is asked for. */
import { refuse } from "../api/check-shape.ts";
import { clockReading, formatDuration } from "../api/duration.ts";
import { sentence } from "../controllers/decisions.ts";
import type { KnownFailure } from "./known-failure.ts";
import type { OperatedExplanation, OperatedSet } from "./operated.ts";
import type { Explanation, ReplicaSetState } from "./why.ts";

/** A line that is whole, or words to be wrapped: the first line begins with `first`, the others with `rest`. */
type Line = string | { readonly words: string; readonly first: string; readonly rest: string };

/** `width`: columns; default 80. */
export function explanationText(e: Explanation, width = 80): string {
  // JavaScript lets it pass what explainDeployment answers of a Deployment that there is not.
  if (typeof e !== "object")
    refuse("explanation", e, "what explainDeployment gave, if it is there");
  const lines = [
    wrap(`${e.object} at ${clockReading(e.at)}: ${e.state}${asReported(e)}`, "", "  "),
    "",
    ...arithmetic(e),
    "",
    ...e.replicaSets.flatMap(replicaSetLines),
    "",
    "What the controller decides now:",
    ...e.decisions.map((d) => wrap(`${d.id}: ${sentence(d)}`, "  - ", "    ")),
    ...(e.decisions.length === 0 ? ["  nothing"] : []),
    ...helpLines(e.wouldHelp),
    ...failureLines(e.failures),
  ];
  if (e.deadlineAt !== undefined && e.state !== "complete") {
    const left = e.deadlineAt - e.at;
    const when = `${clockReading(e.deadlineAt)}${left > 0 ? `, in ${formatDuration(left)}` : ""}`;
    lines.push("", wrap(`Without progress its deadline passes at ${when}.`));
  }
  return textOf(lines, width);
}

/** Of a Rollout or a Canary. `width`: columns; default 80. */
export function operatedText(e: OperatedExplanation, width = 80): string {
  const [first] = e.decisions;
  const when = first === undefined ? "" : `, at ${clockReading(first.at)}`;
  const lines = [
    wrap(`${e.object} at ${clockReading(e.at)}: ${e.state}`, "", "  "),
    ...(e.facts.length === 0 ? [] : ["", ...e.facts.map((fact) => wrap(fact, "  ", "    "))]),
    ...(e.replicaSets.length === 0 ? [] : ["", ...e.replicaSets.flatMap(replicaSetLines)]),
    "",
    `What its controller decided last${when}:`,
    ...e.decisions.map((d) => wrap(`${d.id}: ${d.sentence}`, "  - ", "    ")),
    ...(first === undefined ? ["  nothing yet"] : []),
    ...helpLines(e.wouldHelp),
  ];
  return textOf(lines, width);
}

function helpLines(wouldHelp: readonly string[]): Line[] {
  if (wouldHelp.length === 0) return [];
  return ["", "What would let it go on:", ...wouldHelp.map((text) => wrap(text, "  - ", "    "))];
}

function failureLines(failures: readonly KnownFailure[]): Line[] {
  if (failures.length === 0) return [];
  return [
    "",
    "Known failures that it shows (docs/failures.md):",
    ...failures.flatMap(({ story, says, better }) => [
      wrap(`${story}: ${says}.`, "  - ", "    "),
      wrap(`Better: ${better}.`, "    ", "    "),
    ]),
  ];
}

/** Its status may not know yet. */
function asReported({ state, reallyAvailable, replicas }: Explanation): string {
  return state === "complete" && reallyAvailable < replicas ? ", as its status says" : "";
}

function arithmetic(e: Explanation): Line[] {
  const ceiling = e.replicas + e.surge;
  const floor = e.replicas - e.unavailable;
  const isBehind = e.reallyAvailable !== e.available;
  const really = isBehind ? ` as reported (really ${e.reallyAvailable}: a status is behind)` : "";
  return [
    `R = ${e.replicas} replicas, S = ${e.surge} surge, U = ${e.unavailable} unavailable`,
    `asked for: ${e.asked}, at most ${ceiling} (R + S)`,
    `available: ${e.available}${really}, at least ${floor} (R - U)`,
  ].map((words) => wrap(words, "  ", "    "));
}

function replicaSetLines(rs: ReplicaSetState | OperatedSet): Line[] {
  const head =
    `${rs.name} (revision ${rs.revision}, ${rs.role}): asks for ${rs.asked}, ` +
    `${rs.available} available`;
  const groups = rs.pods.flatMap(({ state, count, counts, why }) => [
    `${String(count).padStart(8)} ${state}${counts ? "" : " (does not count)"}`,
    ...(why === undefined ? [] : [wrap(why, " ".repeat(11), " ".repeat(11))]),
  ]);
  return [wrap(head, "  ", "    "), ...groups];
}

function wrap(words: string, first = "", rest = ""): Line {
  return { words, first, rest };
}

function textOf(lines: readonly Line[], width: number): string {
  return lines
    .map((line) => `${typeof line === "string" ? line : wrapped(line, width)}\n`)
    .join("");
}

function wrapped({ words, first, rest }: Exclude<Line, string>, width: number): string {
  const lines: string[] = [];
  let line = first;
  for (const word of words.split(" ")) {
    if (line.length + word.length + 1 > width && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = rest;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join("\n");
}
