/**
 * What controllers read: caches that lag behind the store by the watch events not yet delivered. There is
 * one queue of undelivered events per resource. With a schedule that always delivers before anybody looks
 * (`fresh`), the pods of the cache are the store's own table; otherwise they are a table of their own, fed by
 * copies of rows.
 */
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import { readRow, type PodRecord } from "../apiserver/pod-columns.ts";
import { PodTable, type SavedPods } from "../apiserver/pod-table.ts";
import {
  keyOf,
  PodChange,
  type ObjectEvent,
  type PodChangeCode,
  type PodIdentity,
  type Store,
} from "../apiserver/store.ts";

/** `d`, `r` and `p` in a schedule's letters. */
export type Lane = "deployments" | "replicasets" | "pods";

export const LANES: readonly Lane[] = ["deployments", "replicasets", "pods"];

/** Who is told of what arrives in a cache; `old` is what the cache held before. */
export interface EventHandler {
  deploymentChanged?(now: Deployment, gone: "gone" | "there"): void;
  replicaSetChanged?(now: ReplicaSet, old: ReplicaSet | undefined, gone: "gone" | "there"): void;
  podChanged?(change: PodChangeCode, row: number, before?: PodIdentity): void;
}

interface PodEvents {
  /** change, row, resourceVersion, ... */
  items: Int32Array;
  head: number;
  /** Where the items end. */
  tail: number;
  /** For a table of its own: the row as it was after each event. */
  readonly records: (PodRecord | undefined)[];
  /** For edited pods, by resourceVersion: what they were. */
  readonly before: Map<number, PodIdentity>;
}

export interface SavedCaches {
  readonly deployments: readonly (readonly [string, Deployment])[];
  readonly replicaSets: readonly (readonly [string, ReplicaSet])[];
  readonly pods: SavedPods | undefined;
  readonly pendingObjects: readonly (readonly ObjectEvent[])[];
  readonly pendingPods: readonly number[];
  readonly pendingRecords: readonly (PodRecord | undefined)[];
  readonly pendingBefore: readonly (readonly [number, PodIdentity])[];
  readonly seen: Readonly<Record<Lane, number>>;
}

