/** When an AnalysisRun measures, what it keeps, and how it ends (argo-rollouts analysis/analysis.go). */
import { describe, expect, test } from "vitest";
import type { AnalysisRun, Metric } from "../../../src/api/analysis.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import { Cluster } from "../../../src/cluster.ts";
import type { MetricRule } from "../../../src/controllers/metric-rules.ts";

const second = 1000;

class World {
  readonly cluster: Cluster;
  readonly events: string[] = [];

  constructor(
    metrics: readonly (Partial<Metric> & { readonly name: string })[],
    spec: Partial<AnalysisRun["spec"]> = {},
    values: Readonly<Record<string, number>> | readonly MetricRule[] = {},
    objects: readonly KubeObject[] = [],
  ) {
    const always = (metric: string, value: number): MetricRule => ({
      match: { metric },
      measure: "value",
      value,
    });
    const metricRules = Array.isArray(values)
      ? (values as readonly MetricRule[])
      : Object.entries(values as Readonly<Record<string, number>>).map((each) => always(...each));
    this.cluster = new Cluster({ metricRules });
    this.cluster.on("event", ({ about, reason, message }) => {
      if (about.kind === "AnalysisRun") this.events.push(`${reason}: ${message}`);
    });
    const provider = { prometheus: { query: "up" } };
    const filled = metrics.map((each) => ({
      provider,
      successCondition: "result[0] > 0",
      ...each,
    }));
    const run: KubeObject = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AnalysisRun",
      metadata: { name: "run" },
      spec: { metrics: filled, ...spec },
    };
    this.cluster.act("create", (api) => {
      for (const each of [...objects, run]) expect(api.create(each)).toMatchObject({ ok: true });
    });
  }

  look(seconds: number): this {
    this.cluster.runUntil(this.cluster.now + seconds * second);
    return this;
  }

  get status(): NonNullable<AnalysisRun["status"]> {
    const answer = this.cluster.api.get({ resource: "analysisruns", name: "run" });
    return (answer.ok ? (answer.value as AnalysisRun).status : undefined) ?? { phase: "Pending" };
  }

  /** Seconds at which each measurement was finished. */
  times(index = 0): readonly number[] {
    const { measurements = [] } = this.status.metricResults?.[index] ?? {};
    return measurements.map(({ finishedAt = "" }) => Number(finishedAt.slice(17, 19)));
  }
}

