/** Small worlds in which autoscalers make each of their decisions. */
import type { Cluster } from "../../../src/cluster.ts";
import { decisionsHeard, hpa, world } from "./world.ts";

const minute = 60_000;

function lives(cluster: Cluster, ...actions: readonly ((cluster: Cluster) => void)[]): string[] {
  for (const action of actions) {
    action(cluster);
    cluster.runUntil(cluster.now + 2 * minute);
  }
  return [...decisionsHeard(cluster)];
}

const scale = (replicas: number) => (cluster: Cluster) => {
  cluster.act("scale", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas } }),
  );
};
const remove = (resource: string) => (cluster: Cluster) => {
  cluster.act("delete", (api) => api.delete({ resource, name: "web" }));
};
const another = (cluster: Cluster): void => {
  cluster.act("create", (api) => api.create(hpa({ metadata: { name: "web2" } })));
};
const wait = (): void => undefined;

let heard: ReadonlySet<string> | undefined;

export function reachedByAutoscalers(): ReadonlySet<string> {
  const load = [
    { at: 0, milli: 600 },
    { at: 2 * minute, milli: 4800 },
    { at: 4 * minute, milli: 300 },
  ];
  const slow = { start: { delay: 12_000 }, ready: { delay: 40_000 } };
  const busy = { cpu: [{ at: 0, milli: 500 }] };
  heard ??= new Set([
    ...lives(world({ behaviors: [{ load, ...slow }] }, {}), wait, wait, wait, scale(0), scale(1)),
    ...lives(world({ behaviors: [{ ...busy, ...slow }] }, {}), wait, scale(50), another),
    ...lives(world({}, {}), wait, remove("deployments"), remove("horizontalpodautoscalers")),
    ...lives(
      world({ behaviors: [{ cpu: [{ at: 0, milli: 320 }], ready: { delay: 40_000 } }] }, {}),
      wait,
      scale(4),
    ),
  ]);
  return heard;
}
