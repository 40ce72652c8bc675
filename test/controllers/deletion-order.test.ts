import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Flag, Phase, UNBOUND, type PodRecord } from "../../src/apiserver/pod-columns.ts";
import { PodTable } from "../../src/apiserver/pod-table.ts";
import { firstByCohorts } from "../../src/controllers/replicaset/deletion-cohorts.ts";
import {
  EXACT_LIMIT,
  inGoOrder,
  podsToDelete,
} from "../../src/controllers/replicaset/deletion-order.ts";
import type { PodListing } from "../../src/controllers/replicaset/view.ts";
import { runs } from "../support/seed.ts";

const NOW_S = 5000;
const MINE = 0;
const OTHER = 1;

type Drawn = Pick<
  PodRecord,
  "owner" | "node" | "phase" | "flags" | "readyS" | "createdS" | "restarts" | "deletionCost"
>;

type UidOf = (row: number) => number;
const inOrder: UidOf = (row) => row + 1;
const scattered: UidOf = (row) => 1 + ((row * 37) % 61);

function listing(pods: readonly Drawn[], uidOf = inOrder): PodListing {
  const table = new PodTable();
  pods.forEach((pod, row) =>
    table.put(row, { ...pod, uid: uidOf(row), flags: pod.flags | Flag.Present, source: 0 }),
  );
  return { pods: table, owner: MINE, related: [OTHER, MINE] };
}

const settled = {
  createdS: fc.constant(4000),
  restarts: fc.constant(0),
  readyS: fc.constant(4500),
};

const running = {
  phase: Phase.Running,
  deletionCost: 0,
  createdS: 4000,
  restarts: 0,
  readyS: 4500,
};

/**
 * Pods that differ in one of the times only: by all three at once Kubernetes' comparison goes in circles,
 * as alike ages are decided by UID before restarts are looked at.
 */
function drawnBy(times: Partial<Record<keyof typeof settled, fc.Arbitrary<number>>>) {
  return fc.record({
    owner: fc.constantFrom(MINE, MINE, MINE, OTHER),
    node: fc.integer({ min: UNBOUND, max: 3 }),
    phase: fc.constantFrom(
      Phase.Pending,
      Phase.Running,
      Phase.Running,
      Phase.Unknown,
      Phase.Failed,
    ),
    flags: fc.constantFrom(0, Flag.Ready, Flag.Ready, Flag.Ready | Flag.Deleting),
    deletionCost: fc.constantFrom(0, 0, 0, -5, 7),
    ...settled,
    ...times,
  });
}

const age = fc.oneof(fc.integer({ min: 4990, max: 5001 }), fc.integer({ min: 0, max: NOW_S }));
const drawn: fc.Arbitrary<Drawn[]> = fc.oneof(
  fc.array(drawnBy({ readyS: age }), { maxLength: 60 }),
  fc.array(drawnBy({ createdS: age }), { maxLength: 60 }),
  fc.array(drawnBy({ restarts: fc.nat(3) }), { maxLength: 60 }),
);

function isActive({ flags, phase }: Drawn): boolean {
  return (flags & Flag.Deleting) === 0 && phase !== Phase.Failed && phase !== Phase.Succeeded;
}

/** floor(log2(ns)), counted in bits. */
function logarithm(since: number, now: number): number {
  const ns = BigInt(now - since * 1000) * 1_000_000n;
  return ns <= 0n ? -1 : ns.toString(2).length - 1;
}

