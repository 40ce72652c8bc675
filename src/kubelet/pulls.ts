/** Images that cannot be pulled: not there at all, or the registry does not answer. */
import { PodReason } from "../apiserver/pod-reasons.ts";
import { backOffMs } from "./back-off.ts";
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

  /** True: the registry is down and the pod needs it. */
  fails(row: number): boolean {
    const { store } = this.#world;
    if (this.#hardships.registry === "up" || startsWithoutRegistry(store, row)) return false;
    store.hearPull?.(row);
    this.fail(row, PodReason.registryFails);
    return true;
  }

  /** The kubelet shows that for a moment, and backs off. */
  fail(row: number, reason: number = PodReason.errImagePull): void {
    const { pulls } = this.#hardships;
    pulls.set(row, (pulls.get(row) ?? 0) + 1);
    this.#wait(row, reason);
    this.#world.schedule(BACKS_OFF_AFTER_MS, Turn.pullBacksOff, row);
  }

  /** It has failed so often already, just now or some time ago. */
  goOn(row: number, failures: number, state: "fails" | "backs off"): void {
    this.#hardships.pulls.set(row, state === "fails" ? failures - 1 : failures);
    if (state === "fails") this.fail(row);
    else this.backOff(row);
  }

  /** It tries again after 10 s, 20 s ... 5 min. */
  backOff(row: number): void {
    const { store, schedule } = this.#world;
    const noRegistry = store.pods.columns.reason[row] === PodReason.registryFails;
    this.#wait(row, noRegistry ? PodReason.registryBackOff : PodReason.imagePullBackOff);
    schedule(backOffMs((this.#hardships.pulls.get(row) ?? 1) - 1), Turn.pull, row);
  }

  /** A container that ran before leaves the pod's phase as it is. */
  #wait(row: number, reason: number): void {
    const { store } = this.#world;
    store.setPodPhase(row, store.pods.columns.phase[row]!, reason);
  }
}
