/**
 * kube-scheduler, one pod at a time: nodes with room, then the one with the fewest pods. What it leaves out:
 * resources, affinity, topology spread, priorities.
 */
import { assert } from "../engine/assert.ts";

export interface NodeOptions {
  readonly nodes: number;
  /** Pods that fit on a node, terminating ones included. */
  readonly podsPerNode: number;
  /** `spread`: the node with the fewest pods. `round-robin`: one after the other, room or not. */
  readonly placement: "spread" | "round-robin";
}

export interface SavedScheduler {
  readonly counts: readonly number[];
  readonly cordoned: readonly number[];
  readonly order: readonly (readonly number[])[];
  readonly next: number;
  readonly waiting: readonly number[];
}

export class Scheduler {
  readonly #options: NodeOptions;
  readonly #counts: number[];
  readonly #cordoned: Set<number>;
  /** Nodes by their number of pods: the last of the first non-empty list is next. */
  readonly #byCount: number[][];
  readonly #place: number[] = [];
  /** No node has fewer pods. */
  #fewest = 0;
  #next: number;
  /** Rows of pods that fit nowhere, in order of arrival. */
  readonly #waiting: Set<number>;

  constructor(options: NodeOptions, saved?: SavedScheduler) {
    assert(options.nodes > 0, `${options.nodes} nodes`);
    this.#options = options;
    const all = Array.from({ length: options.nodes }, (_, node) => node);
    this.#counts = saved === undefined ? all.map(() => 0) : [...saved.counts];
    this.#cordoned = new Set(saved?.cordoned);
    this.#byCount = saved === undefined ? [all.toReversed()] : saved.order.map((list) => [...list]);
    for (const list of this.#byCount) list.forEach((node, place) => (this.#place[node] = place));
    this.#next = saved?.next ?? 0;
    this.#waiting = new Set(saved?.waiting);
  }

  get nodes(): number {
    return this.#options.nodes;
  }

  podsOn(node: number): number {
    return this.#counts[node] ?? 0;
  }

  isCordoned(node: number): boolean {
    return this.#cordoned.has(node);
  }

  /** A cordoned node takes no further pods. */
  cordon(node: number): void {
    this.#cordoned.add(node);
  }

  uncordon(node: number): void {
    this.#cordoned.delete(node);
  }

  /**
   * A node for a pod, and the room on it taken; undefined where none has room, or all `refuse` it: then it
   * waits.
   */
  place(row: number, refuses?: (node: number) => boolean): number | undefined {
    const node = this.#options.placement === "spread" ? this.#emptiest(refuses) : this.#turn();
    if (node === undefined) {
      this.#waiting.add(row);
      return undefined;
    }
    this.#move(node, 1);
    return node;
  }

  /** The pod on it is gone. */
  release(node: number): void {
    this.#move(node, -1);
  }

  /** Pods that waited for room; they are to be placed again, and wait again if there is none. */
  takeWaiting(): readonly number[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    return waiting;
  }

  /** The first of them: room for one has become free. */
  takeFirstWaiting(): number | undefined {
    for (const row of this.#waiting) {
      this.#waiting.delete(row);
      return row;
    }
    return undefined;
  }

  save(): SavedScheduler {
    return {
      counts: [...this.#counts],
      cordoned: [...this.#cordoned],
      order: this.#byCount.map((list) => [...list]),
      next: this.#next,
      waiting: [...this.#waiting],
    };
  }

  #turn(): number {
    return this.#next++ % this.#options.nodes;
  }

  #emptiest(refuses?: (node: number) => boolean): number | undefined {
    while (this.#byCount[this.#fewest]?.length === 0) this.#fewest++;
    for (let count = this.#fewest; count < this.#byCount.length; count++) {
      if (count >= this.#options.podsPerNode) return undefined;
      const nodes = this.#byCount[count]!;
      const node =
        this.#cordoned.size === 0 && refuses === undefined
          ? nodes.at(-1)
          : nodes.findLast((each) => !this.#cordoned.has(each) && refuses?.(each) !== true);
      if (node !== undefined) return node;
    }
    return undefined;
  }

  #move(node: number, by: 1 | -1): void {
    const count = this.#counts[node]!;
    const list = this.#byCount[count]!;
    const last = list.pop()!;
    if (last !== node) {
      list[this.#place[node]!] = last;
      this.#place[last] = this.#place[node]!;
    }
    const target = (this.#byCount[count + by] ??= []);
    this.#place[node] = target.push(node) - 1;
    this.#counts[node] = count + by;
    this.#fewest = Math.min(this.#fewest, count + by);
  }
}
