import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import type { AppBehavior, ClientOptions } from "../../src/traffic/options.ts";
import type { LedgerSnapshot } from "../../src/traffic/ledger.ts";
import { second } from "./setup.ts";
import { atRest, causes, expectExact, rollOut, scale, setImage } from "./world.ts";

const open: ClientOptions = { loop: "open", rate: 100, arrivals: "fixed" };
const late = { delay: 2 * second };

describe("a request fails for one cause:", () => {
  test("noEndpoint, while the Service has no ready pod", () => {
    const cluster = atRest();
    const traffic = cluster.traffic.add({ service: "web", clients: [open] });
    scale(cluster, 0);
    cluster.runUntil(20 * second);
    const ledger = traffic.stop();
    expectExact(ledger);
    expect(ledger.failedBy.noEndpoint).toBeGreaterThan(500);
    expect(ledger.outage).toBeGreaterThan(5 * second);
  });

  test("staleView, where the proxy sends to a pod that takes no more", () => {
    const ledger = rollOut({}, { clients: [open], proxies: { count: 1, delay: late } });
    expect(causes(ledger)).toStrictEqual(["staleView"]);
    expect(ledger.downtime).toBeGreaterThan(0);
    expect(ledger.outage).toBeLessThan(ledger.downtime);
  });

  test("tooSoon, where a pod is ready before it listens", () => {
    const apps = [{ listenAfter: 3 * second }];
    const ledger = rollOut({ preStop: 3 }, { clients: [open], apps });
    expect(causes(ledger)).toStrictEqual(["tooSoon"]);
  });

  test("killedInFlight, where a pod drops what it works on", () => {
    const apps: AppBehavior[] = [{ serviceTime: { delay: 500 }, onSigterm: "drop" }];
    expect(causes(rollOut({}, { clients: [open], apps }))).toStrictEqual(["killedInFlight"]);
  });

  test("reusedConnection, where kept connections lead to a pod that has dropped them", () => {
    const clients = [{ ...open, connections: 40 }];
    const apps: AppBehavior[] = [{ serviceTime: { delay: 1 }, onSigterm: "drop" }];
    const ledger = rollOut({ preStop: 3 }, { clients, apps });
    expect(causes(ledger)).toContain("reusedConnection");
    // Each connection breaks at most once per pod that it was kept to.
    expect(ledger.failedBy.reusedConnection).toBeLessThanOrEqual(80);
  });

  test("overflowOthersAway, where a full queue has others to wait for, overflow where not", () => {
    const apps = [{ serviceTime: { delay: 100 }, concurrency: 3, queue: 2 }];
    const setup = { replicas: 4, preStop: 2, strategy: { maxSurge: 0, maxUnavailable: 3 } };
    const ledger = rollOut(setup, { clients: [open], apps });
    expect(causes(ledger)).toContain("overflowOthersAway");
    const cluster = atRest({ apps });
    const traffic = cluster.traffic.add({ service: "web", clients: [{ ...open, rate: 200 }] });
    cluster.runUntil(20 * second);
    expect(causes(traffic.stop())).toStrictEqual(["overflow"]);
  });

  test("crashed, where the container crashes under it", () => {
    const behaviors = [
      {
        start: { delay: second },
        ready: { delay: second },
        fault: { type: "ReadyThenCrash" as const, after: 20 * second },
      },
    ];
    const cluster = atRest({ behaviors, apps: [{ serviceTime: { delay: 300 } }] });
    const traffic = cluster.traffic.add({ service: "web", clients: [open] });
    cluster.runUntil(25 * second);
    const ledger = traffic.stop();
    expectExact(ledger);
    expect(ledger.failedBy.crashed).toBeGreaterThan(0);
  });

  test("timeoutService, timeoutCold and timeoutQueue, by what took too long", () => {
    const alone = (app: AppBehavior, rate = 100): readonly string[] => {
      const cluster = atRest({ apps: [app] });
      const client = { ...open, rate, timeout: 200 };
      const traffic = cluster.traffic.add({ service: "web", clients: [client] });
      cluster.runUntil(20 * second);
      return causes(traffic.stop());
    };
    expect(alone({ serviceTime: { delay: 201 } })).toStrictEqual(["timeoutService"]);
    const queueing = { serviceTime: { delay: 50 }, concurrency: 1 };
    expect(alone(queueing, 200)).toStrictEqual(["timeoutQueue"]);
    const cold = { serviceTime: { delay: 100 }, warmUp: { for: 20 * second, factor: 4 } };
    const clients = [{ ...open, timeout: 200 }];
    expect(causes(rollOut({ preStop: 2 }, { clients, apps: [cold] }))).toStrictEqual([
      "timeoutCold",
    ]);
  });

  test("that of its first failed attempt, whatever befalls the retries", () => {
    const apps: AppBehavior[] = [{ serviceTime: { delay: 500 }, onSigterm: "drop" }];
    const cluster = atRest({ apps });
    const clients = [{ ...open, retries: { attempts: 2, backoff: 100 } }];
    const traffic = cluster.traffic.add({ service: "web", clients });
    cluster.runUntil(12 * second);
    scale(cluster, 0);
    cluster.runUntil(20 * second);
    const { failedBy } = traffic.stop();
    // The requests of half a second died with their pods; their retries found no endpoint, as all later ones did.
    expect(failedBy.killedInFlight).toBe(49);
    expect(failedBy.noEndpoint).toBeGreaterThan(700);
  });

  test("versionError, by the share that the version says, and it is no downtime", () => {
    const apps = [{ image: "web:v2", errorRate: 0.1 }];
    const ledger = rollOut({ preStop: 2 }, { clients: [open], apps });
    expect(causes(ledger)).toStrictEqual(["versionError"]);
    const { answered, failed } = ledger.byImage["web:v2"]!;
    expect(failed / (answered + failed)).toBeCloseTo(0.1, 1);
    expect(ledger.byImage["web:v1"]!.failed).toBe(0);
    expect(ledger.downtime).toBe(0);
  });
});

