import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import { matchingRoute, pickByWeight, type RequestContent } from "../../src/traffic/route.ts";
import { routesOf } from "../../src/traffic/routes-of.ts";
import { runs } from "../support/seed.ts";

const HOST = "app.example.com";

function routeTo(
  objects: readonly KubeObject[],
  request: Partial<RequestContent> = {},
  target: { readonly host?: string; readonly service?: string } = { host: HOST },
): string {
  const cluster = new Cluster();
  for (const object of objects) expect(cluster.api.create(object)).toMatchObject({ ok: true });
  const routes = routesOf(cluster.api, { namespace: "default", ...target });
  const content = { method: "GET", path: "/", headers: {}, cookies: {}, query: {}, ...request };
  const route = routes[matchingRoute(routes, content)];
  if (route === undefined) return "nowhere";
  const shares = route.backends.map(({ service, weight }) => `${service} ${weight}`).join(", ");
  const mirrors = (route.mirrors ?? []).map(({ service, share = 1 }) => ` + ${service} ${share}`);
  return shares + mirrors.join("");
}

const httpRoute = (name: string, spec: object): KubeObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name },
  spec: { parentRefs: [{ name: "gateway" }], ...spec },
});
const to = (...names: readonly string[]): object[] => names.map((name) => ({ name, port: 80 }));

