/**
 * The ReplicaSet controller around its pure `reconcileReplicaSet`: events and keys, expectations,
 * read-your-writes, and what a sync reads. Mirrors the event handlers of replicaset/replica_set.go.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import { deepEqual } from "../../api/json.ts";
import { matchesSelector } from "../../api/label-selector.ts";
import { controllerOf, type KubeObject, type Millis } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import type { Answer } from "../../api/status.ts";
import { NO_OWNER } from "../../apiserver/pod-columns.ts";
import type { PodsWritten } from "../../apiserver/pod-writer.ts";
import {
  keyOf,
  PodChange,
  type PodChangeCode,
  type PodIdentity,
  type Store,
} from "../../apiserver/store.ts";
import type { Caches, EventHandler } from "../caches.ts";
import { ConsistencyStore, type SavedConsistency } from "../consistency.ts";
import { Expectations, type SavedExpectations } from "../expectations.ts";
import type { Controller } from "../loop.ts";
import type { Expect, Outcome, Plan, Write } from "../reconcile.ts";
import { WorkQueue, type SavedWorkQueue } from "../workqueue.ts";
import { podsToDelete } from "./deletion-order.ts";
import { listByLabels, needsLabels } from "./pods-by-labels.ts";
import { reconcileReplicaSet } from "./replicaset.ts";
import {
  BURST,
  countPods,
  type PodListing,
  type ReplicaSetFeatures,
  type ReplicaSetView,
} from "./view.ts";

export interface ReplicaSetControllerFeatures extends ReplicaSetFeatures {
  /** StaleControllerConsistencyReplicaSet (on since 1.36): read your own writes. */
  readonly consistency: boolean;
}

export interface SavedReplicaSetController {
  readonly queue: SavedWorkQueue;
  readonly expectations: SavedExpectations;
  readonly consistency: SavedConsistency;
  readonly readers: readonly (readonly [string, string])[];
}

export class ReplicaSetController implements Controller<ReplicaSetView>, EventHandler {
  readonly name = "replicaset-controller";
  readonly queue: WorkQueue;
  readonly #expectations: Expectations;
  readonly #consistency: ConsistencyStore;
  /** UID of the ReplicaSet that the last sync of a key read: in its name writes are remembered. */
  readonly #readers: Map<string, string>;
  readonly #features: ReplicaSetControllerFeatures;
  readonly #store: Store;
  #caches!: Caches;

  constructor(
    features: ReplicaSetControllerFeatures,
    store: Store,
    saved?: SavedReplicaSetController,
  ) {
    this.#features = features;
    this.#store = store;
    this.queue = new WorkQueue(saved?.queue);
    this.#expectations = new Expectations(saved?.expectations);
    this.#consistency = new ConsistencyStore(saved?.consistency);
    this.#readers = new Map(saved?.readers);
  }

  readFrom(caches: Caches): void {
    this.#caches = caches;
  }

