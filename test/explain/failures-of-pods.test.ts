/** Known failures of pods: where they are named, and near by, where they must not be. */
import { expect, test } from "vitest";
import { deploymentOf, examplesOf, release, shown, type Situation } from "./situation.ts";

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
});
const ready = (delay: string) => [{ ready: { delay } }];
const faulty = (fault: object, more: object = {}) => [
  { match: { image: "web:v2" }, ready: { delay: "5s" }, fault, ...more },
  { ready: { delay: "5s" } },
];
const loseOld = `delete pod -l app=web,pod-template-hash!=8679587d46 --wait=false`;
const scale = (replicas: number) => `scale deploy/web --replicas=${replicas}`;

const slowEnd = [{ ready: { delay: "5s" }, terminate: { delay: "40s" } }];

examplesOf(
  "status-says-done",
  {
    at: 85,
    replicas: 3,
    spec: rolling(1, 0),
    behaviors: slowEnd,
    pod: { terminationGracePeriodSeconds: 60 },
  },
  {
    not: {
      "when the old pods are gone": { at: 150 },
      "while the rollout goes on": { at: 70 },
      "of pods that were one too many": { steps: { 60: scale(1) } },
    },
  },
);

const behind: Situation = { at: 66, spec: rolling(1, 0), behaviors: ready("20s") };

examplesOf(
  "scale-and-ship",
  { ...behind, steps: { ...release, 65: scale(8) } },
  {
    named: {
      "when it is scaled with the template": { steps: { 60: `${scale(8)}\n${release[60]}` } },
    },
    not: {
      "when the old pods that are made follow others": { steps: { ...release, 65: loseOld } },
      "when it is scaled before the release": { steps: { 30: scale(8), ...release, 65: loseOld } },
      "when it is scaled to fewer": { steps: { ...release, 64: scale(2), 65: loseOld } },
      "when it is scaled once the rollout is over": {
        behaviors: ready("1s"),
        steps: { ...release, 80: scale(8) },
        at: 81,
      },
      "when the rollout is over, and the last of them is terminating": {
        behaviors: [{ ready: { delay: "5s" }, terminate: { delay: "100s" } }],
        pod: { terminationGracePeriodSeconds: 120 },
        at: 140,
      },
      "where new pods do not start": { behaviors: faulty({ type: "ImagePullBackOff" }), at: 70 },
      "when none of the pods that it asks for may come": {
        steps: { 59: "create quota pods --hard=pods=5", ...release, 65: scale(8) },
      },
      "where an autoscaler does it": {
        objects: [
          {
            apiVersion: "autoscaling/v2",
            kind: "HorizontalPodAutoscaler",
            metadata: { name: "web" },
            spec: {
              scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
              maxReplicas: 10,
            },
          },
        ],
      },
    },
  },
);

test("scale-and-ship: the scaling of a namesake elsewhere is not its own", () => {
  const twin = { ...deploymentOf(behind), metadata: { name: "web", namespace: "kube-public" } };
  const elsewhere = "-n kube-public deploy/web";
  const steps = {
    60: `${release[60]}\nset image ${elsewhere} web=web:v2`,
    65: `${loseOld}\nscale ${elsewhere} --replicas=8`,
  };
  const stories = (name: string) =>
    shown({ ...behind, objects: [twin], steps }, name).map(({ story }) => story);
  expect(stories("kube-public/web")).toContain("scale-and-ship");
  expect(stories("default/web")).not.toContain("scale-and-ship");
});

const loseNew = `delete pod -l app=web,pod-template-hash=8679587d46 --wait=false`;
const broken = faulty({ type: "ImagePullBackOff" });

examplesOf(
  "scale-when-stuck",
  { at: 130, behaviors: broken, steps: { ...release, 120: scale(10) } },
  {
    not: {
      "before it is scaled": { at: 119 },
      "when it is scaled to fewer": { steps: { ...release, 120: scale(3), 121: loseNew } },
      "when it was scaled before": { steps: { 30: scale(10), ...release, 120: loseNew } },
      "when pods are made anew": { steps: { ...release, 120: loseNew } },
      "when all that are added are old ones": {
        spec: rolling(1, 0),
        steps: { ...release, 120: scale(5), 121: loseNew },
      },
      "when some of the new pods start": {
        behaviors: faulty({ type: "ImagePullBackOff", first: 1 }),
      },
      "when they start, and are not ready": { behaviors: faulty({ type: "NeverReady" }) },
      "when none of the pods that it asks for may come": {
        steps: { ...release, 110: "create quota pods --hard=pods=5", 120: scale(10) },
      },
    },
  },
);

const crash = (after: string) => faulty({ type: "ReadyThenCrash", after });

examplesOf(
  "ready-then-crash",
  { at: 90, behaviors: crash("10s") },
  {
    named: {
      "when they crash as soon as they count": { spec: { minReadySeconds: 10 } },
    },
    not: {
      "before the first crashes": { at: 74 },
      "when they crash before they count": { spec: { minReadySeconds: 11 } },
      "when they crash before they are ready": {
        behaviors: faulty({ type: "CrashLoopBackOff" }),
      },
      "for a crash of old pods": {
        behaviors: [
          { match: { image: "web:v1" }, fault: { type: "ReadyThenCrash", after: "10s" } },
        ],
      },
    },
  },
);

