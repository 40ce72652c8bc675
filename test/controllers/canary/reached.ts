/** Worlds that reach all that the controller of Canaries decides. */
import type { CanarySpec } from "../../../src/api/canary.ts";
import type { ClusterOptions } from "../../../src/cluster.ts";
import { canary, CanaryWorld, deployment, revertingWorld, second } from "./world.ts";

const SUCCESS = { name: "request-success-rate", threshold: 99, interval: "10s" };
const NEVER_READY = {
  match: { image: "podinfo:2", labels: { app: "podinfo-primary" } },
  fault: { type: "NeverReady" as const },
};
const LOAD = {
  name: "load",
  url: "http://flagger-loadtester.test/",
  metadata: { cmd: "hey -z 1m -q 10 -c 2 http://podinfo-canary.default/" },
} as const;
const HOOK = { name: "smoke", type: "pre-rollout", url: "http://tester/" } as const;

type Setting = readonly [
  analysis: Parameters<typeof canary>[0],
  spec?: Partial<CanarySpec>,
  options?: ClusterOptions,
];

const SETTINGS: readonly Setting[] = [
  [{ stepWeight: 50, stepWeightPromotion: 50, metrics: [SUCCESS], webhooks: [HOOK, LOAD] }],
  [{ stepWeight: 100, mirror: true }],
  [{ iterations: 1, mirror: true }],
  [{ stepWeight: 10 }, { skipAnalysis: true }],
  [{ stepWeight: 10 }, { suspend: true }],
  [{ stepWeight: 10 }, { provider: "appmesh" }],
  [{ stepWeight: 50, threshold: 1, metrics: [SUCCESS] }, {}, { traffic: [] }],
  [{ stepWeight: 50, threshold: 1, metrics: [{ name: "custom", query: "up" }] }],
  [
    { stepWeight: 50, threshold: 1, metrics: [SUCCESS] },
    {},
    { apps: [{ image: "podinfo:2", errorRate: 0.5 }, {}] },
  ],
  [{ stepWeight: 50, webhooks: [HOOK] }, {}, { webhooks: [{ answer: "fail" }] }],
  [{ stepWeight: 100 }, {}, { behaviors: [NEVER_READY, { ready: { delay: second } }] }],
  [{ stepWeight: 10 }, {}, { behaviors: [{ ready: { delay: 15 * second } }] }],
];

export function reachedByCanaries(): ReadonlySet<string> {
  const reached = new Set<string>();
  const note = (world: CanaryWorld): void => world.decisions.forEach((id) => reached.add(id));
  for (const [analysis, spec, options] of SETTINGS) {
    const target = deployment("podinfo:1", { progressDeadlineSeconds: 20 });
    const world = new CanaryWorld([target, canary(analysis, spec)], options).look(2);
    world.update("podinfo:2");
    note(world.look(8));
  }
  note(restartedAndDeleted());
  note(withAutoscaler());
  return reached;
}

function restartedAndDeleted(): CanaryWorld {
  const world = revertingWorld().look();
  world.update("podinfo:2");
  world.look(2);
  world.update("podinfo:3");
  world.look();
  world.cluster.act("delete", (api) => api.delete({ resource: "canaries", name: "podinfo" }));
  return world.look(2);
}

function withAutoscaler(): CanaryWorld {
  const target = { apiVersion: "apps/v1", kind: "Deployment", name: "podinfo" };
  const autoscaler = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "podinfo" },
    spec: { scaleTargetRef: target, maxReplicas: 4 },
  };
  const autoscalerRef = { kind: "HorizontalPodAutoscaler", name: "podinfo" };
  const ref = { ...autoscalerRef, apiVersion: "autoscaling/v2" };
  const of = canary({ stepWeight: 10 }, { autoscalerRef: ref });
  return new CanaryWorld([deployment(), autoscaler, of]).look();
}
