/** What each router is told of a canary's weight: the objects that Argo Rollouts writes for it. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { CanaryStep, TrafficRouting } from "../../../src/api/rollout.ts";
import { rollout, RolloutWorld, service } from "./world.ts";

const services = [service("stable"), service("canary")];

/** In the second revision, whose first step sends a quarter to the canary. */
function quarter(
  trafficRouting: TrafficRouting,
  objects: readonly KubeObject[],
  more: readonly CanaryStep[] = [{ pause: {} }],
  names = { stableService: "stable", canaryService: "canary" },
): RolloutWorld {
  const canary = { ...names, trafficRouting, steps: [{ setWeight: 25 }, ...more] };
  const world = new RolloutWorld([...services, ...objects, rollout({ canary })]);
  return world.look().update("web:v2").look();
}

function path(to: string): object {
  return {
    path: "/",
    pathType: "Prefix",
    backend: { service: { name: to, port: { number: 80 } } },
  };
}

function ingress(name: string, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, annotations },
    spec: {
      ingressClassName: "public",
      tls: [{ secretName: "cert" }],
      rules: [
        { host: "shop.example", http: { paths: [path("stable"), path("docs")] } },
        { host: "docs.example", http: { paths: [path("docs")] } },
      ],
    },
  };
}

describe("ingress-nginx", () => {
  test("gets a second Ingress of the rules with the stable Service, for the canary Service", () => {
    const nginx = {
      stableIngresses: ["web", "api"],
      additionalIngressAnnotations: { "canary-by-header": "X", "ours/b": "c" },
      canaryIngressAnnotations: { team: "shop" },
      annotationPrefix: "ours",
    };
    const old = { "kubernetes.io/ingress.class": "public", unrelated: "yes" };
    const world = quarter({ nginx, maxTrafficWeight: 50 }, [ingress("web", old), ingress("api")]);
    expect(world.get("ingresses", "web-web-canary")).toMatchObject({
      metadata: {
        annotations: {
          "kubernetes.io/ingress.class": "public",
          "ours/canary": "true",
          "ours/canary-weight": "25",
          "ours/canary-weight-total": "50",
          "ours/canary-by-header": "X",
          "ours/b": "c",
          team: "shop",
        },
        ownerReferences: [{ kind: "Rollout", name: "web", controller: true }],
      },
      spec: {
        ingressClassName: "public",
        tls: [{ secretName: "cert" }],
        rules: [{ host: "shop.example", http: { paths: [path("canary"), path("docs")] } }],
      },
    });
    const { metadata } = world.get("ingresses", "web-api-canary");
    expect(metadata.annotations).not.toHaveProperty(["kubernetes.io/ingress.class"]);
    expect(Object.keys(metadata.annotations ?? {})).toHaveLength(6);
    expect(world.messages).toContain("Creating canary ingress `web-web-canary` with weight `0`");
    expect(world.messages).toContain("Updating Ingress `web-web-canary` to desiredWeight '25'");
  });

  test("has its own prefix where none is given, and no total", () => {
    const world = quarter({ nginx: { stableIngress: "web" } }, [ingress("web")]);
    expect(world.get("ingresses", "web-web-canary").metadata.annotations).toEqual({
      "nginx.ingress.kubernetes.io/canary": "true",
      "nginx.ingress.kubernetes.io/canary-weight": "25",
    });
  });

  test("does not take an Ingress that is somebody else's", () => {
    const world = quarter({ nginx: { stableIngress: "web" } }, [
      ingress("web"),
      ingress("web-web-canary"),
    ]);
    expect(world.get("ingresses", "web-web-canary").metadata.annotations).toBeUndefined();
    const errors = world.cluster.trace.entries.flatMap((entry) =>
      entry.kind === "sync" && entry.error !== undefined ? [entry.error] : [],
    );
    expect(errors).toContain("canary ingress `web-web-canary` controlled by different object");
  });
});

describe("an AWS load balancer", () => {
  const groups = (port: string): object[] => [
    { ServiceName: "canary", ServicePort: port, Weight: 25 },
    { ServiceName: "stable", ServicePort: port, Weight: 75 },
  ];

  test("reads its action from an annotation of the Ingress", () => {
    const alb = { ingress: "web", servicePort: 80 };
    const { metadata } = quarter({ alb }, [ingress("web", { own: "kept" })]).get(
      "ingresses",
      "web",
    );
    const key = "alb.ingress.kubernetes.io/actions.stable";
    expect(metadata.annotations).toEqual({
      own: "kept",
      [key]: JSON.stringify({ Type: "forward", ForwardConfig: { TargetGroups: groups("80") } }),
      "rollouts.argoproj.io/managed-alb-actions": `{"web":["${key}"]}`,
    });
  });

  test("has the action of the root Service, with a prefix, and stickiness", () => {
    const alb = {
      ingresses: ["web"],
      servicePort: 8080,
      rootService: "docs",
      annotationPrefix: "ours",
      stickinessConfig: { enabled: true, durationSeconds: 60 },
    };
    const { metadata } = quarter({ alb }, [ingress("web")]).get("ingresses", "web");
    expect(JSON.parse(metadata.annotations?.["ours/actions.docs"] ?? "")).toEqual({
      Type: "forward",
      ForwardConfig: {
        TargetGroups: groups("8080"),
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
      },
    });
  });
});

