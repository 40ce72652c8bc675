/**
 * Deployments and their ReplicaSets as a trace tells of them: fed entry by entry, asked after an
 * instant. Metrics and reports look at these and never at the cluster.
 */
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import { isControlledBy, type KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { asRecord } from "../apiserver/json.ts";
import type { Rollout as ArgoRollout } from "../api/rollout.ts";
import type { TraceEntry, WriteEntry } from "../api/trace.ts";

export interface Rollout {
  /** `namespace/name`; of a Rollout of Argo Rollouts with ` (Rollout)` behind it. */
  readonly key: string;
  /** As a report calls it: the key's name if a Rollout and a Deployment share theirs. */
  readonly name: string;
  /** Or a Rollout of Argo Rollouts in its shape. */
  readonly deployment: Deployment;
  /** Oldest revision first. */
  readonly sets: readonly ReplicaSet[];
}

const ARGO = " (Rollout)";

export class Rollouts {
  readonly #deployments = new Map<string, Deployment>();
  readonly #sets = new Map<string, ReplicaSet>();
  #stale = true;
  #all: readonly Rollout[] = [];

  /** True if what `all` answers may have changed. */
  feed(entry: TraceEntry): boolean {
    if (entry.kind !== "write" || entry.error !== undefined) return false;
    if (entry.resource === "deployments") keep(this.#deployments, entry);
    else if (entry.resource === "rollouts") keep(this.#deployments, asDeployment(entry));
    else if (entry.resource === "replicasets") keep(this.#sets, entry);
    else return false;
    this.#stale = true;
    return true;
  }

  /** In order of namespace and name. */
  all(): readonly Rollout[] {
    if (this.#stale) {
      const keys = [...this.#deployments.keys()].toSorted(compareText);
      this.#all = keys.flatMap((key) => {
        const deployment = this.#deployments.get(key);
        if (deployment === undefined) return [];
        const { namespace = "default", name: own } = deployment.metadata;
        const shared = key.endsWith(ARGO) && this.#deployments.has(`${namespace}/${own}`);
        const name = shared ? own + ARGO : own;
        return [{ key, name, deployment, sets: this.#setsOf(deployment) }];
      });
      this.#stale = false;
    }
    return this.#all;
  }

  #setsOf(deployment: Deployment): readonly ReplicaSet[] {
    const owned = [...this.#sets.values()].filter((set) => isControlledBy(set, deployment));
    return owned.toSorted(
      (a, b) => revisionOf(a) - revisionOf(b) || compareText(a.metadata.name, b.metadata.name),
    );
  }
}

/** A Rollout of Argo Rollouts, its numbers where a Deployment has them; it does not push out one of its name. */
function asDeployment(entry: WriteEntry): WriteEntry {
  const name = entry.name + ARGO;
  const rollout = entry.object as ArgoRollout | undefined;
  if (rollout === undefined) return { ...entry, name };
  const { status = {}, spec } = rollout;
  const object = {
    ...rollout,
    spec: { ...spec, replicas: spec.replicas ?? 1 },
    status: { ...status, observedGeneration: Number(status.observedGeneration ?? 0) },
  };
  return { ...entry, name, object };
}

function keep<T extends KubeObject>(objects: Map<string, T>, entry: WriteEntry): void {
  const key = `${entry.namespace}/${entry.name}`;
  if (entry.verb === "delete") objects.delete(key);
  else if (entry.object !== undefined) objects.set(key, entry.object as T);
}

/** 0 without a revision. */
export function revisionOf(object: KubeObject): number {
  const { annotations = {} } = object.metadata;
  const revision = annotations["deployment.kubernetes.io/revision"];
  return Number(revision ?? annotations["rollout.argoproj.io/revision"] ?? "0");
}

/** Whether the rollout is over: all pods new and available, and the controller has seen the spec. */
export function isComplete(deployment: Deployment): boolean {
  const { spec, status, metadata } = deployment;
  const counts = [status.updatedReplicas, status.replicas, status.availableReplicas];
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  // Old pods of a Rollout may stay for a while.
  if (deployment.kind !== "Deployment") return seen && asRecord(status)["phase"] === "Healthy";
  return seen && counts.every((count = 0) => count === spec.replicas);
}
