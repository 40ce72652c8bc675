/**
 * What a mutant has to get past: recorded traces of the real controllers, the quick ones first. Prints the
 * name of the first case that notices and ends with 1; a mutant that nothing notices ends with 0.
 */
import { readdirSync } from "node:fs";
import type { Deployment } from "../../src/api/apps.ts";
import { Cluster } from "../../src/cluster.ts";
import { maxUnavailable } from "../../src/controllers/deployment/fenceposts.ts";
import { checkTrace } from "../conformance/check.ts";
import { readTraces, type RecordedTrace } from "../conformance/trace-file.ts";
import { web } from "../support/web.ts";

function weight(trace: RecordedTrace): number {
  return trace.frames.length;
}

/** What no recorded case of the sample is large enough for. */
function burstIs500(): boolean {
  const cluster = new Cluster({ podsPerNode: 1000 });
  cluster.act("create", (api) => api.create(web(700)));
  const created = cluster.trace.entries.flatMap((entry) =>
    entry.kind === "write" && entry.resource === "pods" ? [entry] : [],
  );
  const [first] = created;
  const sum = created
    .filter((entry) => entry.sync === first?.sync)
    .reduce((pods, entry) => pods + (entry.count ?? 0), 0);
  return sum === 500;
}

/** A bound that no trace shows: whatever exceeds it has nothing left to take. */
function unavailableIsCapped(): boolean {
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 5 } };
  return maxUnavailable({ spec: { replicas: 3, strategy } } as unknown as Deployment) === 3;
}

function main(data: string): number {
  if (!unavailableIsCapped()) {
    process.stdout.write("3 replicas have at most 3 unavailable\n");
    return 1;
  }
  if (!burstIs500()) {
    process.stdout.write("700 pods are created 500 at first\n");
    return 1;
  }
  const files = readdirSync(data)
    .filter((name) => /^(witnesses|wide|fresh|random).*\.jsonl\.gz$/.test(name))
    .map((name) => `${data}/${name}`);
  const traces = files.flatMap((file) => readTraces(file));
  for (const trace of traces.toSorted((a, b) => weight(a) - weight(b))) {
    const divergence = checkTrace(trace);
    if (divergence === undefined) continue;
    process.stdout.write(`${divergence.name} at ${divergence.at ?? "?"} ms\n`);
    return 1;
  }
  return 0;
}

process.exitCode = main(process.argv[2]!);
