/**
 * Which nodes a pod may go to, and why not to the others: taints, labels of the node, resources that are left,
 * topology spread, pods that must be near or far. Mirrors kube-scheduler's plugins of these names (v1.37.2).
 * What pods use follows from the store; nothing is saved.
 *
 * Left out: preferences (`preferredDuring...`, ScheduleAnyway, PreferNoSchedule), host ports, volumes,
 * `namespaceSelector`, `nodeTaintsPolicy`; labels that somebody changed on a pod count as its template has them.
 */
import type { StringMap } from "../api/meta.ts";
import type { Node } from "../api/node.ts";
import { UNBOUND } from "../apiserver/pod-columns.ts";

import { quantities, type Amounts } from "../apiserver/pod-resources.ts";
import type { Store } from "../apiserver/store.ts";
import { demandOf, type Demand, type Refusal } from "./demand.ts";
import { NearbyPods } from "./nearby-pods.ts";
import { NodeTaints } from "./node-taints.ts";

const TAINTED: Refusal = { reasons: ["node(s) had untolerated taint(s)"], helpless: true };
const WRONG_NODE: Refusal = {
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
  helpless: true,
};
const CLOSED: Refusal = { reasons: ["node(s) were unschedulable"], helpless: true };
const TOO_MANY = "Too many pods";

export class Filters {
  readonly #store: Store;
  readonly #taints: NodeTaints;
  readonly #nearby: NearbyPods;
  /** By source; null: it asks for nothing. */
  readonly #demands: (Demand | null | undefined)[] = [];
  /** Milli-units by node and resource, of pods that request any. */
  readonly #used: Map<string, number>[] = [];
  readonly #nodes = new Map<
    number,
    { readonly allocatable: Amounts; readonly labels: StringMap }
  >();

  constructor(store: Store) {
    this.#store = store;
    this.#taints = new NodeTaints(store);
    this.#nearby = new NearbyPods(store, (node) => this.#nodeAt(node).labels);
    store.listen({
      object: ({ resource }) => {
        if (resource === "nodes") this.#nodes.clear();
      },
      pod: (_, row, __, before) => {
        const node = store.pods.columns.node[row]!;
        if (before?.source === undefined || node === UNBOUND || store.pods.isTerminal(row)) return;
        this.#demand(row);
        this.#nearby.count(row, node, -1, before.source);
        this.#nearby.count(row, node, 1);
      },
    });
    const { pods } = store;
    for (let row = 0; row < pods.length; row++) {
      const node = pods.columns.node[row]!;
      if (node !== UNBOUND && pods.isPresent(row) && !pods.isTerminal(row))
        this.#count(row, node, 1);
    }
  }

  /** Whether a node refuses a pod; undefined where nodes differ for it by their number of pods alone. */
  refusing(row: number): ((node: number) => boolean) | undefined {
    const concerned = this.#taints.any || this.#nearby.any || this.#demand(row) !== null;
    return concerned ? this.refuses.bind(this, row) : undefined;
  }

  bound(row: number, node: number): void {
    this.#count(row, node, 1);
    this.#nearby.count(row, node, 1);
  }

  unbound(row: number, node: number): void {
    this.#count(row, node, -1);
    this.#nearby.count(row, node, -1);
  }

  /** Of a node that takes no pods: cordoned, or not heard of. */
  closed(node: number): Refusal {
    const object = this.#store.get("nodes", this.#store.registry.nodeNames[node]!) as
      Node | undefined;
    return object?.spec.unschedulable === true ? CLOSED : TAINTED;
  }

  /** Without the reason: the first that is found is enough. */
  refuses(row: number, node: number): boolean {
    return this.refusal(row, node, "room") !== undefined;
  }

  /** Plugins in order; the first that refuses tells. */
  refusal(row: number, node: number, pods: "room" | "full"): Refusal | undefined {
    const source = this.#sourceOf(row);
    if (this.#taints.any && this.#taints.untolerated(node, source.spec) !== undefined) {
      return TAINTED;
    }
    const demand = this.#demand(row);
    const { labels, allocatable } = this.#nodeAt(node);
    if (demand?.nodes?.(this.#store.registry.nodeNames[node]!, labels) === false) return WRONG_NODE;
    const resources = this.#resourceRefusal(demand?.amounts ?? {}, node, allocatable, pods);
    if (resources !== undefined) return resources;
    return this.#nearby.refusal(row, node, demand);
  }

  #resourceRefusal(
    amounts: Amounts,
    node: number,
    allocatable: Amounts,
    pods: "room" | "full",
  ): Refusal | undefined {
    const reasons = pods === "full" ? [TOO_MANY] : [];
    let helpless = false;
    for (const [name, milli] of Object.entries(amounts)) {
      const whole = allocatable[name] ?? 0;
      if (milli <= whole - (this.#used[node]?.get(name) ?? 0)) continue;
      reasons.push(`Insufficient ${name}`);
      if (milli > whole) helpless = true;
    }
    return reasons.length === 0 ? undefined : { reasons, helpless };
  }

  #count(row: number, node: number, by: 1 | -1): void {
    const demand = this.#demand(row);
    if (demand === null) return;
    const used = (this.#used[node] ??= new Map<string, number>());
    for (const [name, milli] of Object.entries(demand.amounts)) {
      used.set(name, (used.get(name) ?? 0) + by * milli);
    }
  }

  #demand(row: number): Demand | null {
    const index = this.#store.pods.columns.source[row]!;
    const known = this.#demands[index];
    if (known !== undefined) return known;
    const { spec, namespace, template } = this.#sourceOf(row);
    const demand = demandOf(spec, namespace, template.metadata?.labels ?? {}) ?? null;
    this.#demands[index] = demand;
    if (demand !== null) this.#nearby.note(index, demand);
    return demand;
  }

  #nodeAt(node: number): { readonly allocatable: Amounts; readonly labels: StringMap } {
    const known = this.#nodes.get(node);
    if (known !== undefined) return known;
    const object = this.#store.get("nodes", this.#store.registry.nodeNames[node]!) as
      Node | undefined;
    const found = {
      allocatable: quantities(object?.status["allocatable"]),
      labels: object?.metadata.labels ?? {},
    };
    this.#nodes.set(node, found);
    return found;
  }

  #sourceOf(row: number): Store["registry"]["sources"][number] {
    const { pods, registry } = this.#store;
    return registry.sources[pods.columns.source[row]!]!;
  }
}
