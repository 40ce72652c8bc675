/** What is wrong with a Rollout, by itself and by what it names, in argo-rollouts' words. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { CanaryStep, CanaryStrategy, RolloutSpec } from "../../../src/api/rollout.ts";
import { validateRollout } from "../../../src/controllers/rollout/validation.ts";
import { analysisTemplate, rollout, RolloutWorld, service, type Strategy } from "./world.ts";

const plain = { canary: {} };
const two = { stableService: "stable", canaryService: "canary" };
const nginx = { nginx: { stableIngress: "web" } };
const routed: CanaryStrategy = { ...two, trafficRouting: nginx };
const notNegative = "must be greater than or equal to 0";

describe("a Rollout is refused", () => {
  test.each<[Partial<RolloutSpec>, string]>([
    [{ replicas: -1 }, `spec.replicas: Invalid value: -1: ${notNegative}`],
    [
      { selector: undefined as never },
      "spec.selector: Required value: Rollout has missing field '.spec.selector'",
    ],
    [
      { selector: {} },
      "spec.selector: Invalid value: {}: empty selector is invalid for deployment",
    ],
    [
      { selector: { matchLabels: { app: "shop" } } },
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
    [
      { template: { metadata: { labels: { app: "web" } }, spec: { containers: [] } } },
      "spec.template.spec.containers: Required value",
    ],
    [{ minReadySeconds: -1 }, `spec.minReadySeconds: Invalid value: -1: ${notNegative}`],
    [
      { minReadySeconds: 60, progressDeadlineSeconds: 60 },
      "spec.progressDeadlineSeconds: Invalid value: 60: must be greater than minReadySeconds",
    ],
    [
      { minReadySeconds: 600 },
      "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
    ],
  ])("with %j", (spec, fault) => {
    expect(validateRollout(rollout(plain, spec))).toBe(fault);
  });

  const same = "This rollout uses the same service for the";
  test.each<[Strategy, string]>([
    [
      {},
      "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
    ],
    [
      { canary: {}, blueGreen: { activeService: "a" } },
      'spec.strategy.strategy: Invalid value: "blueGreen: true canary: true": Multiple Strategies can not be listed',
    ],
    [
      { blueGreen: { activeService: "a", previewService: "a" } },
      `spec.strategy.activeService: Invalid value: "a": ${same} active and preview services, but two different services are required.`,
    ],
    [
      { blueGreen: { activeService: "a", scaleDownDelayRevisionLimit: 11 } },
      "spec.strategy.scaleDownDelayRevisionLimit: Invalid value: 11: This rollout's revision history limit can not be smaller than the rollout's scale down limit",
    ],
    [
      { canary: { maxSurge: 0, maxUnavailable: "0%" } },
      "spec.strategy.maxSurge: Invalid value: 0: MaxSurge and MaxUnavailable both can not be zero",
    ],
    [
      { canary: { stableService: "a", canaryService: "a" } },
      `spec.strategy.stableService: Invalid value: "a": ${same} stable and canary services, but two different services are required.`,
    ],
    [
      { canary: { canaryService: "canary", trafficRouting: nginx } },
      'spec.strategy.stableService: Invalid value: "": Canary service and Stable service must to be set to use Traffic Routing',
    ],
    [
      { canary: { stableService: "stable", trafficRouting: nginx } },
      'spec.strategy.canaryService: Invalid value: "": Canary service and Stable service must to be set to use Traffic Routing',
    ],
    [
      { canary: { scaleDownDelaySeconds: 5 } },
      "spec.strategy.scaleDownDelaySeconds: Invalid value: 5: Canary scaleDownDelaySeconds can only be used with traffic routing",
    ],
    [
      { canary: { dynamicStableScale: true } },
      "spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale can only be used with traffic routing",
    ],
    [
      { canary: { ...routed, dynamicStableScale: true, scaleDownDelaySeconds: 5 } },
      "spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale cannot be used with scaleDownDelaySeconds",
    ],
    [
      { canary: { ...two, trafficRouting: { alb: { ingress: "web" }, maxTrafficWeight: 50 } } },
      "spec.strategy.trafficRouting.maxTrafficWeight: Invalid value: 50: Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins",
    ],
  ])("with the strategy %j", (strategy, fault) => {
    expect(validateRollout(rollout(strategy))).toBe(fault);
  });

  const step = "spec.strategy.steps[0]";
  const words =
    "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause";
  test.each<[CanaryStrategy, CanaryStep, string]>([
    [
      {},
      { setWeight: 5, pause: {} },
      `${step}: Invalid value: "step.Experiment: false step.Pause: true step.SetWeight: true step.Analysis: false": ${words}`,
    ],
    [
      {},
      {},
      `${step}: Invalid value: "step.Experiment: true step.Pause: true step.SetWeight: true step.Analysis: true step.SetCanaryScale: true step.SetHeaderRoute: true step.SetMirrorRoute: true step.Plugin: true": ${words}`,
    ],
    [
      {},
      { setWeight: -1 },
      `${step}.setWeight: Invalid value: -1: SetWeight needs to be between 0 and 100`,
    ],
    [
      {},
      { setWeight: 101 },
      `${step}.setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100`,
    ],
    [
      { ...two, trafficRouting: { ...nginx, maxTrafficWeight: 50 } },
      { setWeight: 51 },
      `${step}.setWeight: Invalid value: 51: SetWeight needs to be between 0 and 50`,
    ],
    [
      {},
      { pause: { duration: -1 } },
      `${step}.pause.duration: Invalid value: -1: Duration needs to be greater than 0`,
    ],
    [
      {},
      { setCanaryScale: { weight: 5 } },
      "spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set",
    ],
    [
      routed,
      { setHeaderRoute: { name: "h" } },
      `${step}.setHeaderRoute: Invalid value: {"name":"h"}: SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix`,
    ],
    [
      routed,
      { setMirrorRoute: { name: "m" } },
      `${step}.setMirrorRoute: Invalid value: {"name":"m"}: SetMirrorRoute requires TrafficRouting, supports Istio and Plugins`,
    ],
    [
      { ...two, trafficRouting: { istio: {} } },
      { setHeaderRoute: { name: "h" } },
      "spec.strategy.trafficRouting.managedRoutes: Required value: Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'",
    ],
    ...(["setHeaderRoute", "setMirrorRoute"] as const).map(
      (kind): [CanaryStrategy, CanaryStep, string] => [
        { ...two, trafficRouting: { istio: {}, managedRoutes: [{ name: "other" }] } },
        { [kind]: { name: "h" } },
        `${step}.${kind}: Invalid value: "h": Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes`,
      ],
    ),
  ])("with %j and the step %j", (canary, steps, fault) => {
    expect(validateRollout(rollout({ canary: { ...canary, steps: [steps] } }))).toBe(fault);
  });

  test.each<[Strategy, Partial<RolloutSpec>]>([
    [plain, { replicas: 0, minReadySeconds: 599 }],
    [{ blueGreen: { activeService: "a", scaleDownDelayRevisionLimit: 10 } }, {}],
    [{ canary: { ...routed, steps: [{ setWeight: 0 }, { setWeight: 100 }, { pause: {} }] } }, {}],
    [{ canary: { maxSurge: "0%", maxUnavailable: 1, steps: [{ pause: { duration: 0 } }] } }, {}],
    [
      {
        canary: {
          ...two,
          trafficRouting: { istio: {}, managedRoutes: [{ name: "h" }] },
          steps: [{ setHeaderRoute: { name: "h" } }, { setMirrorRoute: { name: "h" } }],
        },
      },
      {},
    ],
  ])("not with %j and %j", (strategy, spec) => {
    expect(validateRollout(rollout(strategy, spec))).toBeUndefined();
  });
});

describe("what a Rollout names", () => {
  const path = "spec.strategy.canary";
  const ingress = (name: string, to: string): KubeObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name },
    spec: {
      rules: [
        {
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: to, port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  });
  const services = [service("stable"), service("canary")];
  const other = (change: object): KubeObject => ({ ...service("canary"), ...change });
  const named = (name: string, metric: string): KubeObject => ({
    ...analysisTemplate(metric, { count: 1 }),
    metadata: { name },
  });
  const awaited: CanaryStrategy = { steps: [{ analysis: { templates: [{ templateName: "t" }] } }] };

  test.each<[string, KubeObject[], CanaryStrategy, string]>([
    [
      "a Service that is not there",
      [service("stable")],
      two,
      `${path}.canaryService: Invalid value: "canary": service "canary" not found`,
    ],
    [
      "a Service that selects other pods",
      [service("stable"), other({ spec: { selector: { app: "shop" }, ports: [{ port: 80 }] } })],
      two,
      `${path}.canaryService: Invalid value: "canary": Service "canary" has unmatch label "app" in rollout`,
    ],
    [
      "a Service of another Rollout",
      [
        service("stable"),
        other({
          metadata: {
            name: "canary",
            annotations: { "argo-rollouts.argoproj.io/managed-by-rollouts": "shop" },
          },
        }),
      ],
      two,
      `${path}.canaryService: Invalid value: "canary": Service "canary" is managed by another Rollout`,
    ],
    [
      "an Ingress that is not there",
      services,
      routed,
      `${path}.trafficRouting.nginx.stableIngress: Invalid value: "web": ingress.networking.k8s.io "web" not found`,
    ],
    [
      "an Ingress without the stable Service",
      [...services, ingress("web", "canary")],
      routed,
      `${path}.trafficRouting.nginx.stableIngress: Invalid value: "web": ingress \`web\` has no rules using service stable backend`,
    ],
    [
      "an Ingress without the root Service",
      [...services, ingress("web", "stable")],
      {
        ...two,
        trafficRouting: { alb: { ingresses: ["web"], rootService: "root", servicePort: 80 } },
      },
      `${path}.trafficRouting.alb.ingresses: Invalid value: "web": ingress \`web\` has no rules using service root backend`,
    ],
    [
      "a template that is not there",
      [],
      awaited,
      `${path}.steps[0].analysis.templates: Invalid value: "t": AnalysisTemplate 't' not found`,
    ],
    [
      "a template that never ends",
      [analysisTemplate("t", { interval: "5s" })],
      awaited,
      `${path}.steps[0].analysis.templates: Invalid value: "t": AnalysisTemplate t has metric t which runs indefinitely. Invalid value for count: nil`,
    ],
    [
      "two templates with a metric of the same name",
      [analysisTemplate("t", { count: 1 }), named("u", "t")],
      { steps: [{ analysis: { templates: [{ templateName: "t" }, { templateName: "u" }] } }] },
      `${path}.steps[0].analysis.templates: Invalid value: "templateNames: [t u]": two metrics have the same name 't'`,
    ],
  ])("makes it invalid where it is %s, until that is mended", (_, objects, canary, fault) => {
    const world = new RolloutWorld([...objects, rollout({ canary })]).look(1);
    expect(world.status).toMatchObject({
      phase: "Degraded",
      conditions: [
        {
          type: "InvalidSpec",
          status: "True",
          reason: "InvalidSpec",
          message: `The Rollout "web" is invalid: ${fault}`,
        },
      ],
    });
    expect(world.replicaSets).toEqual([]);
    world.patch({ spec: { strategy: { canary: null, blueGreen: null } } });
    world.patch({ spec: { strategy: { canary: { maxSurge: 1 } } } }).look(10);
    expect(world.phase).toBe("Healthy");
    expect(world.status.conditions?.map(({ type }) => type)).not.toContain("InvalidSpec");
  });

  test("may be a template without an end in the background", () => {
    const analysis = { templates: [{ templateName: "t" }] };
    const template = analysisTemplate("t", { interval: "5s" });
    const world = new RolloutWorld([template, rollout({ canary: { analysis } })]).look();
    expect(world.phase).toBe("Healthy");
  });
});
