/**
 * `npm run conformance:kubectl -- FILE.jsonl...`: plays recordings of the real kubectl and shows every
 * difference. Without files: the recordings in data/. Exit code 1 when anything differs.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compare, type Comparison } from "./kubectl-compare.ts";
import { playScenario } from "./kubectl-play.ts";
import { possibleStarts, readRecording, type RecordedCommand } from "./kubectl-recording.ts";

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
  let best: readonly Comparison[] = [];
  for (const start of possibleStarts(commands)) {
    const comparisons = playScenario(commands, start).map(compare);
    if (best.length === 0 || differing(comparisons) < differing(best)) best = comparisons;
  }
  return best;
}

function differing(comparisons: readonly Comparison[]): number {
  return comparisons.filter(({ agreement }) => agreement === "different").length;
}

function main(files: readonly string[]): number {
  let [commands, alike, differences] = [0, 0, 0];
  for (const file of files) {
    for (const { played, agreement, difference } of compareFile(file)) {
      commands += 1;
      if (agreement === "equal at rest") alike += 1;
      if (agreement !== "different") continue;
      differences += 1;
      const { recorded } = played;
      const note = recorded.note === undefined ? "" : ` (${recorded.note})`;
      console.log(
        `--- ${recorded.scenario} ${recorded.seq}${note}: kubectl ${recorded.args.join(" ")}\n${difference}`,
      );
    }
  }
  if (alike > 0)
    console.log(`${alike} print other lines while controllers work, and rest in the same states`);
  console.log(`${commands} commands, ${differences} differences`);
  return differences === 0 ? 0 : 1;
}

const [, script, ...files] = process.argv;
if (script !== undefined && import.meta.url.endsWith(script.split("/").at(-1) ?? "")) {
  process.exitCode = main(files.length > 0 ? files : recordedFiles());
}
