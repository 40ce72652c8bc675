/** What a scenario means where it says nothing, and what it says that must not get lost on the way to a run. */
import { describe, expect, test } from "vitest";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";

const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: shop }\n";

const stepsOf = (...steps: readonly string[]): readonly unknown[] =>
  parseScenario(`${head}steps:\n${steps.map((step) => `  - ${step}\n`).join("")}`).steps;

const problemsOf = (body: string): readonly string[] =>
  checkScenario(head + body, "shop.yaml").problems.map(({ line, message }) => `${line} ${message}`);

describe("a step", () => {
  test("waits for 30s, breaks one thing, and looks at once, unless it says otherwise", () => {
    expect(
      stepsOf(
        "wait: { for: condition=Available, on: deploy/web }",
        "fault: { type: PodKill, on: deploy/web }",
        'assert: "1 == 1"',
      ),
    ).toMatchObject([{ timeout: 30_000 }, { count: 1 }, { within: 0 }]);
    expect(
      stepsOf(
        "wait: { for: condition=Available, on: deploy/web, timeout: 2m }",
        "fault: { type: PodKill, on: deploy/web, count: 3 }",
        '{ assert: "1 == 1", within: 5s }',
      ),
    ).toMatchObject([{ timeout: 120_000 }, { count: 3 }, { within: 5000 }]);
  });

  test("without a name has its number, counted from 1", () => {
    const named = stepsOf(
      "kubectl: get pods",
      "{ name: look, kubectl: get rs }",
      "kubectl: get po",
    );
    expect(named).toMatchObject([{ name: "step-1" }, { name: "look" }, { name: "step-3" }]);
  });

  test("may begin when the run ends, and not later", () => {
    const at = (time: string): string => `until: 1m\nsteps: [{ at: ${time}, kubectl: get pods }]\n`;
    expect(problemsOf(at("60s"))).toEqual([]);
    expect(problemsOf(at("61s"))).toEqual([
      "5 the run ends at 1m (until), before this step begins",
    ]);
  });
});

describe("an expectation", () => {
  const during = (from: string, to: string): readonly string[] =>
    problemsOf(
      "steps:\n  - { name: a, kubectl: get pods }\n  - { name: b, kubectl: get pods }\n" +
        `expect: { always: [{ that: "1 == 1", from: ${from}, to: ${to} }] }\n`,
    );

  test.each([
    ["a", "b", true],
    ["b", "a", false],
    ["a", "a", false],
    ["10s", "20s", true],
    ["10s", "10s", false],
    ["20s", "10s", false],
    ["10s", "a", true],
    ["b", "10s", true],
  ])("from %s to %s has some time: %j", (from, to, has) => {
    expect(during(from, to)).toEqual(
      has ? [] : [`7 it ends before it begins: from ${from} to ${to}`],
    );
  });
});

describe("a behavior", () => {
  const behaviorsOf = (...lines: readonly string[]): readonly unknown[] =>
    parseScenario(`${head}behaviors:\n${lines.map((line) => `  - ${line}\n`).join("")}`).behaviors;

  test("keeps all that is said of delays and faults, and its CPU in order of time", () => {
    expect(
      behaviorsOf(
        "ready: { delay: 5s, jitter: 2s, extra: [1s, 0s] }",
        "fault: { type: ReadyThenUnready, after: 10s, recover: 3s }",
        "cpu: [{ at: 1m, cpu: 500m }, { at: 0s, cpu: 100m }]",
      ),
    ).toEqual([
      { ready: { delay: 5000, jitter: 2000, extra: [1000, 0] } },
      { fault: { type: "ReadyThenUnready", after: 10_000, recover: 3000 } },
      {
        cpu: [
          { at: 0, milli: 100 },
          { at: 60_000, milli: 500 },
        ],
      },
    ]);
  });

  test.each([
    ["p50: 10ms, p99: 20ms", []],
    ["p50: 10ms, p99: 10ms", []],
    ["p50: 20ms, p99: 10ms", ["4 a percentile is not below the ones before it"]],
    [
      "delay: 5ms, p50: 10ms",
      ["4 the time is told by delay and jitter, or by percentiles, not by both"],
    ],
    [
      "jitter: 5ms, p50: 10ms",
      ["4 the time is told by delay and jitter, or by percentiles, not by both"],
    ],
  ])("whose service takes { %s } is told %j", (time, problems) => {
    expect(problemsOf(`behaviors: [{ serve: { time: { ${time} } } }]\n`)).toEqual(problems);
  });
});
