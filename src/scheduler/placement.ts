/**
 * Pods find their nodes: each is placed when it comes, and where there is no room it waits until a pod leaves
 * some. Mirrors the scheduling queue (kube-scheduler internal/queue, v1.37.2) as far as it shows.
 */
import { Phase, UNBOUND } from "../apiserver/pod-columns.ts";
import { PodReason } from "../apiserver/pod-reasons.ts";
import type { Store } from "../apiserver/store.ts";
import type { Filters } from "./filters.ts";
import type { Scheduler } from "./scheduler.ts";

export interface PlacementWorld {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly filters: Filters;
}

export interface PlacementEvents {
  /** A pod has a node now. */
  scheduled(row: number): void;
  /** ... and its kubelet may begin. */
  begin(row: number): void;
  /** It is this pod's turn, at once. */
  wake(row: number): void;
}

export class Placement {
  readonly #world: PlacementWorld;
  readonly #events: PlacementEvents;

  constructor(world: PlacementWorld, events: PlacementEvents) {
    this.#world = world;
    this.#events = events;
  }

  place(row: number): void {
    const { store, scheduler, filters } = this.#world;
    if (store.pods.columns.node[row] !== UNBOUND) return;
    const refuses = filters.refusing(row);
    const node = scheduler.place(row, refuses);
    if (node === undefined) {
      if (store.pods.columns.reason[row] !== PodReason.unschedulable) {
        store.setPodPhase(row, Phase.Pending, PodReason.unschedulable);
      }
      return;
    }
    filters.bound(row, node);
    store.bindPod(row, node);
    this.#events.scheduled(row);
    // What one pod left may be room for several.
    if (refuses !== undefined) this.wakeWaiting();
    this.#events.begin(row);
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

  /** Room is free: the first that waits for it, fits and still exists is to be placed. */
  wakeWaiting(): void {
    const { store, scheduler, filters } = this.#world;
    if (scheduler.waiting === 0) return;
    // Pods of one template fit or do not fit together.
    const fits = new Map<number, boolean>();
    const row = scheduler.takeWaitingThat((waiting) => {
      if (!store.pods.isPresent(waiting) || store.pods.isDeleting(waiting)) return "gone";
      const refuses = filters.refusing(waiting);
      if (refuses === undefined) return "fits";
      const source = store.pods.columns.source[waiting]!;
      let known = fits.get(source);
      if (known === undefined) fits.set(source, (known = scheduler.hasNode(refuses)));
      return known ? "fits" : "waits";
    });
    if (row !== undefined) this.#events.wake(row);
  }
}
