/** Deployments and ReplicaSets as one sync of the Deployment controller reads them. */
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  ReplicaSet,
} from "../../src/api/apps.ts";
import type { PodTemplateSpec } from "../../src/api/core.ts";
import type { StringMap } from "../../src/api/meta.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import type { DeploymentView } from "../../src/controllers/deployment/view.ts";
import { planOf, type PlannedSync } from "../../src/controllers/reconcile.ts";
import { featureGates, KUBERNETES_VERSION } from "../../src/features.ts";

export const NOW = Date.parse("2000-01-01T01:00:00Z");

export function template(image: string): PodTemplateSpec {
  return {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", image }] },
  };
}

export interface DeploymentParts {
  readonly spec?: Partial<DeploymentSpec>;
  readonly status?: DeploymentStatus;
  readonly annotations?: StringMap;
}

/** 10 replicas of `web:2`, 25%/25%, revision 2. */
export function deployment({ spec, status, annotations }: DeploymentParts = {}): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "d",
      resourceVersion: "100",
      generation: 2,
      annotations: { "deployment.kubernetes.io/revision": "2", ...annotations },
    },
    spec: {
      replicas: 10,
      selector: { matchLabels: { app: "web" } },
      template: template("web:2"),
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" },
      },
      revisionHistoryLimit: 10,
      ...spec,
    },
    status: status ?? { observedGeneration: 2 },
  };
}

export interface ReplicaSetParts {
  /** `web:3` makes `web-3`; the number is also its revision and its place in order of creation. */
  readonly image: string;
  readonly replicas: number;
  /** Default: all. */
  readonly available?: number;
  /** For how many replicas it was sized; default 10. */
  readonly desired?: number;
  readonly max?: number;
  readonly annotations?: StringMap;
}

export function replicaSet(parts: ReplicaSetParts): ReplicaSet {
  const { image, replicas, available = replicas, desired = 10, max = 13 } = parts;
  const revision = image.split(":")[1]!;
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `web-${revision}`,
      namespace: "default",
      uid: `rs-${revision}`,
      resourceVersion: revision,
      generation: 1,
      creationTimestamp: `2000-01-01T00:00:0${revision}Z`,
      labels: { app: "web", "pod-template-hash": revision },
      annotations: {
        "deployment.kubernetes.io/revision": revision,
        "deployment.kubernetes.io/desired-replicas": String(desired),
        "deployment.kubernetes.io/max-replicas": String(max),
        ...parts.annotations,
      },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "d", controller: true },
      ],
    },
    spec: { replicas, selector: { matchLabels: { app: "web" } }, template: template(image) },
    status: {
      replicas,
      readyReplicas: available,
      availableReplicas: available,
      observedGeneration: 1,
    },
  };
}

export function viewOf(d: Deployment, sets: readonly ReplicaSet[]): DeploymentView {
  return {
    key: "default/web",
    now: NOW,
    deployment: d,
    replicaSets: sets,
    features: { ...featureGates(KUBERNETES_VERSION), terminatingReplicas: false },
    nonTerminalPods: {},
  };
}

export function planFor(d: Deployment, sets: readonly ReplicaSet[]): PlannedSync {
  return planOf(reconcileDeployment(viewOf(d, sets)));
}

/** What a sync would set the sizes of ReplicaSets to, by name, in order of its writes. */
export function sizes(plan: PlannedSync): Record<string, number> {
  const resized: Record<string, number> = {};
  for (const write of plan.writes) {
    if (write.do !== "update" && write.do !== "create") continue;
    const object = write.object as ReplicaSet;
    if (object.kind === "ReplicaSet") resized[object.metadata.name] = object.spec.replicas;
  }
  return resized;
}

export function decisionsOf(plan: PlannedSync): string[] {
  return plan.because.map(({ id }) => id);
}
