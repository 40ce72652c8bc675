/**
 * Requests, above 100,000 a second as a flow, over the rolling update of 100 pods: ten virtual minutes after a
 * warm-up of one.
 */
import { Cluster } from "../../src/cluster.ts";
import { deployment, second, service } from "../traffic/setup.ts";
import type { Bench, Case, Run } from "./bench.ts";
import { cpuMs } from "./statistics.ts";

const PODS = 100;

function measure(rate: number, seconds: number): Run {
  const cluster = new Cluster({
    podsPerNode: 2 * PODS,
    apps: [{ serviceTime: { delay: 20, jitter: 20 }, concurrency: Math.max(10, rate / 2000) }],
    behaviors: [
      {
        start: { delay: 2 * second, jitter: 500 },
        ready: { delay: 5 * second, jitter: 2 * second },
        terminate: { delay: 5 * second },
      },
    ],
  });
  cluster.act("create", (api) => {
    for (const object of [service, deployment({ replicas: PODS })]) api.create(object);
  });
  cluster.runUntil(20 * second);
  const traffic = cluster.traffic.add({
    service: "web",
    clients: [{ loop: "open", rate, mode: rate > 100_000 ? "fluid" : "discrete" }],
    proxies: { count: 3, delay: { delay: 500, jitter: second } },
  });
  const start = cpuMs();
  const template = { spec: { containers: [{ name: "web", image: "web:v2" }] } };
  cluster.act("set image", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", { spec: { template } }),
  );
  cluster.runUntil((20 + seconds) * second);
  const { requests, failed } = traffic.stop();
  const cpu = cpuMs() - start;
  return { "CPU ms": cpu, "CPU ns a request": (cpu * 1e6) / requests, requests, failed };
}

export const trafficBench: Bench = {
  title: "requests, each accounted for",
  repetitions: 3,
  cases: [100, 1000, 10_000, 1_000_000].map((size) => ({ who: "rollsim", size })),
  equal: ["requests", "failed"],
  measure({ size }: Case): Run {
    measure(size, 60);
    return measure(size, 600);
  },
};
