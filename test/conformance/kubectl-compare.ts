/** Compares what was played with what was recorded. */
import { createTwoFilesPatch } from "diff";
import { burstMs, statesAtRest } from "./kubectl-bursts.ts";
import { normalize, normalizeLines } from "./kubectl-normalize.ts";
import type { PlayedCommand } from "./kubectl-play.ts";

export type Agreement = "equal" | "equal at rest" | "different";

export interface Comparison {
  readonly played: PlayedCommand;
  readonly agreement: Agreement;
  /** A small diff from the recording to rollsim; "" when they are equal. */
  readonly difference: string;
}

export function compare(played: PlayedCommand): Comparison {
  const { recorded } = played;
  const atRest = recorded.lines !== undefined && restsAlike(played);
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
  const agreement = parts.length === 0 ? "equal" : atRest && same ? "equal at rest" : "different";
  return { played, agreement, difference: parts.join("\n") };
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
