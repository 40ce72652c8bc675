/**
 * Node objects: what a cluster's nodes have to give, from its options, and what their kubelets report when
 * they register.
 */
import type { Millis, StringMap, Timestamp } from "../api/meta.ts";
import { healthyConditions, type Node, type Taint } from "../api/node.ts";
import { nodeAddress } from "../apiserver/pod-objects.ts";
import type { Store } from "../apiserver/store.ts";

/** Quantities, as in `status.allocatable`; nothing is kept back for the system, so capacity is the same. */
export interface NodeCapacity {
  /** Default "16". */
  readonly cpu?: string;
  /** Default "64Gi". */
  readonly memory?: string;
}

/** Some nodes that are alike. */
export interface NodeGroup extends NodeCapacity {
  /** Default 1. */
  readonly count?: number;
  /** What it is called; of several, with `-1` and so on. Default `node-1` and so on, counted over all groups. */
  readonly name?: string;
  /** How many pods fit on one; default `podsPerNode` of the cluster. */
  readonly pods?: number;
  /** Beside those that every node has. */
  readonly labels?: StringMap;
  readonly taints?: readonly Taint[];
  /** ms by which its clock is ahead of the controllers', or (negative) behind; default 0. */
  readonly clock?: Millis;
}

export interface NodeShape extends NodeCapacity {
  readonly name: string;
  readonly podsPerNode: number;
  readonly clock?: Millis;
  readonly labels?: StringMap;
  readonly taints?: readonly Taint[];
}

/** What is true of all nodes. */
export interface NodeSoftware {
  readonly kubernetesVersion: string;
  /** When it registered. */
  readonly since: Timestamp;
}

const nodeCapacityDefaults = { cpu: "16", memory: "64Gi" } as const;

/** What the pods on one node may ask for together: its `status.allocatable`. */
function allocatableOf({
  cpu = nodeCapacityDefaults.cpu,
  memory = nodeCapacityDefaults.memory,
  podsPerNode,
}: NodeCapacity & Pick<NodeShape, "podsPerNode">): Readonly<Record<string, string>> {
  return { cpu, "ephemeral-storage": "100Gi", memory, pods: String(podsPerNode) };
}

/** One shape for each node, in order: so many alike, or group by group. */
export function nodeShapes(
  nodes: number | readonly NodeGroup[],
  podsPerNode: number,
  capacity: NodeCapacity = {},
): readonly NodeShape[] {
  const groups = typeof nodes === "number" ? [{ count: nodes }] : nodes;
  const shapes = groups.flatMap(({ count = 1, name, pods = podsPerNode, ...rest }: NodeGroup) =>
    Array.from({ length: count }, (_, index) => {
      const called = name === undefined || count === 1 ? name : `${name}-${index + 1}`;
      return { ...capacity, ...rest, name: called, podsPerNode: pods };
    }),
  );
  return shapes.map((shape, node) => ({ ...shape, name: shape.name ?? `node-${node + 1}` }));
}

/** A name that two nodes of these groups would have. */
export function nameGivenTwice(groups: readonly NodeGroup[]): string | undefined {
  const names = nodeShapes(groups, 1).map(({ name }) => name);
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** The nodes that a cluster starts with. */
export function seedNodes(
  store: Store,
  shapes: readonly NodeShape[],
  software: NodeSoftware,
): void {
  shapes.forEach((shape, node) => store.seed("nodes", nodeObject(node, shape, software)));
}

/** The node of an index from 0, as it registers. */
function nodeObject(node: number, shape: NodeShape, software: NodeSoftware): Node {
  const { name } = shape;
  const allocatable = allocatableOf(shape);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      // Apart from the UIDs that the store gives.
      uid: `00000000-0000-0000-0002-${String(node + 1).padStart(12, "0")}`,
      labels: {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        ...shape.labels,
      },
    },
    spec: shape.taints === undefined ? {} : { taints: shape.taints },
    status: {
      capacity: allocatable,
      allocatable,
      conditions: healthyConditions(software.since),
      addresses: [
        { type: "InternalIP", address: nodeAddress(node) },
        { type: "Hostname", address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        machineID: "",
        systemUUID: "",
        bootID: "",
        kernelVersion: "0",
        osImage: "rollsim",
        containerRuntimeVersion: "rollsim://0",
        kubeletVersion: software.kubernetesVersion,
        kubeProxyVersion: "",
        operatingSystem: "linux",
        architecture: "amd64",
      },
    },
  };
}
