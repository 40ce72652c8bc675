import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../src/cluster.ts";
import { Random } from "../../src/engine/random.ts";
import { matchingRoute, pickByWeight, type RequestContent } from "../../src/traffic/route.ts";
import type { AppBehavior, ClientOptions } from "../../src/traffic/options.ts";
import type { Route } from "../../src/traffic/route.ts";
import { Router } from "../../src/traffic/router.ts";
import { deployment, second, service } from "./setup.ts";
import { atRest, expectExact } from "./world.ts";

const open = { loop: "open", rate: 200, arrivals: "fixed" } as const;

/** Two Services over one Deployment each: `web` and `canary`. */
function twoServices(apps: readonly AppBehavior[] = []): Cluster {
  const cluster = atRest({ apps });
  const labels = { app: "canary" };
  cluster.act("canary", (api) => {
    api.create({
      ...service,
      metadata: { name: "canary" },
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
    api.create({
      ...deployment(),
      metadata: { name: "canary" },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "web", image: "web:v2" }] },
        },
      },
    });
  });
  cluster.runUntil(20 * second);
  return cluster;
}

/** 10 s of requests: how many of them came to each Service. */
function split(
  routes: readonly Route[],
  client: Partial<ClientOptions> = {},
  apps: readonly AppBehavior[] = [],
) {
  const cluster = twoServices(apps);
  const clients = [{ ...open, ...client } as ClientOptions];
  const account = cluster.traffic.add({ service: "web", clients, routes });
  cluster.runUntil(31 * second);
  const at = { from: 20 * second, to: 30 * second };
  const [web, canary] = ["web", "canary"].map((name) =>
    cluster.traffic.metrics({ ...at, service: name }),
  );
  expectExact(account.snapshot());
  return {
    web: web!.requests,
    canary: canary!.requests,
    canaryRate: canary!.successRate,
    account: account.snapshot(),
  };
}

const byWeight = (canary: number): Route => ({
  backends: [
    { service: "web", weight: 100 - canary },
    { service: "canary", weight: canary },
  ],
});

describe("requests", () => {
  test("are split by weight", () => {
    const { web, canary } = split([byWeight(20)]);
    expect(web + canary).toBeCloseTo(2000, -1);
    // Four standard deviations of a binomial count.
    expect(Math.abs(canary - 400)).toBeLessThan(72);
  });

  test("go by what they carry, the first route that matches first", () => {
    const routes: Route[] = [
      {
        matches: [{ headers: [{ name: "X-Beta", exact: "yes" }] }],
        backends: [{ service: "canary", weight: 1 }],
      },
      { backends: [{ service: "web", weight: 1 }] },
    ];
    expect(split(routes).canary).toBe(0);
    expect(split(routes, { headers: { "x-beta": "yes" } }).web).toBe(0);
    const some = split(routes, { headers: { "x-beta": [{ value: "yes", share: 0.25 }] } });
    expect(Math.abs(some.canary - 500)).toBeLessThan(78);
  });

  test("of one user stay on one side, if they are split by user", () => {
    const users = { users: 1 };
    const together = split([{ ...byWeight(50), split: "by user" }], users);
    expect(Math.min(together.web, together.canary)).toBe(0);
    const apart = split([byWeight(50)], users);
    expect(Math.min(apart.web, apart.canary)).toBeGreaterThan(800);
  });

  test("fail where no route takes them, or no backend has a weight", () => {
    expect(split([]).account).toMatchObject({ answered: 0, failedBy: { noRoute: 2200 } });
    const none = split([{ backends: [{ service: "web", weight: 0 }] }]);
    expect(none.account.failed).toBe(none.account.failedBy.noRoute);
    expect(none.account.answered).toBe(0);
  });

  test("are copied to a mirror, whose answers are metered and in no account", () => {
    const routes = [
      { backends: [{ service: "web", weight: 1 }], mirrors: [{ service: "canary", share: 0.2 }] },
    ];
    const apps = [{ image: "web:v2", errorRate: 0.25 }];
    const { web, canary, canaryRate, account } = split(routes, {}, apps);
    expect(web).toBeCloseTo(2000, -1);
    expect(Math.abs(canary - 400)).toBeLessThan(72);
    // Four standard deviations of so many answers.
    expect(Math.abs(canaryRate! - 0.75)).toBeLessThan(0.087);
    expect(account.failed).toBe(0);
    expect(account.requests).toBe(2200);
    expect(account.mirrored).toBeGreaterThan(canary);
    expect(account.byImage).not.toHaveProperty("web:v2");
  });
});