/** The order as its documentation tells it, key by key. */
function naive(
  pods: readonly Drawn[],
  uidOf = inOrder,
  now = NOW_S * 1000,
): (a: number, b: number) => number {
  const active = pods.filter(isActive);
  const crowd = (node: number): number => active.filter((pod) => pod.node === node).length;
  const phases: number[] = [Phase.Pending, Phase.Unknown, Phase.Running];
  return (a, b) => {
    const [left, right] = [pods[a]!, pods[b]!];
    if ((left.node === UNBOUND) !== (right.node === UNBOUND)) return left.node === UNBOUND ? -1 : 1;
    const byPhase = phases.indexOf(left.phase) - phases.indexOf(right.phase);
    if (byPhase !== 0) return byPhase;
    if (left.flags !== right.flags) return (left.flags & Flag.Ready) === 0 ? -1 : 1;
    if (left.deletionCost !== right.deletionCost) return left.deletionCost - right.deletionCost;
    const byCrowd = crowd(right.node) - crowd(left.node);
    if (byCrowd !== 0) return byCrowd;
    if (left.flags === Flag.Ready && left.readyS !== right.readyS) {
      return logarithm(left.readyS, now) - logarithm(right.readyS, now) || uidOf(a) - uidOf(b);
    }
    if (left.restarts !== right.restarts) return right.restarts - left.restarts;
    if (left.createdS === right.createdS) return 0;
    return logarithm(left.createdS, now) - logarithm(right.createdS, now) || uidOf(a) - uidOf(b);
  };
}

function activeRows(pods: readonly Drawn[]): number[] {
  return [...pods.keys()].filter((row) => pods[row]!.owner === MINE && isActive(pods[row]!));
}

function ascending(rows: readonly number[]): number[] {
  return rows.toSorted((a, b) => a - b);
}

