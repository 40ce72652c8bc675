/**
 * Which images are on a node already: those of containers that have run there. Images stay when their pods
 * go (garbage collection of images is left out).
 */
import type { PodSpec } from "../api/core.ts";
import type { Store } from "../apiserver/store.ts";

/**
 * Whether a pod's containers can be started without a registry. Mirrors kubelet/images ImageManager
 * (v1.37.2): `Always` asks the registry every time, `IfNotPresent` only for what the node lacks.
 */
export function startsWithoutRegistry(store: Store, row: number): boolean {
  const { columns } = store.pods;
  const { spec } = store.registry.sources[columns.source[row]!]!;
  const containers = [...initContainers(spec), ...spec.containers];
  const needed = containers.filter(({ imagePullPolicy }) => imagePullPolicy !== "Never");
  if (needed.some(({ imagePullPolicy }) => imagePullPolicy === "Always")) return false;
  const present = imagesOn(store, columns.node[row]!);
  return needed.every(({ image = "" }) => present.has(image));
}

function imagesOn(store: Store, node: number): ReadonlySet<string> {
  const { pods, registry } = store;
  const { columns } = pods;
  const sources = new Set<number>();
  for (let row = 0; row < pods.length; row++) {
    if (columns.node[row] === node && columns.startedS[row]! > 0) sources.add(columns.source[row]!);
  }
  const specs = [...sources].map((source) => registry.sources[source]!.spec);
  const containers = specs.flatMap((spec) => [...initContainers(spec), ...spec.containers]);
  return new Set(containers.map(({ image = "" }) => image));
}

function initContainers(spec: PodSpec): PodSpec["containers"] {
  return spec["initContainers"] ?? [];
}
