/** Worlds that reach all that the controllers of Rollouts and AnalysisRuns decide. */
import type { RolloutSpec } from "../../../src/api/rollout.ts";
import {
  analysisTemplate,
  rollout,
  RolloutWorld,
  service,
  template,
  type Strategy,
} from "./world.ts";
import { HASH_LABEL } from "../../../src/controllers/rollout/defaults.ts";
import { podTemplateHash } from "../../../src/controllers/rollout/hash.ts";

const NEVER_READY = [
  { match: { image: "web:v2" }, fault: { type: "NeverReady" as const } },
  { ready: { delay: 2000 } },
];
const SERVICES = [service("stable"), service("canary")];
const BOTH = { stableService: "stable", canaryService: "canary" };

function nginx(): object[] {
  const backend = { service: { name: "stable", port: { number: 80 } } };
  const paths = [{ path: "/", pathType: "Prefix", backend }];
  const spec = { rules: [{ host: "web", http: { paths } }] };
  return [{ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "web" }, spec }];
}

const ROUTED: Strategy = {
  canary: {
    ...BOTH,
    trafficRouting: { nginx: { stableIngress: "web" } },
    steps: [{ setWeight: 50 }, { pause: {} }],
  },
};

function world(
  strategy: Strategy,
  spec: Partial<RolloutSpec> = {},
  more: { readonly objects?: readonly object[]; readonly options?: object } = {},
): RolloutWorld {
  const objects = [...(more.objects ?? []), rollout(strategy, spec)];
  return new RolloutWorld(objects as ConstructorParameters<typeof RolloutWorld>[0], more.options);
}

const PAUSED: Strategy = {
  canary: { steps: [{ setWeight: 25 }, { pause: {} }, { pause: { duration: 5 } }] },
};

const WORLDS: readonly (() => RolloutWorld)[] = [
  () => {
    const w = world(PAUSED, { revisionHistoryLimit: 0 }).look().update("web:v2").look();
    w.abort().look().retry().look().promote().look(30);
    w.update("web:v3").look().update("web:v1").look(20);
    return w
      .patch({ spec: { replicas: 6, paused: true } })
      .look()
      .update("web:v4")
      .look();
  },
  () => world(PAUSED).look().update("web:v2").look().update("web:v3").look(),
  () => world(PAUSED).look().update("web:v2").look().update("web:v1").look(),
  () => {
    const options = { behaviors: NEVER_READY };
    const spec = { progressDeadlineSeconds: 20, progressDeadlineAbort: true };
    return world({ canary: { steps: [{ setWeight: 50 }] } }, spec, { options })
      .look()
      .update("web:v2")
      .look(60);
  },
  () => {
    const options = { behaviors: NEVER_READY };
    const w = world(
      { canary: { maxUnavailable: 0 } },
      { progressDeadlineSeconds: 20 },
      { options },
    );
    return w.look().update("web:v2").look(60).update("web:v3").look();
  },
  () => {
    const objects = [...SERVICES, ...nginx()];
    const w = world(ROUTED, {}, { objects }).look().update("web:v2").look().promote().look(60);
    w.update("web:v3").look().abort().look(60).retry().look();
    return w.update("web:v4").look().promote().look(60);
  },
  () => {
    const strategy = { canary: { ...ROUTED.canary, dynamicStableScale: true } };
    const objects = [...SERVICES, ...nginx()];
    const w = world(strategy, {}, { objects }).look().update("web:v2").look();
    return w.promote().look(1).update("web:v1").look();
  },
  () => {
    const blueGreen = {
      activeService: "stable",
      previewService: "canary",
      autoPromotionSeconds: 5,
      scaleDownDelayRevisionLimit: 1,
      scaleDownDelaySeconds: 60,
    };
    const w = world({ blueGreen }, {}, { objects: SERVICES }).look();
    return w
      .update("web:v2")
      .look(20)
      .update("web:v3")
      .look(20)
      .update("web:v4")
      .look(20)
      .look(100);
  },
  () => {
    const analysis = { templates: [{ templateName: "rate" }] };
    const blueGreen = {
      activeService: "stable",
      prePromotionAnalysis: analysis,
      postPromotionAnalysis: analysis,
      autoPromotionEnabled: false,
    };
    const metric = { interval: "5s", count: 2 };
    const objects = [...SERVICES, analysisTemplate("rate", metric)];
    const options = { metricRules: [{ measure: "value" as const, value: 1 }] };
    const w = world({ blueGreen }, {}, { objects, options }).look();
    w.update("web:v2").look(9).promote().look(8);
    return w.update("web:v3").look(9).promote().look(30);
  },
  () => {
    const canary = { analysis: { templates: [{ templateName: "job" }] }, steps: [{ pause: {} }] };
    const spec = { template: { spec: { containers: [{ args: ["sleep", "30"] }] } } };
    const metric = { successCondition: "", provider: { job: { spec } } };
    const w = world({ canary }, {}, { objects: [analysisTemplate("job", metric)] });
    return w.look().update("web:v2").look().abort().look();
  },
  () => {
    const step = {
      experiment: { templates: [{ name: "one", specRef: "canary" as const }], duration: "5s" },
    };
    const analyses = [{ name: "rate", templateName: "rate" }];
    const objects = [analysisTemplate("rate", { interval: "2s", count: 2 })];
    const options = { metricRules: [{ measure: "value" as const, value: 1 }] };
    const steps = [{ experiment: { ...step.experiment, analyses } }];
    const w = world({ canary: { steps } }, {}, { objects, options });
    return w.look().update("web:v2").look(60);
  },
  () => {
    const w = world(PAUSED).look();
    const name = `web-${podTemplateHash(template("web:v2"))}`;
    const labels = { app: "web", [HASH_LABEL]: "other" };
    const spec = { replicas: 0, selector: { matchLabels: labels }, template: template("web:v2") };
    const pods = { ...spec.template, metadata: { labels } };
    const taken = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name },
      spec: { ...spec, template: pods },
    };
    return w.create(taken).update("web:v2").look();
  },
  () => world({ canary: { steps: [{ setWeight: 120 }] } }).look(1),
  () =>
    world(PAUSED)
      .look()
      .patch({ spec: { restartAt: "2000-01-01T00:00:30Z" } })
      .look(90),
  () => {
    const { template: pods, selector } = rollout(PAUSED).spec;
    const spec = { replicas: 4, template: pods, selector };
    const old = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "old" }, spec };
    const workloadRef = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: "old",
      scaleDown: "onsuccess" as const,
    };
    const { template: _t, selector: _s, ...rest } = rollout(PAUSED).spec;
    const referring = { ...rollout(PAUSED), spec: { ...rest, workloadRef } };
    return new RolloutWorld([old, referring] as ConstructorParameters<typeof RolloutWorld>[0]).look(
      20,
    );
  },
];

export function reachedByRollouts(): ReadonlySet<string> {
  return new Set(WORLDS.flatMap((make) => make().decisions));
}