describe("Istio", () => {
  const virtualService = (http: readonly object[]): KubeObject => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "web" },
    spec: { hosts: ["web"], http },
  });
  const host = (name: string, weight: number): object => ({ destination: { host: name }, weight });
  const http = (world: RolloutWorld): unknown =>
    (world.get("virtualservices", "web")["spec"] as { readonly http: unknown }).http;

  test.each(["stable", "stable.default", "stable.default.svc", "stable.default.svc.cluster.local"])(
    "weighs the two Services of its only route, as %s",
    (stable) => {
      const route = [host(stable, 100), host("canary", 0), host("docs", 0)];
      const istio = { virtualService: { name: "web" } };
      expect(http(quarter({ istio }, [virtualService([{ route }])]))).toEqual([
        { route: [host(stable, 75), host("canary", 25), host("docs", 0)] },
      ]);
    },
  );

  test("takes away destinations that are of no side, but for a subset that is named", () => {
    const to = (subset: string, weight: number): object => ({
      destination: { host: "web", subset },
      weight,
    });
    const destinationRule = {
      name: "web",
      canarySubsetName: "next",
      stableSubsetName: "now",
      additionalSubsetNames: ["vip"],
    };
    const rule = {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "web" },
      spec: { host: "web", subsets: [] },
    };
    const istio = { virtualService: { name: "web" }, destinationRule };
    const route = [to("now", 80), to("next", 0), to("vip", 10), to("old", 10), to("idle", 0)];
    expect(http(quarter({ istio }, [virtualService([{ route }]), rule]))).toEqual([
      { route: [to("now", 65), to("next", 25), to("vip", 10), to("idle", 0)] },
    ]);
  });

  test("weighs the routes that are named, in each VirtualService that is named", () => {
    const route = [host("stable", 100), host("canary", 0)];
    const istio = { virtualServices: [{ name: "web", routes: ["b"] }] };
    const routes = ["a", "b"].map((name) => ({ name, route }));
    expect(http(quarter({ istio }, [virtualService(routes)]))).toEqual([
      { name: "a", route },
      { name: "b", route: [host("stable", 75), host("canary", 25)] },
    ]);
  });

  test.each([
    [{ name: "web" }, "spec.http[] has no or several routes: name those that rollsim is to weigh"],
    [{ name: "web", routes: ["c", "d"] }, "HTTP route 'c, d' is not found"],
  ])("refuses %j where it cannot tell the route", (named, why) => {
    const routes = ["a", "b"].map((name) => ({ name, route: [host("stable", 100)] }));
    const world = quarter({ istio: { virtualService: named } }, [virtualService(routes)]);
    const { error } = world.cluster.trace.entries.findLast(
      (entry) => entry.kind === "sync" && entry.by === "rollouts-controller",
    ) as { readonly error?: string };
    expect(error).toBe(`VirtualService \`web\`: ${why}`);
  });

  test("weighs subsets, whose labels in the DestinationRule follow the two ReplicaSets", () => {
    const subset = (name: string, weight: number): object => ({
      destination: { host: "web", subset: name },
      weight,
    });
    const istio = {
      virtualService: { name: "web" },
      destinationRule: { name: "web", canarySubsetName: "next", stableSubsetName: "now" },
    };
    const rule = {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "web" },
      spec: {
        host: "web",
        subsets: ["next", "now", "other"].map((name) => ({ name, labels: { app: "web" } })),
      },
    };
    const route = [subset("now", 100), subset("next", 0)];
    const world = quarter({ istio }, [virtualService([{ route }]), rule]);
    expect(http(world)).toEqual([{ route: [subset("now", 75), subset("next", 25)] }]);
    const hash = (image: string): unknown => {
      const label = world.of(image).metadata.labels?.["rollouts-pod-template-hash"];
      return { app: "web", "rollouts-pod-template-hash": label };
    };
    expect(world.get("destinationrules", "web")["spec"]).toMatchObject({
      subsets: [
        { name: "next", labels: hash("web:v2") },
        { name: "now", labels: hash("web:v1") },
        { name: "other", labels: { app: "web" } },
      ],
    });
  });

  test("gets managed routes first, in their order, until the update is over or they are taken back", () => {
    const route = [host("stable", 100), host("canary", 0)];
    const split = { name: "main", route: [host("stable", 75), host("canary", 25)] };
    const istio = { virtualService: { name: "web" } };
    const headers = { agent: { prefix: "Mozilla" } };
    const steps = [
      {
        setMirrorRoute: {
          name: "mirror",
          percentage: 35,
          match: [{ method: { exact: "GET" }, path: { prefix: "/" }, headers }],
        },
      },
      {
        setHeaderRoute: {
          name: "beta",
          match: [{ headerName: "X", headerValue: { exact: "1" } }],
        },
      },
      { pause: {} },
      { setMirrorRoute: { name: "mirror" } },
      { pause: {} },
    ];
    const managedRoutes = [{ name: "beta" }, { name: "mirror" }];
    const objects = [virtualService([{ name: "main", route }])];
    const world = quarter({ istio, managedRoutes }, objects, steps);
    const beta = {
      name: "beta",
      match: [{ headers: { X: { exact: "1" } } }],
      route: [{ destination: { host: "canary" }, weight: 100 }],
    };
    expect(http(world)).toEqual([
      beta,
      {
        name: "mirror",
        match: [{ method: { exact: "GET" }, uri: { prefix: "/" }, headers }],
        route: split.route,
        mirror: { host: "canary" },
        mirrorPercentage: { value: 35 },
      },
      split,
    ]);
    world.promote().look();
    expect(http(world)).toEqual([beta, split]);
    world.abort().look();
    expect(http(world)).toEqual([{ name: "main", route }]);
  });
});

