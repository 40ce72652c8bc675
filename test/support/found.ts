/** Objects as a cluster gives them: a Deployment of one ReplicaSet, and its Pods in any state. */
import { newControllerRef } from "../../src/api/meta.ts";

export const NOW = "2026-11-29T18:10:00Z";
/** So many seconds before it. */
export const ago = (seconds: number): string =>
  new Date(Date.parse(NOW) - seconds * 1000).toISOString().replace(".000Z", "Z");

export const labels = { app: "web" };
/** With the API server's defaults. */
export const podSpec = {
  containers: [
    {
      name: "web",
      image: "web:v1",
      imagePullPolicy: "IfNotPresent",
      resources: {},
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
    },
  ],
  dnsPolicy: "ClusterFirst",
  restartPolicy: "Always",
  schedulerName: "default-scheduler",
  securityContext: {},
  terminationGracePeriodSeconds: 30,
};

export function owner(kind: string, name: string): object {
  return newControllerRef({ apiVersion: "apps/v1", kind, metadata: { name, uid: name } });
}

export function deployment(replicas: number): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "web",
      creationTimestamp: ago(600),
      generation: 1,
      annotations: { "deployment.kubernetes.io/revision": "1" },
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec },
    },
    status: { observedGeneration: 1, replicas, updatedReplicas: replicas },
  };
}

export function replicaSet(replicas: number): object {
  const hashed = { ...labels, "pod-template-hash": "abc" };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: "web-abc",
      namespace: "default",
      uid: "web-abc",
      creationTimestamp: ago(600),
      generation: 1,
      labels: hashed,
      annotations: { "deployment.kubernetes.io/revision": "1" },
      ownerReferences: [owner("Deployment", "web")],
    },
    spec: {
      replicas,
      selector: { matchLabels: hashed },
      template: { metadata: { labels: hashed }, spec: podSpec },
    },
    status: { observedGeneration: 1, replicas, fullyLabeledReplicas: replicas },
  };
}

export interface Found {
  readonly created?: number;
  readonly status?: object;
  readonly node?: string | null;
  readonly deletion?: number;
}

let pods = 0;
export function pod({ created = 600, status = {}, node = "a", deletion }: Found): object {
  const name = `web-abc-${++pods}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      creationTimestamp: ago(created),
      labels: { ...labels, "pod-template-hash": "abc" },
      ownerReferences: [owner("ReplicaSet", "web-abc")],
      ...(deletion === undefined
        ? {}
        : { deletionTimestamp: ago(-deletion), deletionGracePeriodSeconds: 30 }),
    },
    spec: node === null ? podSpec : { ...podSpec, nodeName: node },
    status,
  };
}

export const condition = (type: string, status: string, seconds: number): object => ({
  type,
  status,
  lastTransitionTime: ago(seconds),
});

/** So many seconds before now it came to its node, ran, and got ready. */
export function ready(scheduled: number, started: number, since: number): object {
  const running = { state: { running: { startedAt: ago(started) } }, restartCount: 0 };
  return {
    phase: "Running",
    conditions: [condition("PodScheduled", "True", scheduled), condition("Ready", "True", since)],
    containerStatuses: [{ name: "web", ready: true, image: "web:v1", imageID: "", ...running }],
  };
}

export function unready(
  state: object,
  { restarts = 0, lastState = {}, scheduled = 590 } = {},
): object {
  const status = { state, lastState, restartCount: restarts };
  return {
    phase: "Pending",
    conditions: [
      condition("PodScheduled", "True", scheduled),
      condition("Ready", "False", scheduled),
    ],
    containerStatuses: [{ name: "web", ready: false, image: "web:v1", imageID: "", ...status }],
  };
}

export const waiting = (reason: string): object => ({ waiting: { reason } });
export const running = (seconds: number): object => ({ running: { startedAt: ago(seconds) } });
export const exited = (began: number, ended: number): object => ({
  terminated: { exitCode: 1, reason: "Error", startedAt: ago(began), finishedAt: ago(ended) },
});

export function dump(...found: readonly object[]): string {
  const items = [deployment(found.length), replicaSet(found.length), ...found];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 1);
}
