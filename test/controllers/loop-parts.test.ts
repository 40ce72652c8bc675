/** What the loop around the controllers is made of: queue of keys, expectations, read-your-writes, schedule. */
import { describe, expect, test } from "vitest";
import { ConsistencyStore } from "../../src/controllers/consistency.ts";
import { Expectations } from "../../src/controllers/expectations.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import { ThrottledClient } from "../../src/controllers/control-plane.ts";
import { isSchedule, Schedule, scheduleOf, type Move } from "../../src/controllers/schedule.ts";
import { TokenBucket } from "../../src/controllers/token-bucket.ts";
import { WaitingKeys } from "../../src/controllers/waiting-keys.ts";
import { WorkQueue } from "../../src/controllers/workqueue.ts";
import { Random } from "../../src/engine/random.ts";

function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe("the queue of keys", () => {
  test("gives each key once, in the order in which it was first added", () => {
    const queue = new WorkQueue();
    for (const key of ["a", "b", "a", "c"]) queue.add(key);
    expect([queue.length, queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([
      3,
      "a",
      "b",
      "c",
      undefined,
    ]);
  });

  test("keeps a key back that is being worked on, until that is done", () => {
    const queue = new WorkQueue();
    queue.add("a");
    queue.take();
    queue.add("a");
    expect(queue.length).toBe(0);
    queue.done("a");
    expect([queue.length, queue.take()]).toEqual([1, "a"]);
    queue.done("a");
    expect(queue.length).toBe(0);
  });

  test("gives a key out of turn, so many places behind the next", () => {
    const queue = new WorkQueue();
    for (const key of ["a", "b", "c"]) queue.add(key);
    expect([queue.take(1), queue.take(1), queue.take(1), queue.take()]).toEqual([
      "b",
      "c",
      undefined,
      "a",
    ]);
  });

  test("waits 5 ms after a failure, twice as long after each further one, 1000 s at the most", () => {
    const queue = new WorkQueue();
    const waits = Array.from({ length: 20 }, () => queue.backOff("a"));
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(waits.slice(16)).toEqual([327_680, 655_360, 1_000_000, 1_000_000]);
    expect([queue.failures("a"), queue.backOff("b")]).toEqual([20, 5]);
    queue.forget("a");
    expect(queue.backOff("a")).toBe(5);
  });

  test("goes on after a save, through JSON, where it was", () => {
    const queue = new WorkQueue();
    for (const key of ["a", "b"]) queue.add(key);
    queue.take();
    queue.add("a");
    queue.backOff("b");
    const copy = new WorkQueue(json(queue.save()));
    copy.done("a");
    expect([copy.take(), copy.take(), copy.backOff("b")]).toEqual(["b", "a", 10]);
  });
});

describe("keys that wait", () => {
  test("have the earliest time that was asked for: later ones are dropped, and timers that were overtaken", () => {
    const keys = new WaitingKeys();
    expect([keys.ask("web", 20), keys.ask("web", 30), keys.ask("web", 20)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([keys.ask("api", 30), keys.ask("web", 10)]).toEqual([true, true]);
    expect([keys.take("web", 10), keys.take("web", 20), keys.take("api", 20)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(keys.ask("web", 30)).toBe(true);
  });

  test("are taken within the millisecond that their time is in", () => {
    const keys = new WaitingKeys([["web", 10.5]]);
    expect([keys.take("web", 9), keys.take("web", 10)]).toEqual([false, true]);
  });
});

describe("expectations", () => {
  test("hold the controller back until every creation was seen or given up", () => {
    const expectations = new Expectations();
    expect(expectations.awaited("rs", 0)).toBeUndefined();
    expectations.expectCreations("rs", 3, 0);
    expectations.creationsObserved("rs", 1);
    expect(expectations.awaited("rs", 0)).toEqual({ creations: 2, deletions: 0 });
    expectations.creationsObserved("rs", 2);
    expect(expectations.awaited("rs", 0)).toBeUndefined();
  });

  test("count each awaited deletion once, and others not at all", () => {
    const expectations = new Expectations();
    expectations.expectDeletions("rs", [4, 7], 0);
    for (const row of [4, 4, 5]) expectations.deletionObserved("rs", row);
    expect(expectations.awaited("rs", 0)).toEqual({ creations: 0, deletions: 1 });
    const copy = new Expectations(json(expectations.save()));
    copy.deletionObserved("rs", 7);
    expect(copy.awaited("rs", 0)).toBeUndefined();
    expect(expectations.awaited("rs", 0)).toBeDefined();
  });

  test("are given up after five minutes", () => {
    const expectations = new Expectations();
    expectations.expectCreations("rs", 1, 1000);
    expect(expectations.awaited("rs", 301_000)).toBeDefined();
    expect(expectations.awaited("rs", 301_001)).toBeUndefined();
  });

  test("are forgotten with their ReplicaSet", () => {
    const expectations = new Expectations();
    expectations.expectDeletions("rs", [1], 0);
    expectations.forget("rs");
    expect(expectations.awaited("rs", 0)).toBeUndefined();
  });
});

describe("reading one's own writes", () => {
  test("calls caches stale that have not seen the last write of a pod, or of the ReplicaSet", () => {
    const store = new ConsistencyStore();
    store.wrote("rs", "u1", "pods", 10);
    store.wrote("rs", "u1", "replicaSet", 12);
    store.wrote("rs", "u1", "pods", 8); // an older answer changes nothing
    expect(store.isStale("rs", { pods: 9, replicaSets: 12 })).toBe(true);
    expect(store.isStale("rs", { pods: 10, replicaSets: 11 })).toBe(true);
    expect(store.isStale("rs", { pods: 10, replicaSets: 12 })).toBe(false);
    expect(store.isStale("other", { pods: 1, replicaSets: 1 })).toBe(false);
  });

  test("cannot tell of a cache that has seen nothing", () => {
    const store = new ConsistencyStore();
    store.wrote("rs", "u1", "pods", 10);
    store.wrote("rs", "u1", "replicaSet", 12);
    expect(store.isStale("rs", { pods: 0, replicaSets: 0 })).toBe(false);
    expect(store.isStale("rs", { pods: 0, replicaSets: 11 })).toBe(true);
  });

  test("begins anew for another ReplicaSet of the same name", () => {
    const store = new ConsistencyStore();
    store.wrote("rs", "u1", "pods", 10);
    store.wrote("rs", "u2", "replicaSet", 3);
    expect(store.isStale("rs", { pods: 5, replicaSets: 5 })).toBe(false);
    store.clear("rs", "u1"); // not the one that is recorded
    expect(store.save()).toEqual([["rs", { uid: "u2", pods: 0, replicaSet: 3 }]]);
    store.clear("rs", "u2");
    expect(store.save()).toEqual([]);
  });
});

describe("the limit of requests", () => {
  const tuple = (bucket: TokenBucket, ...times: number[]): number[] =>
    times.map((now) => bucket.reserve(now));

  test("gives a burst at once, then one by one, in whole ms, and a full burst after a pause", () => {
    const bucket = new TokenBucket({ qps: 30, burst: 2, latency: 0 });
    expect(tuple(bucket, 0, 0, 0, 0)).toEqual([0, 0, 34, 67]);
    expect(tuple(bucket, 10_000, 10_000, 10_000)).toEqual([10_000, 10_000, 10_034]);
    expect(new TokenBucket({ qps: 30, burst: 2 }).reserve(0)).toBe(30); // the latency
  });

  test("goes on after a save, through JSON, where it was", () => {
    const limits = { qps: 10, burst: 1, latency: 0 };
    const bucket = new TokenBucket(limits);
    tuple(bucket, 0, 0);
    expect(new TokenBucket(limits, json(bucket.save())).reserve(50)).toBe(200);
  });

  test("lets 25 Events about an object through, then one in five minutes, also after a save", () => {
    const about = (uid: string): KubeObject => {
      return { apiVersion: "v1", kind: "Pod", metadata: { name: "p", uid } };
    };
    const limits = { qps: 1e6, burst: 1e6, latency: 0 };
    let sent = 0;
    const count = (): void => void sent++;
    let client = new ThrottledClient(limits, count);
    const send = (uid: string, events: number, now: number): number => {
      sent = 0;
      client.sendEvents(about(uid), events, now);
      client = new ThrottledClient(limits, count, json(client.save()));
      for (let turn = 0; turn < 99; turn++) client.eventSent(now);
      return sent;
    };
    expect([send("a", 30, 0), send("b", 2, 0), send("b", 30, 0)]).toEqual([25, 2, 23]);
    expect([send("a", 1, 299_000), send("a", 2, 300_001)]).toEqual([0, 1]);
    expect(send("a", 30, 100 * 300_000)).toBe(25);
  });
});

describe("a schedule", () => {
  const both: readonly Move[] = ["d", "R"];

  test("plays the letters it was given, then goes on as if fresh", () => {
    const schedule = new Schedule({ name: "R.d" }, new Random("0"));
    const moves = [0, 1, 2, 3].map(() => schedule.next(both, 0, undefined));
    expect([moves.join(""), schedule.next([], 0, undefined), schedule.played]).toEqual([
      "R.dd",
      ".",
      "R.dd.",
    ]);
  });

  test("says which letter of a recording cannot be played, and what could", () => {
    const schedule = new Schedule({ name: "p" }, new Random("0"));
    expect(() => schedule.next(both, 0, undefined)).toThrow(
      "move 1 of the recorded schedule is p, but only d R . can be made there",
    );
  });

  test("drawn at random only plays possible moves, and idles only where something is near", () => {
    const schedule = new Schedule({ name: "random" }, new Random("0"));
    const far = new Set(Array.from({ length: 200 }, () => schedule.next(both, 0, 2001)));
    const near = new Set(Array.from({ length: 200 }, () => schedule.next(both, 0, 2000)));
    expect([[...far].toSorted(), [...near].toSorted()]).toEqual([
      ["R", "d"],
      [".", "R", "d"],
    ]);
    expect(schedule.next([], 0, 1)).toBe(".");
  });

  test("drawn at random with own writes first delivers those before it syncs a Deployment", () => {
    const schedule = new Schedule({ name: "random-own" }, new Random("0"));
    const drawn = (...possible: Move[]): readonly Move[] =>
      [
        ...new Set(Array.from({ length: 60 }, () => schedule.next(possible, 0, undefined))),
      ].toSorted();
    expect([drawn("d", "D"), drawn("r", "D"), drawn("p", "D", "R")]).toEqual([
      ["d"],
      ["r"],
      ["D", "R", "p"],
    ]);
  });

  test("is read as people write it, with white space and a time until which it is fresh", () => {
    expect(scheduleOf("fresh until 60 000 ms, then d R")).toEqual({ name: "dR", fromMs: 60_000 });
    expect([scheduleOf("ran dom"), scheduleOf("d\n.")]).toEqual([
      { name: "random" },
      { name: "d." },
    ]);
    expect(() => scheduleOf("fresh until then")).toThrow("schedule fresh until then: use fresh,");
  });

  test("is fresh before the instant that it starts at", () => {
    const schedule = new Schedule({ name: "random", fromMs: 100 }, new Random("0"));
    expect([schedule.isFresh(99), schedule.isFresh(100), schedule.alwaysFresh]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    ["fresh", true],
    ["random", true],
    ["", true],
    ["drpDR.", true],
    ["drx", false],
  ])("named %j: %s", (name, known) => {
    expect(isSchedule(name)).toBe(known);
  });
});
