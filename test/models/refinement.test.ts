// P26, the link between the counter model and the code: the same reconcile functions that the
// simulator runs do, in every state that the model reaches, what the model's step does; and what
// the simulator does in random walks are steps of the model.
import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { always } from "../../src/verify/judge.ts";
import { stepsFor } from "../../src/verify/packed.ts";
import { toSyncDeployment } from "../../src/verify/explore-layout.ts";
import { realSetSync, realSync } from "./real-sync.ts";
import { rolloutModel } from "./rollout.ts";
import type { RolloutConfig } from "./config.ts";
import type { Reads } from "./views.ts";
import { rows } from "./rows.ts";
import type { RowConfig } from "./rows.ts";
import { syncSteps, walk } from "./walks.ts";

interface Difference {
  readonly reads: Reads;
  readonly model: readonly (number | undefined)[];
  readonly code: readonly (number | undefined)[];
}

/** Compares every sync of the Deployment that the model can make; sets resized, sets not. */
function compareSyncs(config: RolloutConfig): {
  syncs: number;
  writes: number;
  different: Difference[];
} {
  const model = rolloutModel(config);
  const into = stepsFor(model);
  const seen = new Set<string>();
  const different: Difference[] = [];
  let writes = 0;
  const compare = (states: Int32Array, at: number): void => {
    const reads = model.reads(states, at);
    const key = JSON.stringify([reads, model.view(states, at).sets.map(({ spec }) => spec)]);
    if (seen.has(key)) return;
    seen.add(key);
    into.count = 0;
    model.next(states, at, into);
    const before = model.view(states, at).sets.map(({ spec }) => spec);
    const wasThere = reads.sets.map(({ exists }) => exists);
    const step = into.actions
      .subarray(0, into.count)
      .findIndex((action) => action === toSyncDeployment);
    const after =
      step < 0
        ? undefined
        : model.reads(into.words, step * model.lanes).sets.map(({ exists }) => exists);
    const sizes =
      step < 0
        ? before
        : model.viewAfter(into.words, step * model.lanes).sets.map(({ spec }) => spec);
    const modelled = sizes.map((size, i) =>
      size !== before[i] || (after !== undefined && after[i] !== wasThere[i]) ? size : undefined,
    );
    // A set written back to the size that it has is no change.
    const code = realSync(config, reads).map((size, i) =>
      size === before[i] && wasThere[i] === true ? undefined : size,
    );
    if (code.some((size) => size !== undefined)) writes++;
    if (code.some((size, i) => size !== modelled[i]))
      different.push({ reads, model: modelled, code });
  };
  check(model, [
    always("compare", (states, at) => {
      compare(states, at);
      return true;
    }),
  ]);
  return { syncs: seen.size, writes, different };
}

const small: readonly (readonly [string, RowConfig])[] = [
  ["single", rows.single.config],
  ["ten", rows.ten.config],
  ["undo", rows.undo.config],
  ["scaling down", rows.scaling.config],
  ["scaling up", { ...rows.scaling.config, replicas: 3, scaleTo: 6 }],
  ["scaling to zero", { ...rows.scaling.config, replicas: 3, scaleTo: 0 }],
  ["shares both ways", rows.sharesBothWays.config],
  ["rollover", rows.rollover.config],
  ["undos of three", rows.undos.config],
  ["scaling three sets", { ...rows.scaling.config, replicas: 4, scaleTo: 2, sets: 3, changes: 2 }],
  ["faults", { ...rows.faults.config, replicas: 3, faults: 1 }],
  ["lagging cache", { ...rows.stale.config, secondWrite: "lands" }],
];

describe("reconcileDeployment does what the model's step does", () => {
  test.each(small)("%s", (_, config) => {
    const found = compareSyncs({ ...config, creation: "create goes on" });
    expect(found.different.slice(0, 3)).toEqual([]);
    expect(found.writes).toBeGreaterThan(found.syncs / 20);
  });

  test("and differs from the reading in which a step ends after creating", () => {
    const { different } = compareSyncs({ ...rows.single.config, creation: "create ends" });
    expect(different.length).toBeGreaterThan(0);
  });

  test("and differs from the recorded model where it refuses a second write", () => {
    const config = { ...rows.stale.config, secondWrite: "conflicts" } as const;
    const { different } = compareSyncs({ ...config, creation: "create goes on" });
    expect(different.length).toBeGreaterThan(0);
  });
});

describe("reconcileReplicaSet does what the model's step does", () => {
  const pods = [0, 1, 2, 3];
  const cases = pods.flatMap((spec) =>
    pods.flatMap((unready) =>
      pods.flatMap((ready) => pods.map((available) => ({ spec, unready, ready, available }))),
    ),
  );

  test("it makes up the difference, and reports what was available before", () => {
    for (const { spec, unready, ready, available } of cases) {
      const active = unready + ready + available;
      const found = realSetSync(spec, { active, ready: ready + available, available });
      expect(found).toEqual({
        created: Math.max(0, spec - active),
        deleted: Math.max(0, active - spec),
        status: available,
      });
    }
  });
});

describe("random walks of the simulator are walks of the model", () => {
  const walks = [
    { replicas: 4, resize: undefined },
    { replicas: 10, resize: undefined },
    { replicas: 6, resize: 3 },
    { replicas: 3, resize: 8 },
  ];

  test.each(walks)("$replicas replicas, resized to $resize", ({ replicas, resize }) => {
    const steps = Array.from({ length: 40 }, (_, k) =>
      syncSteps(walk(`${replicas}-${k}`, replicas, resize).trace.entries),
    ).flat();
    expect(steps.filter(({ kind }) => kind === "not in the model").slice(0, 3)).toEqual([]);
    const count = (wanted: string): number => steps.filter(({ kind }) => kind === wanted).length;
    expect(count("as the model")).toBeGreaterThan(400);
    expect(count("refused")).toBeLessThan(count("as the model") / 4);
  });
});
