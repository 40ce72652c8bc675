/** The loop that all controllers share: what a verdict does to its key, and how a sync waits for its requests. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { failure } from "../../src/api/status.ts";
import type { ApiServer } from "../../src/apiserver/server.ts";
import type { PodsWritten, PodWriter } from "../../src/apiserver/pod-writer.ts";
import { Cluster } from "../../src/cluster.ts";
import { advanceSync, beginSync, type LoopWorld } from "../../src/controllers/loop.ts";
import type { Effect, Outcome, Plan, Verdict } from "../../src/controllers/reconcile.ts";
import { WorkQueue } from "../../src/controllers/workqueue.ts";
import { Trace } from "../../src/engine/trace.ts";
import { web } from "../support/web.ts";

const owner: KubeObject = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "web" } };

/** A controller whose syncs of `web` have this plan, on an API server that does nothing. */
class Bench {
  readonly queue = new WorkQueue();
  readonly trace = new Trace();
  readonly requeued: number[] = [];
  readonly parked: number[] = [];
  readonly events: number[] = [];
  readonly outcomes: Outcome[] = [];
  readonly deleted: (readonly number[])[] = [];
  now = 0;
  readonly #plan: (record: (outcome: Outcome) => void) => Plan;

  constructor(plan: (record: (outcome: Outcome) => void) => Plan) {
    this.#plan = plan;
  }

  /** A sync that asks for this and ends like that. */
  static ending(verdict: Verdict, effects: readonly Effect[] = []): Bench {
    return new Bench(function* (record): Plan {
      for (const effect of effects) record(yield effect);
      return verdict;
    });
  }

  world(change: Partial<LoopWorld> = {}): LoopWorld {
    const pods = {
      delete: (_: KubeObject, rows: readonly number[]): PodsWritten => {
        this.deleted.push(rows);
        const message = `not ${rows.join(" ")}`;
        return { done: 0, refused: failure(403, "Forbidden", message), missing: rows };
      },
    };
    const api = { requester: { by: "user" } };
    Object.defineProperty(api, "now", { get: () => this.now });
    return {
      api: api as unknown as ApiServer,
      pods: pods as unknown as PodWriter,
      trace: this.trace,
      requeue: (_controller, _key, delay) => void this.requeued.push(delay),
      park: (_controller, _key, delay) => void this.parked.push(delay),
      ...change,
    };
  }

  controller(maxRetries = Infinity) {
    return {
      name: "tester",
      queue: this.queue,
      maxRetries,
      view: () => undefined,
      reconcile: () => this.#plan((outcome) => this.outcomes.push(outcome)),
    };
  }

  sync(world = this.world()): void {
    this.queue.add("default/web");
    const sync = beginSync(this.controller(), this.queue.take()!, 1);
    expect(advanceSync(world, sync)).toBe("done");
  }
}

test("a controller is told, key by key, what it announces, and how each of its writes went", () => {
  const effects: readonly Effect[] = [
    { do: "expect-creations", count: 2 },
    { do: "forgo-creations", count: 1 },
    { do: "expect-deletions", rows: [4] },
    { do: "delete-pods", replicaSet: owner, rows: [4] } as unknown as Effect,
  ];
  const bench = Bench.ending({}, effects);
  const told: unknown[] = [];
  const controller = {
    ...bench.controller(),
    expect: (key: string, effect: Effect) => void told.push([key, effect]),
    wrote: (key: string, effect: Effect, outcome: Outcome) =>
      void told.push([key, effect, outcome]),
  };
  bench.queue.add("default/web");
  advanceSync(bench.world(), beginSync(controller, bench.queue.take()!, 1));
  const key = "default/web";
  expect(told).toEqual([
    [key, effects[0]],
    [key, effects[1]],
    [key, effects[2]],
    [key, effects[3], bench.outcomes[3]],
  ]);
  expect(bench.outcomes[3]).toMatchObject({ done: 0, missing: [4] });
});

