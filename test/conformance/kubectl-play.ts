/**
 * Plays a recorded scenario on a Cluster: each command at its recorded instant, blocking commands in
 * virtual time. Pods behave as the recordings' fakelet made them behave.
 */
import { dirname } from "node:path";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import { fakelet } from "./fakelet.ts";
import type { RecordedCommand } from "./kubectl-recording.ts";

export interface PlayedCommand {
  readonly recorded: RecordedCommand;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** Virtual ms at which it began. */
  readonly began: number;
  /** What went to stdout, with the virtual ms since the command began. */
  readonly lines: readonly (readonly [number, string])[];
}

const second = 1000;
/**
 * From a controller's request to the moment at which those who watch act on it: of 0, 1, 3, 10 and 30 ms one with
 * which most recorded commands come out equal. Requests a second are kube-controller-manager's defaults.
 */
const latencyMs = 3;
/** Pods of one ReplicaSet became ready some ms apart in the recordings. */
const jitter = 12;

const behaviors: readonly Behavior[] = [
  {
    match: { image: "nginx:instant*" },
    start: { delay: 0 },
    ready: { delay: 0, jitter: 5 },
    terminate: { delay: 0 },
  },
  {
    match: { image: "nginx:slow" },
    start: { delay: 3 * second, jitter },
    ready: { delay: 3 * second, jitter },
    terminate: { delay: 3 * second, jitter },
  },
  ...fakelet(jitter),
];

/**
 * Commands that follow the cluster reach it this long after their start; all others act just before
 * they end: a kubectl process spends most of its time before its request.
 */
const reachMs = 45;
const follows = (args: readonly string[]): boolean =>
  args.includes("status") ||
  args[0] === "wait" ||
  args.some((arg) => /^(-w|--watch|--watch-only)$/.test(arg));

/** A `delete` waits after its requests. */
const deletesMs = 120;

export function actsAt({ args, at_ms, ms }: RecordedCommand): number {
  if (follows(args) || ms > 1000) return at_ms + Math.min(ms, reachMs);
  const share = Math.round(0.7 * ms);
  return at_ms + (args[0] === "delete" ? Math.min(share, deletesMs) : share);
}

/** Ends in a recording that Ctrl-C made, as ms since the scenario began. */
function killedAt({ killed, at_ms }: RecordedCommand): number | undefined {
  const seconds = /after ([\d.]+) s/.exec(killed ?? "")?.[1];
  return seconds === undefined ? undefined : at_ms + Number(seconds) * second;
}

export function playScenario(
  commands: readonly RecordedCommand[],
  startMs: number,
): readonly PlayedCommand[] {
  const cluster = new Cluster({
    seed: "recordings",
    nodes: 1,
    podsPerNode: 5000,
    nodeCapacity: { cpu: "64", memory: "256Gi" },
    controlPlane: { qps: 20, burst: 30, latency: latencyMs },
    behaviors,
    startTime: new Date(startMs).toISOString(),
  });
  createKubernetesService(cluster);
  const waiting = commands.toSorted((a, b) => actsAt(a) - actsAt(b));
  const played: PlayedCommand[] = [];
  const context = { namespace: "default" };
  const playNext = (): void => {
    const recorded = waiting.shift();
    if (recorded === undefined) return;
    if (actsAt(recorded) > cluster.now) cluster.runUntil(actsAt(recorded));
    played.push(playOne(cluster, recorded, context, waiting, playNext));
  };
  while (waiting.length > 0) playNext();
  return played.toSorted((a, b) => a.recorded.seq - b.recorded.seq);
}