test.each<[TrafficRouting, string]>([
  [{ traefik: { weightedTraefikServiceName: "web" } }, "traefik"],
  [{ plugins: { "ours/mesh": {} } }, "plugin ours/mesh"],
])("a router that is not known, as by %j, is named with those that are", (routing, name) => {
  const { entries } = quarter(routing, []).cluster.trace;
  expect(entries.find((entry) => entry.kind === "sync" && entry.error !== undefined)).toMatchObject(
    {
      error: `trafficRouting by ${name} is not simulated; rollsim knows istio, nginx, alb, smi, plugin argoproj-labs/gatewayAPI`,
    },
  );
});

describe("a TrafficSplit", () => {
  const splitOf = (smi: object): KubeObject =>
    quarter({ smi }, []).get(
      "trafficsplits",
      (smi as { trafficSplitName?: string }).trafficSplitName ?? "web",
    );

  test.each([
    [{}, "stable"],
    [{ rootService: "root", trafficSplitName: "split" }, "root"],
  ])("is made as %j says", (smi, root) => {
    expect(splitOf(smi)).toMatchObject({
      metadata: { ownerReferences: [{ kind: "Rollout", name: "web", controller: true }] },
      spec: {
        service: root,
        backends: [
          { service: "canary", weight: "25" },
          { service: "stable", weight: "75" },
        ],
      },
    });
  });
});

describe("the Gateway API", () => {
  const httpRoute = (rules: readonly object[]): KubeObject => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "web" },
    spec: { parentRefs: [{ name: "gateway" }], rules },
  });
  const ref = (name: string, weight?: number): object => ({
    name,
    port: 80,
    ...(weight === undefined ? {} : { weight }),
  });
  const named = (settings: object): TrafficRouting => ({
    plugins: { "argoproj-labs/gatewayAPI": settings },
  });
  const rules = (world: RolloutWorld): unknown =>
    (world.get("httproutes", "web")["spec"] as { readonly rules: unknown }).rules;

  test.each([{ httpRoute: "web" }, { httpRoutes: [{ name: "web" }] }])(
    "weighs the rules that have both Services, as %j says",
    (settings) => {
      const both = { backendRefs: [ref("stable", 1), ref("canary", 0), ref("docs", 3)] };
      const one = { backendRefs: [ref("stable", 1)] };
      expect(rules(quarter(named(settings), [httpRoute([both, one])]))).toMatchObject([
        { backendRefs: [ref("stable", 75), ref("canary", 25), ref("docs", 3)] },
        one,
      ]);
    },
  );

  test("gets a rule for who sends a header, until the update is over", () => {
    const matches = [{ path: { type: "PathPrefix", value: "/shop" } }];
    const both = { matches, backendRefs: [ref("stable", 1), ref("canary", 0)] };
    const header = {
      name: "beta",
      match: [
        { headerName: "a", headerValue: { exact: "1" } },
        { headerName: "b", headerValue: { prefix: "x" } },
        { headerName: "c", headerValue: { regex: "y.*" } },
      ],
    };
    const managedRoutes = [{ name: "beta" }];
    const steps = [{ setHeaderRoute: header }, { pause: {} }];
    const world = quarter(
      { ...named({ httpRoute: "web" }), managedRoutes },
      [httpRoute([both])],
      steps,
    );
    expect(rules(world)).toMatchObject([
      { backendRefs: [ref("stable", 75), ref("canary", 25)] },
      {
        name: "beta",
        matches: [
          {
            path: { value: "/shop" },
            headers: [
              { type: "Exact", name: "a", value: "1" },
              { type: "RegularExpression", name: "b", value: "^x.*" },
              { type: "RegularExpression", name: "c", value: "y.*" },
            ],
          },
        ],
        backendRefs: [ref("canary")],
      },
    ]);
    world.abort().look();
    expect(rules(world)).toHaveLength(1);
  });
});
