/** The nodes that objects of a cluster tell of: those that are among them, and those that pods are on. */
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { asRecord } from "../apiserver/json.ts";
import { podAmounts, type Amounts } from "../apiserver/pod-resources.ts";
import { milliOfQuantity } from "../apiserver/quantity.ts";
import { specOf } from "../apiserver/strategy-parts.ts";
import type { PodSpec } from "../api/core.ts";
import { foundPod, hasEnded } from "../kubelet/found-pod.ts";
import { nodeGroupOf } from "../scheduler/node-group.ts";
import type { NodeGroup } from "../scheduler/node-object.ts";

const PODS_PER_NODE = 110;

/**
 * In order of their names. `standing`: objects that go on here; `others`: the rest, of which Nodes say how much room
 * there is, and Pods take some of it. Nodes that are cordoned are full, and all are where a pod found no room.
 */
export function nodesIn(
  standing: readonly KubeObject[],
  others: readonly KubeObject[],
): readonly NodeGroup[] {
  const pods = standing.filter(isPod);
  const away = others.filter(isPod);
  const nodes = others.filter(isNode);
  const full = pods.some((pod) => foundPod(pod).state === "unscheduled");
  const names = [...nodes.map(({ metadata }) => metadata.name), ...pods.flatMap(nodeNameOf)];
  if (names.length === 0 && full) return [{ pods: 0 }];
  return [...new Set(names)].toSorted(compareText).map((name) => {
    const here = pods.filter((pod) => nodeNameOf(pod).includes(name)).length;
    const node = nodes.find(({ metadata }) => metadata.name === name);
    const taken = away.filter((pod) => nodeNameOf(pod).includes(name));
    const group = node === undefined ? {} : withRoomFor(nodeGroupOf(node), taken);
    const most = Math.max(here, (group.pods ?? PODS_PER_NODE) - taken.length);
    const closed = full || (node !== undefined && specOf(node)["unschedulable"] === true);
    return { ...group, name, pods: closed ? here : most };
  });
}

export function isNode({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === "v1" && kind === "Node";
}

/** What pods that are not played leave of a node. */
function withRoomFor(group: NodeGroup, pods: readonly KubeObject[]): NodeGroup {
  const taken = pods.map((pod) => podAmounts(specOf(pod) as unknown as PodSpec, "requests"));
  const left = (name: keyof Amounts, milli: number): number =>
    Math.max(
      0,
      taken.reduce((rest, amounts) => rest - (amounts[name] ?? 0), milli),
    );
  const { cpu, memory } = group;
  return {
    ...group,
    ...(cpu === undefined ? {} : { cpu: `${left("cpu", milliOfQuantity(cpu))}m` }),
    ...(memory === undefined
      ? {}
      : { memory: String(Math.floor(left("memory", milliOfQuantity(memory)) / 1000)) }),
  };
}

/** Pods that take room. */
function isPod(object: KubeObject): boolean {
  return object.kind === "Pod" && !hasEnded(foundPod(object));
}

function nodeNameOf(pod: KubeObject): readonly string[] {
  const { nodeName } = asRecord(pod["spec"]);
  return typeof nodeName === "string" && nodeName !== "" ? [nodeName] : [];
}
