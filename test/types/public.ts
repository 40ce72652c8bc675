/**
 * What the types of the library promise. Nothing here runs: `npm run typecheck` fails where a line does not
 * compile, or where one under `@ts-expect-error` does.
 */
import {
  Cluster,
  decisions,
  explainDeployment,
  exportScenario,
  parseScenario,
  sentence,
  sweep,
  triesOf,
  type Answer,
  type Client,
  type DecisionId,
  type Deployment,
  type KubeObject,
  type Pod,
  type ReplicaSet,
  type Snapshot,
  type TraceEntry,
  type Try,
} from "../../src/index.ts";

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function holds<T extends true>(proof?: T): void;

declare const cluster: Cluster;
declare const client: Client;

// A step answers what its action answers.
const answer = cluster.act("get", (api) => api.get({ resource: "deployments", name: "web" }));
holds<Equal<typeof answer, Answer<Deployment>>>();

// What is read has the type of its resource, where that is known.
holds<Equal<ReturnType<typeof client.list<"pods">>, readonly Pod[]>>();
holds<Equal<ReturnType<typeof client.list<"nodes">>, readonly KubeObject[]>>();
holds<Equal<ReturnType<typeof client.list<string>>, readonly KubeObject[]>>();

// An answer is looked at before its value is used.
if (answer.ok) holds<Equal<typeof answer.value, Deployment>>();
else holds<Equal<typeof answer.status.status, "Failure">>();
// @ts-expect-error: it may be a refusal
void answer.value.metadata;

// A listener hears of entries of its own kind alone.
cluster.on("decision", (entry) => holds<Equal<typeof entry.kind, "decision">>());
cluster.on("pods", ({ count }) => holds<Equal<typeof count, number>>());
// @ts-expect-error: no such kind
cluster.on("thought", () => undefined);

// Objects have the shapes of the API, and cannot be changed.
declare const deployment: Deployment;
holds<Equal<typeof deployment.kind, "Deployment">>();
// @ts-expect-error: objects of the store are frozen
deployment.spec.replicas = 3;
declare const others: readonly (Deployment | ReplicaSet | Pod)[];
const kube: readonly KubeObject[] = others;
void kube;

// Every kind of entry can be told apart.
function kindOf(entry: TraceEntry): TraceEntry["kind"] {
  return entry.kind;
}
void kindOf;

// Decisions are known by name.
holds<Equal<DecisionId, keyof typeof decisions>>();
sentence({ id: "progress/complete", weighed: { replicas: 3 } });
// @ts-expect-error: no such decision
sentence({ id: "progress/done", weighed: {} });

// A world is saved and restored whole; options are checked.
const snapshot: Snapshot = cluster.save();
Cluster.restore(snapshot).fork().runUntil(1000);
void new Cluster({ seed: "7", schedule: "random", nodes: 3, placement: "spread" });
// @ts-expect-error: a seed is a text
void new Cluster({ seed: 7 });
// @ts-expect-error: no such placement
void new Cluster({ placement: "random" });

// Patches name their type.
client.patch({ resource: "deployments", name: "web" }, "strategic", {});
// @ts-expect-error: no such patch
client.patch({ resource: "deployments", name: "web" }, "deep", {});

// What commands do is there as objects.
const { cells } = sweep(parseScenario(""), { surges: [1, "25%"], minReadySeconds: [0, 10] });
for (const { settings, summary } of cells) void [settings.rolling?.maxSurge, summary.duration];
const explained = explainDeployment(cluster, "web");
// @ts-expect-error: there may be no such Deployment
triesOf(cluster, explained);
if (explained !== undefined) holds<Equal<ReturnType<typeof triesOf>, readonly Try[]>>();
// @ts-expect-error: no such setting
sweep(parseScenario(""), { surge: [1] });
const files: ReadonlyMap<string, string> = exportScenario(parseScenario("")).files;
void files;
