/** Images that cannot be pulled: not there at all, or the registry does not answer. */
import { PodReason } from "../apiserver/pod-reasons.ts";
import { FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS } from "./back-off.ts";
import type { Hardships } from "./hardships.ts";
import { startsWithoutRegistry } from "./images.ts";
import { Turn } from "./turns.ts";
import type { KubeletWorld } from "./world.ts";

const BACKS_OFF_AFTER_MS = 2000;

export class Pulls {
  readonly #world: Pick<KubeletWorld, "store" | "schedule">;
  readonly #hardships: Hardships;

  constructor(world: Pick<KubeletWorld, "store" | "schedule">, hardships: Hardships) {
    this.#world = world;
    this.#hardships = hardships;
  }

  /** True: the registry is down and the pod needs it. It tries again after 10 s, 20 s ... 5 min. */
  fails(row: number): boolean {
    const { store, schedule } = this.#world;
    const { registry, pulls } = this.#hardships;
    if (registry === "up" || startsWithoutRegistry(store, row)) {
      pulls.delete(row);
      return false;
    }
    const failures = pulls.get(row) ?? 0;
    pulls.set(row, failures + 1);
    this.#wait(row, PodReason.registryFails);
    schedule(BACKS_OFF_AFTER_MS, Turn.pullBacksOff, row);
    const wait = Math.min(FIRST_BACKOFF_MS * 2 ** failures, LONGEST_BACKOFF_MS);
    schedule(wait, Turn.pull, row);
    return true;
  }

  /** There is no such image. */
  fail(row: number): void {
    this.#wait(row, PodReason.errImagePull);
    this.#world.schedule(BACKS_OFF_AFTER_MS, Turn.pullBacksOff, row);
  }

  backOff(row: number): void {
    const tries = this.#hardships.pulls.has(row);
    this.#wait(row, tries ? PodReason.registryBackOff : PodReason.imagePullBackOff);
  }

  /** A container that ran before leaves the pod's phase as it is. */
  #wait(row: number, reason: number): void {
    const { store } = this.#world;
    store.setPodPhase(row, store.pods.columns.phase[row]!, reason);
  }
}