describe("HTTPRoutes", () => {
  const rules = (...all: readonly object[]): KubeObject[] => [httpRoute("web", { rules: all })];

  test.each<[string, object[], string]>([
    [
      "a weight of its own, and 1 by default",
      [{ name: "a", weight: 3 }, { name: "b" }],
      "a 3, b 1",
    ],
    ["none of the requests with weight 0", [{ name: "a", weight: 0 }, { name: "b" }], "a 0, b 1"],
    ["nobody in another namespace", [{ name: "a", namespace: "shop" }], "a.shop 1"],
  ])("give a backend %s", (_, backendRefs, shares) => {
    expect(routeTo(rules({ backendRefs }))).toBe(shares);
  });

  test.each<[string, Partial<RequestContent>, string]>([
    ["an exact path before a prefix", { path: "/a/b" }, "exact 1"],
    ["a longer prefix before a shorter", { path: "/a/c" }, "longer 1"],
    ["prefixes by whole segments", { path: "/ab" }, "all 1"],
    ["a method before none", { path: "/m", method: "POST" }, "method 1"],
    ["more headers before fewer", { path: "/h", headers: { x: "1", y: "2" } }, "headers 1"],
    ["one header before none", { path: "/h", headers: { x: "1" } }, "header 1"],
    ["a query", { path: "/q", query: { beta: "yes" } }, "query 1"],
    ["a value letter by letter", { path: "/v", headers: { version: "1.0" } }, "version 1"],
    ["no other value", { path: "/v", headers: { version: "1x0" } }, "all 1"],
    ["a pattern for a whole value", { path: "/p", headers: { agent: "Firefox/9" } }, "pattern 1"],
    ["what is left", { path: "/p", headers: { agent: "a Firefox" } }, "all 1"],
  ])("prefer %s, in whatever order they are written", (_, request, service) => {
    const path = (type: string, value: string): object => ({ path: { type, value } });
    const objects = rules(
      { backendRefs: to("all") },
      { matches: [path("PathPrefix", "/a")], backendRefs: to("prefix") },
      { matches: [path("PathPrefix", "/a/c")], backendRefs: to("longer") },
      { matches: [path("Exact", "/a/b")], backendRefs: to("exact") },
      { matches: [{ ...path("PathPrefix", "/m"), method: "POST" }], backendRefs: to("method") },
      { matches: [path("PathPrefix", "/m")], backendRefs: to("any-method") },
      {
        matches: [{ ...path("PathPrefix", "/h"), headers: [{ name: "X", value: "1" }] }],
        backendRefs: to("header"),
      },
      {
        matches: [
          {
            ...path("PathPrefix", "/h"),
            headers: [
              { name: "X", value: "1" },
              { name: "Y", value: "2" },
            ],
          },
        ],
        backendRefs: to("headers"),
      },
      {
        matches: [{ queryParams: [{ name: "beta", value: "yes" }] }],
        backendRefs: to("query"),
      },
      {
        matches: [{ headers: [{ name: "Version", value: "1.0" }] }],
        backendRefs: to("version"),
      },
      {
        matches: [{ headers: [{ type: "RegularExpression", name: "Agent", value: "Firefox.*" }] }],
        backendRefs: to("pattern"),
      },
    );
    expect(routeTo(objects, request)).toBe(service);
  });

  test("with a whole host name go before those with a wildcard, and those before all others", () => {
    const of = (name: string, hostnames: readonly string[]): KubeObject =>
      httpRoute(name, { hostnames, rules: [{ backendRefs: to(name) }] });
    const wild = [of("a-wild", ["*.com"]), of("b-wild", ["*.example.com"])];
    const objects = [of("a-any", []), ...wild, of("c-whole", [HOST])];
    expect(routeTo(objects)).toBe("c-whole 1");
    expect(routeTo(objects, {}, { host: "x.example.com" })).toBe("b-wild 1");
    expect(routeTo(objects, {}, { host: "x.com" })).toBe("a-wild 1");
    expect(routeTo(objects, {}, { host: "example.org" })).toBe("a-any 1");
  });

  test.each([
    ["all", {}, 1],
    ["a share", { percent: 20 }, 0.2],
    ["a fraction", { fraction: { numerator: 1, denominator: 4 } }, 0.25],
    ["a fraction of 100", { fraction: { numerator: 5 } }, 0.05],
  ])("mirror %s of the requests", (_, part, share) => {
    const requestMirror = { backendRef: { name: "b" }, ...part };
    const filters = [{ type: "RequestMirror", requestMirror }];
    expect(routeTo(rules({ filters, backendRefs: to("a") }))).toBe(`a 1 + b ${share}`);
  });

  test("are not asked by requests to a Service, unless it is their parent", () => {
    const mesh = httpRoute("mesh", {
      parentRefs: [{ group: "", kind: "Service", name: "web" }],
      rules: [{ backendRefs: to("web-canary") }],
    });
    const objects = [...rules({ backendRefs: to("a") }), mesh];
    expect(routeTo(objects, {}, { service: "web" })).toBe("web-canary 1");
    expect(routeTo(objects, {}, { service: "other" })).toBe("other 1");
    expect(routeTo([mesh])).toBe("nowhere");
  });

  test("of v1beta1 are read as those of v1", () => {
    const [route] = rules({ backendRefs: to("a") });
    const old = { ...route!, apiVersion: "gateway.networking.k8s.io/v1beta1" };
    expect(routeTo([old])).toBe("a 1");
  });
});

