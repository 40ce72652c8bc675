/** What measurements come to (argo-rollouts analysis/analysis.go and utils/evaluate/evaluate.go). */
import { describe, expect, test } from "vitest";
import type { AnalysisRun, Metric, MetricResult } from "../../../src/api/analysis.ts";
import type { AnalysisPhase } from "../../../src/api/rollout.ts";
import {
  assessMetric,
  assessRun,
  brokenLimit,
  evaluateResult,
  isTerminating,
} from "../../../src/controllers/analysis/assess.ts";
import {
  effectiveCount,
  resolveMetric,
  validateMetrics,
} from "../../../src/controllers/analysis/metrics.ts";

const provider = { prometheus: { query: "up" } };
const metric = (change: Partial<Metric> = {}): Metric => ({ name: "rate", provider, ...change });
const result = (change: Partial<MetricResult> = {}): MetricResult => ({
  name: "rate",
  phase: "Running",
  ...change,
});
const measured = (phase: AnalysisPhase): Partial<MetricResult> => ({ measurements: [{ phase }] });

describe("a measurement", () => {
  const high = "result > 0.9";
  const low = "result < 0.5";
  test.each<[string, string, number, AnalysisPhase]>([
    ["", "", 0.1, "Successful"],
    [high, "", 0.95, "Successful"],
    [high, "", 0.7, "Failed"],
    ["", low, 0.7, "Successful"],
    ["", low, 0.1, "Failed"],
    [high, low, 0.95, "Successful"],
    [high, low, 0.7, "Inconclusive"],
    [high, low, 0.1, "Failed"],
    [high, high, 0.95, "Failed"],
  ])(
    "with success %j and failure %j is, for %d, %s",
    (successCondition, failureCondition, of, phase) => {
      expect(evaluateResult(metric({ successCondition, failureCondition }), of)).toEqual({ phase });
    },
  );

  const empty = "metric result is nil or empty: no data returned from the metric provider";
  test.each<[Partial<Metric>, unknown, string]>([
    [
      { successCondition: "result[0] > 1" },
      [],
      `could not evaluate successCondition "result[0] > 1": ${empty}`,
    ],
    [
      { successCondition: "result > 1" },
      null,
      `could not evaluate successCondition "result > 1": ${empty}`,
    ],
    [
      { failureCondition: "result > 1" },
      null,
      `could not evaluate failureCondition "result > 1": ${empty}`,
    ],
    [
      { successCondition: "result > 1" },
      [1],
      'could not evaluate successCondition "result > 1": expected a number, but got []interface {}',
    ],
  ])("that cannot be judged by %j is an error: %j", (conditions, of, message) => {
    expect(evaluateResult(metric(conditions), of)).toEqual({ phase: "Error", message });
  });
});

