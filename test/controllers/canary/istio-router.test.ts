/** What Istio is told of a canary: the objects that Flagger writes, whole (pkg/router/istio_test.go). */
import { describe, expect, test } from "vitest";
import type { CanaryAnalysis, CanaryService } from "../../../src/api/canary.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import { begun, canary, CanaryWorld, deployment, notForFlux, specOf } from "./world.ts";

const tenth = { stepWeight: 10, maxWeight: 50 };

describe("Istio", () => {
  const to = (host: string, weight: number, more: object = {}): object => ({
    destination: { host, ...more },
    weight,
  });
  const istio = (
    service: Partial<CanaryService>,
    analysis: Partial<CanaryAnalysis> = tenth,
    looks = 2,
  ): CanaryWorld => begun(analysis, { service: { port: 9898, ...service } }, { looks });

  test("gets two destinations, with what the Service says of them", () => {
    const trafficPolicy = { tls: { mode: "DISABLE" } };
    const world = istio({
      trafficPolicy,
      timeout: "15s",
      retries: { attempts: 3 },
      corsPolicy: { allowOrigin: ["example.com"] },
      headers: { request: { add: { "x-b3": "1" } } },
      rewrite: { uri: "/", type: "ReplacePrefixMatch" },
      match: [{ uri: { prefix: "/shop" } }],
      hosts: ["shop.example"],
      gateways: ["public"],
    });
    expect(specOf(world, "virtualservices")).toEqual({
      hosts: ["shop.example", "podinfo"],
      gateways: ["public"],
      http: [
        {
          match: [{ uri: { prefix: "/shop" } }],
          rewrite: { uri: "/" },
          timeout: "15s",
          retries: { attempts: 3 },
          corsPolicy: { allowOrigin: ["example.com"] },
          headers: { request: { add: { "x-b3": "1" } } },
          route: [to("podinfo-primary", 90), to("podinfo-canary", 10)],
        },
      ],
    });
    for (const host of ["podinfo-primary", "podinfo-canary"]) {
      expect(specOf(world, "destinationrules", host)).toEqual({ host, trafficPolicy });
    }
  });

  test.each<[Partial<CanaryService>, string[], string[]]>([
    [{}, ["podinfo"], ["mesh"]],
    [{ hosts: ["podinfo"] }, ["podinfo"], ["mesh"]],
    [{ hosts: ["*"], gateways: ["public"] }, ["*"], ["public"]],
    [{ delegation: true }, [], []],
  ])("has for %j the hosts %j and gateways %j", (service, hosts, gateways) => {
    expect(specOf(istio(service), "virtualservices")).toMatchObject({ hosts, gateways });
  });

  test("names a port to gateways where ports are discovered", () => {
    const world = istio({ portDiscovery: true, gateways: ["public"] });
    const port = { port: { number: 9898 } };
    expect(specOf(world, "virtualservices")).toMatchObject({
      http: [{ route: [to("podinfo-primary", 90, port), to("podinfo-canary", 10, port)] }],
    });
  });

  test("routes TCP by ports", () => {
    const world = istio({ appProtocol: "TCP", match: [{ port: 99 }] });
    expect(specOf(world, "virtualservices")).toMatchObject({
      tcp: [
        { match: [{ port: 99 }], route: [to("podinfo-primary", 90), to("podinfo-canary", 10)] },
      ],
    });
    expect(specOf(world, "virtualservices")).not.toHaveProperty("http");
  });

  test("cannot have hosts and delegate them", () => {
    const service = { port: 9898, delegation: true, hosts: ["shop.example"] };
    const world = new CanaryWorld([deployment(), canary(tenth, { service })]).look();
    expect(world.phase).toBe("Initializing");
    expect(world.events.at(-1)).toBe(
      "reconcileVirtualService failed: VirtualService podinfo.default cannot have hosts and gateways when delegation enabled",
    );
  });

  test("sends in A/B tests who matches, within each match of the Service, and others to the primary", () => {
    const match = [
      { headers: { "x-user": { exact: "a" } }, uri: { prefix: "/not-kept" } },
      { sourceLabels: { app: "b" } },
    ];
    const world = istio(
      { match: [{ uri: { prefix: "/x" } }, { uri: { prefix: "/y" } }] },
      { iterations: 5, match },
    );
    const headers = { "x-user": { exact: "a" } };
    expect(specOf(world, "virtualservices")).toMatchObject({
      http: [
        {
          match: [
            { uri: { prefix: "/x" }, headers },
            { uri: { prefix: "/y" }, headers },
            { uri: { prefix: "/x" }, sourceLabels: { app: "b" } },
            { uri: { prefix: "/y" }, sourceLabels: { app: "b" } },
          ],
          route: [to("podinfo-primary", 0), to("podinfo-canary", 100)],
        },
        {
          match: [{ uri: { prefix: "/x" } }, { uri: { prefix: "/y" } }],
          route: [to("podinfo-primary", 0)],
        },
      ],
    });
  });

  test.each([
    [0, {}],
    [30, { mirrorPercentage: { value: 30 } }],
  ])("mirrors first, with mirrorWeight %d as %j", (mirrorWeight, share) => {
    const world = istio({}, { ...tenth, mirror: true, mirrorWeight });
    expect(specOf(world, "virtualservices")).toMatchObject({
      http: [
        {
          route: [to("podinfo-primary", 100), to("podinfo-canary", 0)],
          mirror: { host: "podinfo-canary" },
          ...share,
        },
      ],
    });
    world.look();
    const { http } = specOf(world, "virtualservices") as { readonly http: readonly object[] };
    expect(http[0]).not.toHaveProperty("mirror");
  });

  test("keeps users by cookies while there are weights, and takes the cookie back after", () => {
    const sessionAffinity = {
      cookieName: "stay",
      primaryCookieName: "home",
      maxAge: 60,
      domain: "shop.example",
      path: "/app",
      sameSite: "Lax",
      httpOnly: true,
      partitioned: true,
      secure: true,
    };
    const headers = { response: { add: { "x-kept": "1" } } };
    const world = istio(
      { headers, match: [{ uri: { prefix: "/x" } }] },
      { stepWeight: 10, maxWeight: 10, interval: "10s", sessionAffinity },
    );
    const { sessionAffinityCookie: cookie = "", primarySessionAffinityCookie: home = "" } =
      world.status;
    const pattern = (text: string): string => `.*${text.replace("=", ".*")}.*`;
    const more = "Domain=shop.example; HttpOnly; Partitioned; Path=/app; SameSite=Lax; Secure";
    const setting = (text: string, age: number): object => ({
      headers: { response: { add: { "Set-Cookie": `${text}; Max-Age=${age}; ${more}` } } },
    });
    const within = (regex: string): object[] => [
      { uri: { prefix: "/x" }, headers: { Cookie: { regex } } },
    ];
    const http = (): unknown => (specOf(world, "virtualservices") as { http: unknown }).http;
    const both = (primary: number, canary_: number): object[] => [
      to("podinfo-primary", primary),
      to("podinfo-canary", canary_),
    ];
    expect(http()).toEqual([
      { headers, match: within(pattern(cookie)), route: both(0, 100) },
      { headers, match: within(pattern(home)), route: both(100, 0) },
      {
        headers,
        match: [{ uri: { prefix: "/x" } }],
        route: [
          { ...to("podinfo-primary", 90), ...setting(home, 10) },
          { ...to("podinfo-canary", 10), ...setting(cookie, 60) },
        ],
      },
    ]);
    world.look(4);
    expect(world.phase).toBe("Succeeded");
    expect(http()).toEqual([
      {
        match: within(pattern(cookie)),
        headers: { response: { add: { "x-kept": "1", "Set-Cookie": `${cookie}; Max-Age=-1` } } },
        route: both(100, 0),
      },
      { headers, match: [{ uri: { prefix: "/x" } }], route: both(100, 0) },
    ]);
  });

  test("keeps a VirtualService that was there, and gives it back", () => {
    const http = [{ route: [{ destination: { host: "podinfo" } }] }];
    const spec = { hosts: ["podinfo"], http };
    const mine: KubeObject = {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "VirtualService",
      metadata: { name: "podinfo", annotations: { own: "kept" } },
      spec,
    };
    const world = begun(tenth, { revertOnDeletion: true }, { looks: 0, objects: [mine] });
    const key = "flagger.kubernetes.io/original-configuration";
    expect(world.get("virtualservices").metadata.annotations).toEqual({
      ...notForFlux,
      own: "kept",
      [key]: JSON.stringify(spec),
    });
    expect(world.weights).toEqual([100, 0]);
    world.cluster.act("delete", (api) => api.delete({ resource: "canaries", name: "podinfo" }));
    world.look(3);
    expect(specOf(world, "virtualservices")).toEqual(spec);
  });
});
