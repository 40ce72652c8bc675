/** Explanations as a person reads them, at most 80 columns wide. */
import { clockReading } from "../api/duration.ts";
import { sentence } from "../controllers/decisions.ts";
import type { KnownFailure } from "./known-failure.ts";
import type { OperatedExplanation, OperatedSet } from "./operated.ts";
import type { Explanation, ReplicaSetState } from "./why.ts";

const WIDTH = 80;

export function explanationText(e: Explanation): string {
  const lines = [
    `${e.object} at ${clockReading(e.at)}: ${e.state}${asReported(e)}`,
    "",
    `  ${arithmetic(e)}`,
    ...e.replicaSets.flatMap(replicaSetLines),
    "",
    "What the controller decides now:",
    ...e.decisions.flatMap((d) => wrap(`${d.id}: ${sentence(d)}`, "  - ", "    ")),
    ...(e.decisions.length === 0 ? ["  nothing"] : []),
    ...helpLines(e.wouldHelp),
    ...failureLines(e.failures),
  ];
  if (e.deadlineAt !== undefined && e.state !== "complete") {
    lines.push(
      "",
      ...wrap(`Without progress it exceeds its deadline after ${clockReading(e.deadlineAt)}.`),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Of a Rollout or a Canary. */
export function operatedText(e: OperatedExplanation): string {
  const [first] = e.decisions;
  const when = first === undefined ? "" : `, at ${clockReading(first.at)}`;
  const lines = [
    ...wrap(`${e.object} at ${clockReading(e.at)}: ${e.state}`, "", "  "),
    ...(e.facts.length === 0 ? [] : ["", ...e.facts.flatMap((fact) => wrap(fact, "  ", "    "))]),
    ...(e.replicaSets.length === 0 ? [] : ["", ...e.replicaSets.flatMap(replicaSetLines)]),
    "",
    `What its controller decided last${when}:`,
    ...e.decisions.flatMap((d) => wrap(`${d.id}: ${d.sentence}`, "  - ", "    ")),
    ...(first === undefined ? ["  nothing yet"] : []),
    ...helpLines(e.wouldHelp),
  ];
  return `${lines.join("\n")}\n`;
}

function helpLines(wouldHelp: readonly string[]): string[] {
  if (wouldHelp.length === 0) return [];
  return [
    "",
    "What would let it go on:",
    ...wouldHelp.flatMap((text) => wrap(text, "  - ", "    ")),
  ];
}

function failureLines(failures: readonly KnownFailure[]): string[] {
  if (failures.length === 0) return [];
  return [
    "",
    "Known failures that it shows (docs/failures.md):",
    ...failures.flatMap(({ story, says, better }) => [
      ...wrap(`${story}: ${says}.`, "  - ", "    "),
      ...wrap(`Better: ${better}.`, "    ", "    "),
    ]),
  ];
}

/** Its status may not know yet. */
function asReported({ state, reallyAvailable, replicas }: Explanation): string {
  return state === "complete" && reallyAvailable < replicas ? ", as its status says" : "";
}

function arithmetic(e: Explanation): string {
  const ceiling = e.replicas + e.surge;
  const floor = e.replicas - e.unavailable;
  const isBehind = e.reallyAvailable !== e.available;
  const really = isBehind ? ` as reported (really ${e.reallyAvailable}: a status is behind)` : "";
  return (
    `R = ${e.replicas} replicas, S = ${e.surge} surge, U = ${e.unavailable} unavailable\n` +
    `  asked for: ${e.asked}, at most ${ceiling} (R + S)\n` +
    `  available: ${e.available}${really}, at least ${floor} (R - U)\n`
  );
}

function replicaSetLines(rs: ReplicaSetState | OperatedSet): string[] {
  const head =
    `  ${rs.name} (revision ${rs.revision}, ${rs.role}): asks for ${rs.asked}, ` +
    `${rs.available} available`;
  const groups = rs.pods.flatMap(({ state, count, counts, why }) => [
    `${String(count).padStart(8)} ${state}${counts ? "" : " (does not count)"}`,
    ...(why === undefined ? [] : wrap(why, " ".repeat(11), " ".repeat(11))),
  ]);
  return [head, ...groups];
}

function wrap(text: string, first = "", rest = ""): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > WIDTH && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = rest;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