describe("a metric", () => {
  test.each<[Partial<Metric>, Partial<MetricResult>, string | undefined]>([
    [{}, {}, undefined],
    [{}, { failed: 1 }, "failed (1) > failureLimit (0)"],
    [{ failureLimit: 1 }, { failed: 1 }, undefined],
    [{ failureLimit: "1" }, { failed: 2 }, "failed (2) > failureLimit (1)"],
    [{ failureLimit: -1 }, { failed: 9 }, undefined],
    [{}, { inconclusive: 1 }, "inconclusive (1) > inconclusiveLimit (0)"],
    [{ inconclusiveLimit: 1 }, { inconclusive: 1 }, undefined],
    [{}, { consecutiveError: 4 }, undefined],
    [{}, { consecutiveError: 5 }, "consecutiveErrors (5) > consecutiveErrorLimit (4)"],
    [
      { consecutiveErrorLimit: 0 },
      { consecutiveError: 1, inconclusive: 1, failed: 1 },
      "consecutiveErrors (1) > consecutiveErrorLimit (0)",
    ],
    [{}, { inconclusive: 1, failed: 1 }, "inconclusive (1) > inconclusiveLimit (0)"],
  ])("with %j breaks a limit at %j: %s", (limits, counts, message) => {
    expect(brokenLimit(metric(limits), result(counts))?.message).toBe(message);
  });

  test.each<[Partial<Metric>, Partial<MetricResult>, AnalysisPhase, AnalysisPhase]>([
    [{}, { phase: "Failed" }, "Failed", "Failed"],
    [{}, {}, "Pending", "Successful"],
    [{}, measured("Running"), "Running", "Running"],
    [{}, { ...measured("Failed"), failed: 1 }, "Failed", "Failed"],
    [{}, { ...measured("Successful"), count: 1 }, "Successful", "Successful"],
    [
      { count: 2, interval: "1s" },
      { ...measured("Successful"), count: 1 },
      "Running",
      "Successful",
    ],
    [
      { count: 2, interval: "1s" },
      { ...measured("Successful"), count: 2 },
      "Successful",
      "Successful",
    ],
    [{ interval: "1s" }, { ...measured("Successful"), count: 99 }, "Running", "Successful"],
    [
      { interval: "1s", consecutiveSuccessLimit: 2 },
      { ...measured("Successful"), consecutiveSuccess: 2 },
      "Successful",
      "Successful",
    ],
    [
      { count: 3, interval: "1s", consecutiveSuccessLimit: 2 },
      { ...measured("Successful"), consecutiveSuccess: 1, count: 3 },
      "Inconclusive",
      "Inconclusive",
    ],
    [
      { count: 3, interval: "1s", consecutiveSuccessLimit: 2, failureLimit: -1 },
      { ...measured("Successful"), consecutiveSuccess: 1, count: 3 },
      "Failed",
      "Failed",
    ],
  ])("%j with %j is %s, and in a run that ends %s", (of, with_, going, terminating) => {
    expect(assessMetric(metric(of), result(with_), "going on")).toBe(going);
    expect(assessMetric(metric(of), result(with_), "terminating")).toBe(terminating);
  });

  test.each<[Partial<Metric>, number | undefined]>([
    [{}, 1],
    [{ count: 3 }, 3],
    [{ count: "3", interval: "1s" }, 3],
    [{ interval: "1s" }, undefined],
    [{ count: 0, interval: "" }, 1],
  ])("%j is measured so often: %s", (of, count) => {
    expect(effectiveCount(metric(of))).toBe(count);
  });

  test.each<[readonly Partial<Metric>[], string | undefined]>([
    [[], "no metrics specified"],
    [[{}, { name: "b" }, {}], "metrics[2]: duplicate name 'rate'"],
    [[{ consecutiveSuccessLimit: -1 }], "metrics[0]: consecutiveSuccessLimit must be >= 0"],
    [[{ failureLimit: -2 }], "metrics[0]: failureLimit must be >= 0, or -1 to be disabled"],
    [
      [{ failureLimit: -1 }],
      "metrics[0]: failureLimit and consecutiveSuccessLimit cannot both be disabled",
    ],
    [[{ failureLimit: -1, consecutiveSuccessLimit: 1 }], undefined],
    [[{ inconclusiveLimit: -1 }], "metrics[0]: inconclusiveLimit must be >= 0"],
    [[{ consecutiveErrorLimit: -1 }], "metrics[0]: consecutiveErrorLimit must be >= 0"],
    [
      [{ count: 2, interval: "1s", failureLimit: 2, consecutiveSuccessLimit: 1 }],
      "metrics[0]: count (2) must be >= failureLimit + consecutiveSuccessLimit (2 + 1) if both >= 0",
    ],
    [[{ count: 3, interval: "1s", failureLimit: 2, consecutiveSuccessLimit: 1 }], undefined],
    [
      [{ count: 1, failureLimit: -1, consecutiveSuccessLimit: 2 }],
      "metrics[0]: count must be >= consecutiveSuccessLimit",
    ],
    [[{ count: 1, inconclusiveLimit: 2 }], "metrics[0]: count must be >= inconclusiveLimit"],
    [[{ count: 1, inconclusiveLimit: 1 }], undefined],
    [[{ count: 2 }], "metrics[0]: interval must be specified when count > 1"],
    [[{ interval: "soon" }], 'metrics[0]: invalid interval string: time: invalid duration "soon"'],
    [
      [{ initialDelay: "soon" }],
      'metrics[0]: invalid startDelay string: time: invalid duration "soon"',
    ],
    [[{ interval: "{{args.a}}", initialDelay: "{{args.b}}" }], undefined],
    [[{ provider: {} }], "metrics[0]: no provider specified"],
    [[{ provider: { web: {}, job: {} } }], "metrics[0]: multiple providers specified"],
    [[{}, { name: "b" }], undefined],
  ])("is refused where its settings do not fit: %j", (metrics, fault) => {
    expect(validateMetrics(metrics.map(metric))).toBe(fault);
  });

  test("has its arguments filled in, wherever they stand", () => {
    const of = metric({
      count: 3,
      interval: "{{ args.every }}",
      provider: { web: { url: ["a{{args.b}}c"] } },
    });
    const args = [
      { name: "every", value: "5s" },
      { name: "b", value: "B" },
    ];
    expect(resolveMetric(of, args)).toEqual({
      ok: true,
      metric: { ...of, interval: "5s", provider: { web: { url: ["aBc"] } } },
    });
    expect(resolveMetric(of, args.slice(1))).toEqual({
      ok: false,
      error: "failed to resolve {{ args.every }}",
    });
  });
});

