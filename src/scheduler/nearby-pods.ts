/**
 * Pods that must be near others, far from others, or evenly spread. Mirrors the plugins InterPodAffinity and
 * PodTopologySpread (v1.37.2). Counted only from the first pod on that asks for it.
 *
 * For near and far a terminating pod counts until it is gone; for the spread it no longer does.
 */
import type { StringMap } from "../api/meta.ts";
import { UNBOUND } from "../apiserver/pod-columns.ts";

import type { Store } from "../apiserver/store.ts";
import type { Demand, PodTerm, Refusal, SpreadRule } from "./demand.ts";

const NOT_NEAR: Refusal = { reasons: ["node(s) didn't match pod affinity rules"], helpless: true };
const NOT_FAR: Refusal = {
  reasons: ["node(s) didn't match pod anti-affinity rules"],
  helpless: false,
};
const KEPT_AWAY: Refusal = {
  reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
  helpless: false,
};
const SKEWED: Refusal = {
  reasons: ["node(s) didn't match pod topology spread constraints"],
  helpless: false,
};
const NO_DOMAIN: Refusal = {
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  helpless: true,
};

export class NearbyPods {
  readonly #store: Store;
  readonly #labelsOf: (node: number) => StringMap;
  /** Pods by source and node; undefined while nobody asks. */
  #counts: Map<number, number[]> | undefined;
  /** Sources whose pods keep others away. */
  readonly #keepAway = new Map<number, readonly PodTerm[]>();

  constructor(store: Store, labelsOf: (node: number) => StringMap) {
    this.#store = store;
    this.#labelsOf = labelsOf;
  }

  /** Whether pods that ask for nothing may be kept away, too. */
  get any(): boolean {
    return this.#keepAway.size > 0;
  }

