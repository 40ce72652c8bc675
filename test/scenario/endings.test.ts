/** How runs end, and by what they are judged then. */
import { expect, test } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { deployment, head } from "./problems.ts";

const played = (body: string, until?: number) =>
  runScenario(
    parseScenario(`${head}${body}---\n${deployment}`),
    until === undefined ? {} : { until },
  );

test("a step that was to begin after a shorter end fails at that end", () => {
  const result = played("steps: [{ at: 1m, kubectl: get pods }]\n", 30_000);
  expect([result.endedAt, result.end, result.passed]).toEqual([30_000, "failed", false]);
  expect(result.failures.map(({ message }) => message)).toEqual([
    "the run ended (until 30s): was to begin at 1m; the run ends at 30s",
  ]);
});

test("a run whose steps went well fails by what it expects", () => {
  const result = played('expect: { finally: ["1 == 2"] }\n');
  expect([result.passed, result.failures.length]).toEqual([false, 1]);
});

test("a run has settled when its last step was over, though nothing happened then", () => {
  const result = played('steps: [{ at: 5m, assert: "1 == 1" }]\n');
  expect(result.settledAt).toBe(300_000);
});

test("another number of replicas begins no rollout, another template does", () => {
  const rollouts = (line: string): unknown =>
    played(`steps: [{ at: 1m, kubectl: ${line} }]\n`).samples.rollout_duration.length;
  expect(rollouts("scale deploy/web --replicas=5")).toBe(1);
  expect(rollouts("rollout restart deploy/web")).toBe(2);
});

test("pods that end count among all, and pods of the surge make up for none that is missing", () => {
  const sample = (behaviors: string) => {
    const release = "steps: [{ at: 1m, kubectl: set image deploy/web web=web:v2 }]\n";
    const { total_pods: total, unavailable_seconds: missing } = played(behaviors + release).samples;
    return {
      most: Math.max(...total.map(({ value }) => value)),
      missing: missing.map(({ value }) => value),
    };
  };
  expect(sample("")).toEqual({ most: 4, missing: [0] });
  expect(sample("behaviors: [{ terminate: { delay: 20s } }]\n")).toEqual({ most: 6, missing: [0] });
});

test("a pod of the surge that stays while a rollout is paused makes up for none", () => {
  const { samples } = played(`steps:
  - { at: 1m, kubectl: set image deploy/web web=web:v2 }
  - { kubectl: rollout pause deploy/web }
  - { at: 3m, kubectl: rollout resume deploy/web }
`);
  const available = samples.available_pods.map(({ value }) => value);
  expect(Math.max(...available)).toBe(4);
  expect(samples.unavailable_seconds.map(({ value }) => value)).toEqual([0]);
});

test("what nothing could be measured of does not hold", () => {
  const text = `${head}expect: { thresholds: { rollout_duration: ["max<1h"] } }\n`;
  expect(runScenario(parseScenario(text)).measured).toMatchObject([
    { value: undefined, held: false },
  ]);
});

test.each(["5m", Number.NaN, Infinity])("an end that no clock reads is refused: %j", (until) => {
  expect(() => played("", until as number)).toThrow("use ms since the start of the run");
});
