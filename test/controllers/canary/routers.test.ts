/** What each provider but Istio is told of a canary: the objects that Flagger writes (pkg/router/*_test.go). */
import { describe, expect, test } from "vitest";
import type { CanaryAnalysis, CanaryService, CanarySpec } from "../../../src/api/canary.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import { begun, canary, CanaryWorld, deployment, notForFlux, specOf } from "./world.ts";

const tenth = { stepWeight: 10, maxWeight: 50 };

describe("the Gateway API", () => {
  const gatewayRefs = [{ name: "gateway" }];
  const back = (name: string, weight?: number): object => ({
    group: "",
    kind: "Service",
    name,
    port: 9898,
    ...(weight === undefined ? {} : { weight }),
  });
  const gateway = (
    service: Partial<CanaryService>,
    analysis: Partial<CanaryAnalysis> = tenth,
  ): CanaryWorld => {
    const spec = { provider: "gatewayapi:v1", service: { port: 9898, gatewayRefs, ...service } };
    return begun(analysis, spec);
  };

  test("gets an HTTPRoute with matches, filters and timeouts of the Service", () => {
    const world = gateway({
      hosts: ["shop.example"],
      timeout: "15s",
      backendTimeout: "5s",
      headers: {
        request: { add: { b: "2", a: "1" }, set: { c: "3" }, remove: ["d"] },
        response: { add: { e: "5" } },
      },
      rewrite: { uri: "/new", authority: "inner.example" },
      mirror: [{ backendRef: { name: "logs", port: 80 } }],
      corsPolicy: { allowOrigin: ["*"], allowMethods: ["GET"], allowCredentials: true },
      match: [
        {
          uri: { prefix: "/shop" },
          method: { exact: "GET" },
          headers: { "x-user": { exact: "a" }, "x-kind": { regex: "b.*" } },
          queryParams: { q: { exact: "1" } },
        },
      ],
    });
    const { parentRefs, hostnames, rules } = specOf(world, "httproutes") as Record<string, unknown>;
    expect([parentRefs, hostnames]).toMatchObject([gatewayRefs, ["shop.example"]]);
    expect(rules).toEqual([
      {
        matches: [
          {
            path: { type: "PathPrefix", value: "/shop" },
            method: "GET",
            headers: [
              { type: "Exact", name: "x-user", value: "a" },
              { type: "RegularExpression", name: "x-kind", value: "b.*" },
            ],
            queryParams: [{ type: "Exact", name: "q", value: "1" }],
          },
        ],
        filters: [
          {
            type: "RequestHeaderModifier",
            requestHeaderModifier: {
              add: [
                { name: "a", value: "1" },
                { name: "b", value: "2" },
              ],
              set: [{ name: "c", value: "3" }],
              remove: ["d"],
            },
          },
          {
            type: "ResponseHeaderModifier",
            responseHeaderModifier: { add: [{ name: "e", value: "5" }] },
          },
          {
            type: "URLRewrite",
            urlRewrite: {
              hostname: "inner.example",
              path: { type: "ReplaceFullPath", replaceFullPath: "/new" },
            },
          },
          { type: "RequestMirror", requestMirror: { backendRef: { name: "logs", port: 80 } } },
          {
            type: "CORS",
            cors: { allowOrigins: ["*"], allowMethods: ["GET"], allowCredentials: true },
          },
        ],
        timeouts: { request: "15s", backendRequest: "5s" },
        backendRefs: [back("podinfo-primary", 90), back("podinfo-canary", 10)],
      },
    ]);
  });

  test.each<[Partial<CanaryService>, object]>([
    [
      { match: [{ uri: { exact: "/a" } }] },
      { matches: [{ path: { type: "Exact", value: "/a" } }] },
    ],
    [
      { match: [{ uri: { regex: "/a.*" } }] },
      { matches: [{ path: { type: "RegularExpression", value: "/a.*" } }] },
    ],
    [{}, { matches: [{ path: { type: "PathPrefix", value: "/" } }] }],
    [
      { rewrite: { uri: "/n", type: "ReplacePrefixMatch" } },
      {
        filters: [
          { urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/n" } } },
        ],
      },
    ],
    [{ timeout: "1s" }, { timeouts: { request: "1s" } }],
  ])("has for %j the rule %j", (service, rule) => {
    expect(specOf(gateway(service), "httproutes")).toMatchObject({ rules: [rule] });
  });

  test("sends in A/B tests who matches within the Service's matches, and others to the primary", () => {
    const match = [{ headers: { "x-user": { exact: "a" } } }];
    const world = gateway({ match: [{ uri: { prefix: "/x" } }] }, { iterations: 5, match });
    const path = { type: "PathPrefix", value: "/x" };
    expect(specOf(world, "httproutes")).toMatchObject({
      rules: [
        {
          matches: [{ path, headers: [{ type: "Exact", name: "x-user", value: "a" }] }],
          backendRefs: [back("podinfo-primary", 0), back("podinfo-canary", 100)],
        },
        { matches: [{ path }], backendRefs: [back("podinfo-primary", 100)] },
      ],
    });
  });

  test("keeps users by cookies of both versions", () => {
    const sessionAffinity = { cookieName: "stay", primaryCookieName: "home" };
    const world = gateway({}, { ...tenth, sessionAffinity });
    const { sessionAffinityCookie: cookie = "", primarySessionAffinityCookie: home = "" } =
      world.status;
    const has = (text: string): object => ({
      matches: [
        {
          path: { type: "PathPrefix", value: "/" },
          headers: [
            {
              type: "RegularExpression",
              name: "Cookie",
              value: `.*${text.replace("=", ".*")}.*`,
            },
          ],
        },
      ],
    });
    const sets = (text: string, age: number): object => ({
      filters: [
        {
          type: "ResponseHeaderModifier",
          responseHeaderModifier: {
            add: [{ name: "Set-Cookie", value: `${text}; Max-Age=${age}` }],
          },
        },
      ],
    });
    expect(specOf(world, "httproutes")).toMatchObject({
      rules: [
        {
          ...has(cookie),
          backendRefs: [back("podinfo-primary", 0), back("podinfo-canary", 100)],
        },
        { ...has(home), backendRefs: [back("podinfo-primary", 100), back("podinfo-canary", 0)] },
        {
          backendRefs: [
            { ...back("podinfo-primary", 90), ...sets(home, 10) },
            { ...back("podinfo-canary", 10), ...sets(cookie, 86_400) },
          ],
        },
      ],
    });
  });

  test.each([
    [{ gatewayRefs: [] }, "GatewayRefs must be specified when using Gateway API as a provider."],
    [
      { match: [{ headers: { a: { prefix: "b" } } }] },
      "Invalid request matching selectors: Gateway API doesn't support the specified matching selector: " +
        '{"headers":{"a":{"prefix":"b"}}}',
    ],
  ])("says what is wrong with %j", (service, text) => {
    const spec = { provider: "gatewayapi:v1", service: { port: 9898, gatewayRefs, ...service } };
    const world = new CanaryWorld([deployment(), canary(tenth, spec)]).look();
    expect(world.events.at(-1)).toBe(text);
  });
});

describe("ingress-nginx", () => {
  const path = (name: string): object => ({
    path: "/",
    pathType: "Prefix",
    backend: { service: { name, port: { number: 80 } } },
  });
  const ingress = (name: string): KubeObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", labels: { own: "yes" }, annotations: { own: "kept" } },
    spec: { rules: [{ host: "shop.example", http: { paths: [path(name), path("docs")] } }] },
  });
  const ingressRef = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "web" };
  const nginx = { provider: "nginx", ingressRef };
  const prefix = "nginx.ingress.kubernetes.io/canary";

  test("gets a copy of the Ingress for the canary, closed until there is a weight", () => {
    const world = begun(tenth, nginx, { looks: 0, objects: [ingress("podinfo")] });
    const copy = (): KubeObject => world.get("ingresses", "web-canary");
    expect(copy()).toMatchObject({
      metadata: {
        labels: { own: "yes" },
        annotations: { own: "kept", [prefix]: "true", [`${prefix}-weight`]: "0" },
        ownerReferences: [{ kind: "Canary", name: "podinfo" }],
      },
      spec: {
        rules: [{ host: "shop.example", http: { paths: [path("podinfo-canary"), path("docs")] } }],
      },
    });
    world.update("podinfo:2");
    world.look(2);
    expect(copy().metadata.annotations).toEqual({
      ...notForFlux,
      own: "kept",
      [prefix]: "true",
      [`${prefix}-weight`]: "10",
    });
  });

  test("is told of a cookie and of a header's pattern", () => {
    const match = [
      { headers: { cookie: { exact: "canary" } } },
      { headers: { "x-user": { regex: "a.*" } } },
    ];
    const world = begun({ iterations: 5, match }, nginx, { objects: [ingress("podinfo")] });
    expect(world.get("ingresses", "web-canary").metadata.annotations).toMatchObject({
      [prefix]: "true",
      [`${prefix}-by-cookie`]: "canary",
      [`${prefix}-by-header`]: "x-user",
      [`${prefix}-by-header-pattern`]: "a.*",
    });
  });

  test.each<[string, KubeObject[], Partial<CanarySpec>, string]>([
    ["is not named", [], { provider: "nginx" }, "ingress selector is empty"],
    [
      "is not there",
      [],
      nginx,
      'ingress web.default get query error: ingresses.networking.k8s.io "web" not found',
    ],
    [
      "does not lead to the Service",
      [ingress("shop")],
      nginx,
      "backend podinfo not found in ingress web",
    ],
  ])("says where the Ingress %s", (_, objects, spec, text) => {
    const world = new CanaryWorld([deployment(), ...objects, canary(tenth, spec)]).look();
    expect(world.events.at(-1)).toBe(text);
  });

  test("says where the weight is no number", () => {
    const world = begun(tenth, nginx, { objects: [ingress("podinfo")] });
    world.patch(
      "ingresses",
      { metadata: { annotations: { [`${prefix}-weight`]: "many" } } },
      "web-canary",
    );
    world.look();
    expect(world.events.at(-1)).toBe(
      'failed to convert many to int: strconv.Atoi: parsing "many": invalid syntax',
    );
  });
});

