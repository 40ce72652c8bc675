/** Compares what was played with what was recorded. */
import { createTwoFilesPatch } from "diff";
import { burstMs, statesAtRest } from "./kubectl-bursts.ts";
import { hasCombined, withoutCombined } from "./kubectl-combined.ts";
import { normalize, normalizeLines } from "./kubectl-normalize.ts";
import type { PlayedCommand } from "./kubectl-play.ts";

/**
 * `alike`: equal but for what is left to chance on a real cluster, as kubectl-bursts.ts and kubectl-combined.ts
 * tell. `other version`: recorded with another kubectl, played for what it does.
 */
export type Agreement = "equal" | "alike" | "different" | "other version";

export interface Comparison {
  readonly played: PlayedCommand;
  readonly agreement: Agreement;
  /** A small diff from the recording to rollsim; "" when they are equal. */
  readonly difference: string;
}

export function compare(played: PlayedCommand): Comparison {
  const { recorded } = played;
  if (!recorded.kubectl.startsWith("v1.37.")) {
    return { played, agreement: "other version", difference: "" };
  }
  const parts = (["stdout", "stderr"] as const).flatMap((stream) => {
    const [expected, actual] = [normalize(recorded[stream]), normalize(played[stream])];
    if (expected === actual) return [];
    const patch = createTwoFilesPatch("recorded", "rollsim", expected, actual, "", "", {
      context: 1,
    });
    return [`${stream}:\n${patch.split("\n").slice(4).join("\n")}`];
  });
  if (recorded.code !== played.code) parts.push(`code: ${recorded.code} -> ${played.code}`);
  const same =
    recorded.code === played.code && normalize(recorded.stderr) === normalize(played.stderr);
  const agreement = parts.length === 0 ? "equal" : same && isAlike(played) ? "alike" : "different";
  return { played, agreement, difference: parts.join("\n") };
}

function sortedLines(text: string): string {
  return normalize(text)
    .split("\n")
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join("\n");
}

function isAlike(played: PlayedCommand): boolean {
  const { recorded, stdout } = played;
  if (recorded.lines !== undefined && restsAlike(played)) return true;
  // Annotations are listed in the order of a Go map, which is another one in every run.
  if (recorded.args.includes("--list") && sortedLines(recorded.stdout) === sortedLines(stdout)) {
    return true;
  }
  if (!hasCombined(recorded.stdout) || !hasCombined(stdout)) return false;
  const [expected, actual] = [recorded.stdout, stdout].map((text) =>
    withoutCombined(normalize(text)),
  );
  return expected === actual;
}

/** Of an interrupted command, what it printed in its last moments depends on when it was. */
function restsAlike({ recorded, lines }: PlayedCommand): boolean {
  const end = recorded.killed === undefined ? Infinity : recorded.ms - burstMs;
  return states(recorded.lines ?? [], end) === states(lines, end);
}

function states(timed: readonly (readonly [number, string])[], end: number): string {
  const early = timed.filter(([ms]) => ms <= end);
  const normal = normalizeLines(early.map(([, line]) => line));
  return statesAtRest(early.map(([ms], i) => [ms, normal[i] ?? ""] as const)).join("\n");
}
