import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../src/cluster.ts";
import { second } from "./setup.ts";
import { atRest, setImage } from "./world.ts";

const open = { loop: "open", rate: 100, arrivals: "fixed" } as const;

/** Hash of the template with that image. */
function hashOf(cluster: Cluster, image: string): string {
  const set = cluster.api.list("replicasets").find((each) => JSON.stringify(each).includes(image));
  return set!.metadata.labels!["pod-template-hash"]!;
}

describe("metrics", () => {
  const apps = [{ serviceTime: { delay: 20 } }, { image: "web:v2", errorRate: 0.25 }];
  const cluster = atRest({ apps: apps.toReversed(), preStop: 2 });
  cluster.traffic.add({ service: "web", clients: [open] });
  cluster.runUntil(20 * second);
  setImage(cluster, "web:v2");
  cluster.runUntil(60 * second);
  const { traffic } = cluster;

  test("count attempts of whole seconds by when they ended", () => {
    expect(traffic.metrics({ from: 12 * second, to: 15 * second })).toMatchObject({
      requests: 300,
      failed: 0,
      successRate: 1,
    });
    expect(traffic.metrics({ from: 12 * second, to: 12.9 * second }).requests).toBe(0);
  });

  test("know Services, images and ReplicaSets apart", () => {
    const time = { from: 50 * second, to: 60 * second };
    const all = traffic.metrics(time);
    expect(all.successRate).toBeGreaterThan(0.7);
    expect(all.successRate).toBeLessThan(0.8);
    for (const query of [
      { service: "web" },
      { image: "web:v2" },
      { podTemplateHash: hashOf(cluster, "web:v2") },
      { service: "web", image: "web:v2", podTemplateHash: hashOf(cluster, "web:v2") },
    ]) {
      expect(traffic.metrics({ ...time, ...query })).toStrictEqual(all);
    }
    for (const query of [{ service: "other" }, { image: "web:v1" }, { namespace: "other" }]) {
      expect(traffic.metrics({ ...time, ...query })).toStrictEqual({
        requests: 0,
        failed: 0,
        successRate: undefined,
        latency: undefined,
      });
    }
  });

  test("tell latencies of what was answered, at most 6.3% too high", () => {
    const { latency } = traffic.metrics({ from: 12 * second, to: 15 * second });
    expect(latency!.mean).toBe(20);
    for (const percentile of [latency!.p50, latency!.p99, latency!.max]) {
      expect(percentile).toBeGreaterThanOrEqual(20);
      expect(percentile).toBeLessThan(20 * 1.063);
    }
  });

  test("are the same whenever one asks, and the future is not told", () => {
    const early = atRest({ apps: apps.toReversed(), preStop: 2 });
    early.traffic.add({ service: "web", clients: [open] });
    const query = { from: 0, to: 60 * second };
    const said: number[] = [];
    for (let at = 11; at <= 60; at++) {
      if (at === 22) setImage(early, "web:v2");
      early.runUntil((at - 1) * second);
      said.push(early.traffic.metrics(query).requests);
    }
    early.runUntil(60 * second);
    expect(early.traffic.metrics(query)).toStrictEqual(traffic.metrics(query));
    expect(said).toStrictEqual(said.toSorted((a, b) => a - b));
  });

  test("are the same after a save", () => {
    const copy = cluster.fork();
    const query = { from: 0, to: 70 * second };
    expect(copy.traffic.metrics(query)).toStrictEqual(traffic.metrics(query));
    copy.runUntil(62 * second);
    expect(copy.traffic.metrics(query).requests).toBe(traffic.metrics(query).requests + 200);
  });

  test("have nothing to say where nobody asks anything", () => {
    const quiet = atRest();
    const [pod] = quiet.api.list("pods");
    expect(quiet.traffic.cpu(pod!.metadata, 0, 10 * second)).toBeUndefined();
    expect(quiet.traffic.metrics({ from: 0, to: 10 * second }).requests).toBe(0);
  });
});

describe("the load of a pod", () => {
  const pods = (cluster: Cluster) => cluster.api.list("pods").map(({ metadata }) => metadata);

  test("is rate x work / (pods x workers)", () => {
    const cluster = atRest({ apps: [{ serviceTime: { delay: 30 }, concurrency: 2 }] });
    cluster.traffic.add({ service: "web", clients: [open] });
    cluster.runUntil(110 * second);
    const loads = pods(cluster).map((pod) => cluster.traffic.cpu(pod, 10 * second, 110 * second)!);
    const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
    // All work but what is still under way at the end: 3 s / (4 pods x 2 workers).
    expect(mean).toBeCloseTo((100 * 0.03) / (4 * 2), 3);
  });

  test("is whole under more work than a pod can do, and stays so when asked later", () => {
    const cluster = atRest({ apps: [{ serviceTime: { delay: 100 }, concurrency: 2 }] });
    cluster.traffic.add({ service: "web", clients: [{ ...open, until: 20 * second }] });
    cluster.runUntil(20 * second);
    for (const pod of pods(cluster)) {
      expect(cluster.traffic.cpu(pod, 15 * second, 20 * second)).toBe(1);
    }
    // 100 s of work came for four pods of two workers: done 12.5 s after the start, more or less.
    cluster.runUntil(60 * second);
    for (const pod of pods(cluster)) {
      expect(cluster.traffic.cpu(pod, 15 * second, 20 * second)).toBe(1);
      expect(cluster.traffic.cpu(pod, 40 * second, 60 * second)).toBe(0);
    }
  });

  test("adds up to the work that was done, over any pieces of time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 10, max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 200 }),
        (cuts, delay) => {
          const cluster = atRest({ apps: [{ serviceTime: { delay }, concurrency: 3 }] });
          cluster.traffic.add({ service: "web", clients: [open] });
          cluster.runUntil(40 * second);
          const [pod] = pods(cluster);
          const times = [...new Set([10, ...cuts, 40])].toSorted((a, b) => a - b);
          const busy = (from: number, to: number): number =>
            (cluster.traffic.cpu(pod!, from * second, to * second) ?? 0) * (to - from);
          const pieces = times.slice(1).map((to, i) => busy(times[i]!, to));
          const sum = pieces.reduce((total, piece) => total + piece, 0);
          expect(sum).toBeCloseTo(busy(10, 40), 9);
          expect(Math.max(...pieces)).toBeLessThanOrEqual(30);
        },
      ),
      { seed: 6, numRuns: 20 },
    );
  });
});