describe("a TrafficSplit", () => {
  test.each([
    ["smi:v1alpha1", {}, "podinfo", ["10", "90"]],
    ["smi:v1alpha2", { hosts: ["root"] }, "root", [10, 90]],
    ["smi:v1alpha3", {}, "podinfo", [10, 90]],
  ] as const)("of %s with %j has these weights", (provider, more, service, [to, rest]) => {
    const world = begun(tenth, { provider, service: { port: 9898, ...more } });
    expect(world.get("trafficsplits")).toMatchObject({
      apiVersion: `split.smi-spec.io/${provider.slice(4)}`,
      spec: {
        service,
        backends: [
          { service: "podinfo-canary", weight: to },
          { service: "podinfo-primary", weight: rest },
        ],
      },
    });
  });

  test("without weights is told", () => {
    const world = begun(tenth, { provider: "smi:v1alpha2" });
    const backends = ["podinfo-canary", "podinfo-primary"].map((service) => ({
      service,
      weight: 0,
    }));
    world.patch("trafficsplits", { spec: { backends } });
    world.look();
    expect(world.events.at(-1)).toBe(
      "TrafficSplit podinfo.default does not contain routes for podinfo-primary and podinfo-canary",
    );
  });
});

describe("blue/green", () => {
  const analysis = { iterations: 2, mirror: true };
  const mirrors = (world: CanaryWorld): number =>
    world.decisions.filter((id) => id === "canary/mirror").length;

  test("with Services alone mirrors nothing and steers nobody", () => {
    const world = begun(analysis, { provider: "kubernetes" }, { looks: 2 });
    expect([world.phase, world.status.iterations]).toEqual(["Progressing", 1]);
    expect(specOf(world, "services")).toMatchObject({ selector: { app: "podinfo-primary" } });
    world.look(6);
    expect([world.phase, mirrors(world)]).toEqual(["Succeeded", 0]);
    expect(world.events.filter((text) => /traffic/.test(text))).toEqual([]);
  });

  test("with a mesh mirrors once, for all iterations", () => {
    const world = begun(analysis, {}, { looks: 8 });
    expect([world.phase, mirrors(world)]).toEqual(["Succeeded", 1]);
    expect(world.events).toContain("Stop traffic mirroring and route all traffic to canary");
  });
});
