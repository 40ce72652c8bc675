/** What commands that take one file begin with. */
import { checkScenario } from "../scenario/parse.ts";
import { formatProblem } from "../scenario/problem.ts";
import type { RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { reader } from "./check.ts";
import { inputFiles, readBeside, type InputFile } from "./files.ts";
import { UsageError, type CliIo } from "./io.ts";

export interface OneScenario {
  readonly scenario: Scenario;
  /** Files that the scenario names, beside it. */
  readonly readFile: NonNullable<RunOptions["readFile"]>;
}

/**
 * Reads it and tells its problems; undefined: with these it cannot be played. Throws UsageError for a folder or pattern of
 * several files: which of them is meant?
 */
export function oneScenario(command: string, name: string, io: CliIo): OneScenario | undefined {
  const [file, ...more] = inputFiles([name], io);
  if (file === undefined || more.length > 0)
    throw new UsageError(`${command} takes one file; ${name} is several`);
  return readOne(file, io);
}

/** All manifests of a folder, as `kubectl apply -f` takes them. */
export function folderScenario(name: string, io: CliIo): OneScenario | undefined {
  const head = {
    apiVersion: "rollsim.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name: "folder" },
  };
  const text = JSON.stringify({ ...head, steps: [{ apply: name }] });
  return readOne({ name, text, folder: io.cwd }, io);
}

function readOne(file: InputFile, io: CliIo): OneScenario | undefined {
  const { scenario, problems } = checkScenario(file.text, file.name, { readFile: reader(file) });
  for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
  if (scenario === undefined) return undefined;
  return { scenario, readFile: (path) => readBeside(file.folder, path) };
}
