/**
 * Pods find their nodes: each is placed when it comes, and where there is no room it waits until a pod leaves
 * some, those of the highest priority first. One of higher priority than others takes theirs, and what they leave is kept
 * for it. Mirrors the scheduling queue and schedule_one.go of kube-scheduler (v1.37.2) as far as they show.
 */
import { Phase, UNBOUND } from "../apiserver/pod-columns.ts";
import { PodReason } from "../apiserver/pod-reasons.ts";
import type { NodesSeen } from "../apiserver/events/log.ts";
import { whyNowhere } from "./diagnosis.ts";
import { mayPreempt, preemptionFor, priorityOf, type PreemptionWorld } from "./preemption.ts";

export interface PlacementEvents {
  /** A pod has a node now. */
  scheduled(row: number): void;
  /** ... and its kubelet may begin. */
  begin(row: number): void;
  /** It is this pod's turn, at once. */
  wake(row: number): void;
  /** A pod is asked to stop, since another needs its room on a node. */
  preempted(victim: number, by: number, node: number): void;
}

export interface SavedPlacement {
  /** For which pods room is kept, on which node. */
  readonly nominated: readonly (readonly [row: number, node: number])[];
}

type Refuses = (node: number) => boolean;

export class Placement {
  readonly #world: PreemptionWorld;
  readonly #events: PlacementEvents;
  readonly #nominated: Map<number, number>;

  constructor(world: PreemptionWorld, events: PlacementEvents, saved?: SavedPlacement) {
    this.#world = world;
    this.#events = events;
    this.#nominated = new Map(saved?.nominated);
    world.store.nominatedNode = (row) => this.#nominated.get(row);
  }

