/**
 * What keeps kubelets from doing their work, as plain state: nodes that are down, with the turns that wait
 * for them; pods whose readiness probe is made to fail; a registry that does not answer, with the pods that
 * try again.
 */

/** A turn that was due on a node that is down: its code, and the pod's row. */
type Parked = readonly [turn: number, row: number];

export interface SavedHardships {
  readonly down: readonly (readonly [node: number, parked: readonly Parked[]])[];
  /** Pods whose probe fails; `passes`: it would be ready without that. */
  readonly probes: readonly (readonly [row: number, otherwise: "passes" | "fails"])[];
  readonly registry: "up" | "down";
  /** How often the pull of a pod's image has failed. */
  readonly pulls: readonly (readonly [row: number, failures: number])[];
}

export class Hardships {
  readonly #down: Map<number, Parked[]>;
  readonly probes: Map<number, "passes" | "fails">;
  readonly pulls: Map<number, number>;
  registry: "up" | "down";

  constructor(saved?: SavedHardships) {
    this.#down = new Map(saved?.down.map(([node, parked]) => [node, [...parked]]));
    this.probes = new Map(saved?.probes);
    this.pulls = new Map(saved?.pulls);
    this.registry = saved?.registry ?? "up";
  }

  /** The node's kubelet does nothing from now on. */
  stop(node: number): void {
    if (!this.#down.has(node)) this.#down.set(node, []);
  }

  /** The node's kubelet goes on; what it missed, in the order in which it was due. */
  resume(node: number): readonly Parked[] {
    const parked = this.#down.get(node) ?? [];
    this.#down.delete(node);
    return parked;
  }

  /** Keeps a turn for when the node is back; false if the node is not down. */
  park(node: number, turn: number, row: number): boolean {
    const parked = this.#down.get(node);
    parked?.push([turn, row]);
    return parked !== undefined;
  }

  /** Nothing is to be remembered of a pod that is gone. */
  forget(row: number): void {
    if (this.probes.size > 0) this.probes.delete(row);
    if (this.pulls.size > 0) this.pulls.delete(row);
  }

  save(): SavedHardships {
    return {
      down: [...this.#down].map(([node, parked]) => [node, [...parked]]),
      probes: [...this.probes],
      registry: this.registry,
      pulls: [...this.pulls],
    };
  }
}
