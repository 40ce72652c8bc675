/** What playing all recordings of the project covers; kept as data so that the report can be checked. */
import { readdirSync, readFileSync } from "node:fs";
import { deepEqual } from "../../src/api/json.ts";
import { compareTrace } from "./check.ts";
import { playTimeline, type Timeline } from "./timelines.ts";
import { DATA, readLines, readTraces } from "./trace-file.ts";
import { checkVector, type Vector } from "./vectors.ts";

export interface TraceFileCoverage {
  readonly file: string;
  readonly kubernetes: string;
  readonly cases: number;
  readonly divergences: number;
  readonly frames: number;
  /** Values compared: numbers, texts, truths and nulls. */
  readonly fields: number;
  readonly syncs: number;
  readonly decisions: Readonly<Record<string, number>>;
}

export interface VectorFileCoverage {
  readonly file: string;
  readonly cases: number;
  readonly differences: number;
}

export interface TimelineCoverage {
  readonly scenario: string;
  readonly facts: number;
  /** Of the schedule. */
  readonly moves: number;
  readonly holds: boolean;
}

export interface Coverage {
  readonly timelines: readonly TimelineCoverage[];
  readonly traces: readonly TraceFileCoverage[];
  readonly vectors: readonly VectorFileCoverage[];
}

export function traceFiles(): string[] {
  return readdirSync(DATA)
    .filter((name) => /^(fresh|random|wide|witnesses|v1\.).*\.jsonl\.gz$/.test(name))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

export function vectorFiles(): string[] {
  return readdirSync(DATA)
    .filter((name) => /^vectors.*\.jsonl\.gz$/.test(name))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

export function readTimelines(): Timeline[] {
  return JSON.parse(readFileSync(`${DATA}timelines.json`, "utf8")) as Timeline[];
}

export function coverTimeline(timeline: Timeline): TimelineCoverage {
  const { scenario, facts, moves } = timeline;
  const holds = deepEqual(playTimeline(timeline), facts);
  return { scenario, facts: facts.length, moves: moves.length, holds };
}

export function coverTraces(file: string): TraceFileCoverage {
  const traces = readTraces(`${DATA}${file}`);
  const decisions: Record<string, number> = {};
  const sums = { divergences: 0, frames: 0, fields: 0, syncs: 0 };
  for (const trace of traces) {
    const { divergence, frames, fields, played } = compareTrace(trace);
    if (divergence !== undefined) sums.divergences++;
    sums.frames += frames;
    sums.fields += fields;
    sums.syncs += played?.syncs ?? 0;
    for (const [id, count] of played?.decisions ?? []) {
      decisions[id] = (decisions[id] ?? 0) + count;
    }
  }
  const versions = [...new Set(traces.map(({ kubernetes }) => kubernetes))];
  return { file, kubernetes: versions.join(", "), cases: traces.length, ...sums, decisions };
}

export function coverVectors(file: string): VectorFileCoverage {
  const vectors = readLines(`${DATA}${file}`) as Vector[];
  const differences = vectors.filter((vector) => checkVector(vector).length > 0).length;
  return { file, cases: vectors.length, differences };
}