describe("the order in which pods are deleted", () => {
  test("is that of Kubernetes' keys, one after the other", () => {
    const property = fc.property(drawn, (pods) => {
      const rows = inGoOrder(listing(pods, scattered), NOW_S * 1000);
      const compare = naive(pods, scattered);
      expect(ascending(rows)).toEqual(activeRows(pods));
      for (let i = 1; i < rows.length; i++)
        expect(compare(rows[i - 1]!, rows[i]!)).toBeLessThanOrEqual(0);
    });
    fc.assert(property, runs(300));
  });

  test("is the same taken group by group, alike pods in order of age", () => {
    const property = fc.property(drawn, fc.nat(60), (pods, asked) => {
      const rows = activeRows(pods);
      const count = Math.min(asked, Math.max(0, rows.length - 1));
      const sorted = rows.toSorted(naive(pods));
      const taken = firstByCohorts(listing(pods), count, NOW_S * 1000);
      expect(ascending(taken)).toEqual(ascending(sorted.slice(0, count)));
    });
    fc.assert(property, runs(500));
  });

  test("is the same where most pods have a node of their own, however many go", () => {
    const pods = Array.from({ length: 40 }, (_, row): Drawn => {
      return { ...running, owner: MINE, node: row % 37, flags: Flag.Ready, createdS: 4000 - row };
    });
    const sorted = activeRows(pods).toSorted(naive(pods));
    for (let count = 0; count < pods.length; count++) {
      const taken = firstByCohorts(listing(pods), count, NOW_S * 1000);
      expect(ascending(taken)).toEqual(ascending(sorted.slice(0, count)));
    }
  });

  test("stays the same group by group while pods go, batch after batch", () => {
    const property = fc.property(drawn, fc.integer({ min: 1, max: 9 }), (pods, batch) => {
      const world = listing(pods);
      let left = [...pods];
      while (activeRows(left).length > batch) {
        const taken = ascending(firstByCohorts(world, batch, NOW_S * 1000));
        const sorted = activeRows(left).toSorted(naive(left));
        expect(taken).toEqual(ascending(sorted.slice(0, batch)));
        for (const row of taken) world.pods.remove(row);
        left = left.map((pod, row) =>
          taken.includes(row) ? { ...pod, phase: Phase.Failed } : pod,
        );
      }
    });
    fc.assert(property, runs(100));
  });

  test("stays the same group by group while pods change, come and come back", () => {
    // So alike that there are many of a kind on each node.
    const { Ready, Deleting } = Flag;
    const one = drawnBy({}).map((pod) => ({ ...pod, node: pod.node & 1, phase: Phase.Running }));
    const alike = fc
      .tuple(one, fc.constantFrom(Ready, Ready, Ready, 0, Ready | Deleting))
      .map(([pod, flags]) => ({ ...pod, flags, deletionCost: 0 }));
    const change = fc.tuple(fc.nat(70), alike, fc.integer({ min: 1, max: 4 }));
    const changes = fc.array(change, { minLength: 20, maxLength: 40 });
    const property = fc.property(
      fc.array(alike, { minLength: 40, maxLength: 60 }),
      changes,
      (before, all) => {
        const world = listing(before);
        const pods = [...before];
        for (const [at, pod, count] of all) {
          const row = Math.min(at, pods.length);
          world.pods.put(row, { ...pod, uid: row + 1, flags: pod.flags | Flag.Present, source: 0 });
          pods[row] = pod;
          const sorted = activeRows(pods).toSorted(naive(pods));
          if (sorted.length <= count) continue;
          const taken = firstByCohorts(world, count, NOW_S * 1000);
          expect(ascending(taken)).toEqual(ascending(sorted.slice(0, count)));
        }
      },
    );
    fc.assert(property, runs(60));
  });

  test("stays the same group by group while pods grow older", () => {
    const { Ready } = Flag;
    // Ages in seconds that are soon twice as great.
    const young = fc.integer({ min: NOW_S - 20, max: NOW_S + 1 });
    const kind = (times: Parameters<typeof drawnBy>[0]) =>
      drawnBy(times).map((pod) => ({
        ...pod,
        phase: Phase.Running,
        flags: Ready,
        node: pod.node & 3,
      }));
    const all = fc.oneof(
      fc.array(kind({ readyS: young }), { minLength: 30, maxLength: 60 }),
      fc.array(kind({ createdS: young }), { minLength: 30, maxLength: 60 }),
    );
    const turns = fc.array(fc.tuple(fc.nat(3000), fc.integer({ min: 1, max: 4 })), {
      maxLength: 25,
    });
    const property = fc.property(all, turns, (before, later) => {
      const pods: Drawn[] = before.map((pod) => ({ ...pod, deletionCost: 0 }));
      const world = listing(pods);
      let now = NOW_S * 1000;
      for (const [passed, count] of later) {
        now += passed;
        const sorted = activeRows(pods).toSorted(naive(pods, inOrder, now));
        if (sorted.length <= count) return;
        const taken = ascending(firstByCohorts(world, count, now));
        expect(taken).toEqual(ascending(sorted.slice(0, count)));
        for (const row of taken) {
          world.pods.remove(row);
          pods[row] = { ...pods[row]!, phase: Phase.Failed };
        }
      }
    });
    fc.assert(property, runs(150));
  });

  test("is the same after saving and restoring, even where Kubernetes' comparison goes in circles", () => {
    const young = fc.integer({ min: NOW_S - 9, max: NOW_S });
    const kind = drawnBy({ readyS: young, createdS: young, restarts: fc.nat(1) }).map((pod) => ({
      ...pod,
      owner: MINE,
      phase: Phase.Running,
      flags: Flag.Ready,
      deletionCost: 0,
    }));
    const change = fc.tuple(fc.nat(39), kind, fc.integer({ min: 1, max: 20 }));
    const property = fc.property(
      fc.array(kind, { minLength: 40, maxLength: 40 }),
      fc.array(change, { minLength: 5, maxLength: 12 }),
      (before, changes) => {
        const world = listing(before);
        for (const [row, pod, count] of changes) {
          world.pods.put(row, { ...pod, uid: row + 1, flags: pod.flags | Flag.Present });
          const taken = firstByCohorts(world, count, NOW_S * 1000);
          const restored = { ...world, pods: PodTable.restore(world.pods.save()) };
          expect(taken).toEqual(firstByCohorts(restored, count, NOW_S * 1000));
        }
      },
    );
    fc.assert(property, runs(50));
  });

  test("counts the pods of each node anew, however many have changed elsewhere meanwhile", () => {
    const mine = { ...running, owner: MINE, node: 0, flags: Flag.Ready };
    const pods: Drawn[] = [mine, { ...mine, node: 1 }, { ...mine, node: 1 }];
    const world = listing(pods);
    const first = (related = world.related) =>
      firstByCohorts({ ...world, related }, 1, NOW_S * 1000);
    expect(first()).toEqual([1]);
    const others = [3, 4].map((row) => ({ row, pod: { ...mine, owner: OTHER, node: 0 } }));
    const put = ({ row, pod }: { row: number; pod: Drawn }) =>
      world.pods.put(row, { ...pod, uid: row + 1, flags: pod.flags | Flag.Present, source: 0 });
    for (const other of others) put(other);
    expect(first()).toEqual([0]);
    expect(first([MINE])).toEqual([1]);
    expect(first()).toEqual([0]);
    put({ row: 3, pod: { ...mine, owner: OTHER, node: 7 } });
    expect(first()).toEqual([0]);
    world.pods.remove(4);
    for (let i = 0; i < 600; i++)
      put({ row: 5, pod: { ...mine, owner: OTHER, node: 6 + (i % 3) } });
    expect(first()).toEqual([1]);
    put({ row: 6, pod: { ...mine, node: 9 } });
    expect(first()).toEqual([1]);
  });

  test.each([
    ["up to the limit, as Go sorts", EXACT_LIMIT],
    ["beyond the limit, group by group", EXACT_LIMIT + 1],
  ])("holds for many pods %s", (_, size) => {
    const many = fc.array(drawnBy({ readyS: age }), { minLength: 60, maxLength: 60 });
    const property = fc.property(many, fc.integer({ min: 1, max: 500 }), (kinds, count) => {
      const mine = { ...kinds[0]!, owner: MINE, phase: Phase.Running, flags: 0, node: 9 };
      const active = kinds.filter((pod) => pod.owner === MINE && isActive(pod));
      const others = kinds.filter((pod) => !active.includes(pod));
      const some = [mine, ...active];
      const pods = [...others, ...Array.from({ length: size }, (_, i) => some[i % some.length]!)];
      expect(activeRows(pods)).toHaveLength(size);
      const compare = naive(pods);
      const taken = podsToDelete(listing(pods), count, NOW_S * 1000);
      expect(new Set(taken).size).toBe(count);
      const stay = activeRows(pods).filter((row) => !taken.includes(row));
      const first = stay.reduce((a, b) => (compare(a, b) <= 0 ? a : b));
      const last = taken.reduce((a, b) => (compare(a, b) >= 0 ? a : b));
      expect(compare(last, first)).toBeLessThanOrEqual(0);
    });
    fc.assert(property, runs(4));
  });

  const pod: Drawn = {
    owner: MINE,
    node: 0,
    phase: Phase.Running,
    flags: Flag.Ready,
    readyS: 1,
    createdS: 1,
    restarts: 0,
    deletionCost: 0,
  };

  test("is that in which pods are listed where they are alike in all, whatever their UIDs", () => {
    const alike = listing([pod, pod, pod], (row) => 9 - row);
    expect(inGoOrder(alike, NOW_S * 1000)).toEqual([0, 1, 2]);
  });

  test.each(["readyS", "createdS"] as const)(
    "is by UID where %s is of the same age class",
    (time) => {
      // 10 to 12 s are between 2^33 and 2^34 ns, 8 s are not.
      const pods = [12, 11, 10, 8].map((age) => ({ ...pod, [time]: NOW_S - age }));
      const alike = listing(pods, (row) => 9 - row);
      expect(inGoOrder(alike, NOW_S * 1000)).toEqual([3, 2, 1, 0]);
    },
  );

  test("is not asked for where all pods go", () => {
    expect(podsToDelete(listing([pod, { ...pod, owner: OTHER }, pod]), 5, NOW_S * 1000)).toEqual([
      0, 2,
    ]);
  });
});
