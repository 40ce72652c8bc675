/** What a kubelet works on. */
import type { Millis } from "../api/meta.ts";
import type { Store } from "../apiserver/store.ts";
import type { Random } from "../engine/random.ts";
import type { Trace } from "../engine/trace.ts";
import type { Filters } from "../scheduler/filters.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Behavior } from "./behavior.ts";
import type { TurnCode } from "./turns.ts";

export interface KubeletWorld {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly filters: Filters;
  readonly random: Random;
  readonly trace: Trace;
  readonly behaviors: readonly Behavior[];
  /** ms by which a node's clock is ahead of the controllers'. */
  readonly clockOf: (node: number) => Millis;
  /** How many pods can have an address at a time. */
  readonly podAddresses: number;
  readonly now: () => Millis;
  readonly schedule: (delay: Millis, turn: TurnCode, row: number) => void;
}
