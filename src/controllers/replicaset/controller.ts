/**
 * The ReplicaSet controller around its pure `reconcileReplicaSet`: events and keys, expectations,
 * read-your-writes, and what a sync reads. Mirrors the event handlers of replicaset/replica_set.go.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import { matchesSelector } from "../../api/label-selector.ts";
import { controllerOf, type KubeObject, type Millis } from "../../api/meta.ts";
import type { Answer } from "../../api/status.ts";
import { NO_OWNER } from "../../apiserver/pod-columns.ts";
import type { PodsWritten } from "../../apiserver/pod-writer.ts";
import { keyOf, PodChange, type PodChangeCode, type Store } from "../../apiserver/store.ts";
import type { Caches, EventHandler } from "../caches.ts";
import { ConsistencyStore, type SavedConsistency } from "../consistency.ts";
import { Expectations, type SavedExpectations } from "../expectations.ts";
import type { Controller } from "../loop.ts";
import type { Expect, Outcome, Plan, Write } from "../reconcile.ts";
import { WorkQueue, type SavedWorkQueue } from "../workqueue.ts";
import { podsToDelete } from "./deletion-order.ts";
import { reconcileReplicaSet } from "./replicaset.ts";
import { BURST, countPods, type PodListing, type ReplicaSetFeatures, type ReplicaSetView } from "./view.ts";

export interface ReplicaSetControllerFeatures extends ReplicaSetFeatures {
  /** StaleControllerConsistencyReplicaSet (on since 1.36): read your own writes. */
  readonly consistency: boolean;
}

export interface SavedReplicaSetController {
  readonly queue: SavedWorkQueue;
  readonly expectations: SavedExpectations;
  readonly consistency: SavedConsistency;
}

export class ReplicaSetController implements Controller<ReplicaSetView>, EventHandler {
  readonly name = "replicaset-controller";
  readonly queue: WorkQueue;
  readonly #expectations: Expectations;
  readonly #consistency: ConsistencyStore;
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
  }

  readFrom(caches: Caches): void {
    this.#caches = caches;
  }

  save(): SavedReplicaSetController {
    return {
      queue: this.queue.save(),
      expectations: this.#expectations.save(),
      consistency: this.#consistency.save(),
    };
  }

  reconcile(view: ReplicaSetView): Plan {
    return reconcileReplicaSet(view);
  }

  /** Once new enough, the last writes are forgotten, even where the pod cache had nothing to compare. */
  begun(key: string, view: ReplicaSetView): void {
    if (view.stale) return;
    this.#consistency.clear(key);
    if (view.replicaSet === undefined) this.#expectations.forget(key);
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
    const tooMany = rs === undefined || awaited !== undefined ? 0 : counts.active - rs.spec.replicas;
    return {
      key,
      now,
      replicaSet: rs,
      features: this.#features,
      stale,
      awaited,
      counts,
      orphans: listing.orphans,
      strays: listing.strays,
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
      case "release-pods":
        if ((outcome as PodsWritten).done > 0) this.#wrotePods(key, effect.replicaSet.metadata.uid);
        return;
      case "delete-pods":
        for (const row of (outcome as PodsWritten).missing ?? []) {
          this.#expectations.deletionObserved(key, row);
        }
        return;
      case "update/status": {
        const answer = outcome as Answer<KubeObject>;
        if (!answer.ok) return;
        const { uid = "", resourceVersion } = answer.value.metadata;
        this.#consistency.wrote(key, uid, "replicaSet", Number(resourceVersion));
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

  podChanged(change: PodChangeCode, row: number): void {
    const owner = this.#caches.pods.columns.owner[row]!;
    if (owner === NO_OWNER) {
      if (change !== PodChange.Deleted) this.#wakeMatching(row);
      return;
    }
    const { key, uid } = this.#store.registry.owners[owner]!;
    const rs = this.#caches.replicaSets.get(key);
    if (rs === undefined || rs.metadata.uid !== uid) return;
    if (change === PodChange.Added) this.#expectations.creationsObserved(key, 1);
    if (change === PodChange.Deleted || this.#caches.pods.isDeleting(row)) {
      this.#expectations.deletionObserved(key, row);
    }
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

  #wrotePods(key: string, uid: string | undefined): void {
    this.#consistency.wrote(key, uid ?? "", "pods", this.#store.resourceVersion);
  }

  #listing(rs: ReplicaSet | undefined): PodListing {
    const { pods } = this.#caches;
    const none = { pods, owner: NO_OWNER, related: [], orphans: [], strays: [], unlabeled: 0 };
    if (rs === undefined) return none;
    const owner = this.#store.registry.ownerIndex(rs);
    return { ...none, owner, related: this.#related(rs, owner), ...this.#claims(rs, owner) };
  }

  /** Owner indexes of the ReplicaSets with the same controller. */
  #related(rs: ReplicaSet, owner: number): number[] {
    const uid = controllerOf(rs.metadata)?.uid;
    if (uid === undefined) return [owner];
    const related: number[] = [];
    for (const other of this.#caches.replicaSets.values()) {
      if (controllerOf(other.metadata)?.uid === uid) {
        related.push(this.#store.registry.ownerIndex(other));
      }
    }
    return related;
  }

  /** Only pods that somebody edited, orphaned or made by hand can be orphans, strays or short of a label. */
  #claims(
    rs: ReplicaSet,
    owner: number,
  ): Pick<PodListing, "orphans" | "strays" | "unlabeled"> {
    const claims = { orphans: [] as number[], strays: [] as number[], unlabeled: 0 };
    const { pods } = this.#caches;
    const { registry } = this.#store;
    const wanted = Object.entries(rs.spec.template.metadata?.labels ?? {});
    for (const row of registry.special) {
      if (row >= pods.length || !pods.isActive(row)) continue;
      const source = registry.sources[pods.columns.source[row]!]!;
      if (source.namespace !== rs.metadata.namespace) continue;
      const labels = registry.labelsOf(row, pods.columns.source[row]!);
      const matches = matchesSelector(rs.spec.selector, labels);
      const mine = pods.columns.owner[row] === owner;
      if (mine && !matches) claims.strays.push(row);
      else if (pods.columns.owner[row] === NO_OWNER && matches) claims.orphans.push(row);
      else if (mine && wanted.some(([key, value]) => labels[key] !== value)) claims.unlabeled++;
    }
    return claims;
  }

  /** A pod without owner wakes every ReplicaSet that could adopt it. */
  #wakeMatching(row: number): void {
    const { registry } = this.#store;
    const source = this.#caches.pods.columns.source[row]!;
    const labels = registry.labelsOf(row, source);
    for (const [key, rs] of this.#caches.replicaSets) {
      if (rs.metadata.namespace !== registry.sources[source]!.namespace) continue;
      if (matchesSelector(rs.spec.selector, labels)) this.queue.add(key);
    }
  }
}