describe("an answer is slow for one cause:", () => {
  test("the work itself, the warm-up, or the others that were away", () => {
    const slow = 150;
    const rolled = (apps: readonly AppBehavior[], rate = 100): readonly string[] => {
      const setup = { preStop: 2, strategy: { maxSurge: 0, maxUnavailable: 2 } };
      return causes(rollOut(setup, { clients: [{ ...open, rate }], apps, slow }));
    };
    expect(rolled([{ image: "*:v2", serviceTime: { delay: 151 } }])).toStrictEqual(["service"]);
    const warmUp = { for: 5 * second, factor: 4 };
    expect(rolled([{ serviceTime: { delay: 50 }, warmUp }])).toStrictEqual(["cold"]);
    // Four pods have room for 160 requests per second, two have not.
    const tight = [{ serviceTime: { delay: 25 }, concurrency: 1 }];
    expect(rolled(tight, 110)).toContain("othersAway");
  });

  test("a retry that it needed before", () => {
    const clients = [{ ...open, retries: { attempts: 5, backoff: 200 } }];
    const ledger = rollOut({}, { clients, proxies: { count: 1, delay: late }, slow: 150 });
    expect(causes(ledger)).toContain("retried");
    expect(ledger.savedByRetry.staleView).toBeGreaterThan(0);
    expect(ledger.attempts).toBeGreaterThan(ledger.requests);
  });
});

describe("zero downtime", () => {
  const proxies = { count: 3, delay: { delay: second, jitter: second } };

  test("needs a preStop sleep above the proxies' delay, and no more", () => {
    const lost = (preStop: number): number =>
      rollOut({ preStop }, { clients: [open], proxies }).failed;
    expect(lost(0)).toBeGreaterThan(0);
    expect(lost(1)).toBeGreaterThan(0);
    expect(lost(2)).toBe(0);
  });

  test("is not had from retries where every pod is away", () => {
    const setup = { replicas: 1, strategy: { maxSurge: 0, maxUnavailable: 1 } };
    const clients = [{ ...open, retries: { attempts: 2, backoff: 10 } }];
    expect(rollOut(setup, { clients }).failedBy.noEndpoint).toBeGreaterThan(0);
    const surging = { ...setup, preStop: 2, strategy: { maxSurge: 1, maxUnavailable: 0 } };
    expect(rollOut(surging, { clients }).downtime).toBe(0);
  });
});