describe("Ingresses of nginx", () => {
  const ingress = (name: string, service: string, annotations: object = {}): KubeObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name,
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [
          `nginx.ingress.kubernetes.io/${key}`,
          String(value),
        ]),
      ),
    },
    spec: {
      rules: [
        {
          host: HOST,
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: service, port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  });
  const pairWith = (annotations: object): KubeObject[] => [
    ingress("main", "stable"),
    ingress("canary", "canary", { canary: true, ...annotations }),
  ];
  const header = { "canary-by-header": "X-Canary" };
  const cookie = { "canary-by-cookie": "beta" };

  test.each<[string, object, Partial<RequestContent>, string]>([
    ["by weight", { "canary-weight": 30 }, {}, "stable 70, canary 30"],
    [
      "by weight of a total",
      { "canary-weight": 30, "canary-weight-total": 1000 },
      {},
      "stable 970, canary 30",
    ],
    ["no more than all", { "canary-weight": 300 }, {}, "stable 0, canary 100"],
    ["by header always", header, { headers: { "x-canary": "always" } }, "canary 1"],
    ["by header never", header, { headers: { "x-canary": "never" } }, "stable 1"],
    [
      "by another value: by weight",
      header,
      { headers: { "x-canary": "1" } },
      "stable 100, canary 0",
    ],
    [
      "by a header's value",
      { ...header, "canary-by-header-value": "qa" },
      { headers: { "x-canary": "qa" } },
      "canary 1",
    ],
    [
      "by a header's pattern, found anywhere",
      { ...header, "canary-by-header-pattern": "q[ab]" },
      { headers: { "x-canary": "the qb team" } },
      "canary 1",
    ],
    [
      "by a value before a pattern",
      { ...header, "canary-by-header-value": "qa", "canary-by-header-pattern": "q." },
      { headers: { "x-canary": "qb" } },
      "stable 100, canary 0",
    ],
    ["by cookie always", cookie, { cookies: { beta: "always" } }, "canary 1"],
    [
      "by cookie never",
      { ...cookie, "canary-weight": 50 },
      { cookies: { beta: "never" } },
      "stable 1",
    ],
    [
      "by header before cookie",
      { ...header, ...cookie },
      { headers: { "x-canary": "never" }, cookies: { beta: "always" } },
      "stable 1",
    ],
  ])("send requests to a canary %s", (_, annotations, request, shares) => {
    expect(routeTo(pairWith(annotations), request)).toBe(shares);
  });

  test.each([
    ["an exact path before a prefix", HOST, "/a", "exact 1"],
    ["a longer prefix before a shorter", HOST, "/a/b/c", "longer 1"],
    ["the shorter where the longer does not hold", HOST, "/a/bc", "prefix 1"],
    ["a whole host before a wildcard", HOST, "/", "root 1"],
    ["a wildcard before none", "x.example.com", "/a/b", "wild 1"],
    ["no host for all others", "x.org", "/a/b", "any 1"],
  ])("prefer %s, in whatever order they are written", (_, host, path, to) => {
    const at = (place: string, service: string, pathType = "Prefix"): object => {
      const backend = { service: { name: service, port: { number: 80 } } };
      return { path: place, pathType, backend };
    };
    const rule = (of: string | undefined, ...paths: readonly object[]): object => ({
      ...(of === undefined ? {} : { host: of }),
      http: { paths },
    });
    const rules = [
      rule(undefined, at("/", "any")),
      rule("*.example.com", at("/", "wild")),
      rule(
        HOST,
        at("/", "root"),
        at("/a", "prefix"),
        at("/a", "exact", "Exact"),
        at("/a/b", "longer"),
      ),
    ];
    expect(routeTo([{ ...ingress("web", "web"), spec: { rules } }], { path }, { host })).toBe(to);
  });

  test("do not know other hosts, and a canary alone leads nowhere", () => {
    expect(routeTo(pairWith({}), {}, { host: "x.org" })).toBe("nowhere");
    expect(routeTo(pairWith({}).slice(1))).toBe("nowhere");
  });
});