  save(): SavedReplicaSetController {
    return {
      queue: this.queue.save(),
      expectations: this.#expectations.save(),
      consistency: this.#consistency.save(),
      readers: [...this.#readers],
    };
  }

  reconcile(view: ReplicaSetView): Plan {
    return reconcileReplicaSet(view);
  }

  /** Once new enough, the last writes are forgotten, even where the pod cache had nothing to compare. */
  begun(key: string, view: ReplicaSetView): void {
    if (view.stale) return;
    this.#consistency.clear(key);
    if (view.replicaSet === undefined) {
      this.#expectations.forget(key);
      this.#readers.delete(key);
    } else {
      this.#readers.set(key, view.replicaSet.metadata.uid ?? "");
    }
  }

  view(key: string): ReplicaSetView {
    const now = this.#now;
    const rs = this.#caches.replicaSets.get(key);
    const { seen } = this.#caches;
    const stale =
      this.#features.consistency &&
      this.#consistency.isStale(key, { pods: seen.pods, replicaSets: seen.replicasets });
    const listing = this.#listing(rs);
    const counts = countPods(listing, rs?.spec.minReadySeconds ?? 0, now);
    const awaited = this.#expectations.awaited(key, now);
    const orphans = listing.labels?.orphans ?? [];
    const size = counts.active + orphans.length;
    const tooMany = rs === undefined || awaited !== undefined ? 0 : size - rs.spec.replicas;
    return {
      key,
      now,
      replicaSet: rs,
      features: this.#features,
      stale,
      awaited,
      counts,
      orphans,
      strays: listing.labels?.strays ?? [],
      surplus: tooMany <= 0 ? [] : podsToDelete(listing, Math.min(tooMany, BURST), now),
    };
  }

  expect(key: string, effect: Expect): void {
    if (effect.do === "expect-creations") {
      this.#expectations.expectCreations(key, effect.count, this.#now);
    } else if (effect.do === "expect-deletions") {
      this.#expectations.expectDeletions(key, effect.rows, this.#now);
    } else {
      this.#expectations.creationsObserved(key, effect.count);
    }
  }

  wrote(key: string, effect: Write, outcome: Outcome): void {
    switch (effect.do) {
      case "create-pods":
      case "adopt-pods":
        this.#wrotePods(key, effect.replicaSet.metadata.uid, outcome as PodsWritten);
        return;
      case "delete-pods":
        for (const row of (outcome as PodsWritten).missing ?? []) {
          this.#expectations.deletionObserved(key, row);
        }
        return;
      case "update/status": {
        const answer = outcome as Answer<KubeObject>;
        if (!answer.ok) return;
        const uid = this.#readers.get(key) ?? "";
        const version = Number(answer.value.metadata.resourceVersion);
        this.#consistency.wrote(key, uid, "replicaSet", version);
        return;
      }
      default:
        return;
    }
  }

  replicaSetChanged(now: ReplicaSet, old: ReplicaSet | undefined, gone: "gone" | "there"): void {
    const key = keyOf(now);
    if (gone === "gone" || (old !== undefined && old.metadata.uid !== now.metadata.uid)) {
      this.#consistency.clear(key, (old ?? now).metadata.uid);
      this.#expectations.forget(key);
    }
    this.queue.add(key);
  }

  podChanged(change: PodChangeCode, row: number, before?: PodIdentity): void {
    const { columns } = this.#caches.pods;
    const owner = columns.owner[row]!;
    const deleting = change === PodChange.Deleted || this.#caches.pods.isDeleting(row);
    const moved = before !== undefined && before.owner !== owner;
    if (moved && !deleting) this.#wakeOwner(before.owner);
    if (owner === NO_OWNER) {
      const relabeled = before !== undefined && !this.#sameLabels(row, before);
      if (!deleting && (change === PodChange.Added || moved || relabeled)) this.#wakeMatching(row);
      return;
    }
    const rs = this.#resolve(owner);
    if (rs === undefined) return;
    const { key } = this.#store.registry.owners[owner]!;
    if (change === PodChange.Added) this.#expectations.creationsObserved(key, 1);
    if (deleting) this.#expectations.deletionObserved(key, row);
    this.queue.add(key);
    if (change === PodChange.BecameReady && (rs.spec.minReadySeconds ?? 0) > 0) {
      this.requeueAfter?.(key, rs.spec.minReadySeconds! * 1000);
    }
  }

  /** Set by the manager: puts a key back after some ms. */
  requeueAfter?: (key: string, delay: Millis) => void;

  get #now(): Millis {
    return this.#store.wallClockMs;
  }

  #wrotePods(key: string, uid: string | undefined, { resourceVersion }: PodsWritten): void {
    if (resourceVersion === undefined) return;
    this.#consistency.wrote(key, uid ?? "", "pods", resourceVersion);
  }

  #listing(rs: ReplicaSet | undefined): PodListing {
    const { pods } = this.#caches;
    if (rs === undefined) return { pods, owner: NO_OWNER, related: [] };
    const { registry } = this.#store;
    const owner = registry.ownerIndex(rs);
    const related = this.#related(rs);
    const world = { pods, registry, replicaSet: rs, owner, related, now: this.#now };
    const indexes = related.map((other) => registry.ownerIndex(other));
    return {
      pods,
      owner,
      related: indexes,
      ...(needsLabels(world) ? { labels: listByLabels(world) } : {}),
    };
  }

  /** The ReplicaSets with the same controller; without one not even itself, as upstream. */
  #related(rs: ReplicaSet): ReplicaSet[] {
    const uid = controllerOf(rs.metadata)?.uid;
    if (uid === undefined) return [];
    return [...this.#caches.replicaSets.values()].filter(
      (other) => controllerOf(other.metadata)?.uid === uid,
    );
  }

  #resolve(owner: number): ReplicaSet | undefined {
    const { kind, key, uid } = this.#store.registry.owners[owner]!;
    if (kind !== "ReplicaSet") return undefined;
    const rs = this.#caches.replicaSets.get(key);
    return rs?.metadata.uid === uid ? rs : undefined;
  }

  #wakeOwner(owner: number): void {
    const rs = owner === NO_OWNER ? undefined : this.#resolve(owner);
    if (rs !== undefined) this.queue.add(keyOf(rs));
  }

  #sameLabels(row: number, before: PodIdentity): boolean {
    const { registry } = this.#store;
    const { source, edits } = this.#caches.pods.columns;
    return deepEqual(
      registry.labelsOf(source[row]!, before.edits),
      registry.labelsOf(source[row]!, edits[row]!),
    );
  }

  /** A pod without owner wakes every ReplicaSet that could adopt it. */
  #wakeMatching(row: number): void {
    const { registry } = this.#store;
    const { columns } = this.#caches.pods;
    const source = columns.source[row]!;
    const labels = registry.labelsOf(source, columns.edits[row]!);
    if (Object.keys(labels).length === 0) return;
    const matching = [...this.#caches.replicaSets]
      .filter(([, rs]) => rs.metadata.namespace === registry.sources[source]!.namespace)
      .filter(([, rs]) => matchesSelector(rs.spec.selector, labels));
    for (const [key] of matching.toSorted(([a], [b]) => compareText(a, b))) this.queue.add(key);
  }
}
