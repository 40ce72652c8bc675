/** `rollsim export`: a scenario as a folder to be played on a real control plane. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { namesOf, type Folder } from "../export/folder.ts";
import { CannotExport, exportScenario } from "../library/export.ts";
import type { Scenario } from "../scenario/scenario.ts";
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
  const { scenario, readFile } = found;
  const exported = exporting(scenario, readFile);
  for (const [name, text] of exported.files) write(join(folder, name), text, to);
  for (const text of exported.leftOut) io.err.write(`not exported: ${text}\n`);
  io.out.write(`${to}: ${namesOf(exported).join(", ")}\n`);
  return exitCodes.fine;
}

function exporting(scenario: Scenario, readFile: OneScenario["readFile"]): Folder {
  try {
    return playing(scenario.file, () => exportScenario(scenario, { readFile }));
  } catch (error) {
    if (!(error instanceof CannotExport)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
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
