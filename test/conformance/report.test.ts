import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decisions } from "../../src/controllers/decisions.ts";
import { coverTraces, traceFiles, vectorFiles, type Coverage } from "./coverage.ts";
import { isRecorded, UNREACHED } from "./report-notes.ts";
import { fidelityPage } from "./report.ts";
import { DATA, readTexts } from "./trace-file.ts";

const coverage = JSON.parse(readFileSync(`${DATA}coverage.json`, "utf8")) as Coverage;

describe("docs/fidelity.md", () => {
  test("says what the run in coverage.json counted (else: npm run docs:fidelity)", () => {
    const page = readFileSync(new URL("../../docs/fidelity.md", import.meta.url), "utf8");
    expect(page).toBe(fidelityPage(coverage));
  });

  test("counts every case of every recording in the project", () => {
    const lines = (file: string): [string, number] => [file, readTexts(`${DATA}${file}`).length];
    expect(coverage.traces.map(({ file, cases }) => [file, cases])).toEqual(
      traceFiles().map(lines),
    );
    expect(coverage.vectors.map(({ file, cases }) => [file, cases])).toEqual(
      vectorFiles().map(lines),
    );
  });

  test.each(["witnesses.jsonl.gz", "witnesses-ce2-ce5.jsonl.gz", "witnesses-shortest.jsonl.gz"])(
    "has the numbers that a run over %s gives now",
    (name) => {
      expect(coverTraces(name)).toEqual(coverage.traces.find(({ file }) => file === name));
    },
  );

  test("tells of no divergence and no difference", () => {
    expect(coverage.traces.filter(({ divergences }) => divergences > 0)).toEqual([]);
    expect(coverage.timelines.filter(({ holds }) => !holds)).toEqual([]);
    expect(coverage.vectors.filter(({ differences }) => differences > 0)).toEqual([]);
  });

  test("has a reason for every decision of the recorded controllers that no recording reaches", () => {
    const missed = Object.keys(decisions)
      .filter(isRecorded)
      .filter((id) => !coverage.traces.some((file) => (file.decisions[id] ?? 0) > 0));
    expect(missed).toEqual(Object.keys(UNREACHED));
  });
});
