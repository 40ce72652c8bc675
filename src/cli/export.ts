/** `rollsim export`: a scenario as a folder to be played on a real control plane. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { exportOf, namesOf } from "../export/folder.ts";
import { plainPaint } from "../report/paint.ts";
import { textReport } from "../report/text.ts";
import type { RunOptions } from "../scenario/run.ts";
import { runScenario } from "../scenario/run.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { oneScenario, type OneScenario } from "./one-scenario.ts";
import { playing } from "./replay.ts";

export interface ExportArguments {
  readonly file: string;
  readonly to: string;
  /** Write into a folder that has something in it. */
  readonly force: boolean;
}

export function exportFolder(args: ExportArguments, io: CliIo): ExitCode {
  const folder = resolve(io.cwd, args.to);
  const { to } = args;
  if (entriesOf(folder, to).length > 0 && !args.force) {
    throw new UsageError(`--to ${to}: is not empty; --force writes into it all the same`);
  }
  const found = oneScenario("export", args.file, io);
  if (found === undefined) return exitCodes.usage;
  const { scenario } = found;
  if (scenario.manifests.some((manifest) => manifest.found === true)) {
    const why = "has Deployments as a cluster gave them, which no other one can be given";
    throw new UsageError(`${scenario.file}: ${why}; export a scenario with their manifests`);
  }
  const { readFile, named } = noting(found);
  const result = playing(scenario.file, () => runScenario(scenario, { readFile }));
  const exported = exportOf(result, named);
  if (exported === undefined) {
    throw new UsageError(`${scenario.file}: no pods of Deployments in it: nothing to be seen`);
  }
  const predicted = `${textReport(result, { paint: plainPaint, width: 80 })}\n`;
  const files = new Map([...exported.files, ["predicted.txt", predicted]]);
  for (const [name, text] of files) write(join(folder, name), text, to);
  for (const text of exported.leftOut) io.err.write(`not exported: ${text}\n`);
  io.out.write(`${to}: ${namesOf({ ...exported, files }).join(", ")}\n`);
  return exitCodes.fine;
}

/** Remembers what the lines of a scenario read. */
function noting({ readFile }: OneScenario): {
  readonly readFile: NonNullable<RunOptions["readFile"]>;
  readonly named: ReadonlyMap<string, string>;
} {
  const named = new Map<string, string>();
  return {
    named,
    readFile: (path) => {
      const files = readFile(path);
      for (const { name, text } of files ?? []) named.set(name, text);
      return files;
    },
  };
}

function entriesOf(folder: string, shown: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw refused(error, shown);
  }
}

function write(path: string, text: string, shown: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw refused(error, shown);
  }
}

/** What the system refuses is no mistake of ours: as it words it, without our path. */
function refused(error: unknown, shown: string): UsageError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const words = code === "ENOTDIR" ? "is no folder" : message.replace(/^\w+: |, \w+ .*$/gu, "");
  return new UsageError(`--to ${shown}: ${words}`, { cause: error });
}
