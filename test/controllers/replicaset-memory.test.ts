/** What the ReplicaSet controller remembers from one sync of a key to the next, and what makes it forget. */
import { describe, expect, test } from "vitest";
import type { ReplicaSet } from "../../src/api/apps.ts";
import { failure } from "../../src/api/status.ts";
import { Store } from "../../src/apiserver/store.ts";
import { Caches } from "../../src/controllers/caches.ts";
import type { Outcome, Write } from "../../src/controllers/reconcile.ts";
import { ReplicaSetController } from "../../src/controllers/replicaset/controller.ts";
import { featureGates, KUBERNETES_VERSION } from "../../src/features.ts";
import { web } from "../support/web.ts";

const key = "default/web";
const MINUTE = 60_000;

function replicaSet(uid: string): ReplicaSet {
  const { selector, template } = web(1).spec;
  const metadata = { name: "web", namespace: "default", uid, resourceVersion: "7" };
  const spec = { replicas: 2, selector, template };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata,
    spec,
    status: { replicas: 0 },
  };
}

/** A controller whose caches hold the ReplicaSet of `uid`, and have seen the pods and ReplicaSets up to there. */
function world({ seen = 7, consistency = true } = {}) {
  let now = 0;
  const store = new Store(0, () => now);
  const caches = new Caches(store, [], "own");
  const features = { ...featureGates(KUBERNETES_VERSION), consistency };
  const open = (saved?: ConstructorParameters<typeof ReplicaSetController>[2]) => {
    const controller = new ReplicaSetController(features, store, saved);
    controller.readFrom(caches);
    return controller;
  };
  const rs = replicaSet("a");
  caches.replicaSets.set(key, rs);
  Object.assign(caches.seen, { pods: seen, replicasets: seen });
  const controller = open();
  const begin = (): void => controller.begun(key, controller.view(key));
  const wait = (ms: number): number => (now += ms);
  return { controller, caches, rs, open, begin, wait };
}

const creations = { do: "expect-creations", count: 3 } as const;
const deletions = { do: "expect-deletions", rows: [4, 5] } as const;

describe("what is awaited", () => {
  test("is what was announced last: so many pods to come, or those that are to go", () => {
    const { controller } = world();
    expect(controller.view(key).awaited).toBeUndefined();
    controller.expect(key, creations);
    expect(controller.view(key).awaited).toEqual({ creations: 3, deletions: 0 });
    controller.expect(key, deletions);
    expect(controller.view(key).awaited).toEqual({ creations: 0, deletions: 2 });
    expect(controller.view("default/other").awaited).toBeUndefined();
  });

  test("is less by what was not tried, and by pods that are gone already", () => {
    const { controller, rs } = world();
    controller.expect(key, creations);
    controller.expect(key, { do: "forgo-creations", count: 2 });
    expect(controller.view(key).awaited).toEqual({ creations: 1, deletions: 0 });
    controller.expect(key, deletions);
    const effect = { do: "delete-pods", replicaSet: rs, rows: [4, 5] } as unknown as Write;
    controller.wrote(key, effect, { done: 1, missing: [5, 9] });
    expect(controller.view(key).awaited).toEqual({ creations: 0, deletions: 1 });
  });

  test("holds for five minutes, after a restore too", () => {
    const { controller, open, wait } = world();
    controller.expect(key, creations);
    const restored = open(controller.save());
    for (const each of [controller, restored]) expect(each.view(key).awaited).toBeDefined();
    wait(5 * MINUTE);
    expect(controller.view(key).awaited).toBeDefined();
    wait(1);
    for (const each of [controller, restored]) expect(each.view(key).awaited).toBeUndefined();
  });

  test.each<["kept" | "forgotten", string, (at: ReturnType<typeof world>) => void]>([
    [
      "kept",
      "its status changes",
      ({ controller, rs }) => controller.replicaSetChanged(rs, rs, "there"),
    ],
    [
      "kept",
      "it appears",
      ({ controller, rs }) => controller.replicaSetChanged(rs, undefined, "there"),
    ],
    [
      "forgotten",
      "it is gone",
      ({ controller, rs }) => controller.replicaSetChanged(rs, undefined, "gone"),
    ],
    [
      "forgotten",
      "another of its name is there",
      ({ controller, rs }) => controller.replicaSetChanged(replicaSet("b"), rs, "there"),
    ],
    ["kept", "a sync finds it", ({ begin }) => begin()],
    [
      "forgotten",
      "a sync does not find it",
      ({ begin, caches }) => {
        caches.replicaSets.clear();
        begin();
      },
    ],
  ])("is %s when %s", (then, _, happens) => {
    const at = world();
    at.controller.expect(key, creations);
    happens(at);
    const restored = at.open(at.controller.save());
    for (const each of [at.controller, restored]) {
      expect(each.view(key).awaited === undefined).toBe(then === "forgotten");
    }
  });
});

