/** Scenarios that went wrong in small ways: there are problems with places, or a run; never an exception. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainPaint } from "../../src/report/paint.ts";
import { textReport } from "../../src/report/text.ts";
import { checkScenario } from "../../src/scenario/parse.ts";
import { formatProblem } from "../../src/scenario/problem.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { projectFolder } from "../cli/fake-io.ts";

const folder = join(projectFolder, "scenarios");
const texts = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => readFileSync(join(folder, name), "utf8"));
const words = [...new Set(texts.join("\n").split(/[\s{}[\],:"']+/))];
const scraps = `{ } [ ] : " ' *a null ~ 0 -1 1e99 99999999999999 | > # {} steps: >= true __proto__`
  .split(" ")
  .concat(["- ", "\n", "  ", "&a ", "<<: *a", "---\n", "!!binary x", "\t", "\0", "at: 5s"]);

type Edit = (text: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (list: readonly string[] | string, share: number): number =>
  Math.floor(share * list.length);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...scraps)).map(([share, scrap]): Edit => (text) => {
    const index = at(text, share);
    return text.slice(0, index) + scrap + text.slice(index);
  }),
  fc.tuple(place, fc.nat(12)).map(([share, length]): Edit => (text) => {
    const index = at(text, share);
    return text.slice(0, index) + text.slice(index + length);
  }),
  fc.tuple(fc.constantFrom(...words), fc.constantFrom(...words)).map(
    ([from, to]): Edit =>
      (text) =>
        text.replace(from, () => to),
  ),
  fc.tuple(place, place).map(([from, to]): Edit => (text) => {
    const lines = text.split("\n");
    return lines.toSpliced(at(lines, to), 0, lines[at(lines, from)] ?? "").join("\n");
  }),
  place.map((share): Edit => (text) => {
    const lines = text.split("\n");
    return lines.toSpliced(at(lines, share), 1).join("\n");
  }),
  fc
    .tuple(place, fc.constantFrom("0", "1", "3", "50", "2147483648"))
    .map(([share, number]): Edit => (text) => {
      const numbers = [...text.matchAll(/\d+/g)];
      const match = numbers[Math.floor(share * numbers.length)];
      if (match === undefined) return text;
      return text.slice(0, match.index) + number + text.slice(match.index + match[0].length);
    }),
);

const broken = fc
  .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => edits.reduce((edited, change) => change(edited), text));

test("a scenario with slips gives problems with places, or a run", () => {
  let valid = 0;
  let invalid = 0;
  fc.assert(
    fc.property(broken, (text) => {
      const { scenario, problems } = checkScenario(text, "x.yaml");
      for (const problem of problems) {
        expect(problem.line).toBeGreaterThan(0);
        expect(formatProblem(problem)).toContain("x.yaml:");
      }
      if (scenario === undefined) {
        invalid++;
        expect(problems.some(({ severity }) => severity === "error")).toBe(true);
        return;
      }
      valid++;
      const sizes = scenario.manifests.map(({ object }) => JSON.stringify(object["spec"] ?? {}));
      if (sizes.some((spec) => /"replicas":\d{4}/.test(spec))) return; // fine, but slow
      const result = runScenario(scenario, { until: Math.min(scenario.until, 300_000) });
      expect(textReport(result, { width: 80, paint: plainPaint })).toMatch(/PASSED|PLAYED|FAILED/);
    }),
    {
      seed: Number(process.env["FUZZ_SEED"] ?? 7),
      numRuns: Number(process.env["FUZZ_RUNS"] ?? 200),
    },
  );
  expect(valid).toBeGreaterThan(30);
  expect(invalid).toBeGreaterThan(50);
});
