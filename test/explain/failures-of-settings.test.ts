/** Known failures of settings: where they are named, and near by, where they must not be. */
import { expect, test } from "vitest";
import { deploymentOf, examplesOf, release, shown } from "./situation.ts";

const preStop = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
const grace = (terminationGracePeriodSeconds: number) => ({ terminationGracePeriodSeconds });

examplesOf(
  "prestop-eats-grace",
  { at: 50, container: preStop(10), pod: grace(10) },
  {
    named: { "for all of the 30 s that it has by default": { container: preStop(30), pod: {} } },
    not: {
      "with a second left": { pod: grace(11) },
      "with a second left of the default": { container: preStop(29), pod: {} },
      "without a hook": { container: {}, pod: grace(0) },
    },
  },
);

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
});

examplesOf(
  "one-replica",
  { at: 50, replicas: 1, spec: rolling(0, 1) },
  {
    named: { "for two, both of which may be away": { replicas: 2, spec: rolling(0, "100%") } },
    not: {
      "for two, one of which may be away": { replicas: 2 },
      "where none may be away": { spec: {} },
      "for none": { replicas: 0 },
      "where that is what Recreate is for": { spec: { strategy: { type: "Recreate" } } },
    },
  },
);

const history = (revisionHistoryLimit: number) => ({ revisionHistoryLimit });

examplesOf(
  "no-history",
  { at: 100, spec: history(0) },
  { not: { "while the old ReplicaSet is there": { at: 62 }, "with one": { spec: history(1) } } },
);

const budget = (minAvailable: number, more: object = {}, namespace = "default") => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace },
  spec: { minAvailable, selector: { matchLabels: { app: "web" } }, ...more },
});

examplesOf(
  "pdb-no-guard",
  { at: 50, replicas: 6, spec: rolling(0, 3), objects: [budget(4)] },
  {
    named: {
      "where Recreate leaves none": {
        spec: { strategy: { type: "Recreate" } },
        objects: [budget(1)],
      },
      "for the second of two budgets": {
        objects: [{ ...budget(1), metadata: { name: "a" } }, budget(4)],
      },
    },
    not: {
      "for as many as stay": { objects: [budget(3)] },
      "for a budget of others": {
        objects: [budget(4, { selector: { matchLabels: { app: "other" } } })],
      },
      "for a budget of nobody": { objects: [budget(4, { selector: undefined })] },
      "for a budget elsewhere": { objects: [budget(4, {}, "kube-public")] },
    },
  },
);

test.each([
  [5, "maxUnavailable 1"],
  [6, "maxUnavailable 0"],
])("a budget for %i of 6 goes with %s", (minAvailable, better) => {
  const situation = { at: 50, replicas: 6, spec: rolling(1, 3), objects: [budget(minAvailable)] };
  expect(shown(situation)).toContainEqual(
    expect.objectContaining({ story: "pdb-no-guard", better }),
  );
});

const undone = { ...release, 80: "rollout undo deploy/web" };

examplesOf(
  "undo-ping-pong",
  { at: 100, steps: undone },
  {
    not: {
      "before the undo": { at: 79 },
      "while it is under way": { at: 82 },
      "when there is nothing to go back to": {
        steps: { ...undone, 95: `patch deploy/web -p '{"spec":{"revisionHistoryLimit":0}}'` },
      },
    },
  },
);

test("an undo of three revisions would go to the newest of those that are left", () => {
  const steps = { 20: "set image deploy/web web=web:v0", ...undone };
  expect(shown({ at: 100, steps })).toContainEqual(
    expect.objectContaining({
      story: "undo-ping-pong",
      says: expect.stringMatching(/^revision 4 is revision 2 again, .* to revision 3: web:v2$/u),
    }),
  );
});

const v2 = { apply: deploymentOf({ at: 0, container: { image: "web:v2" } }) };
const annotate = (text: string) =>
  `annotate deploy/web --overwrite kubectl.kubernetes.io/last-applied-configuration='${text}'`;

examplesOf(
  "gitops-reverts",
  { at: 100, steps: { 60: v2, 80: "rollout undo deploy/web" } },
  {
    not: {
      "before the undo": { at: 79 },
      "where the manifest says what it is": { steps: undone },
      "where another change went before, and no undo": {
        steps: { 60: "set image deploy/web web=web:v3" },
      },
      "where the manifest has no containers": {
        steps: { 60: v2, 80: `rollout undo deploy/web\n${annotate('{"spec":{}}')}` },
      },
      "where the annotation is no manifest": {
        steps: { 60: v2, 80: `rollout undo deploy/web\n${annotate("web:v2")}` },
      },
    },
  },
);

const autoscaler = (target: object = {}, namespace = "default") => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web", namespace },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web", ...target },
    minReplicas: 2,
    maxReplicas: 40,
    metrics: [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
      },
    ],
  },
});
const container = { resources: { requests: { cpu: "500m" } } };

examplesOf(
  "apply-resets-hpa",
  { at: 120, steps: {}, container, behaviors: [{ load: 3 }], objects: [autoscaler()] },
  {
    not: {
      "where it wants as many": { replicas: 10 },
      "where it is another's": { objects: [autoscaler({ name: "other" })] },
      "where it is another kind's": {
        objects: [autoscaler({ kind: "ReplicaSet" })],
      },
      "where it is elsewhere": { objects: [autoscaler({}, "kube-public")] },
      "where the manifest has no replicas": {
        steps: { 50: annotate('{"spec":{}}') },
      },
    },
  },
);

/** An update of ten seconds or so, which an autoscaler follows. */
const quick = [
  { match: { image: "web:v1" }, cpu: "300m" },
  { cpu: "600m", ready: { delay: "1s" } },
];

examplesOf(
  "hpa-ratchet",
  {
    at: 120,
    replicas: 4,
    container,
    spec: { minReadySeconds: 60, ...rolling("100%", 0) },
    behaviors: [
      { match: { image: "web:v1" }, cpu: "300m" },
      { cpu: "300m", startCpu: { cpu: "200m", for: "90s" } },
    ],
    objects: [autoscaler()],
  },
  {
    not: {
      "before it sets any": { at: 61 },
      "where it set them before the release": {
        replicas: 1,
        spec: rolling(1, 0),
        behaviors: [{ load: 2, ready: { delay: "5s" } }],
        steps: { 70: "set image deploy/web web=web:v2" },
        at: 72,
      },
      "when the rollout is over": { behaviors: quick, spec: rolling(1, 0) },
      "where there are no old pods": {
        steps: {},
        replicas: 2,
        behaviors: [{ load: 2, ready: { delay: "40s" } }],
        spec: rolling(1, 0),
        at: 80,
      },
    },
  },
);
