/**
 * Which pods of lower priority make room for one that fits nowhere. Mirrors kube-scheduler's plugin
 * DefaultPreemption and its package preemption (v1.37.2): on each node as few as help, those first that no budget
 * protects; then the node that loses least.
 *
 * Left out: the condition DisruptionTarget of the victims; victims count for the topology spread until they end;
 * groups of pods.
 */
import type { LabelSelector } from "../api/meta.ts";
import { isEmptySelector, matchesSelector } from "../api/label-selector.ts";
import { UNBOUND } from "../apiserver/pod-columns.ts";
import { asRecord } from "../apiserver/json.ts";
import type { Store } from "../apiserver/store.ts";
import type { Filters } from "./filters.ts";
import type { Scheduler } from "./scheduler.ts";

export interface PreemptionWorld {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly filters: Filters;
}

/** Pods that have to go from a node, the most important first. */
export interface Preemption {
  readonly node: number;
  readonly victims: readonly number[];
}

interface Candidate extends Preemption {
  /** Victims whose budget spares none. */
  readonly violations: number;
}

interface NodePods {
  readonly node: number;
  /** Of lower priority than the pod that looks for room, the most important first. */
  readonly rows: readonly number[];
  readonly coming: readonly number[];
}

export function priorityOf({ pods, registry }: Store, row: number): number {
  return Number(registry.sources[pods.columns.source[row]!]!.spec["priority"] ?? 0);
}

export function mayPreempt({ pods, registry }: Store, row: number): boolean {
  const { spec } = registry.sources[pods.columns.source[row]!]!;
  return spec["preemptionPolicy"] !== "Never";
}

/**
 * Undefined where it would not help, or the pod may not. `comingTo`: pods for which room is kept on a node, from which
 * it cannot be taken.
 */
export function preemptionFor(
  world: PreemptionWorld,
  row: number,
  comingTo: (node: number) => readonly number[],
): Preemption | undefined {
  const { store, scheduler } = world;
  if (!mayPreempt(store, row)) return undefined;
  const lower = podsBelow(store, priorityOf(store, row));
  const candidates: Candidate[] = [];
  for (const [node, rows] of [...lower].toSorted(([a], [b]) => a - b)) {
    if (scheduler.isCordoned(node)) continue;
    const coming = comingTo(node);
    for (const each of coming) world.filters.bound(each, node);
    const candidate = onNode(world, row, { node, rows, coming });
    for (const each of coming) world.filters.unbound(each, node);
    if (candidate !== undefined) candidates.push(candidate);
  }
  return candidates.toSorted((a, b) => compareCosts(costs(store, a), costs(store, b)))[0];
}

/** By node, the most important first. */
function podsBelow(store: Store, priority: number): ReadonlyMap<number, readonly number[]> {
  const { pods } = store;
  const byNode = new Map<number, number[]>();
  for (let row = 0; row < pods.length; row++) {
    const node = pods.columns.node[row]!;
    if (!pods.isPresent(row) || pods.isTerminal(row) || node === UNBOUND) continue;
    if (priorityOf(store, row) >= priority) continue;
    const rows = byNode.get(node) ?? [];
    byNode.set(node, rows);
    rows.push(row);
  }
  for (const rows of byNode.values()) {
    rows.sort(
      (a, b) => priorityOf(store, b) - priorityOf(store, a) || startOf(store, a, b) || a - b,
    );
  }
  return byNode;
}

/** Earlier ones are more important. */
function startOf({ pods: { columns } }: Store, a: number, b: number): number {
  return columns.boundS[a]! - columns.boundS[b]!;
}

/** Mirrors SelectVictimsOnNode: takes all away, then gives back as many as it can. */
function onNode(
  { store, scheduler, filters }: PreemptionWorld,
  row: number,
  { node, rows, coming }: NodePods,
): Candidate | undefined {
  if (filters.refusal(row, node, "room")?.helpless === true) return undefined;
  const gone = new Set<number>();
  const take = (each: number): void => {
    filters.unbound(each, node);
    gone.add(each);
  };
  const giveBack = (each: number): void => {
    filters.bound(each, node);
    gone.delete(each);
  };
  const fits = (): boolean => {
    const room = scheduler.isFull(node, gone.size - coming.length) ? "full" : "room";
    return filters.refusal(row, node, room) === undefined;
  };
  rows.forEach(take);
  if (!fits()) {
    rows.forEach(giveBack);
    return undefined;
  }
  const violating = protectedOf(store, rows);
  const spared = rows.filter((each) => !violating.has(each));
  for (const each of [...violating, ...spared]) {
    giveBack(each);
    if (!fits()) take(each);
  }
  const victims = rows.filter((each) => gone.has(each));
  victims.forEach(giveBack);
  return { node, victims, violations: victims.filter((each) => violating.has(each)).length };
}

/** Mirrors FilterVictimsWithPDBViolation. */
function protectedOf(store: Store, rows: readonly number[]): ReadonlySet<number> {
  const budgets = [...store.all("poddisruptionbudgets")].map((budget) => {
    const { disruptionsAllowed = 0, disruptedPods } = asRecord(budget["status"]);
    const selector = asRecord(budget["spec"])["selector"] as LabelSelector | undefined;
    const left = Number(disruptionsAllowed);
    return { namespace: budget.metadata.namespace, selector, left, past: asRecord(disruptedPods) };
  });
  const { pods, registry } = store;
  const isProtected = (row: number): boolean => {
    const source = pods.columns.source[row]!;
    const { namespace } = registry.sources[source]!;
    const labels = registry.labelsOf(source, pods.columns.edits[row]!);
    const name = registry.nameOf(source, pods.columns.ordinal[row]!);
    const counting = budgets.filter((budget) => {
      const { selector, past } = budget;
      if (budget.namespace !== namespace || selector === undefined) return false;
      if (isEmptySelector(selector) || !matchesSelector(selector, labels)) return false;
      return !Object.hasOwn(past, name);
    });
    for (const budget of counting) budget.left--;
    return counting.some(({ left }) => left < 0);
  };
  return new Set(rows.filter(isProtected));
}

/** Of pickOneNodeForPreemption, the weightiest first. */
function costs(store: Store, { victims, violations }: Candidate): readonly number[] {
  const priorities = victims.map((row) => priorityOf(store, row));
  const highest = priorities[0] ?? 0;
  const started = victims
    .filter((row) => priorityOf(store, row) === highest)
    .map((row) => store.pods.columns.boundS[row]!);
  const sum = priorities.reduce((total, priority) => total + priority + LOWEST, 0);
  return [violations, highest, sum, victims.length, -Math.min(...started)];
}

/** Makes every priority count as more than nothing. */
const LOWEST = 2 ** 31;

function compareCosts(a: readonly number[], b: readonly number[]): number {
  return a.map((cost, i) => cost - b[i]!).find((difference) => difference !== 0) ?? 0;
}
