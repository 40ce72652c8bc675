/**
 * Deployments and their ReplicaSets as a trace tells of them: fed entry by entry, asked after an
 * instant. Metrics and reports look at these and never at the cluster.
 */
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import { controllerOf, type KubeObject } from "../api/meta.ts";
import type { TraceEntry, WriteEntry } from "../api/trace.ts";

export interface Rollout {
  readonly deployment: Deployment;
  /** Oldest revision first. */
  readonly sets: readonly ReplicaSet[];
}

export class Rollouts {
  readonly #deployments = new Map<string, Deployment>();
  readonly #sets = new Map<string, ReplicaSet>();
  #stale = true;
  #all: readonly Rollout[] = [];

  /** True if what `all` answers may have changed. */
  feed(entry: TraceEntry): boolean {
    if (entry.kind !== "write" || entry.error !== undefined) return false;
    if (entry.resource === "deployments") keep(this.#deployments, entry);
    else if (entry.resource === "replicasets") keep(this.#sets, entry);
    else return false;
    this.#stale = true;
    return true;
  }

  /** In order of namespace and name. */
  all(): readonly Rollout[] {
    if (this.#stale) {
      const keys = [...this.#deployments.keys()].toSorted(byText);
      this.#all = keys.flatMap((key) => {
        const deployment = this.#deployments.get(key);
        return deployment === undefined ? [] : [{ deployment, sets: this.#setsOf(deployment) }];
      });
      this.#stale = false;
    }
    return this.#all;
  }

  #setsOf(deployment: Deployment): readonly ReplicaSet[] {
    const owned = [...this.#sets.values()].filter(
      (set) => controllerOf(set.metadata)?.uid === deployment.metadata.uid,
    );
    return owned.toSorted(
      (a, b) => revisionOf(a) - revisionOf(b) || byText(a.metadata.name, b.metadata.name),
    );
  }
}

function keep<T extends KubeObject>(objects: Map<string, T>, entry: WriteEntry): void {
  const key = `${entry.namespace}/${entry.name}`;
  if (entry.verb === "delete") objects.delete(key);
  else if (entry.object !== undefined) objects.set(key, entry.object as T);
}

/** 0 without a revision. */
export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? "0");
}

/** Whether the rollout is over: all pods new and available, and the controller has seen the spec. */
export function isComplete({ spec, status, metadata }: Deployment): boolean {
  const counts = [status.updatedReplicas, status.replicas, status.availableReplicas];
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return seen && counts.every((count = 0) => count === spec.replicas);
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
