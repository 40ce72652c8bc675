/** Pods of an Experiment as a step of a Rollout (argo-rollouts rollout/experiment.go). */
import { describe, expect, test } from "vitest";
import type { Experiment } from "../../../src/api/experiment.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { TrafficRouting } from "../../../src/api/rollout.ts";
import { analysisTemplate, rollout, RolloutWorld, service } from "./world.ts";

const HASH = "rollouts-pod-template-hash";

describe("a step with an experiment", () => {
  const templates = [
    {
      name: "base",
      specRef: "stable" as const,
      replicas: 1,
      weight: 5,
      metadata: { labels: { as: "base" } },
    },
    {
      name: "next",
      specRef: "canary" as const,
      weight: 10,
      metadata: { labels: { as: "next" }, annotations: { team: "shop" } },
    },
  ];
  const step = {
    experiment: {
      duration: "20s",
      scaleDownDelaySeconds: 9,
      templates,
      analyses: [
        {
          name: "rate",
          templateName: "rate",
          args: [{ name: "x", valueFrom: { podTemplateHashValue: "Latest" as const } }],
        },
      ],
    },
  };
  const canary = (trafficRouting: TrafficRouting) => ({
    stableService: "stable",
    canaryService: "canary",
    trafficRouting,
    steps: [{ setWeight: 20 }, step, { pause: {} }],
  });
  const rate = analysisTemplate("rate", { interval: "5s", count: 2 }, { args: [{ name: "x" }] });
  const begun = (
    value: number,
    routing: TrafficRouting = { smi: {} },
    routes: readonly KubeObject[] = [],
  ): RolloutWorld => {
    const of = rollout({ canary: canary(routing) }, { minReadySeconds: 1 });
    const objects = [service("stable"), service("canary"), rate, ...routes, of];
    const metricRules = [{ measure: "value" as const, value }];
    return new RolloutWorld(objects, { metricRules }).look().update("web:v2").look(7);
  };

  test("takes both versions, sends them their shares, and is over when it is", () => {
    const world = begun(1);
    const hash = (image: string): string => world.of(image).metadata.labels?.[HASH] ?? "";
    const [made] = world.cluster.api.list("experiments") as readonly Experiment[];
    expect(made).toMatchObject({
      metadata: {
        name: `web-${hash("web:v2")}-2-1`,
        labels: { [HASH]: hash("web:v2") },
        annotations: { "rollout.argoproj.io/revision": "2" },
        ownerReferences: [{ kind: "Rollout", name: "web", controller: true }],
      },
      spec: {
        duration: "20s",
        templates: [
          {
            name: "base",
            replicas: 1,
            minReadySeconds: 1,
            weight: 5,
            service: {},
            selector: { matchLabels: { app: "web", as: "base" } },
            template: { metadata: { labels: { app: "web", as: "base" } } },
          },
          { name: "next", template: { spec: { containers: [{ image: "web:v2" }] } } },
        ],
        analyses: [{ name: "rate", args: [{ name: "x", value: hash("web:v2") }] }],
      },
    });
    expect(world.status.currentStepIndex).toBe(1);
    expect(world.status.canary?.currentExperiment).toBe(made?.metadata.name);
    world.look(5);
    const name = made?.metadata.name ?? "";
    expect(world.get("trafficsplits", "web")["spec"]).toMatchObject({
      backends: [
        { service: "canary", weight: "20" },
        { service: `${name}-base`, weight: "5" },
        { service: `${name}-next`, weight: "10" },
        { service: "stable", weight: "65" },
      ],
    });
    world.look(30);
    expect(world.status.currentStepIndex).toBe(2);
    expect(world.get("trafficsplits", "web")["spec"]).toMatchObject({
      backends: [
        { service: "canary", weight: "20" },
        { service: "stable", weight: "80" },
      ],
    });
    expect(world.events).toContain("ExperimentCreated");
  });

  const named = (world: RolloutWorld): string =>
    (world.cluster.api.list("experiments") as readonly Experiment[])[0]?.metadata.name ?? "";

  test("has its shares in the action of an AWS load balancer", () => {
    const backend = { service: { name: "stable", port: { number: 80 } } };
    const path = { path: "/", pathType: "Prefix", backend };
    const spec = { rules: [{ http: { paths: [path] } }] };
    const apiVersion = "networking.k8s.io/v1";
    const ingress = { apiVersion, kind: "Ingress", metadata: { name: "web" }, spec };
    const world = begun(1, { alb: { ingress: "web", servicePort: 80 } }, [ingress]).look(5);
    const { annotations = {} } = world.get("ingresses", "web").metadata;
    const action = annotations["alb.ingress.kubernetes.io/actions.stable"] ?? "";
    const group = (ServiceName: string, Weight: number): object => ({
      ServiceName,
      ServicePort: "80",
      Weight,
    });
    expect(JSON.parse(action)).toMatchObject({
      ForwardConfig: {
        TargetGroups: [
          group("canary", 20),
          group(`${named(world)}-base`, 5),
          group(`${named(world)}-next`, 10),
          group("stable", 65),
        ],
      },
    });
  });

  test("has its shares in the route of a VirtualService, as long as it runs", () => {
    const to = (host: string, weight: number): object => ({ destination: { host }, weight });
    const spec = { hosts: ["web"], http: [{ route: [to("stable", 100), to("canary", 0)] }] };
    const apiVersion = "networking.istio.io/v1";
    const routes = { apiVersion, kind: "VirtualService", metadata: { name: "web" }, spec };
    const world = begun(1, { istio: { virtualService: { name: "web" } } }, [routes]).look(5);
    const http = (): unknown =>
      (world.get("virtualservices", "web")["spec"] as { readonly http: unknown }).http;
    const sides = [to("stable", 65), to("canary", 20)];
    const own = [to(`${named(world)}-base`, 5), to(`${named(world)}-next`, 10)];
    expect(http()).toEqual([{ route: [...sides, ...own] }]);
    world.look(30);
    expect(http()).toEqual([{ route: [to("stable", 80), to("canary", 20)] }]);
  });

  test("that is tried again has another name, and its pods the annotations and time that it says", () => {
    const world = begun(0).look(20);
    const first = named(world);
    world.retry().look(7);
    const again = world.cluster.api.list("experiments") as readonly Experiment[];
    expect(again.map(({ metadata }) => metadata.name)).toEqual([first, `${first}-1`]);
    expect(again[0]?.spec).toMatchObject({
      scaleDownDelaySeconds: 9,
      templates: [{}, { template: { metadata: { annotations: { team: "shop" } } } }],
    });
  });

  test("that fails aborts the update", () => {
    const world = begun(0).look(20);
    expect(world.phase).toContain("Experiment analysis phase is error/failed");
    expect(world.get("trafficsplits", "web")["spec"]).toMatchObject({
      backends: [
        { service: "canary", weight: "0" },
        { service: "stable", weight: "100" },
      ],
    });
  });

  test("is ended with an update that is aborted", () => {
    const world = begun(1).abort().look(2);
    const [made] = world.cluster.api.list("experiments") as readonly Experiment[];
    expect(made).toMatchObject({ spec: { terminate: true }, status: { phase: "Successful" } });
  });
});
