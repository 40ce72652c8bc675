import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { endingsOf } from "../../src/verify/endings.ts";
import { everyStep } from "../../src/verify/judge.ts";
import type { Property } from "../../src/verify/judge.ts";
import { fenceposts } from "../../src/verify/properties-facts.ts";
import { stateLaws } from "../../src/verify/properties.ts";
import { syncLaws } from "../../src/verify/sync-laws.ts";
import { lawOn } from "./judged.ts";
import { sizeOf } from "./law.ts";
import type { Mutant } from "./law.ts";
import { isSystemAction, toSyncDeployment } from "../../src/verify/explore-layout.ts";
import { rolloutModel } from "./rollout.ts";
import type { RolloutModel } from "./rollout.ts";
import { rows } from "./rows.ts";
import type { RowConfig } from "./rows.ts";

type Judged = (model: RolloutModel) => boolean;

function holds(model: RolloutModel, property: Property): boolean {
  const { exhausted, verdicts } = check(model, [property]);
  expect(exhausted).toBe(true);
  return verdicts[0]!.holds;
}

function state(id: string): Judged {
  const law = stateLaws.find((each) => each.id === id)!;
  return (model) => holds(model, lawOn(model, law));
}

function sync(id: string): Judged {
  const law = syncLaws.find((each) => each.id === id)!;
  return (model) => holds(model, lawOn(model, law));
}

const endsComplete: Judged = (model) => {
  const done = model.isComplete;
  const { reached } = check(model);
  const { acyclic, stuck } = endingsOf(model, reached, { acts: isSystemAction, done });
  return acyclic && stuck === 0;
};

/** Scaling keeps the order of the sizes, but for the remainder, which is at most one pod here. */
const keepsOrder: Judged = (model) =>
  holds(
    model,
    everyStep("keeps order", (before, beforeAt, after, afterAt, action) => {
      if (action !== toSyncDeployment || !model.isScalingEvent(before, beforeAt)) return true;
      const sizes = model.view(before, beforeAt).sets.map(({ spec }) => spec);
      const now = model.viewAfter(after, afterAt).sets.map(({ spec }) => spec);
      return now.every((size, i) =>
        now.every((other, k) => sizes[i]! < sizes[k]! || size + 1 >= other),
      );
    }),
  );

const single = rows.single.config;
const rollover = { replicas: 4, surge: 1, unavailable: 1, sets: 3, changes: 2 } as const;
const up = { ...single, replicas: 3, scaleTo: 6 } as const;
const three = { ...single, replicas: 3 } as const;
const zero = { replicas: 2, surge: 0, unavailable: 0, sets: 2, changes: 1 } as const;

const flips: readonly (readonly [Mutant, string, RowConfig, Judged])[] = [
  ["no guard: an old set may grow in cleanup", "P3", rollover, state("P3")],
  ["no guard: an old set may grow in cleanup", "P12", rollover, sync("P12")],
  ["guard skips the set instead of ending the step", "P3", single, state("P3")],
  ["guard skips the set instead of ending the step", "P14", single, sync("P14")],
  ["rounding swapped", "P3", three, state("P3")],
  ["no fallback to one unavailable", "P24", zero, endsComplete],
  ["unavailability of the new set ignored", "P13", rows.minReady.config, sync("P13")],
  ["unavailability of the new set ignored", "P6", rows.minReady.config, sync("P6")],
  ["status is always fresh", "P10", single, state("P10")],
  ["ready pods are deleted first", "P3", rollover, state("P3")],
  ["floor one too low", "P3", single, state("P3")],
  ["ceiling one too high", "P2", single, state("P2")],
  ["ceiling one too high", "P4", single, state("P4")],
  ["ceiling one too high", "P7", single, state("P7")],
  ["cleanup not limited", "P13", up, sync("P13")],
  ["healthy step counts sizes, not available pods", "P3", single, state("P3")],
  ["no cleanup", "P3", single, state("P3")],
  ["no healthy step", "P24", single, endsComplete],
  ["old sets shrink in the step that grows the new one", "P11", single, sync("P11")],
  ["new set may exceed replicas", "P12", single, sync("P12")],
  ["newest old set first", "P3", rollover, state("P3")],
  ["scaling gives the first set nothing of the remainder", "P16", rows.scaling.config, sync("P16")],
  ["scaling leaves everything to the first set", "order", rows.scaling.config, keepsOrder],
];

describe("each rule of the control law is noticed when it breaks", () => {
  test.each(flips)("%s: %s fails", (mutant, _, config, judged) => {
    const whole = { ...config, creation: "create goes on" } as const;
    expect(judged(rolloutModel(whole))).toBe(true);
    expect(judged(rolloutModel({ ...whole, mutant }))).toBe(false);
  });

  test("a healthy step limited by what cleanup left would make CE5 impossible", () => {
    const mutant = "healthy step limited by cleanup's rest";
    const faults = { ...rows.faults.config, creation: "create goes on" } as const;
    expect(state("P9")(rolloutModel(faults))).toBe(false);
    expect(state("P9")(rolloutModel({ ...faults, mutant }))).toBe(true);
  });
});

describe("fenceposts (P1)", () => {
  const bounds = [0, 1, 3, 20, "0%", "1%", "25%", "33%", "50%", "100%"];
  const broken: readonly Mutant[] = [
    "rounding swapped",
    "no fallback to one unavailable",
    "unavailable not capped at replicas",
  ];

  function breaches(mutant?: Mutant): number {
    let count = 0;
    for (let replicas = 0; replicas <= 13; replicas++) {
      for (const maxSurge of bounds) {
        for (const maxUnavailable of bounds) {
          const size = sizeOf(replicas, maxSurge, maxUnavailable, mutant);
          if (!fenceposts.holds({ maxSurge, maxUnavailable, ...size })) count++;
        }
      }
    }
    return count;
  }

  test("hold of every size up to 13 and every pair of bounds", () => {
    expect(breaches()).toBe(0);
  });

  test.each(broken)("are noticed when broken: %s", (mutant) => {
    expect(breaches(mutant)).toBeGreaterThan(0);
  });
});