describe("in any run", () => {
  const app = fc.record(
    {
      serviceTime: fc.record({ delay: fc.nat(400), jitter: fc.nat(400) }),
      concurrency: fc.integer({ min: 1, max: 6 }),
      queue: fc.nat(4),
      listenAfter: fc.nat(3000),
      warmUp: fc.record({ for: fc.nat(5000), factor: fc.integer({ min: 1, max: 6 }) }),
      errorRate: fc.constantFrom(0.02, 0.5),
      onSigterm: fc.constantFrom("finish" as const, "drop" as const, "ignore" as const),
    },
    { requiredKeys: [] },
  );
  const shared = {
    timeout: fc.integer({ min: 50, max: 2000 }),
    connections: fc.integer({ min: 1, max: 20 }),
    retries: fc.record({ attempts: fc.nat(3), backoff: fc.nat(300) }),
  };
  const client = fc.oneof(
    fc.record(
      {
        loop: fc.constant("open" as const),
        rate: fc.integer({ min: 1, max: 150 }),
        arrivals: fc.constantFrom("fixed" as const, "poisson" as const),
        ...shared,
      },
      { requiredKeys: ["loop", "rate"] },
    ),
    fc.record(
      {
        loop: fc.constant("closed" as const),
        users: fc.integer({ min: 1, max: 20 }),
        think: fc.record({ delay: fc.nat(500), jitter: fc.nat(500) }),
        ...shared,
      },
      { requiredKeys: ["loop", "users"] },
    ),
  );
  const step = fc.record({
    do: fc.constantFrom(
      ...(["v1", "v2", "v3", "scale 0", "scale 1", "scale 5", "wait"] as const),
      ...(["delete pod", "evict", "drain", "uncordon", "affinity", "reroute"] as const),
    ),
    pause: fc.nat(3000),
  });
  const run = fc.record({
    apps: fc.array(app, { maxLength: 1 }),
    clients: fc.array(client, { minLength: 1, maxLength: 3 }),
    proxies: fc.record({
      count: fc.integer({ min: 1, max: 4 }),
      delay: fc.record({ delay: fc.nat(2000), jitter: fc.nat(2000) }),
    }),
    slow: fc.integer({ min: 50, max: 1000 }),
    preStop: fc.nat(4),
    crash: fc.constantFrom(0, 0, 0.5),
    steps: fc.array(step, { maxLength: 8 }),
  });
  type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

  const crashing = (probability: number): Behavior => ({
    start: { delay: second },
    ready: { delay: second },
    terminate: { delay: 4 * second },
    ...(probability > 0 && { fault: { type: "ReadyThenCrash", after: 9 * second, probability } }),
  });

  function act(cluster: Cluster, action: string): void {
    const [pod] = cluster.api.list("pods");
    const name = pod?.metadata.name ?? "";
    const service = { resource: "services", name: "web" };
    const patched = (spec: object): void => {
      cluster.act(action, (api) => api.patch(service, "merge", { spec }));
    };
    if (action.startsWith("v")) setImage(cluster, `web:${action}`);
    else if (action.startsWith("scale")) scale(cluster, Number(action.slice(6)));
    else if (action === "affinity") patched({ sessionAffinity: "ClientIP" });
    else if (action === "reroute") patched({ selector: { app: "nobody" } });
    else if (action === "evict" && pod !== undefined) cluster.evict({ name });
    else if (action === "delete pod") {
      cluster.act(action, (api) => api.delete({ resource: "pods", name }));
    } else if (action === "drain" || action === "uncordon") {
      cluster.act(action, () => cluster.faults[action]("node-1"));
    }
  }

  function play(
    { steps, preStop, crash, apps, ...options }: Run,
    besides: "look" | "restore" | "only play",
  ): LedgerSnapshot {
    let cluster = atRest({ preStop, apps, behaviors: [crashing(crash)] });
    cluster.traffic.add({ service: "web", ...options });
    for (const { do: action, pause } of steps) {
      act(cluster, action);
      cluster.runUntil(cluster.now + pause);
      if (besides === "look") expectExact(cluster.traffic.accounts[0]!.snapshot());
      // Plain data, so that a copy of it is as good.
      if (besides === "restore") cluster = Cluster.restore(structuredClone(cluster.save()));
    }
    return cluster.traffic.accounts[0]!.stop();
  }

  test("every request is accounted for exactly once, at every moment", () => {
    fc.assert(
      fc.property(run, (world) => {
        expectExact(play(world, "look"));
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  test("a world that is saved and restored in its midst has the same account", () => {
    fc.assert(
      fc.property(run, (world) => {
        expect(play(world, "restore")).toStrictEqual(play(world, "only play"));
      }),
      { seed: 8, numRuns: 30 },
    );
  });

  test("the account is the same whenever one looks", () => {
    fc.assert(
      fc.property(run, (world) => {
        expect(play(world, "look")).toStrictEqual(play(world, "only play"));
      }),
      { seed: 7, numRuns: 30 },
    );
  });
});

test("a pod that gets another image answers as that from when it has started anew", () => {
  const cluster = atRest({ replicas: 1, apps: [{ image: "web:v2", errorRate: 1 }] });
  const traffic = cluster.traffic.add({ service: "web", clients: [open] });
  cluster.runUntil(20 * second);
  const [{ metadata }] = cluster.api.list("pods") as unknown as readonly [KubeObject];
  cluster.act("set image", (api) =>
    api.patch({ resource: "pods", name: metadata.name }, "strategic", {
      spec: { containers: [{ name: "web", image: "web:v2" }] },
    }),
  );
  cluster.runUntil(40 * second);
  expectExact(traffic.snapshot());
  const { byImage } = traffic.stop();
  expect(byImage["web:v1"]!.answered).toBeGreaterThan(0);
  expect(byImage["web:v2"]).toMatchObject({ answered: 0 });
  expect(byImage["web:v2"]!.failed).toBeGreaterThan(0);
});