export class Caches {
  readonly deployments = new Map<string, Deployment>();
  readonly replicaSets = new Map<string, ReplicaSet>();
  readonly pods: PodTable;
  /** resourceVersion of the last event delivered, by resource; 0: none. */
  readonly seen: Record<Lane, number> = { deployments: 0, replicasets: 0, pods: 0 };
  readonly #store: Store;
  readonly #handlers: readonly EventHandler[];
  readonly #pending: Record<"deployments" | "replicasets", ObjectEvent[]> = {
    deployments: [],
    replicasets: [],
  };
  readonly #podEvents: PodEvents = {
    items: new Int32Array(0),
    head: 0,
    tail: 0,
    records: [],
    before: new Map(),
  };

  constructor(
    store: Store,
    handlers: readonly EventHandler[],
    pods: "shared" | "own",
    saved?: SavedCaches,
  ) {
    this.#store = store;
    this.#handlers = handlers;
    this.pods =
      pods === "shared"
        ? store.pods
        : saved?.pods === undefined
          ? new PodTable()
          : PodTable.restore(saved.pods);
    if (saved !== undefined) this.#restore(saved);
    store.listen({
      object: (event) => {
        if (event.resource === "deployments" || event.resource === "replicasets") {
          this.#pending[event.resource].push(event);
        }
      },
      pod: (change, row, resourceVersion, before) => {
        this.#pushPod(change, row, resourceVersion);
        if (before !== undefined) this.#podEvents.before.set(resourceVersion, before);
        if (this.pods !== store.pods) this.#podEvents.records.push(this.#copy(change, row));
      },
    });
  }

  hasPending(lane: Lane): boolean {
    return this.#nextVersion(lane) !== undefined;
  }

  /** Delivers everything, oldest first over all resources. */
  deliverAll(): void {
    const { deployments, replicasets } = this.#pending;
    for (;;) {
      const deployment = deployments[0]?.resourceVersion ?? Infinity;
      const replicaSet = replicasets[0]?.resourceVersion ?? Infinity;
      const next = Math.min(deployment, replicaSet);
      while ((this.#nextVersion("pods") ?? Infinity) < next) this.#deliverPod();
      if (next === Infinity) return;
      this.#deliverObject((deployment < replicaSet ? deployments : replicasets).shift()!);
    }
  }

  /** Delivers the oldest undelivered event of a resource. */
  deliver(lane: Lane): void {
    if (lane === "pods") this.#deliverPod();
    else this.#deliverObject(this.#pending[lane].shift()!);
  }

  save(): SavedCaches {
    const { items, head, tail, records, before } = this.#podEvents;
    return {
      deployments: [...this.deployments],
      replicaSets: [...this.replicaSets],
      pods: this.pods === this.#store.pods ? undefined : this.pods.save(),
      pendingObjects: [[...this.#pending.deployments], [...this.#pending.replicasets]],
      pendingPods: [...items.subarray(head, tail)],
      pendingRecords: [...records],
      pendingBefore: [...before],
      seen: { ...this.seen },
    };
  }

  #restore(saved: SavedCaches): void {
    for (const [key, object] of saved.deployments) this.deployments.set(key, object);
    for (const [key, object] of saved.replicaSets) this.replicaSets.set(key, object);
    this.#pending.deployments.push(...saved.pendingObjects[0]!);
    this.#pending.replicasets.push(...saved.pendingObjects[1]!);
    this.#podEvents.items = Int32Array.from(saved.pendingPods);
    this.#podEvents.tail = saved.pendingPods.length;
    this.#podEvents.records.push(...saved.pendingRecords);
    for (const [version, before] of saved.pendingBefore) {
      this.#podEvents.before.set(version, before);
    }
    Object.assign(this.seen, saved.seen);
  }

  #nextVersion(lane: Lane): number | undefined {
    if (lane !== "pods") return this.#pending[lane][0]?.resourceVersion;
    const { items, head, tail } = this.#podEvents;
    return head < tail ? items[head + 2] : undefined;
  }

  #pushPod(change: PodChangeCode, row: number, resourceVersion: number): void {
    if (this.#podEvents.tail === this.#podEvents.items.length) makeRoom(this.#podEvents);
    const { items, tail } = this.#podEvents;
    items[tail] = change;
    items[tail + 1] = row;
    items[tail + 2] = resourceVersion;
    this.#podEvents.tail = tail + 3;
  }

  #deliverObject({ type, resource, resourceVersion, object }: ObjectEvent): void {
    this.seen[resource as Lane] = resourceVersion;
    const gone = type === "DELETED" ? "gone" : "there";
    if (resource === "deployments") {
      this.#set(this.deployments, object as Deployment, gone);
      for (const handler of this.#handlers) {
        handler.deploymentChanged?.(object as Deployment, gone);
      }
      return;
    }
    const old = this.replicaSets.get(keyOf(object));
    this.#set(this.replicaSets, object as ReplicaSet, gone);
    for (const handler of this.#handlers) {
      handler.replicaSetChanged?.(object as ReplicaSet, old, gone);
    }
  }

  #set<T extends KubeObject>(cache: Map<string, T>, object: T, gone: "gone" | "there"): void {
    if (gone === "gone") cache.delete(keyOf(object));
    else cache.set(keyOf(object), object);
  }

  #deliverPod(): void {
    const events = this.#podEvents;
    const change = events.items[events.head]! as PodChangeCode;
    const row = events.items[events.head + 1]!;
    const version = events.items[events.head + 2]!;
    this.seen.pods = version;
    const before = events.before.get(version);
    if (before !== undefined) events.before.delete(version);
    events.head += 3;
    if (events.head === events.tail) {
      events.head = 0;
      events.tail = 0;
    }
    if (this.pods !== this.#store.pods) {
      const record = events.records.shift();
      if (change === PodChange.Deleted) this.pods.remove(row);
      else this.pods.put(row, record!);
    }
    for (const handler of this.#handlers) handler.podChanged?.(change, row, before);
  }

  #copy(change: PodChangeCode, row: number): PodRecord | undefined {
    return change === PodChange.Deleted ? undefined : readRow(this.#store.pods.columns, row);
  }
}

/** Least items to make room for: of 64 events. */
const LEAST_ROOM = 192;

/** Moves what is still to be delivered to the front; to an array of twice the size where it fills more than half. */
function makeRoom(events: PodEvents): void {
  const left = events.items.subarray(events.head, events.tail);
  const { length } = events.items;
  if (2 * left.length >= length) events.items = new Int32Array(Math.max(2 * length, LEAST_ROOM));
  events.items.set(left);
  events.head = 0;
  events.tail = left.length;
}
