/** `exportScenario` of the library: a scenario for a real control plane, as files that are not written yet. */
import { callable, shape, text, type Fields } from "../api/check-shape.ts";
import { exportOf, type Folder } from "../export/folder.ts";
import { plainPaint } from "../report/paint.ts";
import { textReport } from "../report/text.ts";
import { checkScenarioGiven, runScenario, type RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";

export interface ExportOptions {
  /** Instead of the scenario's own. */
  readonly seed?: string;
  /** Files that kubectl lines name: they become part of what is exported. */
  readonly readFile?: NonNullable<RunOptions["readFile"]>;
}

/** What no other cluster can be given, or where there is nothing to be seen. */
export class CannotExport extends RangeError {
  override readonly name = "CannotExport";
}

const fields: Fields<ExportOptions> = { seed: text, readFile: callable };

/**
 * Plays the scenario to see which pods it has. Files by name, as in `play.sh` (`sh play.sh CONTEXT` plays it), and what is left out,
 * in words. RangeError for options that are none, and for a scenario that no other cluster can be given.
 */
export function exportScenario(scenario: Scenario, options: ExportOptions = {}): Folder {
  checkScenarioGiven(scenario);
  shape(fields, "option")("options", options);
  if (scenario.manifests.some((manifest) => manifest.found === true)) {
    const why = "has Deployments as a cluster gave them, which no other one can be given";
    throw new CannotExport(`${scenario.file}: ${why}; export a scenario with their manifests`);
  }
  const named = new Map<string, string>();
  const readFile: NonNullable<RunOptions["readFile"]> = (path) => {
    const files = options.readFile?.(path);
    for (const { name, text: content } of files ?? []) named.set(name, content);
    return files;
  };
  const { seed } = options;
  const result = runScenario(scenario, { readFile, ...(seed === undefined ? {} : { seed }) });
  const exported = exportOf(result, named);
  if (exported === undefined) {
    throw new CannotExport(`${scenario.file}: no pods of Deployments in it: nothing to be seen`);
  }
  const predicted = `${textReport(result, { paint: plainPaint, width: 80 })}\n`;
  return { ...exported, files: new Map([...exported.files, ["predicted.txt", predicted]]) };
}
