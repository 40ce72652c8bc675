/** Why a recorded command still prints something else. Each reason holds for the commands it matches. */
import type { RecordedCommand } from "./kubectl-recording.ts";

interface Reason {
  readonly matches: (recorded: RecordedCommand, line: string) => boolean;
  readonly why: string;
}

/** By scenario and number: what was printed depends on tenths of a second of the recorded cluster's work. */
const races: readonly (readonly [string, number])[] = [
  ["tutorial-4", 1],
  ["create", 126],
  ["create", 127],
];

const line =
  (pattern: RegExp): Reason["matches"] =>
  (_, text) =>
    pattern.test(text);

const reasons: readonly Reason[] = [
  {
    matches: line(/^explain /),
    why: "field names, types and marks agree; descriptions are rollsim's own words or left out",
  },
  {
    matches: line(/^api-(resources|versions)/),
    why: "rollsim serves fewer kinds",
  },
  { matches: line(/^(cluster-info|config view)/), why: "names of another cluster" },
  { matches: line(/^rollout$/), why: "help is in rollsim's own words" },
  {
    matches: line(/^describe node/),
    why: "nodes are not described in full: rollsim has no capacity or lease to show",
  },
  {
    matches: line(/--show-managed-fields/),
    why: "field owners are kept only as far as server-side apply needs them",
  },
  {
    matches: ({ scenario, seq }) =>
      races.some(([name, number]) => name === scenario && number === seq),
    why:
      "a race that the recorded cluster lost: it was still at work on what had been asked just before, " +
      "a few tenths of a second behind its pods",
  },
  {
    matches: line(/^get nodes/),
    why: "rollsim's nodes are places for pods, not objects of its API",
  },
];

export function reasonFor(recorded: RecordedCommand): string | undefined {
  const text = recorded.args.join(" ");
  return reasons.find(({ matches }) => matches(recorded, text))?.why;
}
