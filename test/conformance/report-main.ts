/** `npm run docs:fidelity`: plays all recordings of the project and writes docs/fidelity.md. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  coverTimeline,
  coverTraces,
  coverVectors,
  readTimelines,
  traceFiles,
  vectorFiles,
} from "./coverage.ts";
import { fidelityPage } from "./report.ts";
import { DATA } from "./trace-file.ts";

const coverage = {
  timelines: readTimelines().map((timeline) => coverTimeline(timeline)),
  traces: traceFiles().map((file) => coverTraces(file)),
  vectors: vectorFiles().map((file) => coverVectors(file)),
};
const page = fileURLToPath(new URL("../../../docs/fidelity.md", `file://${DATA}`));
writeFileSync(`${DATA}coverage.json`, `${JSON.stringify(coverage, undefined, 2)}\n`);
writeFileSync(page, fidelityPage(coverage));
process.stdout.write(`wrote ${page}\n`);