describe("when a sync is over, its key", () => {
  test.each<[string, Verdict, number[]]>([
    ["waits longer after each failure", { error: "no" }, [5, 10, 20]],
    ["is not tried again after a failure that stays", { error: "no", final: true }, []],
    ["waits as briefly as before where it succeeded", { requeueRateLimited: true }, [5, 5, 5]],
    ["is tried when it asks for it", { requeueAfterMs: 70 }, [70, 70, 70]],
  ])("%s", (_, verdict, delays) => {
    const bench = Bench.ending(verdict);
    for (let turn = 0; turn < 3; turn++) bench.sync();
    expect([bench.requeued, bench.queue.length]).toEqual([delays, 0]);
  });

  test("is there again at once where it asks for no delay", () => {
    const bench = Bench.ending({ requeueAfterMs: 0 });
    bench.sync();
    expect([bench.requeued, bench.queue.take()]).toEqual([[], "default/web"]);
  });

  test("has no failures any more where the last one stays", () => {
    const bench = Bench.ending({ error: "gone for good", final: true });
    bench.queue.backOff("default/web");
    bench.sync();
    expect(bench.queue.failures("default/web")).toBe(0);
  });

  test("sleeps where only an event can change what it finds, but not after a failure", () => {
    const idle = Bench.ending({ requeueRateLimited: true, sameUntilEvent: true });
    idle.sync();
    expect([idle.requeued, idle.parked, idle.queue.failures("default/web")]).toEqual([[], [5], 0]);
    const failing = Bench.ending({ error: "no", sameUntilEvent: true });
    failing.sync();
    expect([failing.requeued, failing.parked]).toEqual([[5], []]);
  });

  test("stands in the trace, with the error and the delays: negative ones are back-offs", () => {
    const bench = Bench.ending({ error: "no", requeueAfterMs: 70 });
    bench.sync();
    expect(bench.trace.entries).toEqual([
      {
        kind: "sync",
        at: 0,
        by: "tester",
        sync: 1,
        key: "default/web",
        error: "no",
        requeue: [70, -5],
      },
    ]);
  });
});

describe("a sync whose requests take time", () => {
  const deletion: Effect = { do: "delete-pods", replicaSet: owner, rows: [4, 5, 6] };

  test("hears of a batch when the last request is answered: all that went, and the first refusal", () => {
    const bench = Bench.ending({}, [deletion]);
    const world = bench.world({
      reserve: (_, requests) => [10, 20, 20].slice(0, requests),
      sendEvents: (_controller, _about, count) => void bench.events.push(count),
    });
    bench.queue.add("default/web");
    const sync = beginSync(bench.controller(), bench.queue.take()!, 1);
    const untils = [0, 10, 20].map((now) => {
      bench.now = now;
      return advanceSync(world, sync);
    });
    expect([untils, bench.deleted, bench.events]).toEqual([
      [10, 20, "done"],
      [[4], [5, 6]],
      [1, 2],
    ]);
    expect(bench.outcomes).toMatchObject([
      { done: 0, refused: { message: "not 4" }, missing: [4, 5, 6] },
    ]);
  });

  test("sends an Event by the same way", () => {
    const event: Effect = { do: "event", about: owner, type: "Normal", reason: "R", message: "m" };
    const bench = Bench.ending({}, [event, event]);
    const sendEvents: LoopWorld["sendEvents"] = (_controller, _about, count) =>
      void bench.events.push(count);
    bench.sync(bench.world({ sendEvents }));
    expect(bench.events).toEqual([1, 1]);
  });

  test("takes from the burst of its own controller alone", () => {
    const cluster = new Cluster({ controlPlane: { qps: 0.001, burst: 1, latency: 0 } });
    cluster.act("create", (api) => api.create(web(1)));
    expect([cluster.api.list("replicasets").length, cluster.api.list("pods").length]).toEqual([
      1, 1,
    ]);
  });

  test("is one of at most five of its controller; those of the other do not count", () => {
    const limits = { qps: 1000, burst: 1000, latency: 100 };
    const cluster = new Cluster({ controlPlane: limits });
    const { template } = web(1).spec;
    cluster.act("create", (api) => {
      for (let i = 0; i < 7; i++) {
        const app = { app: `rs-${i}` };
        const spec = {
          replicas: 1,
          selector: { matchLabels: app },
          template: { ...template, metadata: { labels: app } },
        };
        api.create({ ...owner, metadata: { name: `rs-${i}` }, spec });
        const named = web(1, { selector: { matchLabels: app }, template: spec.template });
        api.create({ ...named, metadata: { name: `web-${i}` } });
      }
    });
    const counts = [100, 200, 300].map((at) => {
      cluster.runUntil(at);
      return cluster.api.list("pods").length;
    });
    // Each takes 100 ms for its pod and 100 ms for its status; then come the next five, of Deployments too.
    expect(counts).toEqual([5, 5, 10]);
  });
});
