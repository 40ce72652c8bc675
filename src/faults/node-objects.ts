/**
 * Node objects as kubelets and the node lifecycle controller keep them: conditions, and the taints by which
 * that controller keeps pods from nodes (pkg/controller/nodelifecycle, v1.37.2).
 */
import type { Millis } from "../api/meta.ts";
import { healthyConditions, unknownConditions, type Node, type Taint } from "../api/node.ts";
import { timestamp } from "../api/time.ts";

import type { Store } from "../apiserver/store.ts";
import type { Trace } from "../engine/trace.ts";

const NODES = "nodes";
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
const UNREACHABLE = "node.kubernetes.io/unreachable";
/** Taints that nobody but the controller sets. */
const OWN = new Set([UNSCHEDULABLE, UNREACHABLE]);

export class NodeObjects {
  readonly #store: Store;
  readonly #trace: Trace;

  constructor(store: Store, trace: Trace) {
    this.#store = store;
    this.#trace = trace;
  }

  /** False, too, where somebody has deleted it. */
  isSchedulable(node: number): boolean {
    const found = this.#find(node);
    return found !== undefined && found.spec.unschedulable !== true;
  }

  /** The kubelet tells that the node was closed for pods, or opened. */
  tellSchedulable(node: number): void {
    if (this.#find(node) === undefined) return;
    this.#tell(
      node,
      "kubelet",
      this.isSchedulable(node) ? "NodeSchedulable" : "NodeNotSchedulable",
    );
  }

  /** The controller has not heard of it for too long. */
  loseTrack(node: number): void {
    const found = this.#find(node);
    if (found === undefined) return;
    const conditions = unknownConditions(found.status.conditions ?? [], this.#stamp());
    this.#tell(node, "node-controller", "NodeNotReady");
    this.#write(
      { ...found, status: { ...found.status, conditions } },
      "update/status",
      "node-controller",
    );
  }

  /** Its kubelet reports again. */
  hear(node: number): void {
    const found = this.#find(node);
    if (found === undefined) return;
    const conditions = healthyConditions(this.#stamp());
    this.#write({ ...found, status: { ...found.status, conditions } }, "update/status", "kubelet");
    this.#tell(node, "kubelet", "NodeReady");
  }

  /** Taints a node that is closed, that is not heard of, and whose pods are to leave. */
  taint(node: number, unreachable: "no" | "without evictions" | "with evictions"): void {
    const found = this.#find(node);
    if (found === undefined) return;
    const wanted: Taint[] = [];
    if (found.spec.unschedulable === true) {
      wanted.push({ key: UNSCHEDULABLE, effect: "NoSchedule" });
    }
    if (unreachable !== "no") wanted.push({ key: UNREACHABLE, effect: "NoSchedule" });
    if (unreachable === "with evictions") wanted.push({ key: UNREACHABLE, effect: "NoExecute" });
    const before = found.spec.taints ?? [];
    const isWanted = (taint: Taint): boolean => wanted.some((each) => isSame(each, taint));
    const kept = before.filter((taint) => !OWN.has(taint.key) || isWanted(taint));
    const added = wanted.filter((taint) => !before.some((each) => isSame(each, taint)));
    if (added.length === 0 && kept.length === before.length) return;
    const taints = [...kept, ...added.map((taint) => ({ ...taint, timeAdded: this.#stamp() }))];
    const { taints: _, ...spec } = found.spec;
    this.#write(
      { ...found, spec: taints.length === 0 ? spec : { ...spec, taints } },
      "update",
      "node-controller",
    );
  }

  #find(node: number): Node | undefined {
    return this.#store.get(NODES, this.#nameOf(node)) as Node | undefined;
  }

  #nameOf(node: number): string {
    return this.#store.registry.nodeNames[node]!;
  }

  #write(node: Node, verb: "update" | "update/status", by: string): void {
    const object = this.#store.replace(NODES, node);
    const { name } = node.metadata;
    const at = this.#now;
    this.#trace.add({ kind: "write", at, by, verb, resource: NODES, namespace: "", name, object });
  }

  #tell(node: number, by: string, reason: string): void {
    const name = this.#nameOf(node);
    this.#trace.add({
      kind: "event",
      at: this.#now,
      by,
      about: { kind: "Node", namespace: "default", name },
      type: "Normal",
      reason,
      message: `Node ${name} status is now: ${reason}`,
    });
  }

  get #now(): Millis {
    return this.#store.now;
  }

  #stamp(): string {
    return timestamp(this.#store.wallClockMs);
  }
}

function isSame(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}