describe("a run", () => {
  const run = (spec: Partial<AnalysisRun["spec"]> = {}): AnalysisRun => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run" },
    spec: { metrics: [], ...spec },
  });
  const metrics = ["a", "b"].map((name) => metric({ name }));
  const of = (name: string, change: Partial<MetricResult>): MetricResult => ({
    name,
    phase: "Successful",
    ...change,
  });

  test("goes on while a metric does, and is as bad as the worst of them", () => {
    const judged = (...results: MetricResult[]): unknown => assessRun(run(), metrics, results);
    const fine = of("a", {});
    expect(judged()).toMatchObject({ phase: "Running", message: "", runSummary: { count: 2 } });
    expect(judged(fine)).toMatchObject({
      phase: "Running",
      runSummary: { count: 2, successful: 1 },
    });
    expect(judged(fine, of("b", {}))).toMatchObject({ phase: "Successful", message: "" });
    const failed = of("b", { phase: "Failed", failed: 1, message: "too low" });
    expect(judged(fine, failed)).toEqual({
      phase: "Failed",
      message:
        'Metric "b" assessed Failed due to failed (1) > failureLimit (0): "Error Message: too low"',
      runSummary: { count: 2, successful: 1, failed: 1 },
      dryRunSummary: {},
    });
    const unsure = of("a", { phase: "Inconclusive", inconclusive: 1 });
    expect(judged(unsure, failed)).toMatchObject({ phase: "Failed" });
    expect(judged(failed, { ...unsure, name: "a" })).toMatchObject({
      phase: "Failed",
      runSummary: { inconclusive: 1, failed: 1 },
    });
  });

  test("ends at once where a metric has gone wrong, or it is told to", () => {
    const failed = of("a", { phase: "Failed", failed: 1 });
    expect(assessRun(run(), metrics, [failed])).toMatchObject({ phase: "Failed" });
    expect(assessRun(run({ terminate: true }), metrics, [])).toMatchObject({
      phase: "Successful",
      message: "Run Terminated",
    });
    const told = (change: Partial<AnalysisRun["spec"]>, results: MetricResult[]): boolean =>
      isTerminating({ ...run(change), status: { phase: "Running", metricResults: results } });
    expect(told({}, [of("a", {})])).toBe(false);
    expect(told({}, [failed])).toBe(true);
    expect(told({}, [{ ...failed, dryRun: true }])).toBe(false);
    expect(told({ terminate: true }, [])).toBe(true);
  });

  test("is not judged by metrics of a dry run, which it counts apart", () => {
    const failed = of("a", { phase: "Failed", failed: 1, dryRun: true });
    expect(
      assessRun(run({ dryRun: [{ metricName: "^a$" }] }), metrics, [failed, of("b", {})]),
    ).toEqual({
      phase: "Successful",
      message: "",
      runSummary: { count: 1, successful: 1 },
      dryRunSummary: { count: 1, failed: 1 },
    });
  });
});
