import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { Scheduler, type NodeOptions } from "../../src/scheduler/scheduler.ts";
import { runs } from "../support/seed.ts";

/** More pods come than go, a number of those that are there. */
const steps = fc.oneof(
  { weight: 2, arbitrary: fc.constant("place" as const) },
  { weight: 1, arbitrary: fc.nat(100) },
);

function scheduler(options: Partial<NodeOptions> = {}): Scheduler {
  return new Scheduler({ rooms: [2, 2, 2], placement: "spread", ...options });
}

describe("the scheduler", () => {
  test("spreads pods: each goes to a node with the fewest", () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.array(steps, { maxLength: 80 }),
      (nodes, taken) => {
        const world = scheduler({ rooms: Array.from({ length: nodes }, () => 4) });
        const placed: number[] = [];
        const counts = Array.from({ length: nodes }, () => 0);
        for (const [row, step] of taken.entries()) {
          if (step !== "place" && placed.length > 0) {
            const [node] = placed.splice(step % placed.length, 1);
            world.release(node!);
            counts[node!]!--;
            continue;
          }
          const node = world.place(row);
          const fewest = Math.min(...counts);
          if (fewest === 4) expect(node).toBeUndefined();
          else expect(counts[node!]).toBe(fewest);
          if (node === undefined) continue;
          counts[node]!++;
          placed.push(node);
        }
        expect(counts.map((_, node) => world.podsOn(node))).toEqual(counts);
      },
    );
    fc.assert(property, runs(200));
  });

  test("keeps nodes by their pods as plain lists would, whichever node a pod comes to or leaves", () => {
    const NODES = 5;
    const moves = fc.array(fc.tuple(fc.nat(NODES - 1), fc.boolean()), { maxLength: 60 });
    const property = fc.property(moves, (taken) => {
      const world = scheduler({ rooms: Array.from({ length: NODES }, () => 100) });
      const lists = [world.save().order[0]!];
      for (const [row, [node, leaves]] of taken.entries()) {
        const count = world.podsOn(node);
        if (leaves && count === 0) continue;
        if (leaves) world.release(node);
        else expect(world.place(row, (other) => other !== node)).toBe(node);
        // The last of its list takes its place, and it goes to the end of another.
        const list = lists[count]!;
        const last = list.at(-1)!;
        lists[count] = list.map((each) => (each === node ? last : each)).slice(0, -1);
        const next = count + (leaves ? -1 : 1);
        lists[next] = [...(lists[next] ?? []), node];
        expect(world.save().order).toEqual(lists);
      }
    });
    fc.assert(property, runs(200));
  });

  test("takes the first nodes first", () => {
    const world = scheduler();
    expect([1, 2, 3, 4].map((row) => world.place(row))).toEqual([0, 1, 2, 2]);
  });

  test("lets pods wait that fit nowhere, in order of arrival, each once", () => {
    const world = scheduler({ rooms: [2] });
    expect([1, 2, 3, 4, 3].map((row) => world.place(row))).toEqual([
      0,
      0,
      undefined,
      undefined,
      undefined,
    ]);
    expect(world.takeWaitingThat(() => "fits")).toBe(3);
    world.place(3);
    expect(world.takeWaiting()).toEqual([4, 3]);
    expect(world.takeWaitingThat(() => "fits")).toBeUndefined();
  });

  test("forgets pods that are gone while they wait", () => {
    const world = scheduler({ rooms: [1] });
    for (const row of [1, 2, 3]) world.place(row);
    const judge = (row: number): "gone" | "waits" => (row === 2 ? "gone" : "waits");
    expect([world.waiting, world.takeWaitingThat(judge), world.waiting]).toEqual([2, undefined, 1]);
  });

  test("gives a cordoned node no pods until it is uncordoned", () => {
    const world = scheduler();
    world.cordon(0);
    world.cordon(2);
    expect([world.isCordoned(0), world.place(1), world.place(2), world.place(3)]).toEqual([
      true,
      1,
      1,
      undefined,
    ]);
    world.uncordon(2);
    expect(world.place(3)).toBe(2);
  });

  test("goes around the nodes, room or not, where that is asked for", () => {
    const world = scheduler({ placement: "round-robin", rooms: [1, 1, 1] });
    expect([1, 2, 3, 4, 5].map((row) => world.place(row))).toEqual([0, 1, 2, 0, 1]);
  });

  test("goes on around the nodes after a save", () => {
    const options = { placement: "round-robin", rooms: [9, 9, 9] } as const;
    const world = new Scheduler(options);
    world.place(1);
    expect(new Scheduler(options, world.save()).place(2)).toBe(1);
  });

  test("goes on after a save, through JSON, as it would have", () => {
    const property = fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (steps) => {
      const world = scheduler();
      world.cordon(1);
      const placed: number[] = [];
      for (const [row, place] of steps.entries()) {
        const node = place ? world.place(row) : undefined;
        if (node !== undefined) placed.push(node);
        if (!place && placed.length > 0) world.release(placed.pop()!);
      }
      const options = { rooms: [2, 2, 2], placement: "spread" } as const;
      const copy = new Scheduler(options, JSON.parse(JSON.stringify(world.save())));
      for (const row of [100, 101, 102, 103]) expect(copy.place(row)).toBe(world.place(row));
      expect(copy.save()).toEqual(world.save());
      expect(copy.takeWaiting()).toEqual(world.takeWaiting());
    });
    fc.assert(property, runs(100));
  });

  test("refuses a cluster without nodes", () => {
    expect(() => scheduler({ rooms: [] })).toThrow("no nodes");
  });
});

test.each([
  ["once the room is free", ["running", "waiting 1"]],
  ["before there is room", ["waiting 1", "running"]],
])("the next waiting pod gets the room where the one before it is deleted %s", (_, deleted) => {
  const cluster = new Cluster({ nodes: 1, podsPerNode: 1 });
  const pod = (name: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: name.replace(" ", "-"), namespace: "default" },
    spec: { containers: [{ name: "web", image: "web:1" }] },
  });
  for (const name of ["running", "waiting 1", "waiting 2"]) {
    cluster.act("create", (api) => expect(api.create(pod(name))).toMatchObject({ ok: true }));
    cluster.runUntil(cluster.now + 1_000);
  }
  // At one instant.
  cluster.act("delete", (api) => {
    for (const name of deleted) {
      const ref = { resource: "pods", name: pod(name).metadata.name };
      expect(api.delete(ref, { gracePeriodSeconds: 0 })).toMatchObject({ ok: true });
    }
  });
  cluster.runUntil(cluster.now + 5_000);
  const left = cluster.api.list("pods");
  expect(left.map(({ metadata, spec }) => [metadata.name, spec.nodeName])).toEqual([
    ["waiting-2", "node-1"],
  ]);
});
