/**
 * The Deployment controller around its pure `reconcileDeployment`: which events wake which key, and what a
 * sync reads. Mirrors the event handlers of deployment/deployment_controller.go.
 */
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import { deepEqual } from "../../api/json.ts";
import { isEmptySelector, matchesSelector } from "../../api/label-selector.ts";
import { controllerOf, isControlledBy, type OwnerReference } from "../../api/meta.ts";
import { byName } from "../../api/order.ts";
import { keyOf, PodChange, type PodChangeCode, type Store } from "../../apiserver/store.ts";
import type { Caches, EventHandler } from "../caches.ts";
import type { Controller } from "../loop.ts";
import type { Plan } from "../reconcile.ts";
import { WorkQueue, type SavedWorkQueue } from "../workqueue.ts";
import { reconcileDeployment } from "./deployment.ts";
import type { DeploymentFeatures, DeploymentView } from "./view.ts";

/** After so many failures in a row a key waits for its next event. */
const MAX_RETRIES = 15;

export class DeploymentController implements Controller<DeploymentView>, EventHandler {
  readonly name = "deployment-controller";
  readonly maxRetries = MAX_RETRIES;
  readonly queue: WorkQueue;
  readonly #features: DeploymentFeatures;
  readonly #store: Store;
  /** Keys of the Deployments of type Recreate: the others do not look at pods. */
  readonly #recreating = new Set<string>();
  #caches!: Caches;

  constructor(features: DeploymentFeatures, store: Store, queue?: SavedWorkQueue) {
    this.#features = features;
    this.#store = store;
    this.queue = new WorkQueue(queue);
  }

  readFrom(caches: Caches): void {
    this.#caches = caches;
    for (const deployment of caches.deployments.values()) this.#note(deployment, "there");
  }

  reconcile(view: DeploymentView): Plan {
    return reconcileDeployment(view);
  }

  view(key: string): DeploymentView {
    const deployment = this.#caches.deployments.get(key);
    const namespace = key.slice(0, key.indexOf("/"));
    const replicaSets = this.#replicaSetsIn(namespace);
    const recreate = deployment?.spec.strategy.type === "Recreate";
    return {
      key,
      now: this.#store.wallClockMs,
      deployment,
      replicaSets,
      features: this.#features,
      nonTerminalPods: recreate ? this.#nonTerminalPods(replicaSets) : {},
    };
  }

  #nonTerminalPods(sets: readonly ReplicaSet[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { metadata } of sets) {
      const owner = this.#store.registry.findOwner(metadata);
      if (owner !== undefined) counts[metadata.uid!] = this.#caches.pods.nonTerminal(owner);
    }
    return counts;
  }

  deploymentChanged(now: Deployment, gone: "gone" | "there"): void {
    this.#note(now, gone);
    this.queue.add(keyOf(now));
  }

  #note(deployment: Deployment, gone: "gone" | "there"): void {
    const looks = gone === "there" && deployment.spec.strategy.type === "Recreate";
    if (looks) this.#recreating.add(keyOf(deployment));
    else this.#recreating.delete(keyOf(deployment));
  }

  replicaSetChanged(now: ReplicaSet, old: ReplicaSet | undefined, gone: "gone" | "there"): void {
    const owner = controllerOf(now.metadata);
    if (gone === "gone") {
      this.#wake(now, owner);
      return;
    }
    const before = old === undefined ? undefined : controllerOf(old.metadata);
    if (!deepEqual(before, owner)) this.#wake(now, before);
    if (owner !== undefined) {
      this.#wake(now, owner);
      return;
    }
    const labelsChanged = !deepEqual(old?.metadata.labels, now.metadata.labels);
    if (labelsChanged || before !== undefined) this.#wakeMatching(now);
  }

  /** Readiness comes by way of ReplicaSet statuses; only Recreate looks at pods itself. */
  podChanged(change: PodChangeCode, row: number): void {
    if (change !== PodChange.Deleted || this.#recreating.size === 0) return;
    const owner = this.#store.registry.owners[this.#caches.pods.columns.owner[row]!];
    if (owner?.kind !== "ReplicaSet") return;
    const rs = this.#caches.replicaSets.get(owner.key);
    if (rs === undefined || rs.metadata.uid !== owner.uid) return;
    const deployment = this.#resolve(rs, controllerOf(rs.metadata));
    if (deployment?.spec.strategy.type !== "Recreate") return;
    if (this.#features.recreateWakesLate && this.#hasPods(deployment)) return;
    this.queue.add(keyOf(deployment));
  }

  /** Upstream lists the ReplicaSets past its cache, but not the pods. */
  #hasPods(deployment: Deployment): boolean {
    for (const rs of this.#store.all("replicasets")) {
      if (!isControlledBy(rs, deployment)) continue;
      if (!matchesSelector(deployment.spec.selector, rs.metadata.labels ?? {})) continue;
      const owner = this.#store.registry.findOwner(rs.metadata);
      if (owner !== undefined && this.#caches.pods.rowsOf(owner).length > 0) return true;
    }
    return false;
  }

  #replicaSetsIn(namespace: string): readonly ReplicaSet[] {
    const found: ReplicaSet[] = [];
    for (const rs of this.#caches.replicaSets.values()) {
      if (rs.metadata.namespace === namespace) found.push(rs);
    }
    return found.sort(byName);
  }

  #wake(rs: ReplicaSet, owner: OwnerReference | undefined): void {
    const deployment = this.#resolve(rs, owner);
    if (deployment !== undefined) this.queue.add(keyOf(deployment));
  }

  #resolve(rs: ReplicaSet, owner: OwnerReference | undefined): Deployment | undefined {
    if (owner?.kind !== "Deployment") return undefined;
    const found = this.#caches.deployments.get(`${rs.metadata.namespace}/${owner.name}`);
    return found?.metadata.uid === owner.uid ? found : undefined;
  }

  /** An orphan wakes every Deployment that could adopt it. */
  #wakeMatching(rs: ReplicaSet): void {
    const labels = rs.metadata.labels ?? {};
    if (Object.keys(labels).length === 0) return;
    const matching = [...this.#caches.deployments.values()].filter(
      (d) =>
        d.metadata.namespace === rs.metadata.namespace &&
        !isEmptySelector(d.spec.selector) &&
        matchesSelector(d.spec.selector, labels),
    );
    for (const d of matching.toSorted(byName)) {
      this.queue.add(keyOf(d));
    }
  }
}
