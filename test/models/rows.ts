// The table of reference/properties.md: each row one configuration, with its number of reachable
// states by variant. The tests, the comparison with SPIN and the benchmark read it.
import type { Creation } from "./law.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import type { RolloutConfig } from "./config.ts";

export type RowConfig = Omit<RolloutConfig, "creation">;

export interface Row {
  readonly name: string;
  readonly config: RowConfig;
  readonly states: Readonly<Record<Creation, number>>;
}

function states(ends: number, goesOn: number): Readonly<Record<Creation, number>> {
  return { "create ends": ends, "create goes on": goesOn };
}

const four = { replicas: 4, surge: "25%", unavailable: "25%" } as const;
const back = { direction: "forward or back" } as const;
const others = { scaleTo: 2, pause: "once", faults: 1 } as const;

export const rows = {
  single: {
    name: "4 at 25%/25%, 2 sets, 1 change",
    config: { ...four, sets: 2, changes: 1 },
    states: states(189, 168),
  },
  ten: {
    name: "10/3/2, 2 sets, 1 change",
    config: { replicas: 10, surge: 3, unavailable: 2, sets: 2, changes: 1 },
    states: states(2_891, 2_680),
  },
  undo: {
    name: "4 at 25%/25%, 2 sets, 2 changes with undo",
    config: { ...four, sets: 2, changes: 2, ...back },
    states: states(1_690, 1_619),
  },
  scaling: {
    name: "6 to 3 at 25%/25%, 2 sets, 1 change",
    config: { ...four, replicas: 6, scaleTo: 3, sets: 2, changes: 1 },
    states: states(2_290, 2_071),
  },
  sharesBothWays: {
    name: "5 to 3 at 2/3, 2 sets, 1 change: one set gives up what the other is short of",
    config: { replicas: 5, surge: 2, unavailable: 3, scaleTo: 3, sets: 2, changes: 1 },
    states: states(1_656, 1_350),
  },
  minReady: {
    name: "3/1/1, 3 sets, 2 changes, minReadySeconds > 0",
    config: { replicas: 3, surge: 1, unavailable: 1, sets: 3, changes: 2, minReady: "positive" },
    states: states(6_032, 5_553),
  },
  stale: {
    name: "3/1/0, 3 sets, 2 changes, lagging cache",
    config: { replicas: 3, surge: 1, unavailable: 0, sets: 3, changes: 2, cache: "lagging" },
    states: states(6_691, 6_716),
  },
  faults: {
    name: "4/1/1, 3 sets, 2 changes, 2 faults",
    config: { replicas: 4, surge: 1, unavailable: 1, sets: 3, changes: 2, faults: 2 },
    states: states(129_219, 122_745),
  },
  rollover: {
    name: "6/2/1, 3 sets, 2 changes",
    config: { replicas: 6, surge: 2, unavailable: 1, sets: 3, changes: 2 },
    states: states(34_091, 32_684),
  },
  undos: {
    name: "4/1/1, 3 sets, 3 changes with undo",
    config: { replicas: 4, surge: 1, unavailable: 1, sets: 3, changes: 3, ...back },
    states: states(78_180, 76_662),
  },
} as const satisfies Readonly<Record<string, Row>>;

/**
 * Too large for every test run. The recorded table has them as `create ends` only; the other
 * counts are this checker's, and SPIN found the same.
 */
export const largeRows = {
  twelveMillion: {
    name: "6/2/2, 3 sets, 4 changes with undo",
    config: { replicas: 6, surge: 2, unavailable: 2, sets: 3, changes: 4, ...back },
    states: states(12_727_900, 12_299_473),
  },
  fortyMillion: {
    name: "7/3/2, 3 sets, 4 changes with undo",
    config: { replicas: 7, surge: 3, unavailable: 2, sets: 3, changes: 4, ...back },
    states: states(42_495_027, 40_647_532),
  },
} as const satisfies Readonly<Record<string, Row>>;

interface ExploredRow {
  readonly name: string;
  readonly config: ExploreConfig;
  readonly states: number;
}

/** All that `rollsim verify` allows at once, as far as it can be explored to the end: states of the real code. */
export const exploredRows = [
  {
    name: "4 at 25%/25%, 2 revisions, undo, scale, pause, fail, lag",
    config: { ...four, revisions: 2, changes: 2, ...back, ...others, cache: "lagging" },
    states: 4_741_928,
  },
  {
    name: "4 at 25%/25%, 3 revisions, undo, scale, pause, fail",
    config: { ...four, revisions: 3, changes: 3, ...back, ...others },
    states: 6_558_186,
  },
  {
    name: "4 at 25%/25%, 3 revisions, undo, scale, pause, fail, lag; at most 3 actions",
    config: { ...four, revisions: 3, changes: 3, ...back, ...others, cache: "lagging", actions: 3 },
    states: 7_701_912,
  },
] as const satisfies readonly ExploredRow[];

/** Too many states for one by one: taken together. */
export const togetherRows = [
  {
    name: "4 at 25%/25%, 3 revisions, undo, fail, lag",
    config: { ...four, revisions: 3, changes: 3, ...back, faults: 1, cache: "lagging" },
    states: 35_830_980,
  },
  {
    name: "4 at 25%/25%, 3 revisions, undo, scale, lag",
    config: { ...four, revisions: 3, changes: 3, ...back, scaleTo: 2, cache: "lagging" },
    states: 37_798_616,
  },
  {
    name: "4 at 25%/25%, 3 revisions, undo, pause, lag",
    config: { ...four, revisions: 3, changes: 3, ...back, pause: "once", cache: "lagging" },
    states: 121_018_132,
  },
  {
    name: "4 at 25%/25%, 3 revisions, undo, scale, pause, fail, lag; at most 4 actions",
    config: { ...four, revisions: 3, changes: 3, ...back, ...others, cache: "lagging", actions: 4 },
    states: 208_341_772,
  },
  {
    name: "4 at 25%/25%, 3 revisions, undo, scale, pause, fail, lag",
    config: { ...four, revisions: 3, changes: 3, ...back, ...others, cache: "lagging" },
    states: 3_495_261_576,
  },
  {
    name: "8 at 25%/25%, 3 revisions, undo, scale, pause, fail",
    config: { ...four, replicas: 8, revisions: 3, changes: 3, ...back, ...others, scaleTo: 4 },
    states: 293_957_809,
  },
] as const satisfies readonly ExploredRow[];
