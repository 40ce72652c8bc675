import { describe, expect, test } from "vitest";
import { Random } from "../../src/engine/random.ts";
import { exponential, keyed } from "../../src/traffic/draws.ts";
import type { LedgerSnapshot } from "../../src/traffic/ledger.ts";
import { deployment, second } from "./setup.ts";
import { atRest, causes, expectExact, type Load } from "./world.ts";

/** At rest for 20 s. */
function quiet({ apps = [], ...options }: Load): LedgerSnapshot {
  const cluster = atRest({ apps });
  const traffic = cluster.traffic.add({ service: "web", ...options });
  cluster.runUntil(30 * second);
  const ledger = traffic.stop();
  expectExact(ledger);
  return ledger;
}

describe("an open loop", () => {
  test("sends at its fixed rate, whatever the answers", () => {
    const { requests } = quiet({ clients: [{ loop: "open", rate: 37, arrivals: "fixed" }] });
    expect(requests).toBe(37 * 20);
  });

  test("sends at its rate on average, in bursts, when arrivals are random", () => {
    const { requests } = quiet({ clients: [{ loop: "open", rate: 500 }] });
    expect(requests).not.toBe(10_000);
    // Four standard deviations of a Poisson count.
    expect(Math.abs(requests - 10_000)).toBeLessThan(400);
  });

  test("keeps to its own time", () => {
    const client = { loop: "open", rate: 10, arrivals: "fixed" } as const;
    const { requests } = quiet({
      clients: [{ ...client, from: 15 * second, until: 20 * second - 1 }],
    });
    expect(requests).toBe(50);
  });
});

describe("a pod", () => {
  test("answers in the time that the work takes, below its capacity", () => {
    const { latency, slow } = quiet({
      clients: [{ loop: "open", rate: 20, arrivals: "fixed" }],
      apps: [{ serviceTime: { delay: 30 }, concurrency: 40 }],
    });
    expect(latency.p50).toBeGreaterThanOrEqual(30);
    expect(latency.max).toBeLessThan(30 * 1.017);
    expect(slow).toBe(0);
  });

  test("has its latencies told one by one, as many as answers", () => {
    const cluster = atRest({ apps: [{ serviceTime: { delay: 10, jitter: 50 }, concurrency: 2 }] });
    const traffic = cluster.traffic.add({
      service: "web",
      clients: [{ loop: "open", rate: 50 }],
    });
    cluster.runUntil(20 * second);
    const latencies = traffic.latencies();
    const { answered, latency } = traffic.stop();
    expect(latencies.reduce((sum, { weight }) => sum + weight, 0)).toBe(answered);
    expect(latencies.at(-1)!.value).toBe(latency.max);
    const values = latencies.map(({ value }) => value);
    expect(values).toStrictEqual(values.toSorted((a, b) => a - b));
  });

  test("answers concurrency / service time per second, above it", () => {
    // Four pods of two workers, 50 ms each: 160 answers per second.
    const { answered } = quiet({
      clients: [{ loop: "open", rate: 400, arrivals: "fixed", timeout: 100 * second }],
      apps: [{ serviceTime: { delay: 50 }, concurrency: 2 }],
    });
    expect(answered).toBeGreaterThan(160 * 20 * 0.98);
    expect(answered).toBeLessThanOrEqual(160 * 20);
  });

  test("waits as the M/D/1 queue does: half a service time at half its load", () => {
    const apps = [{ serviceTime: { delay: 10 }, concurrency: 1 }];
    const cluster = atRest({ replicas: 1, apps });
    const traffic = cluster.traffic.add({
      service: "web",
      clients: [{ loop: "open", rate: 50 }],
      slow: 10,
    });
    cluster.runUntil(1010 * second);
    const { slow, answered } = traffic.stop();
    // An arrival finds the server busy for as large a share of the time as its load.
    expect(slow / answered).toBeGreaterThan(0.48);
    expect(slow / answered).toBeLessThan(0.52);
  });
});

describe("a closed loop", () => {
  test("obeys Little's law: users = rate x (think + answer)", () => {
    const { answered } = quiet({
      clients: [{ loop: "closed", users: 30, think: { delay: 400 } }],
      apps: [{ serviceTime: { delay: 100 } }],
    });
    const rate = answered / 20;
    expect((rate * 0.5) / 30).toBeGreaterThan(0.95);
    expect((rate * 0.5) / 30).toBeLessThanOrEqual(1.01);
  });

  test("never has more requests under way than users, even where pods die", () => {
    const cluster = atRest({ apps: [{ serviceTime: { delay: 300 }, onSigterm: "drop" }] });
    const traffic = cluster.traffic.add({
      service: "web",
      clients: [{ loop: "closed", users: 12, think: { delay: 10 }, retries: { attempts: 2 } }],
    });
    for (let i = 0; i < 200; i++) {
      if (i % 30 === 10) {
        const name = cluster.api.list("pods")[0]!.metadata.name;
        cluster.act("delete", (api) => api.delete({ resource: "pods", name }));
      }
      cluster.runUntil(cluster.now + 100);
      expect(traffic.snapshot().underWay).toBeLessThanOrEqual(12);
    }
    expect(causes(traffic.stop())).toStrictEqual([]);
  });
});

test("two Deployments behind one Service share requests by their ready pods", () => {
  const cluster = atRest({ replicas: 4 });
  const canary = deployment({ replicas: 1 }) as unknown as {
    spec: { selector: { matchLabels: object }; template: { metadata: { labels: object } } };
  };
  const labels = { app: "web", track: "canary" };
  cluster.act("canary", (api) => {
    const answer = api.create({
      ...deployment({ replicas: 1 }),
      metadata: { name: "canary" },
      spec: {
        ...canary.spec,
        selector: { matchLabels: { track: "canary" } },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "web", image: "web:canary" }] },
        },
      },
    });
    expect(answer).toMatchObject({ ok: true });
  });
  cluster.runUntil(20 * second);
  const traffic = cluster.traffic.add({ service: "web", clients: [{ loop: "open", rate: 500 }] });
  cluster.runUntil(60 * second);
  const { byImage, answered } = traffic.stop();
  expect(byImage["web:canary"]!.answered / answered).toBeCloseTo(1 / 5, 1.5);
});

describe("draws", () => {
  test("are spread evenly, and apart by purpose", () => {
    const random = new Random("traffic");
    const [a, b] = [keyed(random, "a"), keyed(random, "b")];
    const counts = Array.from({ length: 16 }, () => 0);
    let equal = 0;
    for (let n = 0; n < 160_000; n++) {
      counts[a(n, 0) >>> 28]!++;
      if (a(n, 0) >>> 28 === b(n, 0) >>> 28) equal++;
    }
    // Four standard deviations of a binomial count.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(390);
    expect(Math.abs(equal - 10_000)).toBeLessThan(390);
  });

  test("from the exponential distribution have mean 1 and its quantiles", () => {
    const at = (share: number): number => exponential(Math.floor(share * 0x1_0000_0000));
    expect(at(0.5)).toBeCloseTo(Math.LN2, 2);
    expect(at(0.9)).toBeCloseTo(Math.log(10), 2);
    let sum = 0;
    for (let i = 0; i < 4096; i++) sum += exponential((i << 20) >>> 0);
    expect(sum / 4096).toBeCloseTo(1, 9);
  });
});
