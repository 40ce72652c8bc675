// The false folk claims of reference/properties.md: each with a configuration in which the model
// breaches it, the number of states that do, and the length of a shortest way there.
import { ceilingOf, floorOf } from "../../src/verify/properties.ts";
import type { RolloutView } from "../../src/verify/properties.ts";
import type { Creation } from "./law.ts";
import { rows } from "./rows.ts";
import type { Row } from "./rows.ts";

export interface Claim {
  readonly id: string;
  readonly says: string;
  readonly row: Row;
  readonly holds: (view: RolloutView) => boolean;
  /** The same claim in rollout.pml. */
  readonly promela: string;
  /** States that breach it. */
  readonly breaches: Readonly<Record<Creation, number>>;
  /** Steps of a shortest way to one. */
  readonly length: Readonly<Record<Creation, number>>;
}

function pods({ sets }: RolloutView): number {
  return sets.reduce((total, set) => total + set.active, 0);
}

function available({ sets }: RolloutView): number {
  return sets.reduce((total, set) => total + set.available, 0);
}

function sizes({ sets }: RolloutView): number {
  return sets.reduce((total, set) => total + set.spec, 0);
}

function both(ends: number, goesOn: number): Readonly<Record<Creation, number>> {
  return { "create ends": ends, "create goes on": goesOn };
}

const keepsFloor = (view: RolloutView): boolean => available(view) >= floorOf(view);
const keepsCeiling = (view: RolloutView): boolean => pods(view) <= ceilingOf(view);

export const claims: readonly Claim[] = [
  {
    id: "CE0",
    says: "never more than R+S pods",
    row: rows.ten,
    holds: keepsCeiling,
    promela: "PODS_CEILING",
    breaches: both(501, 438),
    length: both(5, 4),
  },
  {
    id: "CE0",
    says: "never more than R+S pods",
    row: rows.single,
    holds: keepsCeiling,
    promela: "PODS_CEILING",
    breaches: both(33, 27),
    length: both(5, 4),
  },
  {
    id: "CE1",
    says: "undo is as safe as a rollout",
    row: rows.undo,
    holds: keepsFloor,
    promela: "PODS_FLOOR",
    breaches: both(150, 142),
    length: both(11, 14),
  },
  {
    id: "CE2",
    says: "minReadySeconds is safe across rollover",
    row: rows.minReady,
    holds: keepsFloor,
    promela: "PODS_FLOOR",
    breaches: both(182, 178),
    length: both(16, 14),
  },
  {
    id: "CE3",
    says: "scaling respects maxUnavailable",
    row: rows.scaling,
    holds: keepsFloor,
    promela: "PODS_FLOOR",
    breaches: both(49, 49),
    length: both(7, 6),
  },
  {
    id: "CE4",
    says: "the sizes add up to R+S at most, whatever the cache",
    row: rows.stale,
    holds: (view) => sizes(view) <= ceilingOf(view),
    promela: "P2",
    breaches: both(2_349, 2_349),
    length: both(4, 4),
  },
  {
    id: "CE5",
    says: "F failures cost at most F",
    row: rows.faults,
    holds: (view) => available(view) >= floorOf(view) - view.lost,
    promela: "P9",
    breaches: both(90, 90),
    length: both(25, 27),
  },
];
