/**
 * Pods whose containers are made anew because somebody changed their images: of the turns that were put off before
 * none counts any more. Mirrors computePodActions of kuberuntime_manager.go (v1.37.2): a container whose definition has
 * changed is killed and started without a back-off.
 *
 * Left out: init containers, and containers of the pod whose image is the same, which run on.
 */
import type { Millis } from "../api/meta.ts";
import type { PodSpec } from "../api/core.ts";
import type { KubeletWorld } from "./world.ts";

interface Renewal {
  /** Turns that count: what, and when it is due. */
  readonly turns: readonly (readonly [turn: number, at: Millis])[];
  /** Names of the containers that are still to be started anew. */
  readonly starting: readonly string[];
}

export interface SavedRenewals {
  readonly renewals: readonly (readonly [row: number, renewal: Renewal])[];
}

const NONE: readonly string[] = [];

export class Renewals {
  readonly #renewals: Map<number, Renewal>;

  constructor(saved?: SavedRenewals) {
    this.#renewals = new Map(saved?.renewals);
  }

  save(): SavedRenewals {
    return { renewals: [...this.#renewals] };
  }

  /** From now on only turns count that are put off later than this. */
  begin(row: number, containers: readonly string[]): void {
    this.#renewals.set(row, { turns: [], starting: containers });
  }

  /** Puts turns off, and remembers those of such pods. */
  noting({ schedule, now }: Pick<KubeletWorld, "schedule" | "now">): KubeletWorld["schedule"] {
    return (delay, turn, row) => {
      const renewal = this.#of(row);
      if (renewal !== undefined) {
        const turns = [...renewal.turns, [turn, now() + delay] as const];
        this.#renewals.set(row, { ...renewal, turns });
      }
      schedule(delay, turn, row);
    };
  }

  /** Whether a turn that is due counts; uses it up. */
  counts(row: number, turn: number, now: Millis): boolean {
    const renewal = this.#of(row);
    if (renewal === undefined) return true;
    const index = renewal.turns.findIndex(([what, at]) => what === turn && at === now);
    if (index < 0) return false;
    this.#renewals.set(row, { ...renewal, turns: renewal.turns.toSpliced(index, 1) });
    return true;
  }

  /** The containers that start anew now: once. */
  started(row: number): readonly string[] {
    const renewal = this.#of(row);
    if (renewal === undefined || renewal.starting.length === 0) return NONE;
    this.#renewals.set(row, { ...renewal, starting: [] });
    return renewal.starting;
  }

  forget(row: number): void {
    if (this.#renewals.size > 0) this.#renewals.delete(row);
  }

  /** Every turn of every pod asks, and mostly there are none. */
  #of(row: number): Renewal | undefined {
    return this.#renewals.size === 0 ? undefined : this.#renewals.get(row);
  }
}

/** Names of the containers whose image is another. */
export function changedContainers(before: PodSpec, now: PodSpec): readonly string[] {
  return now.containers
    .filter(({ image }, index) => image !== before.containers[index]?.image)
    .map(({ name }) => name);
}
