/** Compares what was played with what was recorded. */
import { createTwoFilesPatch } from "diff";
import { normalize } from "./kubectl-normalize.ts";
import type { PlayedCommand } from "./kubectl-play.ts";

export interface Comparison {
  readonly played: PlayedCommand;
  /** "" when they agree, else a small diff from the recording to rollsim. */
  readonly difference: string;
}

export function compare(played: PlayedCommand): Comparison {
  const { recorded } = played;
  const parts = (["stdout", "stderr"] as const).flatMap((stream) => {
    const [expected, actual] = [normalize(recorded[stream]), normalize(played[stream])];
    if (expected === actual) return [];
    const patch = createTwoFilesPatch("recorded", "rollsim", expected, actual, "", "", {
      context: 1,
    });
    return [`${stream}:\n${patch.split("\n").slice(4).join("\n")}`];
  });
  if (recorded.code !== played.code) parts.push(`code: ${recorded.code} -> ${played.code}`);
  return { played, difference: parts.join("\n") };
}
