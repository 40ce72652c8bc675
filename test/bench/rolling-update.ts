/**
 * `node .build/test/bench/rolling-update.js [N...]`: one rolling update of N replicas with the default
 * strategy, each size in a fresh process, sizes interleaved. Prints time, cost per pod, peak memory, and the
 * cost per pod as a ratio to the smallest size. Only the ratios mean something on a shared machine.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Cluster } from "../../src/cluster.ts";
import type { Deployment } from "../../src/api/apps.ts";
import type { KubeObject } from "../../src/api/meta.ts";

const SIZES = [1000, 10_000, 100_000, 1_000_000];
const PODS_PER_NODE = 110;

interface Measured {
  readonly replicas: number;
  /** Wall time in ms: bringing the first revision up, and the rolling update alone. */
  readonly createMs: number;
  readonly rolloutMs: number;
  readonly peakMB: number;
  readonly syncs: number;
  readonly traceEntries: number;
}

function deployment(replicas: number): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1" }] },
      },
    },
  };
}

function settle(cluster: Cluster): void {
  while (!isComplete(cluster)) {
    if (!cluster.step())
      throw new Error("nothing is left to happen, and the rollout is not complete");
  }
}

function isComplete(cluster: Cluster): boolean {
  const answer = cluster.api.get({ resource: "deployments", name: "web" });
  if (!answer.ok) throw new Error(answer.status.message);
  const { metadata, spec, status } = answer.value as Deployment;
  return (
    status.observedGeneration === metadata.generation &&
    status.updatedReplicas === spec.replicas &&
    status.replicas === spec.replicas &&
    status.availableReplicas === spec.replicas
  );
}

function measure(replicas: number): Measured {
  // Room for the surge, and for pods that are still stopping.
  const nodes = Math.ceil((replicas * 1.5) / PODS_PER_NODE) + 1;
  const cluster = new Cluster({ nodes, podsPerNode: PODS_PER_NODE });
  const start = process.hrtime.bigint();
  cluster.act("create", (api) => api.create(deployment(replicas)));
  settle(cluster);
  const created = process.hrtime.bigint();
  const image = { spec: { template: { spec: { containers: [{ name: "web", image: "web:2" }] } } } };
  cluster.act("set image", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "strategic", image),
  );
  settle(cluster);
  const done = process.hrtime.bigint();
  return {
    replicas,
    createMs: Number(created - start) / 1e6,
    rolloutMs: Number(done - created) / 1e6,
    peakMB: process.resourceUsage().maxRSS / 1024,
    syncs: cluster.trace.entries.filter((entry) => entry.kind === "sync").length,
    traceEntries: cluster.trace.entries.length,
  };
}

/** In a process of its own, so that neither memory nor compiled code is shared. */
function measureApart(replicas: number): Measured {
  const child = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), "--once", String(replicas)],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (child.status !== 0) throw new Error(`${replicas} replicas: exit ${child.status}`);
  return JSON.parse(child.stdout) as Measured;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function printTable(runs: readonly (readonly Measured[])[]): void {
  const rows = runs.map((same) => ({
    replicas: same[0]!.replicas,
    create: median(same.map((run) => run.createMs)),
    rollout: median(same.map((run) => run.rolloutMs)),
    peak: Math.max(...same.map((run) => run.peakMB)),
    entries: same[0]!.traceEntries,
  }));
  const cost = (row: (typeof rows)[number]): number => (row.rollout * 1000) / row.replicas;
  const header = ["replicas", "create ms", "rollout ms", "us/pod", "ratio", "peak MB", "trace"];
  const lines = rows.map((row) => [
    String(row.replicas),
    row.create.toFixed(0),
    row.rollout.toFixed(0),
    cost(row).toFixed(2),
    (cost(row) / cost(rows[0]!)).toFixed(2),
    row.peak.toFixed(0),
    String(row.entries),
  ]);
  for (const line of [header, ...lines]) {
    process.stdout.write(`${line.map((cell) => cell.padStart(11)).join("")}\n`);
  }
}

function main(args: readonly string[]): void {
  if (args[0] === "--once") {
    process.stdout.write(`${JSON.stringify(measure(Number(args[1])))}\n`);
    return;
  }
  const sizes = args.length > 0 ? args.map(Number) : SIZES;
  const repetitions = 3;
  const runs = sizes.map((): Measured[] => []);
  for (let i = 0; i < repetitions; i++) {
    sizes.forEach((size, at) => runs[at]!.push(measureApart(size)));
  }
  printTable(runs);
}

main(process.argv.slice(2));