const restart = faulty({ type: "ReadyThenUnready", after: "20s", recover: "30s", first: 1 });
const minReady = (minReadySeconds: number, progressDeadlineSeconds: number) => ({
  ...rolling(1, 0),
  minReadySeconds,
  progressDeadlineSeconds,
});

examplesOf(
  "minready-restart",
  { at: 95, replicas: 3, behaviors: restart, spec: minReady(30, 40) },
  {
    named: {
      "while it is not ready, though it was": { spec: minReady(30, 55) },
      "beside a new pod that is available": {
        spec: { ...minReady(30, 31), ...rolling(2, 0) },
        at: 97,
      },
    },
    not: {
      "when none is begun that is not over": {
        steps: { 50: "create quota pods --hard=pods=4", ...release },
        behaviors: [{ ready: { delay: "5s" }, terminate: { delay: "25s" } }],
        spec: { ...minReady(10, 40), ...rolling(2, 0) },
        at: 80,
      },
      "while it would do": { at: 80 },
      "where there is time for a restart": { spec: minReady(30, 120) },
      "when all is well, just in time": {
        at: 80,
        behaviors: ready("5s"),
        spec: minReady(30, 31),
      },
      "where nothing is begun": { behaviors: ready("60s"), spec: minReady(0, 40), at: 70 },
      "where there is no deadline": { spec: { ...rolling(1, 0), minReadySeconds: 30 }, at: 80 },
      "where new pods do not start": { behaviors: broken },
      "when the deadline has passed": { at: 110 },
    },
  },
);

const probe = { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 3 };
const slowStart = [
  { match: { image: "web:v2" }, serve: { listens: "45s" } },
  { serve: { listens: "5s" } },
];

examplesOf(
  "liveness-kills-slow",
  { at: 120, replicas: 2, behaviors: slowStart, container: { livenessProbe: probe } },
  {
    not: {
      "before any is killed": { at: 70 },
      "where a startup probe waits": {
        container: { livenessProbe: probe, startupProbe: { ...probe, failureThreshold: 12 } },
      },
      "where the startup probe kills": {
        container: { livenessProbe: probe, startupProbe: { ...probe, failureThreshold: 2 } },
      },
      "where the probe waits long enough": {
        container: { livenessProbe: { ...probe, initialDelaySeconds: 60 } },
      },
      "where they crash by themselves": { behaviors: faulty({ type: "CrashLoopBackOff" }) },
    },
  },
);

const outage = (count: number) => ({
  fault: { type: "ProbeFail", on: "deploy/web", count, for: "30s" },
});

examplesOf(
  "shared-dependency",
  { at: 70, replicas: 3, steps: { 60: outage(3) } },
  {
    named: {
      "beside a pod that is terminating": {
        steps: { 59: scale(3), 60: outage(3) },
        replicas: 4,
        behaviors: slowEnd,
        pod: { terminationGracePeriodSeconds: 60 },
      },
    },
    not: {
      "when it is over": { at: 100 },
      "of one pod": { replicas: 1, steps: { 60: outage(1) } },
      "when one goes on": { steps: { 60: outage(2) } },
      "when they stop one after another": {
        replicas: 2,
        steps: { 60: outage(1), 63: outage(2) },
      },
      "of pods that never were ready": {
        behaviors: [{ fault: { type: "NeverReady" } }],
        steps: {},
      },
    },
  },
);

const create =
  "create configmap web --from-literal=A=1\ncreate secret generic web --from-literal=A=1";
const change = (kind: string) => `patch ${kind} web -p '{"metadata":{"labels":{"a":"b"}}}'`;
const envOf = (source: object) => ({ container: { env: [{ name: "A", valueFrom: source }] } });
const ref = { name: "web" };
const from = (source: object) => ({ container: { envFrom: [source] } });

examplesOf(
  "config-not-rolled",
  {
    at: 90,
    replicas: 3,
    steps: { 0: create, 60: change("configmap") },
    ...from({ configMapRef: ref }),
  },
  {
    named: {
      "for one key": envOf({ configMapKeyRef: { ...ref, key: "A" } }),
      "for a Secret": { ...from({ secretRef: ref }), steps: { 0: create, 60: change("secret") } },
      "for a key of a Secret": {
        ...envOf({ secretKeyRef: { ...ref, key: "A" } }),
        steps: { 0: create, 60: change("secret") },
      },
      "for the second of two": {
        container: { envFrom: [{ secretRef: ref }, { configMapRef: ref }] },
      },
    },
    not: {
      "before it changes": { at: 59 },
      "where another changes": { steps: { 0: create, 60: change("secret") } },
      "when pods are made anew": {
        steps: { 0: create, 60: change("configmap"), 61: "rollout restart deploy/web" },
      },
      "while the last of those that have it not are terminating": {
        steps: { 0: create, 60: change("configmap"), 61: "delete pod -l app=web --wait=false" },
        behaviors: slowEnd,
        pod: { terminationGracePeriodSeconds: 60 },
        at: 80,
      },
      "where it is a volume": {
        container: { volumeMounts: [{ name: "c", mountPath: "/c" }] },
        pod: { volumes: [{ name: "c", configMap: ref }] },
      },
      "where there is none": {
        steps: { 0: create, 60: change("configmap"), 70: "delete configmap web" },
      },
    },
  },
);