  save(): SavedPlacement {
    return { nominated: [...this.#nominated] };
  }

  /** For events: what keeps a pod from the nodes, and whether others make room for it. */
  nodesSeen(row: number): NodesSeen {
    const { store, scheduler, filters } = this.#world;
    const seen = whyNowhere(scheduler, filters, row);
    if (this.#nominated.has(row)) return { ...seen, preemption: "others stop" };
    return mayPreempt(store, row) ? seen : { ...seen, preemption: "never" };
  }

  place(row: number): void {
    if (this.bind(row)) this.#events.begin(row);
  }

  /** Gives a pod a node, `wanted` where that has room; false: it has one, or it waits. */
  bind(row: number, wanted?: number): boolean {
    const { store, scheduler, filters } = this.#world;
    if (store.pods.columns.node[row] !== UNBOUND) return false;
    const refuses = this.#refusing(row);
    const where =
      wanted === undefined ? this.#nominatedFirst(row, refuses) : this.#there(wanted, refuses);
    const node = scheduler.place(row, where);
    if (node === undefined) {
      this.#nowhere(row);
      return false;
    }
    if (this.#nominated.size > 0) this.#nominated.delete(row);
    filters.bound(row, node);
    store.bindPod(row, node);
    this.#events.scheduled(row);
    // What one pod left may be room for several.
    if (refuses !== undefined) this.wakeWaiting();
    return true;
  }

  /** Pods that fitted nowhere are tried again. */
  placeWaiting(): void {
    for (const row of this.#world.scheduler.takeWaiting()) {
      const { pods } = this.#world.store;
      if (pods.isPresent(row) && !pods.isDeleting(row)) this.place(row);
    }
  }

  /** A pod takes no room on its node any more. */
  leave(row: number, node: number): void {
    const { scheduler, filters } = this.#world;
    filters.unbound(row, node);
    scheduler.release(node);
  }

  /** A pod is gone: no room is kept for it. */
  forget(row: number): void {
    if (this.#nominated.delete(row)) this.wakeWaiting();
  }

  /** Room is free: the first that waits for it, fits and still exists is to be placed. */
  wakeWaiting(): void {
    const { store, scheduler } = this.#world;
    if (scheduler.waiting === 0) return;
    // Pods of one template fit or do not fit together, but for those that room is kept for.
    const fits = new Map<number, boolean>();
    const row = scheduler.takeWaitingThat((waiting) => {
      if (!store.pods.isPresent(waiting) || store.pods.isDeleting(waiting)) return "gone";
      const refuses = this.#refusing(waiting);
      if (refuses === undefined) return "fits";
      if (this.#nominated.has(waiting)) return this.#hasWay(waiting, refuses) ? "fits" : "waits";
      const source = store.pods.columns.source[waiting]!;
      let known = fits.get(source);
      if (known === undefined) fits.set(source, (known = this.#hasWay(waiting, refuses)));
      return known ? "fits" : "waits";
    }, this.#order());
    if (row !== undefined) this.#events.wake(row);
  }

  /** Whether some node has room, or others would make it. */
  #hasWay(row: number, refuses: Refuses): boolean {
    return this.#world.scheduler.hasNode(refuses) || this.#preemption(row) !== undefined;
  }

  /** By priority, where pods have any: the scheduling queue's PrioritySort. */
  #order(): ((a: number, b: number) => number) | undefined {
    const { store } = this.#world;
    if (!store.registry.prioritized) return undefined;
    return (a, b) => priorityOf(store, b) - priorityOf(store, a);
  }

  #nowhere(row: number): void {
    const { store } = this.#world;
    const preemption = this.#preemption(row);
    if (preemption !== undefined) this.#nominate(row, preemption.node);
    if (store.pods.columns.reason[row] !== PodReason.unschedulable) {
      store.setPodPhase(row, Phase.Pending, PodReason.unschedulable);
    }
    if (preemption === undefined) return;
    for (const victim of preemption.victims) {
      if (store.pods.isDeleting(victim)) continue;
      this.#events.preempted(victim, row, preemption.node);
    }
    this.wakeWaiting();
  }

  /** Mirrors prepareCandidate: pods of lower priority that were to go there have to look elsewhere. */
  #nominate(row: number, node: number): void {
    const { store } = this.#world;
    const priority = priorityOf(store, row);
    for (const [other, on] of this.#nominated) {
      if (on === node && priorityOf(store, other) < priority) this.#nominated.delete(other);
    }
    this.#nominated.set(row, node);
  }

  /** Mirrors PodEligibleToPreemptOthers: none while pods still end for it. */
  #preemption(row: number): ReturnType<typeof preemptionFor> {
    const { store } = this.#world;
    if (!store.registry.prioritized) return undefined;
    const node = this.#nominated.get(row);
    const waits = node !== undefined && this.#endsOn(node, priorityOf(store, row));
    if (waits) return undefined;
    return preemptionFor(this.#world, row, (on) => this.#comingTo(on, row));
  }

  #endsOn(node: number, priority: number): boolean {
    const { store } = this.#world;
    const { pods } = store;
    for (let row = 0; row < pods.length; row++) {
      if (pods.columns.node[row] !== node || !pods.isPresent(row)) continue;
      if (pods.isDeleting(row) && priorityOf(store, row) < priority) return true;
    }
    return false;
  }

  /** What keeps a pod from a node, room that is kept for others too. */
  #refusing(row: number): Refuses | undefined {
    const refuses = this.#world.filters.refusing(row);
    if (this.#nominated.size === 0) return refuses;
    const others = this.#nominated.size - (this.#nominated.has(row) ? 1 : 0);
    return others === 0 ? refuses : this.#keeping(row, refuses);
  }

  #keeping(row: number, refuses: Refuses | undefined): Refuses {
    return (node) => refuses?.(node) === true || this.#isKept(row, node);
  }

  /** Pods for which room is kept on a node, of at least a pod's priority. */
  #comingTo(node: number, row: number): readonly number[] {
    const { store } = this.#world;
    const priority = priorityOf(store, row);
    return [...this.#nominated]
      .filter(([other, on]) => on === node && other !== row && priorityOf(store, other) >= priority)
      .map(([other]) => other);
  }

  /** Whether a pod does not fit on a node beside those that are to come there. */
  #isKept(row: number, node: number): boolean {
    const { scheduler, filters } = this.#world;
    const coming = this.#comingTo(node, row);
    if (coming.length === 0) return false;
    for (const other of coming) filters.bound(other, node);
    const room = scheduler.isFull(node, -coming.length) ? "full" : "room";
    const refused = filters.refusal(row, node, room) !== undefined;
    for (const other of coming) filters.unbound(other, node);
    return refused;
  }

  /** Mirrors evaluateNominatedNode: the node on which room is kept, if it is enough by now. */
  #nominatedFirst(row: number, refuses: Refuses | undefined): Refuses | undefined {
    const nominated = this.#nominated.size === 0 ? undefined : this.#nominated.get(row);
    return nominated === undefined ? refuses : this.#there(nominated, refuses);
  }

  #there(nominated: number, refuses: Refuses | undefined): Refuses | undefined {
    const elsewhere = (node: number): boolean => node !== nominated || refuses?.(node) === true;
    return this.#world.scheduler.hasNode(elsewhere) ? elsewhere : refuses;
  }
}
