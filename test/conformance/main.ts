/**
 * `npm run conformance -- FILE...`: plays recorded traces of the real controllers and compares every frame.
 * Each trace is played on the Kubernetes version that it names. Ends with `N cases, M divergences`, exit
 * code 0 or 1. Options: `--case=NAME`, `--limit=N`, `--shrink=FILE` (writes the first divergence, shrunk).
 */
import { readdirSync, writeFileSync } from "node:fs";
import { checkTrace } from "./check.ts";
import { shrink, sizeText } from "./shrink.ts";
import { DATA, options, readTraces, type RecordedTrace } from "./trace-file.ts";

/** Divergences that are shown; all are counted. */
const SHOWN = 10;

function defaultFiles(): string[] {
  return readdirSync(DATA)
    .filter((name) => /^(fresh|random|wide|witnesses|v1\.).*\.jsonl\.gz$/.test(name))
    .map((name) => `${DATA}${name}`);
}

function main(args: readonly string[]): number {
  const { files, only, limit } = options(args);
  const target = args.find((arg) => arg.startsWith("--shrink="))?.slice("--shrink=".length);
  let cases = 0;
  let divergences = 0;
  for (const file of files.length > 0 ? files : defaultFiles()) {
    for (const trace of readTraces(file)) {
      const asked = only === undefined || trace.case.name === only;
      if (!asked || trace.tooLong === true || cases >= limit) continue;
      cases++;
      const divergence = checkTrace(trace);
      if (divergence === undefined) continue;
      divergences++;
      if (divergences > SHOWN) continue;
      process.stdout.write(`${divergence.text}\n${replayLines(trace, file)}`);
      if (target !== undefined && divergences === 1) writeShrunk(trace, target);
    }
  }
  process.stdout.write(`${cases} cases, ${divergences} divergences\n`);
  return divergences === 0 ? 0 : 1;
}

function replayLines(trace: RecordedTrace, file: string): string {
  const again = `  replay: npm run conformance -- --case=${trace.case.name} ${file}\n`;
  const shrunk = shrink(trace);
  if (shrunk === undefined) return again;
  const steps = shrunk.trace.case.actions.map(({ at, do: what, name = "" }) =>
    `    ${at} s: ${what} ${name}`.trimEnd(),
  );
  return `${again}  shrunk to ${sizeText(shrunk.trace, trace)} (--shrink=FILE writes it)\n${steps.join("\n")}\n`;
}

function writeShrunk(trace: RecordedTrace, file: string): void {
  const shrunk = shrink(trace);
  if (shrunk !== undefined) writeFileSync(file, `${JSON.stringify(shrunk.trace)}\n`);
}

process.exitCode = main(process.argv.slice(2));