describe("a route", () => {
  const request: RequestContent = {
    method: "GET",
    path: "/shop/cart",
    headers: { "user-agent": "x", cookie: "a=1; b=2" },
    cookies: { a: "1", b: "2" },
    query: { page: "3" },
  };

  test.each([
    [{ method: "GET" }, 0],
    [{ method: "POST" }, -1],
    [{ path: { prefix: "/shop" } }, 0],
    [{ path: { prefix: "/" } }, 0],
    [{ path: { prefix: "/sho" } }, -1],
    [{ path: { exact: "/shop" } }, -1],
    [{ path: { pattern: "^/shop/.*$" } }, 0],
    [{ headers: [{ name: "User-Agent", exact: "x" }] }, 0],
    [{ headers: [{ name: "Cookie", pattern: "^(.*?; ?)?(b=2)(;.*)?$" }] }, 0],
    [{ headers: [{ name: "Cookie", pattern: "(b=3)" }] }, -1],
    [{ cookies: [{ name: "b", present: "yes" as const }] }, 0],
    [{ cookies: [{ name: "c", present: "yes" as const }] }, -1],
    [{ query: [{ name: "page", exact: "3" }], method: "GET" }, 0],
    [{ query: [{ name: "page", exact: "3" }], method: "PUT" }, -1],
    [{ query: [{ name: "page", exact: "4" }] }, -1],
  ])("that wants %j answers %i", (match, index) => {
    expect(matchingRoute([{ matches: [match], backends: [] }], request)).toBe(index);
  });

  test("takes a request if one of its matches holds, or if it has none", () => {
    const matches = [{ method: "PUT" }, { method: "GET" }];
    expect(
      matchingRoute(
        [
          { matches: [], backends: [] },
          { matches, backends: [] },
        ],
        request,
      ),
    ).toBe(1);
    expect(matchingRoute([{ backends: [] }], request)).toBe(0);
  });

  test("moves only as many requests as must move when weights change", () => {
    const weight = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(weight, weight, fc.nat(0xffff_ffff), (a, b, bits) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const side = (canary: number): string | undefined =>
          pickByWeight(byWeight(canary).backends, bits);
        if (side(less) === "canary") expect(side(more)).toBe("canary");
      }),
      { seed: 6 },
    );
  });
});

describe("a router", () => {
  const router = new Router([{ ...open, headers: { "x-beta": "yes" } }], new Random("0"), (name) =>
    ["web", "canary"].indexOf(name),
  );
  const to = (service: string): Route => ({
    matches: [{ headers: [{ name: "x-beta", exact: "yes" }] }],
    backends: [{ service, weight: 1 }],
  });

  test("forgets where requests went when its routes are others", () => {
    const others: Route = { ...to("web"), matches: [{ method: "PUT" }] };
    const places = [[others, to("canary")], [to("web")], [others]].map((routes) => {
      router.learn(routes);
      return router.serviceFor(0, 1, 1);
    });
    expect(places).toEqual([1, 0, -1]);
  });

  test("gives shares by weight, and all to nobody where no backend has one", () => {
    router.learn([byWeight(20)]);
    expect(router.sharesOf(0)).toEqual([
      [0, 0.8],
      [1, 0.2],
    ]);
    router.learn([{ backends: [{ service: "web", weight: 0 }] }]);
    expect(router.sharesOf(0)).toEqual([[-1, 1]]);
  });
});

describe("session affinity", () => {
  const clients: ClientOptions[] = [{ loop: "closed", users: 1, think: { delay: 50 } }];
  const imagesOf = (cluster: Cluster): number =>
    cluster.api
      .list("pods")
      .map(({ metadata }) => cluster.traffic.cpu(metadata, 20 * second, cluster.now) ?? 0)
      .filter((load) => load > 0).length;

  function withAffinity(sessionAffinity: object): Cluster {
    const cluster = atRest();
    cluster.act("affinity", (api) =>
      api.patch({ resource: "services", name: "web" }, "merge", { spec: sessionAffinity }),
    );
    cluster.traffic.add({ service: "web", clients });
    return cluster;
  }

  test("keeps a client with one pod, without it the client sees them all", () => {
    const kept = withAffinity({ sessionAffinity: "ClientIP" });
    kept.runUntil(60 * second);
    expect(imagesOf(kept)).toBe(1);
    const free = withAffinity({});
    free.runUntil(60 * second);
    expect(imagesOf(free)).toBe(4);
  });

  test("ends with the pod, and after its timeout", () => {
    const kept = withAffinity({ sessionAffinity: "ClientIP" });
    kept.runUntil(30 * second);
    const loaded = kept.api
      .list("pods")
      .find(({ metadata }) => kept.traffic.cpu(metadata, 20 * second, 30 * second)! > 0)!;
    kept.act("delete", (api) => api.delete({ resource: "pods", name: loaded.metadata.name }));
    kept.runUntil(60 * second);
    expect(kept.traffic.accounts[0]!.snapshot().failed).toBe(0);
    const seen = [{ clientIP: { timeoutSeconds: 1 } }, undefined].map((config) => {
      const cluster = withAffinity({
        sessionAffinity: "ClientIP",
        ...(config === undefined ? {} : { sessionAffinityConfig: config }),
      });
      cluster.traffic.add({
        service: "web",
        name: "rare",
        clients: [{ loop: "closed", users: 1, think: { delay: 1100 } }],
      });
      cluster.runUntil(60 * second);
      return imagesOf(cluster);
    });
    expect(seen[0]).toBeGreaterThan(2);
    // By default three hours: one pod for each of the two clients.
    expect(seen[1]).toBeLessThanOrEqual(2);
  });
});
