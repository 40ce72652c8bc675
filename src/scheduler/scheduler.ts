/**
 * kube-scheduler, one pod at a time: nodes with room that do not refuse it (filters.ts), then the one with the
 * fewest pods. What it leaves out: preferences.
 */
import { assert } from "../engine/assert.ts";

export interface NodeOptions {
  /** Pods that fit on each node, terminating ones included. */
  readonly rooms: readonly number[];
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
  /** The most pods that fit on any node, and whether nodes differ in that. */
  readonly #most: number;
  readonly #differ: boolean;
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
    assert(options.rooms.length > 0, "no nodes");
    this.#options = options;
    const { rooms } = options;
    this.#most = rooms.reduce((most, room) => Math.max(most, room), 0);
    this.#differ = rooms.some((room) => room !== this.#most);
    const all = options.rooms.map((_, node) => node);
    this.#counts = saved === undefined ? all.map(() => 0) : [...saved.counts];
    this.#cordoned = new Set(saved?.cordoned);
    this.#byCount = saved === undefined ? [all.toReversed()] : saved.order.map((list) => [...list]);
    for (const list of this.#byCount) list.forEach((node, place) => (this.#place[node] = place));
    this.#next = saved?.next ?? 0;
    this.#waiting = new Set(saved?.waiting);
  }

  get nodes(): number {
    return this.#options.rooms.length;
  }

  /** Pods that fit nowhere. */
  get waiting(): number {
    return this.#waiting.size;
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

  /** The first of them that fits, in an order (default: of arrival); those that are gone are forgotten. */
  takeWaitingThat(
    judge: (row: number) => "fits" | "waits" | "gone",
    order?: (a: number, b: number) => number,
  ): number | undefined {
    for (const row of order === undefined ? this.#waiting : [...this.#waiting].sort(order)) {
      const judged = judge(row);
      if (judged === "waits") continue;
      this.#waiting.delete(row);
      if (judged === "fits") return row;
    }
    return undefined;
  }

  /** Whether some node has room and does not refuse. */
  hasNode(refuses: (node: number) => boolean): boolean {
    return this.#options.placement !== "spread" || this.#emptiest(refuses) !== undefined;
  }

  /** Whether a node has no room, with so many pods fewer on it; default none. */
  isFull(node: number, fewer = 0): boolean {
    return this.podsOn(node) - fewer >= this.#roomOn(node);
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

  #roomOn(node: number): number {
    return this.#options.rooms[node] ?? 0;
  }

  #turn(): number {
    return this.#next++ % this.nodes;
  }

  #emptiest(refuses?: (node: number) => boolean): number | undefined {
    while (this.#byCount[this.#fewest]?.length === 0) this.#fewest++;
    for (let count = this.#fewest; count < this.#byCount.length; count++) {
      if (count >= this.#most) return undefined;
      const nodes = this.#byCount[count]!;
      const alike = this.#cordoned.size === 0 && refuses === undefined && !this.#differ;
      const node = alike
        ? nodes.at(-1)
        : nodes.findLast(
            (each) =>
              !this.#cordoned.has(each) &&
              !(count >= this.#roomOn(each)) &&
              refuses?.(each) !== true,
          );
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
