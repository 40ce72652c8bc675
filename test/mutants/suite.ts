/**
 * What a mutant has to get past: recorded traces of the real controllers, the quick ones first. Prints the
 * name of the first case that notices and ends with 1; a mutant that nothing notices ends with 0.
 */
import { readdirSync } from "node:fs";
import { checkTrace } from "../conformance/check.ts";
import { readTraces, type RecordedTrace } from "../conformance/trace-file.ts";

function weight(trace: RecordedTrace): number {
  return trace.frames.length;
}

function main(data: string): number {
  const files = readdirSync(data)
    .filter((name) => /^(witnesses|wide|fresh|random).*\.jsonl\.gz$/.test(name))
    .map((name) => `${data}/${name}`);
  const traces = files.flatMap((file) => readTraces(file));
  for (const trace of traces.toSorted((a, b) => weight(a) - weight(b))) {
    const divergence = checkTrace(trace);
    if (divergence === undefined) continue;
    process.stdout.write(`${divergence.name} at ${divergence.at ?? "?"} ms\n`);
    return 1;
  }
  return 0;
}

process.exitCode = main(process.argv[2]!);