function playOne(
  cluster: Cluster,
  recorded: RecordedCommand,
  context: { namespace: string },
  waiting: readonly RecordedCommand[],
  playNext: () => void,
): PlayedCommand {
  const streams = { stdout: "", stderr: "" };
  const files = Object.entries(recorded.files ?? {});
  const lines: (readonly [number, string])[] = [];
  const began = cluster.now;
  const killed = killedAt(recorded);
  const code = survive(
    streams,
    () =>
      runKubectl(
        cluster,
        recorded.args,
        {
          namespace: context.namespace,
          setNamespace(namespace) {
            context.namespace = namespace;
          },
          out(text) {
            streams.stdout += text;
            for (const line of text.replace(/\n$/, "").split("\n"))
              lines.push([cluster.now - began, line]);
          },
          err(text) {
            streams.stderr += text;
          },
          readFile(named) {
            const path = named.replace(/^(\.\/+)+(?=.)/, "");
            const deep = path.endsWith("/**");
            const folder = path.replace(/\/+(\*\*)?$/, "");
            const found = files
              .filter(([name]) =>
                deep ? name.startsWith(`${folder}/`) : name === path || dirname(name) === folder,
              )
              .toSorted(([a], [b]) => (a < b ? -1 : 1));
            // A folder that has folders only, and the one where kubectl runs, are there, too.
            const isFolder = path === "." || files.some(([name]) => name.startsWith(`${folder}/`));
            if (found.length === 0 && !isFolder) return undefined;
            return found.map(([name, text]) => ({ name: name === path ? named : name, text }));
          },
          ...(recorded.stdin === undefined || recorded.stdin === null
            ? {}
            : { stdin: recorded.stdin }),
          ...(recorded.env === undefined ? {} : { env: recorded.env }),
        },
        {
          until: killed ?? recorded.at_ms + recorded.ms + patienceMs,
          between(next) {
            // In another shell, while this command was still running.
            const [other] = waiting;
            const inside = other !== undefined && actsAt(other) < recorded.at_ms + recorded.ms;
            if (inside && actsAt(other) <= next) playNext();
          },
        },
      ).code,
  );
  // A real kubectl goes on waiting until it is interrupted, and then exits with 1.
  if (killed !== undefined) streams.stderr = streams.stderr.replace(/^rollsim: nothing .*\n/mu, "");
  return { recorded, began, ...streams, lines, code: killed === undefined ? code : 1 };
}

/** Nothing is worth waiting for much longer than it took. */
const patienceMs = 60 * second;

/** A mistake inside rollsim is a difference like others; the commands after it are played all the same. */
function survive(streams: { stderr: string }, play: () => number): number {
  try {
    return play();
  } catch (error) {
    streams.stderr += `rollsim failed: ${error instanceof Error ? error.message : String(error)}\n`;
    return internalMistake;
  }
}
const internalMistake = 3;

/** Every cluster has this Service and its endpoints before anybody comes. */
function createKubernetesService(cluster: Cluster): void {
  const existing = cluster.api.get({ resource: "services", name: "kubernetes" });
  if (existing.ok) return;
  // The fakelet gives its node fewer labels than kubelets do.
  const labels = { "beta.kubernetes.io/arch": null, "beta.kubernetes.io/os": null };
  const node = cluster.api.list("nodes")[0]?.metadata.name ?? "";
  const metadata = { name: "kubernetes", namespace: "default" };
  const ports = [{ name: "https", port: 6443, protocol: "TCP" }];
  const ip = "192.0.2.10";
  cluster.act("set up the cluster", (api) => {
    api.patch({ resource: "nodes", name: node }, "merge", { metadata: { labels } });
    api.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, labels: { component: "apiserver", provider: "kubernetes" } },
      spec: {
        clusterIP: "10.96.0.1",
        clusterIPs: ["10.96.0.1"],
        ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
        type: "ClusterIP",
      },
    });
    api.create({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        ...metadata,
        generation: 1,
        labels: { "kubernetes.io/service-name": "kubernetes" },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports,
    });
    api.create({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default", namespace: "default" },
    });
    api.create({
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { ...metadata, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
      subsets: [{ addresses: [{ ip }], ports }],
    });
  });
}
