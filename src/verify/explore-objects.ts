/**
 * API objects made from counters, as the controllers would read them. Revisions and creation times go by
 * rank; the current ReplicaSet has the highest revision already (the sync that only writes the revision
 * after an undo is left out). No deadline, so no conditions.
 */
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import type { PodTemplateSpec } from "../api/core.ts";
import type { ExploreConfig, Size } from "./explore-config.ts";

export const NOW = 946_688_400_000;
const highest = "9";
const minReadySeconds = 5;

function template(rank: number): PodTemplateSpec {
  return {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: `web:${rank + 1}` }] },
  };
}

function minReadyOf({ minReady }: ExploreConfig): { minReadySeconds?: number } {
  return minReady === "positive" ? { minReadySeconds } : {};
}

/** The Deployment with the template of rank `current`. */
export function deploymentFor(
  config: ExploreConfig,
  replicas: number,
  current: number,
  state: "rolling" | "paused",
): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "d",
      resourceVersion: "100",
      generation: 2,
      annotations: { "deployment.kubernetes.io/revision": highest },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: template(current),
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: config.surge, maxUnavailable: config.unavailable },
      },
      revisionHistoryLimit: 10,
      ...(state === "paused" ? { paused: true } : {}),
      ...minReadyOf(config),
    },
    status: { observedGeneration: 2 },
  };
}

export interface SetCounters {
  readonly rank: number;
  readonly isCurrent: boolean;
  readonly spec: number;
  /** status.availableReplicas. */
  readonly status: number;
  readonly sizedFor: Size;
}

export function replicaSetFor(config: ExploreConfig, set: SetCounters): ReplicaSet {
  const revision = String(set.rank + 1);
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: nameOf(set.rank),
      namespace: "default",
      uid: `rs-${revision}`,
      resourceVersion: revision,
      generation: 1,
      creationTimestamp: `2000-01-01T00:00:0${revision}Z`,
      labels: { app: "web", "pod-template-hash": revision },
      annotations: {
        "deployment.kubernetes.io/revision": set.isCurrent ? highest : revision,
        "deployment.kubernetes.io/desired-replicas": String(set.sizedFor.replicas),
        "deployment.kubernetes.io/max-replicas": String(set.sizedFor.replicas + set.sizedFor.surge),
      },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "d", controller: true },
      ],
    },
    spec: {
      replicas: set.spec,
      selector: { matchLabels: { app: "web" } },
      template: template(set.rank),
      ...minReadyOf(config),
    },
    status: {
      replicas: set.spec,
      readyReplicas: set.status,
      availableReplicas: set.status,
      observedGeneration: 1,
    },
  };
}

export function nameOf(rank: number): string {
  return `web-${rank + 1}`;
}

export function rankOf(name: string): number {
  return Number(name.slice("web-".length)) - 1;
}
