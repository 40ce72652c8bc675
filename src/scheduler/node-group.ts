/** A node as its object tells of it: what a cluster of ours is given to have one like it. */
import type { KubeObject } from "../api/meta.ts";
import type { Taint } from "../api/node.ts";
import { asRecord } from "../apiserver/json.ts";
import type { NodeGroup } from "./node-object.ts";

/** Of a Node as it is written, or as `kubectl get -o yaml` prints it: its name, room, labels and taints. */
export function nodeGroupOf({ metadata, spec, status }: KubeObject): NodeGroup {
  const { taints = [] } = asRecord(spec) as { readonly taints?: readonly Taint[] };
  const { allocatable, capacity } = asRecord(status);
  // A quantity may be written as a number.
  const { cpu, memory, pods } = asRecord(allocatable ?? capacity) as Partial<
    Record<string, string | number>
  >;
  const kept = taints.map(({ key, value, effect }): Taint => {
    return { key, ...(value === undefined ? {} : { value }), effect };
  });
  return {
    ...(metadata?.name === undefined ? {} : { name: metadata.name }),
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory: String(memory) }),
    ...(pods === undefined ? {} : { pods: Number(pods) }),
    ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
    ...(kept.length === 0 ? {} : { taints: kept }),
  };
}