describe("its own writes", () => {
  const pods = (uid: string) =>
    ({ do: "create-pods", replicaSet: replicaSet(uid), count: 1 }) as unknown as Write;
  const status = { do: "update/status", resource: "replicasets", object: {} } as unknown as Write;
  const at = (resourceVersion: string): Outcome =>
    ({ ok: true, value: { metadata: { resourceVersion } } }) as unknown as Outcome;

  test("make caches stale that have seen less, unless the feature is off", () => {
    for (const [seen, consistency, stale] of [
      [7, true, true],
      [8, true, false],
      [7, false, false],
    ] as const) {
      const { controller } = world({ seen, consistency });
      controller.wrote(key, pods("a"), { done: 1, resourceVersion: 8 } as unknown as Outcome);
      expect([seen, consistency, controller.view(key).stale]).toEqual([seen, consistency, stale]);
    }
  });

  test("are those of pods that it made or adopted, not deletions", () => {
    const { controller } = world();
    const deleted = { do: "delete-pods", replicaSet: replicaSet("a"), rows: [4] };
    const done = { done: 1, resourceVersion: 8 } as unknown as Outcome;
    controller.wrote(key, deleted as unknown as Write, done);
    expect(controller.view(key).stale).toBe(false);
  });

  test("a status counts in the name of the ReplicaSet that the sync had read; a refused one not at all", () => {
    const { controller, begin, rs } = world();
    begin();
    controller.wrote(key, status, { ok: false, status: failure(409, "Conflict", "no") });
    expect(controller.view(key).stale).toBe(false);
    controller.wrote(key, status, at("8"));
    expect(controller.view(key).stale).toBe(true);
    // Somebody else's end.
    controller.replicaSetChanged(replicaSet("b"), undefined, "gone");
    expect(controller.view(key).stale).toBe(true);
    controller.replicaSetChanged(rs, undefined, "gone");
    expect(controller.view(key).stale).toBe(false);
  });

  test("of a ReplicaSet whose place another takes are forgotten", () => {
    const { controller, begin, rs } = world();
    begin();
    controller.wrote(key, status, at("8"));
    controller.replicaSetChanged(replicaSet("b"), rs, "there");
    expect(controller.view(key).stale).toBe(false);
  });

  test("are forgotten when a sync has begun that sees them, and not by one that does not", () => {
    const { controller, begin, caches } = world();
    controller.wrote(key, pods("a"), { done: 1, resourceVersion: 8 } as unknown as Outcome);
    begin();
    expect(controller.view(key).stale).toBe(true);
    caches.seen.pods = 8;
    begin();
    caches.seen.pods = 7;
    expect(controller.view(key).stale).toBe(false);
  });

  test("are remembered over a restore, with the ReplicaSet that was read", () => {
    const { controller, begin, open, rs } = world();
    begin();
    const restored = open(controller.save());
    restored.wrote(key, status, at("8"));
    const again = open(restored.save());
    expect(again.view(key).stale).toBe(true);
    again.replicaSetChanged(rs, undefined, "gone");
    expect(again.view(key).stale).toBe(false);
  });
});