  /** A demand was seen for the first time. */
  note(source: number, { near, far }: Demand): void {
    if (far.length > 0) this.#keepAway.set(source, far);
    if (near.length + far.length === 0 || this.#counts !== undefined) return;
    this.#counts = new Map();
    const { pods } = this.#store;
    for (let row = 0; row < pods.length; row++) {
      const node = pods.columns.node[row]!;
      if (node !== UNBOUND && pods.isPresent(row) && !pods.isTerminal(row))
        this.count(row, node, 1);
    }
  }

  count(
    row: number,
    node: number,
    by: 1 | -1,
    source = this.#store.pods.columns.source[row]!,
  ): void {
    if (this.#counts === undefined) return;
    const nodes = this.#counts.get(source) ?? [];
    this.#counts.set(source, nodes);
    nodes[node] = (nodes[node] ?? 0) + by;
  }

  refusal(row: number, node: number, demand: Demand | null): Refusal | undefined {
    for (const rule of demand?.spread ?? []) {
      const refusal = this.#spreadRefusal(row, node, rule, demand?.nodes);
      if (refusal !== undefined) return refusal;
    }
    if (demand?.near.some((term) => !this.#isNear(row, node, term)) === true) return NOT_NEAR;
    if (demand?.far.some((term) => this.#matching(node, term) > 0) === true) return NOT_FAR;
    return this.#isKeptAway(row, node) ? KEPT_AWAY : undefined;
  }

  /** The first pod of a group that wants to be near itself may go anywhere. */
  #isNear(row: number, node: number, term: PodTerm): boolean {
    if (this.#labelsOf(node)[term.topologyKey] === undefined) return false;
    if (this.#matching(node, term) > 0) return true;
    return this.#selects(term, row) && this.#matching(undefined, term) === 0;
  }

  #isKeptAway(row: number, node: number): boolean {
    for (const [source, terms] of this.#keepAway) {
      const nodes = this.#counts?.get(source) ?? [];
      for (const term of terms) {
        if (this.#selects(term, row) && this.#sum(nodes, node, term.topologyKey) > 0) return true;
      }
    }
    return false;
  }

  /** Pods that a term means, in the domain of a node, or in all. */
  #matching(node: number | undefined, term: PodTerm): number {
    const { sources } = this.#store.registry;
    let sum = 0;
    for (const [source, nodes] of this.#counts ?? []) {
      const { namespace, template } = sources[source]!;
      if (!term.namespaces.includes(namespace)) continue;
      if (!term.matcher.matches(template.metadata?.labels)) continue;
      sum += this.#sum(nodes, node, term.topologyKey);
    }
    return sum;
  }

  #sum(nodes: readonly number[], node: number | undefined, topologyKey: string): number {
    const domain = node === undefined ? undefined : this.#labelsOf(node)[topologyKey];
    if (node !== undefined && domain === undefined) return 0;
    let sum = 0;
    nodes.forEach((count, other) => {
      if (node === undefined || this.#labelsOf(other)[topologyKey] === domain) sum += count;
    });
    return sum;
  }

  #selects({ namespaces, matcher }: PodTerm, row: number): boolean {
    const { pods, registry } = this.#store;
    const { namespace, template } = registry.sources[pods.columns.source[row]!]!;
    return namespaces.includes(namespace) && matcher.matches(template.metadata?.labels);
  }

  /** Mirrors Filter of podtopologyspread: pods there + this one - the fewest of any domain <= maxSkew. */
  #spreadRefusal(
    row: number,
    node: number,
    rule: SpreadRule,
    allowed: Demand["nodes"],
  ): Refusal | undefined {
    const domain = this.#labelsOf(node)[rule.topologyKey];
    if (domain === undefined) return NO_DOMAIN;
    const counts = this.#domains(rule, allowed);
    const fewest = counts.size < rule.minDomains ? 0 : Math.min(...counts.values());
    const there = (counts.get(domain) ?? 0) + (this.#selects(rule, row) ? 1 : 0);
    return there - fewest > rule.maxSkew ? SKEWED : undefined;
  }

  #domains(rule: SpreadRule, allowed: Demand["nodes"]): Map<string, number> {
    const perNode = this.#activePerNode(rule);
    const counts = new Map<string, number>();
    for (const [node] of [...this.#store.all("nodes")].entries()) {
      const labels = this.#labelsOf(node);
      const domain = labels[rule.topologyKey];
      if (domain === undefined) continue;
      const name = this.#store.registry.nodeNames[node]!;
      if (rule.nodeAffinity === "honor" && allowed?.(name, labels) === false) continue;
      counts.set(domain, (counts.get(domain) ?? 0) + (perNode[node] ?? 0));
    }
    return counts;
  }

  #activePerNode(rule: SpreadRule): readonly number[] {
    const { pods, registry } = this.#store;
    const sum: number[] = [];
    const add = (node: number, count: number): void => {
      sum[node] = (sum[node] ?? 0) + count;
    };
    const seen = new Set<string>();
    for (const [source, { maker, namespace, prefix, template }] of registry.sources.entries()) {
      if (seen.has(maker) || !rule.namespaces.includes(namespace)) continue;
      if (!rule.matcher.matches(template.metadata?.labels)) continue;
      if (maker === "") {
        const node = this.#nodeOfBarePod(source, namespace, prefix);
        if (node !== UNBOUND) add(node, 1);
        continue;
      }
      seen.add(maker);
      const owner = registry.findOwner({ uid: maker, namespace, name: prefix });
      if (owner === undefined) continue;
      pods
        .onNodes(owner)
        .slice(1)
        .forEach((count, node) => {
          add(node, count);
        });
    }
    return sum;
  }

  /** UNBOUND: it has none, ends, or is another pod of this name by now. */
  #nodeOfBarePod(source: number, namespace: string, name: string): number {
    const { pods, registry } = this.#store;
    const row = registry.rowNamed(namespace, name);
    if (row === undefined || pods.columns.source[row] !== source) return UNBOUND;
    const ends = !pods.isPresent(row) || pods.isDeleting(row) || pods.isTerminal(row);
    return ends ? UNBOUND : pods.columns.node[row]!;
  }
}
