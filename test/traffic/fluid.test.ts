/** Requests as a flow, against the same worlds request by request. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { failureCauses } from "../../src/traffic/causes.ts";
import type { LedgerSnapshot } from "../../src/traffic/ledger.ts";
import { second } from "./setup.ts";
import { atRest, expectExact, rollOut, setImage, type Load } from "./world.ts";

const fluid = { loop: "open", rate: 1000, mode: "fluid" } as const;
const discrete = { loop: "open", rate: 1000 } as const;

/** The share of requests that each cause has. */
function shares({ requests, failedBy }: LedgerSnapshot): readonly number[] {
  return Object.keys(failureCauses).map(
    (cause) => failedBy[cause as keyof typeof failedBy] / requests,
  );
}

const world = fc.record({
  setup: fc.record({
    preStop: fc.nat(4),
    replicas: fc.integer({ min: 2, max: 8 }),
    strategy: fc.constantFrom(
      { maxSurge: 1, maxUnavailable: 0 },
      { maxSurge: 0, maxUnavailable: 1 },
      { maxSurge: 2, maxUnavailable: 2 },
    ),
  }),
  app: fc.record(
    {
      // Room for at most 2000 requests a second in the smallest world, and at least 320 in each.
      serviceTime: fc.record({ delay: fc.integer({ min: 10, max: 60 }), jitter: fc.nat(40) }),
      concurrency: fc.integer({ min: 20, max: 60 }),
      listenAfter: fc.nat(3000),
      errorRate: fc.constantFrom(0.01, 0.2),
      onSigterm: fc.constantFrom("finish" as const, "drop" as const),
    },
    { requiredKeys: ["serviceTime", "concurrency"] },
  ),
  proxies: fc.record({
    count: fc.integer({ min: 1, max: 4 }),
    delay: fc.record({ delay: fc.nat(3000), jitter: fc.nat(2000) }),
  }),
});

describe("a flow of requests", () => {
  test("agrees with single requests on each cause within one point of all requests", () => {
    fc.assert(
      fc.property(world, ({ setup, app, proxies }) => {
        const load = (client: Load["clients"][number]): Load => ({
          clients: [{ ...client, timeout: 1000 }],
          apps: [{ ...app, queue: 200 }],
          proxies,
        });
        const [flow, single] = [rollOut(setup, load(fluid)), rollOut(setup, load(discrete))];
        const [a, b] = [shares(flow), shares(single)];
        const apart = a.map((share, i) => Math.abs(share - b[i]!));
        expect(Math.max(...apart)).toBeLessThan(0.01);
      }),
      { seed: 6, numRuns: 30 },
    );
  });

  test("agrees on latencies within a tenth, below capacity", () => {
    const apps = [{ serviceTime: { delay: 20, jitter: 30 }, concurrency: 50 }];
    const [flow, single] = [fluid, discrete].map((client) =>
      rollOut({ preStop: 2 }, { clients: [client], apps }),
    );
    for (const percentile of ["p50", "p95", "p99"] as const) {
      const ratio = flow!.latency[percentile] / single!.latency[percentile];
      expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
    }
  });

  test("agrees on queues: as many in time, as many too late, as many refused", () => {
    // 4 pods of 10 workers, 50 ms: 800 a second; 1000 come.
    const apps = [{ serviceTime: { delay: 50 }, concurrency: 10, queue: 100 }];
    const [flow, single] = [fluid, discrete].map((client) => {
      const cluster = atRest({ apps });
      cluster.traffic.add({ service: "web", clients: [client], slow: 100 });
      cluster.runUntil(40 * second);
      return cluster.traffic.accounts[0]!.snapshot();
    });
    expect(flow!.failedBy.overflow / single!.failedBy.overflow).toBeCloseTo(1, 1);
    expect(flow!.slow / single!.slow).toBeCloseTo(1, 1);
    expect(flow!.latency.p50 / single!.latency.p50).toBeCloseTo(1, 1);
  });

  test("has an exact account at every moment, and the same after a restore", () => {
    fc.assert(
      fc.property(world, ({ setup, app, proxies }) => {
        const play = (restore: "yes" | "no"): LedgerSnapshot => {
          let cluster = atRest({ ...setup, apps: [{ ...app, queue: 5 }] });
          const clients = [{ ...fluid, rate: 777.7, timeout: 120 }];
          cluster.traffic.add({ service: "web", clients, proxies, slow: 60 });
          setImage(cluster, "web:v2");
          for (let i = 0; i < 12; i++) {
            cluster.runUntil(cluster.now + 1234);
            expectExact(cluster.traffic.accounts[0]!.snapshot());
            if (restore === "yes") cluster = Cluster.restore(structuredClone(cluster.save()));
          }
          return cluster.traffic.accounts[0]!.snapshot();
        };
        expect(play("yes")).toStrictEqual(play("no"));
      }),
      { seed: 7, numRuns: 8 },
    );
  });

  test("costs the same at a million requests a second", () => {
    const cluster = atRest({ replicas: 20, apps: [{ concurrency: 10_000 }] });
    cluster.traffic.add({ service: "web", clients: [{ ...fluid, rate: 1e6 }] });
    setImage(cluster, "web:v2");
    cluster.runUntil(20 * second);
    const account = cluster.traffic.accounts[0]!.snapshot();
    expectExact(account);
    expect(account.requests).toBe(10_000_000);
  });

  test("loads pods as single requests do", () => {
    const loads = [fluid, discrete].map((client) => {
      const cluster = atRest({ apps: [{ serviceTime: { delay: 60 }, concurrency: 30 }] });
      cluster.traffic.add({ service: "web", clients: [client] });
      cluster.runUntil(40 * second);
      const [pod] = cluster.api.list("pods");
      return cluster.traffic.cpu(pod!.metadata, 15 * second, 40 * second)!;
    });
    // 1000 x 0.06 / (4 x 30)
    for (const load of loads) expect(load).toBeCloseTo(0.5, 1.5);
  });

  test("does not mix with single requests, nor has it users, retries or connections", () => {
    const cluster = atRest();
    cluster.traffic.add({ service: "web", clients: [fluid] });
    const more = (client: object) => () =>
      cluster.traffic.add({ service: "web", name: "more", clients: [{ ...fluid, ...client }] });
    expect(more({ mode: "discrete" })).toThrow("all traffic of a cluster is fluid, or none is");
    expect(more({ retries: { attempts: 1 } })).toThrow("fluid traffic has no retries of its own");
    expect(more({ connections: 4 })).toThrow("fluid traffic has no connections of its own");
    expect(more({ users: 4 })).toThrow("fluid traffic has no users of its own");
  });
});
