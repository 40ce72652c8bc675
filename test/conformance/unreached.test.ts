/** Decisions that no recording can reach, because the API refuses what would lead to them. */
import { expect, test } from "vitest";
import type { Deployment } from "../../src/api/apps.ts";
import { Cluster } from "../../src/cluster.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import { planOf } from "../../src/controllers/reconcile.ts";
import { featureGates, KUBERNETES_VERSION } from "../../src/features.ts";

const EMPTY = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "every", namespace: "default", uid: "1", generation: 2 },
  spec: {
    replicas: 2,
    selector: {},
    strategy: { type: "RollingUpdate" },
    template: {
      metadata: { labels: { app: "every" } },
      spec: { containers: [{ name: "c", image: "c:1" }] },
    },
  },
  status: {},
} as Deployment;

test("the API refuses a Deployment that would select all pods", () => {
  const answer = new Cluster().act("create", (api) => api.create(EMPTY));
  expect(answer.ok ? "" : answer.status.message).toContain(
    "empty selector is invalid for deployment",
  );
});

test("a Deployment that selects all pods is warned of, and nothing is scaled", () => {
  const plan = planOf(
    reconcileDeployment({
      key: "default/every",
      now: 0,
      deployment: EMPTY,
      replicaSets: [],
      features: featureGates(KUBERNETES_VERSION),
      nonTerminalPods: {},
    }),
  );
  expect(plan.because.map(({ id }) => id)).toEqual(["deployment/selects-everything"]);
  expect(plan.events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)).toEqual([
    "Warning SelectingAll: This deployment is selecting all pods. A non-empty selector is required.",
  ]);
  expect(plan.writes.map(({ do: verb }) => verb)).toEqual(["update/status"]);
});
