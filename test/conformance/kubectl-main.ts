/**
 * `npm run conformance:kubectl -- FILE.jsonl...`: plays recordings of the real kubectl and shows every
 * difference. Without files: the recordings in data/. Exit code 1 when anything differs, 2 when a file is no
 * recording.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compare, type Comparison } from "./kubectl-compare.ts";
import { actsAt, playScenario } from "./kubectl-play.ts";
import {
  possibleStarts,
  readRecording,
  waitsForReady,
  RecordingError,
  type RecordedCommand,
} from "./kubectl-recording.ts";

/** The sources, also from .build/test/conformance. */
const dataFolder = fileURLToPath(import.meta.url).replace(
  /(\.build\/)?test\/conformance\/[^/]*$/,
  "test/conformance/data/",
);

export function recordedFiles(): readonly string[] {
  return readdirSync(dataFolder)
    .filter((name) => /^kubectl-.*\.jsonl\.gz$/.test(name))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => dataFolder + name);
}

export function compareFile(path: string): readonly Comparison[] {
  const commands = readRecording(path);
  const scenarios = [...new Set(commands.map(({ scenario }) => scenario))];
  return scenarios.flatMap((name) =>
    compareScenario(commands.filter(({ scenario }) => scenario === name)),
  );
}

/**
 * The wall clock at the start is not recorded to the ms, but names of ReplicaSets depend on it (a restart
 * writes the time into the template): the possible start that fits best is taken.
 */
function compareScenario(commands: readonly RecordedCommand[]): readonly Comparison[] {
  const restarts = commands.filter(({ args }) => args[1] === "restart");
  // Starts at which every restart falls into the same second name everything alike; when pods have been ready
  // for long enough depends on the part of a second, too.
  const part = commands.some(waitsForReady) ? 200 : 1000;
  const seconds = (start: number): string =>
    [
      ...restarts.map((command) => Math.floor((start + actsAt(command)) / 1000)),
      Math.floor((start % 1000) / part),
    ].join();
  const starts = new Map(possibleStarts(commands).map((start) => [seconds(start), start]));
  let best: readonly Comparison[] = [];
  for (const start of [...starts.values()].slice(0, STARTS)) {
    const comparisons = playScenario(commands, start).map(compare);
    if (best.length === 0 || differing(comparisons) < differing(best)) best = comparisons;
    if (differing(best) === 0) break;
  }
  return best;
}

/** Worth their time. */
const STARTS = 28;

function differing(comparisons: readonly Comparison[]): number {
  return comparisons.filter(({ agreement }) => agreement === "different").length;
}

function main(files: readonly string[]): number {
  const counts = { equal: 0, alike: 0, different: 0, "other version": 0 };
  for (const file of files) {
    for (const { played, agreement, difference } of compareFile(file)) {
      counts[agreement] += 1;
      if (agreement !== "different") continue;
      const { recorded } = played;
      const note = recorded.note === undefined ? "" : ` (${recorded.note})`;
      console.log(
        `--- ${recorded.scenario} ${recorded.seq}${note}: kubectl ${recorded.args.join(" ")}\n${difference}`,
      );
    }
  }
  if (counts["other version"] > 0) {
    console.log(
      `${counts["other version"]} of another kubectl than v1.37 were played, not compared`,
    );
  }
  if (counts.alike > 0) {
    console.log(`${counts.alike} differ only in what is left to chance (docs/kubectl.md)`);
  }
  const compared = counts.equal + counts.alike + counts.different;
  console.log(`${compared} commands, ${counts.different} differences`);
  return counts.different === 0 ? 0 : 1;
}

const [, script, ...files] = process.argv;
if (script !== undefined && import.meta.url.endsWith(script.split("/").at(-1) ?? "")) {
  try {
    process.exitCode = main(files.length > 0 ? files : recordedFiles());
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
