/**
 * A rolling update beside @ngrok/webernetes, a port of parts of Kubernetes to TypeScript for the browser. It runs
 * by the wall clock, most of which it waits; CPU time is what its work costs. Its modules are written for bundlers,
 * so they are bundled first. Both start from a settled Deployment and end when all new pods are available and no
 * old one is left; both are cold, as a user's first rollout is.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type { Bench, Case, Run } from "./bench.ts";
import { rollingUpdate } from "./rollout.ts";
import { cpuMs } from "./statistics.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const SETTLING_MS = 3000;
const PODS_PER_NODE = 110;

interface ReplicaSetSeen {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: { image: string }[] } };
  };
  readonly status?: { readonly replicas?: number; readonly availableReplicas?: number };
}

interface Peer {
  readonly BaseImage: new () => object;
  readonly Cluster: new (options: { nodes: number }) => {
    registerImage(image: unknown): void;
    init(): Promise<void>;
    apply(objects: readonly object[]): Promise<unknown>;
    informer(resource: "replicasets", see: (type: string, set: ReplicaSetSeen) => void): unknown;
  };
}

async function load(): Promise<Peer> {
  const folder = mkdtempSync(join(root, ".build", "peer-"));
  try {
    const bundle = await rolldown({ input: "@ngrok/webernetes", cwd: root, platform: "node" });
    const file = join(folder, "webernetes.mjs");
    await bundle.write({ file, format: "esm" });
    return (await import(pathToFileURL(file).href)) as Peer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function deployment(replicas: number, version: number): object {
  const containers = [{ name: "web", image: `web:${version}` }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { terminationGracePeriodSeconds: 0, containers },
      },
    },
  };
}

async function theirs(replicas: number): Promise<Run> {
  const { BaseImage, Cluster } = await load();
  const cluster = new Cluster({ nodes: Math.ceil((replicas * 1.5) / PODS_PER_NODE) + 1 });
  for (const imageVersion of ["1", "2"]) {
    cluster.registerImage(
      class extends BaseImage {
        static imageName = "web";
        static imageVersion = imageVersion;
        readonly defaultCommand = ["serve"];
        exec(process: { waitUntilKilled(): Promise<number> }): Promise<number> {
          return process.waitUntilKilled();
        }
      },
    );
  }
  await cluster.init();
  const sets = new Map<string, ReplicaSetSeen>();
  let seen = (): void => {};
  cluster.informer("replicasets", (_type, set) => {
    sets.set(set.metadata.name, set);
    seen();
  });
  const isComplete = (version: number): boolean => {
    const others = [...sets.values()].filter(
      ({ spec }) => spec.template.spec.containers[0]!.image !== `web:${version}`,
    );
    const own = [...sets.values()].find((set) => !others.includes(set))?.status;
    return (
      own?.replicas === replicas &&
      own.availableReplicas === replicas &&
      others.every(({ status }) => status?.replicas === 0)
    );
  };
  const roll = async (version: number): Promise<void> => {
    const complete = new Promise<void>((resolve) => {
      seen = () => isComplete(version) && resolve();
    });
    await cluster.apply([deployment(replicas, version)]);
    await complete;
  };
  await roll(1);
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  const [startCpu, start] = [cpuMs(), performance.now()];
  await roll(2);
  return {
    "CPU ms": cpuMs() - startCpu,
    "wall ms": performance.now() - start,
    "peak MB": process.resourceUsage().maxRSS / 1024,
    sets: sets.size,
  };
}

function ours(replicas: number): Run {
  const { cpuMs: cpu, wallMs } = rollingUpdate({ replicas });
  const peak = process.resourceUsage().maxRSS / 1024;
  return { "CPU ms": cpu, "wall ms": wallMs, "peak MB": peak, sets: 2 };
}

export const peerBench: Bench = {
  title: "a rolling update beside @ngrok/webernetes",
  repetitions: 3,
  cases: [10, 100].flatMap((size) => ["rollsim", "webernetes"].map((who) => ({ who, size }))),
  equal: ["sets"],
  measure: ({ who, size }: Case) => (who === "rollsim" ? ours(size) : theirs(size)),
};