describe("an AnalysisRun", () => {
  test("measures at once and then at each interval, as often as count says", () => {
    const world = new World([{ name: "a", interval: "10s", count: 3 }], {}, { a: 1 });
    expect(world.times()).toEqual([0]);
    expect(world.look(15).times()).toEqual([0, 10]);
    expect(world.look(30).times()).toEqual([0, 10, 20]);
    expect(world.status).toMatchObject({
      phase: "Successful",
      startedAt: "2000-01-01T00:00:00Z",
      completedAt: "2000-01-01T00:00:20Z",
      metricResults: [{ phase: "Successful", count: 3, successful: 3, consecutiveSuccess: 3 }],
      runSummary: { count: 1, successful: 1 },
    });
    expect(world.events).toEqual([
      "MetricSuccessful: Metric 'a' Completed. Result: Successful",
      "AnalysisRunSuccessful: Analysis Completed. Result: Successful",
    ]);
  });

  test("waits for an initial delay", () => {
    const world = new World([{ name: "a", initialDelay: "15s" }], {}, { a: 1 });
    expect(world.look(14).status.phase).toBe("Running");
    expect(world.look(5).times()).toEqual([15]);
  });

  test("tries an error again after 10 s, and gives up after five in a row", () => {
    const world = new World([{ name: "a", interval: "30s", count: 2 }]).look(35);
    expect(world.times()).toEqual([0, 10, 20, 30]);
    expect(world.status.metricResults).toMatchObject([{ error: 4, consecutiveError: 4 }]);
    expect(world.status.metricResults?.[0]).not.toHaveProperty("count");
    world.look(10);
    expect(world.status).toMatchObject({ phase: "Error" });
    expect(world.status.message).toMatch(
      /^Metric "a" assessed Error due to consecutiveErrors \(5\) > consecutiveErrorLimit \(4\): "Error Message: /,
    );
  });

  test("counts errors in a row, and successes: another outcome begins the row anew", () => {
    const value = (at: number, is: number): MetricRule => ({
      measure: "value",
      value: is,
      from: at * second,
      to: (at + 5) * second,
    });
    const metric = { name: "a", interval: "10s", failureLimit: 9 };
    const rules = [value(10, 1), value(30, 1), value(40, 0), value(50, 1)];
    const world = new World([metric], {}, rules).look(25);
    expect(world.status.metricResults).toMatchObject([{ error: 2, consecutiveError: 1 }]);
    world.look(30);
    expect(world.times()).toEqual([0, 10, 20, 30, 40, 50]);
    expect(world.status.metricResults).toMatchObject([{ successful: 3, consecutiveSuccess: 1 }]);
  });

  test("comes to the worst of its metrics, whichever is the last", () => {
    const world = new World([{ name: "a" }, { name: "b" }], {}, { a: 0, b: 1 }).look(5);
    expect(world.status).toMatchObject({
      phase: "Failed",
      message: 'Metric "a" assessed Failed due to failed (1) > failureLimit (0)',
    });
  });

  test("counts failures, which break a row of successes", () => {
    const world = new World(
      [{ name: "a", interval: "10s", count: 3, failureLimit: 1 }],
      {},
      { a: 0 },
    );
    world.look(30);
    expect(world.status).toMatchObject({
      phase: "Failed",
      message: 'Metric "a" assessed Failed due to failed (2) > failureLimit (1)',
      metricResults: [{ phase: "Failed", count: 2, failed: 2 }],
    });
    expect(world.status.metricResults?.[0]).not.toHaveProperty("consecutiveSuccess");
  });

  test("keeps the last 10 measurements, or as many as it is asked to", () => {
    const measurementRetention = [{ metricName: "^a$", limit: 2 }];
    const metrics = ["a", "b"].map((name) => ({ name, interval: "1s", count: 20 }));
    const world = new World(metrics, { measurementRetention }, { a: 1, b: 1 }).look(25);
    expect([world.times(0), world.times(1)]).toEqual([
      [18, 19],
      [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    ]);
  });

  test("looks again when the first of its metrics is due", () => {
    const metrics = [
      { name: "a", interval: "10s", count: 2 },
      { name: "b", interval: "30s", count: 2 },
    ];
    const world = new World(metrics, {}, { a: 1, b: 1 }).look(50);
    expect([world.times(0), world.times(1)]).toEqual([
      [0, 10],
      [0, 30],
    ]);
  });

  test("keeps 10 where it is asked to keep none", () => {
    const measurementRetention = [{ metricName: "a", limit: 0 }];
    const metrics = [{ name: "a", interval: "1s", count: 12 }];
    expect(new World(metrics, { measurementRetention }, { a: 1 }).look(15).times()).toHaveLength(
      10,
    );
  });

  test("that is told to end does not wait for its Job", () => {
    const containers = [{ name: "c", image: "alpine", command: ["sh", "-c", "sleep 60; exit 1"] }];
    const job = { spec: { template: { spec: { containers } } } };
    const world = new World([{ name: "slow", provider: { job }, successCondition: "" }]).look(5);
    world.cluster.act("terminate", (api) =>
      api.patch({ resource: "analysisruns", name: "run" }, "merge", { spec: { terminate: true } }),
    );
    expect(world.status).toMatchObject({
      phase: "Successful",
      metricResults: [{ phase: "Successful", measurements: [{ message: "Metric Terminated" }] }],
    });
  });

  test("ends with its first failure, and measures nothing more", () => {
    const metrics = [{ name: "a" }, { name: "b", interval: "10s" }];
    const world = new World(metrics, {}, { a: 0, b: 1 }).look(30);
    expect(world.status).toMatchObject({
      phase: "Failed",
      metricResults: [{ name: "a", phase: "Failed" }, { name: "b" }],
    });
    expect(world.times(1)).toEqual([0]);
  });

  test("goes on past the failure of a dry run", () => {
    const metrics = [{ name: "a" }, { name: "b", interval: "10s", count: 2 }];
    const world = new World(metrics, { dryRun: [{ metricName: "a" }] }, { a: 0, b: 1 }).look(30);
    expect(world.status).toMatchObject({
      phase: "Successful",
      metricResults: [{ phase: "Failed", dryRun: true }, { phase: "Successful" }],
      dryRunSummary: { count: 1, failed: 1 },
    });
  });

  test.each([
    ["sleep 5 && exit 0", 1, "Successful", 6],
    ["sleep 5; exit 3", 1, "Failed", 6],
    ["exit 1", 1, "Failed", 0],
  ])("with the Job %j takes its time and its exit code", (script, _, phase, ends) => {
    const containers = [{ name: "c", image: "alpine", command: ["/bin/sh", "-c", script] }];
    const job = { spec: { template: { spec: { containers } } } };
    const world = new World([{ name: "a", provider: { job }, successCondition: "" }]);
    if (ends > 0) expect(world.look(ends - 2).status.phase).toBe("Running");
    expect(world.look(3).status.phase).toBe(phase);
  });

  describe("with an argument from a Secret", () => {
    const metrics = [{ name: "a", interval: "{{args.every}}", count: 2 }];
    const from = (key: string): Partial<AnalysisRun["spec"]> => ({
      args: [{ name: "every", valueFrom: { secretKeyRef: { name: "times", key } } }],
    });
    const secret = (data: object): KubeObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "times" },
      ...data,
    });

    test.each([{ stringData: { every: "20s" } }, { data: { every: "MjBz" } }])(
      "has what %j means",
      (data) => {
        const world = new World(metrics, from("every"), { a: 1 }, [secret(data)]);
        expect(world.look(30).times()).toEqual([0, 20]);
      },
    );

    test.each([
      [[], `secrets "times" not found`],
      [[secret({ data: {} })], "key 'every' does not exist in secret 'times'"],
    ])("is an error where there is none", (objects, why) => {
      const { status } = new World(metrics, from("every"), {}, objects);
      expect([status.phase, status.message]).toEqual([
        "Error",
        `Unable to resolve metric arguments: ${why}`,
      ]);
    });
  });

  test.each<[Partial<Metric>[], Partial<AnalysisRun["spec"]>, string]>([
    [
      [{ count: 2 }],
      {},
      "Analysis spec invalid: metrics[0]: interval must be specified when count > 1",
    ],
    [
      [{}],
      { dryRun: [{ metricName: "b" }] },
      "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
    ],
    [
      [{}],
      { measurementRetention: [{ metricName: "b", limit: 1 }] },
      "Analysis spec invalid: measurementRetention[0]: Rule didn't match any metric name(s)",
    ],
    [[{ interval: "{{args.x}}" }], {}, "failed to resolve {{args.x}}"],
  ])("that cannot begin says why: %j %j", (metrics, spec, message) => {
    const { status } = new World(
      metrics.map((each) => ({ name: "a", ...each })),
      spec,
    );
    expect(status.phase).toBe("Error");
    expect(status.message).toContain(message);
  });
});