describe("VirtualServices", () => {
  const virtualService = (spec: object): KubeObject => ({
    apiVersion: "networking.istio.io/v1beta1",
    kind: "VirtualService",
    metadata: { name: "web" },
    spec: { hosts: ["web"], ...spec },
  });
  const destination = (host: string, weight?: number): object => ({
    destination: { host },
    ...(weight === undefined ? {} : { weight }),
  });
  const web = { service: "web" };

  test.each<[string, Partial<RequestContent>, string]>([
    ["an exact header", { headers: { "x-canary": "insider" } }, "canary 1"],
    ["a cookie in a pattern", { headers: { cookie: "a=b;type=insider;c=d" } }, "canary 1"],
    ["a prefix of characters", { path: "/beta2/x" }, "canary 1"],
    ["nothing of it", { headers: { "x-canary": "insider2" } }, "primary 90, canary 10"],
  ])("send requests by the first rule that holds: %s", (_, request, shares) => {
    const match = [
      { headers: { "x-canary": { exact: "insider" } } },
      { headers: { cookie: { regex: "^(.*?;)?(type=insider)(;.*)?$" } } },
      { uri: { prefix: "/beta" } },
    ];
    const http = [
      { match, route: [destination("canary")] },
      { route: [destination("primary", 90), destination("canary.default.svc.cluster.local", 10)] },
    ];
    expect(routeTo([virtualService({ http })], request, web)).toBe(shares);
  });

  test("without weights give all to the only destination, and nothing to one of several", () => {
    const http = [{ route: [destination("a", 100), destination("b")] }];
    expect(routeTo([virtualService({ http })], {}, web)).toBe("a 100, b 0");
  });

  test("mirror, through a gateway for a host, through the mesh for a Service", () => {
    const mirror = { host: "b" };
    const http = [{ route: [destination("a")], mirror, mirrorPercentage: { value: 10 } }];
    const outside = virtualService({ hosts: [HOST], gateways: ["public"], http });
    expect(routeTo([outside])).toBe("a 1 + b 0.1");
    expect(routeTo([outside], {}, web)).toBe("web 1");
    const whole = [{ route: [destination("a")], mirror }];
    expect(routeTo([virtualService({ http: whole })], {}, web)).toBe("a 1 + b 1");
  });

  test.each([
    ["through the mesh alone", {}, "nowhere"],
    ["through the mesh alone, by name", { gateways: ["mesh"] }, "nowhere"],
    ["through a gateway as well", { gateways: ["mesh", "public"] }, "a 1"],
    ["for other hosts", { gateways: ["public"], hosts: ["x.org"] }, "nowhere"],
  ])("answer requests from outside, or not, if they are %s", (_, spec, shares) => {
    const http = [{ route: [destination("a")] }];
    expect(routeTo([virtualService({ hosts: [HOST], http, ...spec })])).toBe(shares);
  });

  test.each([
    ["GET", "b 1"],
    ["POST", "a 1"],
  ])("tell methods apart: %s", (method, shares) => {
    const http = [
      { match: [{ method: { exact: "POST" } }], route: [destination("a")] },
      { route: [destination("b")] },
    ];
    expect(routeTo([virtualService({ http })], { method }, web)).toBe(shares);
  });

  test("with a pattern that no router could read match nothing", () => {
    const http = [
      { match: [{ uri: { regex: "(" } }], route: [destination("a")] },
      { route: [destination("b")] },
    ];
    expect(routeTo([virtualService({ http })], {}, web)).toBe("b 1");
  });
});

test("TrafficSplits send requests to a Service by weights that may be texts", () => {
  const split = {
    apiVersion: "split.smi-spec.io/v1alpha1",
    kind: "TrafficSplit",
    metadata: { name: "web" },
    spec: {
      service: "web",
      backends: [
        { service: "web-canary", weight: "10" },
        { service: "web-primary", weight: "90" },
      ],
    },
  };
  expect(routeTo([split], {}, { service: "web" })).toBe("web-canary 10, web-primary 90");
});

test("weights are kept over evenly spread draws, to one draw a backend", () => {
  const backends = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(backends, fc.integer({ min: 100, max: 2000 }), (weights, draws) => {
      const all = weights.map((weight, i) => ({ service: `s${i}`, weight }));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = new Map<string | undefined, number>();
      for (let i = 0; i < draws; i++) {
        const service = pickByWeight(all, Math.floor((i / draws) * 0x1_0000_0000));
        counts.set(service, (counts.get(service) ?? 0) + 1);
      }
      if (total === 0) expect([...counts.keys()]).toEqual([undefined]);
      else {
        all.forEach(({ service, weight }) => {
          const exact = (draws * weight) / total;
          expect(Math.abs((counts.get(service) ?? 0) - exact)).toBeLessThanOrEqual(1);
        });
      }
    }),
    runs(200),
  );
});
