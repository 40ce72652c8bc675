/**
 * `npm run conformance -- FILE...`: plays recorded traces of the real controllers and compares every frame.
 * Ends with `N cases, M divergences`, exit code 0 or 1.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkTrace, type Divergence } from "./check.ts";
import { readTraces } from "./trace-file.ts";

const data = fileURLToPath(new URL("../../../test/conformance/data/", import.meta.url));

function defaultFiles(): string[] {
  return readdirSync(data)
    .filter((name) => /^(fresh|random|wide|witnesses|v1\.).*\.jsonl\.gz$/.test(name))
    .map((name) => `${data}${name}`);
}

function main(args: readonly string[]): number {
  const only = args.find((arg) => arg.startsWith("--case="))?.slice("--case=".length);
  const files = args.filter((arg) => !arg.startsWith("--"));
  let cases = 0;
  const divergences: Divergence[] = [];
  for (const file of files.length > 0 ? files : defaultFiles()) {
    for (const trace of readTraces(file)) {
      if (only !== undefined && trace.case.name !== only) continue;
      if (trace.tooLong === true) continue;
      cases++;
      const divergence = checkTrace(trace);
      if (divergence === undefined) continue;
      divergences.push(divergence);
      if (divergences.length <= 10) process.stdout.write(`${divergence.text}\n`);
    }
  }
  process.stdout.write(`${cases} cases, ${divergences.length} divergences\n`);
  return divergences.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
