/**
 * `node .build/test/bench/traffic.js [RPS...]`: requests, above 100,000 a second as a flow, over the rolling update of 100 pods, ten virtual
 * minutes, each rate after a warm-up. Prints CPU time, cost per request, and how many of them failed.
 */
import { Cluster } from "../../src/cluster.ts";
import { deployment, second, service } from "../traffic/setup.ts";

const RATES = [100, 1000, 10_000, 1_000_000];
const PODS = 100;

function measure(rate: number, seconds: number): void {
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
  const before = process.cpuUsage();
  const template = { spec: { containers: [{ name: "web", image: "web:v2" }] } };
  cluster.act("set image", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", { spec: { template } }),
  );
  cluster.runUntil((20 + seconds) * second);
  const { requests, failed } = traffic.stop();
  const { user, system } = process.cpuUsage(before);
  const each = ((user + system) * 1000) / requests;
  const cost = `${Math.round((user + system) / 1000)} ms CPU, ${Math.round(each)} ns each`;
  if (seconds > 60) console.log(`${rate} rps: ${requests} requests, ${cost}, ${failed} failed`);
}

const asked = process.argv.slice(2).map(Number);
for (const rate of asked.length > 0 ? asked : RATES) {
  measure(rate, 60);
  measure(rate, 600);
}
