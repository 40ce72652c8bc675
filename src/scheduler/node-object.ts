/**
 * Node objects: what a cluster's nodes have to give, from its options, and what their kubelets report when
 * they register. Every node is alike.
 */
import type { Timestamp } from "../api/meta.ts";
import { healthyConditions, type Node } from "../api/node.ts";
import { nodeAddress, nodeName } from "../apiserver/pod-objects.ts";
import type { Store } from "../apiserver/store.ts";

/** Quantities, as in `status.allocatable`; nothing is kept back for the system, so capacity is the same. */
export interface NodeCapacity {
  /** Default "16". */
  readonly cpu?: string;
  /** Default "64Gi". */
  readonly memory?: string;
}

export interface NodeShape extends NodeCapacity {
  readonly podsPerNode: number;
  readonly kubernetesVersion: string;
  /** When it registered. */
  readonly since: Timestamp;
}

export const nodeCapacityDefaults = { cpu: "16", memory: "64Gi" } as const;

/** What the pods on one node may ask for together: its `status.allocatable`. */
export function allocatableOf({
  cpu = nodeCapacityDefaults.cpu,
  memory = nodeCapacityDefaults.memory,
  podsPerNode,
}: NodeCapacity & Pick<NodeShape, "podsPerNode">): Readonly<Record<string, string>> {
  return { cpu, "ephemeral-storage": "100Gi", memory, pods: String(podsPerNode) };
}

/** The nodes that a cluster starts with, `node-1` and so on. */
export function seedNodes(store: Store, nodes: number, shape: NodeShape): void {
  for (let node = 0; node < nodes; node++) store.seed("nodes", nodeObject(node, shape));
}

/** The node of an index from 0, as it registers. */
export function nodeObject(node: number, shape: NodeShape): Node {
  const name = nodeName(node);
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
      },
    },
    spec: {},
    status: {
      capacity: allocatable,
      allocatable,
      conditions: healthyConditions(shape.since),
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
        kubeletVersion: shape.kubernetesVersion,
        kubeProxyVersion: "",
        operatingSystem: "linux",
        architecture: "amd64",
      },
    },
  };
}
