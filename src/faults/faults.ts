/**
 * What can be broken in a cluster, each verb with its opposite. Call them inside `Cluster.act`, so that
 * controllers settle. Names that do not exist throw a RangeError.
 */
import { shape, text, type Fields } from "../api/check-shape.ts";
import type { Millis } from "../api/meta.ts";
import { podName } from "../apiserver/events/pod-events.ts";
import { findPod } from "../apiserver/pod-access.ts";
import type { ApiServer } from "../apiserver/server.ts";
import type { Trace } from "../engine/trace.ts";
import {
  NodeFaults,
  type NodeTurnCode,
  type NodeWorld,
  type SavedNodeFaults,
} from "./node-faults.ts";

/** A pod by its name; namespace: default. */
export interface PodRef {
  readonly namespace?: string;
  readonly name: string;
}

const ref: Fields<PodRef> = { namespace: text, name: text };
const refCheck = shape(
  ref,
  "part of a pod's place",
  ["name"],
  "{ name }, and { namespace } if it is not default",
);

/** `pod.metadata`, which says where a pod is among other things. */
function isMetadata(pod: unknown): boolean {
  return typeof pod === "object" && pod !== null && "uid" in pod && "name" in pod;
}

export interface FaultWorld {
  readonly api: ApiServer;
  readonly trace: Trace;
  readonly scheduler: NodeWorld["scheduler"] & { readonly nodes: number };
  readonly kubelet: NodeWorld["kubelet"] & {
    failProbe(row: number): void;
    passProbe(row: number): void;
    setRegistry(registry: "up" | "down"): void;
  };
  readonly schedule: NodeWorld["schedule"];
}

export class Faults {
  readonly #world: FaultWorld;
  readonly #nodes: NodeFaults;

  constructor(world: FaultWorld, saved?: SavedNodeFaults) {
    this.#world = world;
    const { api, scheduler, kubelet, schedule } = world;
    this.#nodes = new NodeFaults(
      {
        store: api.store,
        trace: world.trace,
        nodes: scheduler.nodes,
        now: (): Millis => api.now,
        schedule,
        remove: (by, row) => {
          api.requester = { by };
          api.delete({ resource: "pods", ...this.#podAt(row) });
          api.requester = { by: "user" };
        },
        evict: (row) => {
          api.requester = { by: "drain" };
          const answer = api.evict({ resource: "pods", ...this.#podAt(row) });
          api.requester = { by: "user" };
          if (answer.ok) return "evicted";
          return answer.status.code === 429 ? "too many" : "refused";
        },
        kubelet,
        scheduler,
      },
      saved,
    );
  }

  /** The kubelet of a node, `node-1` to `node-N`, does nothing from now on; see node-faults.ts. */
  failNode(name: string): void {
    this.#nodes.fail(this.#node(name));
  }

  restoreNode(name: string): void {
    this.#nodes.restore(this.#node(name));
  }

  /** The node takes no further pods. */
  cordon(name: string): void {
    this.#setUnschedulable(name, true);
  }

  /** The node takes pods again; a drain that is not over is given up. */
  uncordon(name: string): void {
    this.#setUnschedulable(name, null);
  }

  /** As `kubectl drain --force`: cordons the node, and evicts its pods as budgets allow, asking every 5 s. */
  drain(name: string): void {
    this.cordon(name);
    this.#nodes.drain(this.#node(name));
  }

  /** The readiness probe of a pod fails from now on. */
  failProbe(pod: PodRef): void {
    this.#world.kubelet.failProbe(this.#rowOf(pod));
  }

  passProbe(pod: PodRef): void {
    this.#world.kubelet.passProbe(this.#rowOf(pod));
  }

  /** Images cannot be pulled from now on; those that are on a node already can be used there. */
  failRegistry(): void {
    this.#world.kubelet.setRegistry("down");
  }

  restoreRegistry(): void {
    this.#world.kubelet.setRegistry("up");
  }

  /** Nodes that were changed at this instant are tainted, or no longer. */
  settled(): void {
    this.#nodes.settled();
  }

  /** A timer is due. */
  act(turn: NodeTurnCode, subject: number): void {
    this.#nodes.act(turn, subject);
  }

  save(): SavedNodeFaults {
    return this.#nodes.save();
  }

  #node(name: string): number {
    const node = this.#nodes.indexOf(name);
    if (node !== undefined) return node;
    const names = this.#world.api.store.registry.nodeNames;
    const use = names[0] === "node-1" ? `node-1 to ${names.at(-1)}` : names.join(", ");
    throw new RangeError(`there is no node ${JSON.stringify(name)}: use ${use}`);
  }

  #setUnschedulable(name: string, unschedulable: true | null): void {
    this.#node(name);
    const patch = { spec: { unschedulable } };
    this.#world.api.patch({ resource: "nodes", name }, "strategic", patch);
  }

  #rowOf(pod: PodRef): number {
    if (!isMetadata(pod)) refCheck("pod", pod);
    const { namespace = "default", name } = pod;
    const found = findPod(this.#world.api.store, namespace, name);
    if (found !== undefined) return found.row;
    throw new RangeError(`there is no pod ${JSON.stringify(name)} in namespace ${namespace}`);
  }

  #podAt(row: number): { readonly namespace: string; readonly name: string } {
    const { store } = this.#world.api;
    const { namespace } = store.registry.sources[store.pods.columns.source[row]!]!;
    return { namespace, name: podName(store, row) };
  }
}
