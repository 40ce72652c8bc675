import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_OWNER, Phase, type PodRecord } from "../../src/apiserver/pod-columns.ts";
import { PodTable } from "../../src/apiserver/pod-table.ts";
import { MOST_PODS, TooManyPods } from "../../src/apiserver/too-many-pods.ts";
import { runs } from "../support/seed.ts";
import { isActive, isReady, OWNERS, podChange, PodModel } from "./pod-model.ts";

const changes = fc.array(podChange, { maxLength: 150 });
const owners = Array.from({ length: OWNERS }, (_, owner) => owner);

/** What the table keeps as pods change, counted anew from the records. */
function recount(model: PodModel, owner: number, now: number): Record<string, unknown> {
  const pods = model.owned(owner).map((row) => model.records[row]!);
  const living = pods.filter(({ phase }) => phase !== Phase.Failed && phase !== Phase.Succeeded);
  const active = pods.filter(isActive);
  const ready = active.filter(isReady);
  const due = (pod: PodRecord): number => (pod.readyS + 2) * 1000 - now;
  return {
    active: active.length,
    ready: ready.length,
    terminating: living.length - active.length,
    nonTerminal: living.length,
    available: ready.filter((pod) => due(pod) <= 0).length,
    readySeconds: [...new Set(ready.map((pod) => pod.readyS))].toSorted((a, b) => a - b),
    onNodes: [0, 1, 2, 3, 4, 5].map((at) => active.filter(({ node }) => node + 1 === at).length),
    rows: model.owned(owner),
  };
}

function counted(table: PodTable, owner: number, now: number): Record<string, unknown> {
  const onNodes = table.onNodes(owner);
  return {
    active: table.active(owner),
    ready: table.ready(owner),
    terminating: table.terminating(owner),
    nonTerminal: table.nonTerminal(owner),
    available: table.available(owner, 2, now),
    readySeconds: table.readySeconds(owner).toSorted((a, b) => a - b),
    onNodes: [0, 1, 2, 3, 4, 5].map((at) => onNodes[at] ?? 0),
    rows: table.rowsOf(owner),
  };
}

describe("the table of pods", () => {
  test("keeps the counts that a recount of all pods gives", () => {
    const property = fc.property(changes, fc.integer({ min: 1000, max: 1008 }), (list, second) => {
      const model = new PodModel();
      const now = second * 1000;
      for (const change of list) model.apply(change);
      for (const owner of owners) {
        expect(counted(model.table, owner, now)).toEqual(recount(model, owner, now));
      }
      const all = [...owners, NO_OWNER].flatMap((owner) => model.owned(owner));
      const ended = all.filter((row) => model.table.isTerminal(row));
      expect(model.table.live).toBe(all.length - ended.length);
    });
    fc.assert(property, runs(300));
  });

  test("holds every record as it was written, and knows which are gone", () => {
    const property = fc.property(changes, (list) => {
      const model = new PodModel();
      for (const change of list) model.apply(change);
      expect(model.table.length).toBe(model.records.length);
      model.records.forEach((record, row) => {
        expect(model.table.isPresent(row)).toBe(record !== undefined);
        if (record !== undefined) expect(model.table.record(row)).toEqual(record);
      });
      expect(model.table.isPresent(model.records.length)).toBe(false);
    });
    fc.assert(property, runs(100));
  });

  test("goes on from a saved copy as from itself", () => {
    const property = fc.property(changes, changes, (before, after) => {
      const model = new PodModel();
      for (const change of before) model.apply(change);
      const saved = structuredClone(model.table.save());
      const copy = new PodModel(PodTable.restore(saved), model.records);
      for (const change of after) {
        model.apply(change);
        copy.apply(change);
      }
      for (const owner of owners) {
        expect(counted(copy.table, owner, 1_003_000)).toEqual(
          counted(model.table, owner, 1_003_000),
        );
      }
    });
    fc.assert(property, runs(100));
  });

  test("saves a copy: later changes do not reach it", () => {
    const model = new PodModel();
    model.apply({ do: "append", owner: 0, createdS: 1000 });
    const saved = model.table.save();
    model.apply({ do: "remove", row: 0 });
    expect(PodTable.restore(saved).isPresent(0)).toBe(true);
  });
});

describe("cohorts", () => {
  const key = (pod: PodRecord): string =>
    [
      pod.node >= 0,
      pod.phase,
      isReady(pod),
      pod.deletionCost,
      isReady(pod) ? pod.readyS : 0,
      pod.restarts,
      pod.createdS,
    ].join();

  /** Rows of active pods by all that they have in common. */
  function grouped(model: PodModel, owner: number): Map<string, number[]> {
    const groups = new Map<string, number[]>();
    for (const row of model.owned(owner)) {
      const pod = model.records[row]!;
      if (!isActive(pod)) continue;
      groups.set(key(pod), [...(groups.get(key(pod)) ?? []), row]);
    }
    return groups;
  }

  function kept({ table }: PodModel, owner: number): Map<string, number[]> {
    const cohorts = table.cohorts(owner);
    const groups = new Map<string, number[]>();
    for (const tier of cohorts.tiers()) {
      const { bound, phase, ready, deletionCost } = tier;
      for (const cohort of tier.cohorts) {
        const { readyS, restarts, createdS } = cohort;
        const rows = cohorts.rowsOf(cohort).slice(cohort.head);
        const name = [bound, phase, ready, deletionCost, readyS, restarts, createdS].join();
        groups.set(
          name,
          rows.filter((row) => cohorts.isIn(cohort, row)),
        );
        expect(groups.get(name)).toHaveLength(cohort.count);
      }
    }
    return groups;
  }

  function onNodes({ table, records }: PodModel, owner: number): void {
    const cohorts = table.cohorts(owner);
    for (const tier of cohorts.tiers()) {
      const rows = tier.cohorts.flatMap((cohort) =>
        cohorts.rowsOf(cohort).filter((row) => cohorts.isIn(cohort, row)),
      );
      cohorts.onNodes(tier).forEach((count, at) => {
        expect(count).toBe(rows.filter((row) => records[row]!.node + 1 === at).length);
      });
    }
  }

  test("are the groups that sorting all active pods by hand gives, whenever they are asked for", () => {
    const property = fc.property(changes, changes, changes, (first, second, third) => {
      const model = new PodModel();
      for (const list of [first, second, third]) {
        for (const change of list) model.apply(change);
        for (const owner of owners) {
          expect(kept(model, owner)).toEqual(grouped(model, owner));
          onNodes(model, owner);
        }
      }
    });
    fc.assert(property, runs(150));
  });
});

test("a table of pods has an end, and a replica count with a zero too many finds it", () => {
  const table = new PodTable();
  expect(() => table.put(MOST_PODS, { owner: 0 })).toThrow(TooManyPods);
  expect(table.length).toBe(0);
});
