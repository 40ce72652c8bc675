/** Entries of a trace, as a rollout of the Deployment `web` leaves them. */
import type { KubeObject } from "../../src/api/meta.ts";
import type { TraceEntry } from "../../src/api/trace.ts";

interface Numbers {
  readonly replicas: number;
  readonly updated?: number;
  readonly total?: number;
  readonly available?: number;
}

export function write(at: number, resource: string, object: KubeObject): TraceEntry {
  const { name, namespace = "default" } = object.metadata;
  return { kind: "write", at, by: "test", verb: "update", resource, namespace, name, object };
}

export function deployment(
  at: number,
  { replicas, updated = 0, total = updated, available = 0 }: Numbers,
): TraceEntry {
  return write(at, "deployments", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default", uid: "d", generation: 1 },
    spec: { replicas },
    status: {
      observedGeneration: 1,
      replicas: total,
      updatedReplicas: updated,
      availableReplicas: available,
    },
  });
}

export function replicaSet(at: number, revision: number, pods: number, ready: number): TraceEntry {
  const owner = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "web",
    uid: "d",
    controller: true,
  };
  return write(at, "replicasets", {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `web-${revision}`,
      namespace: "default",
      annotations: { "deployment.kubernetes.io/revision": String(revision) },
      ownerReferences: [owner],
    },
    spec: {
      replicas: pods,
      template: { spec: { containers: [{ name: "web", image: "web:v1" }] } },
    },
    status: { replicas: pods, readyReplicas: ready, availableReplicas: ready },
  });
}

export function decision(at: number, id: string, sentence: string, weighed = {}): TraceEntry {
  const by = "deployment-controller";
  return { kind: "decision", at, by, sync: 1, key: "default/web", id, weighed, sentence };
}

export const step = (at: number, name: string): TraceEntry => ({ kind: "step", at, name });
export const print = (at: number, text: string): TraceEntry => ({
  kind: "output",
  at,
  stream: "stdout",
  text,
});
export const instant = (at: number): TraceEntry => ({ kind: "instant", at });
