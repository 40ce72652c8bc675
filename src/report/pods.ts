/** The pods of a ReplicaSet as numbers and as a bar: one cell a pod, or several pods a cell. */
import type { ReplicaSet } from "../api/apps.ts";
import type { Paint } from "./paint.ts";

export interface PodCounts {
  readonly wanted: number;
  readonly ready: number;
  readonly available: number;
  /** Without those that terminate. */
  readonly pods: number;
  readonly terminating: number;
}

export function countsOf({ spec, status }: ReplicaSet): PodCounts {
  return {
    wanted: spec.replicas,
    ready: status.readyReplicas ?? 0,
    available: status.availableReplicas ?? 0,
    pods: status.replicas,
    terminating: status.terminatingReplicas ?? 0,
  };
}

export function isEmpty(counts: PodCounts): boolean {
  return counts.wanted === 0 && counts.pods === 0 && counts.terminating === 0;
}

export const legend = "█ available  ▓ ready  ░ not ready  × terminating";

/** How many pods one cell of a bar stands for, so that `most` pods fit into `width` cells. */
export function podsPerCell(most: number, width: number): number {
  const scale = Math.max(1, Math.ceil(most / width));
  // 1, 2, 5, 10, 20, 50, ...: numbers that people can multiply by.
  let step = 1;
  for (let turn = 0; step < scale; turn++)
    step = [2, 5, 10][turn % 3]! * 10 ** Math.floor(turn / 3);
  return step;
}

/** Exactly `width` characters wide; a count that is not zero has at least one cell if there is room. */
export function barOf(counts: PodCounts, width: number, perCell: number, paint: Paint): string {
  const { pods, ready, available, terminating } = counts;
  const parts = [
    { count: available, glyph: "█", colour: paint.good },
    { count: ready - available, glyph: "▓", colour: paint.accent },
    { count: pods - ready, glyph: "░", colour: paint.warn },
    { count: terminating, glyph: "×", colour: paint.dim },
  ].filter(({ count }) => count > 0);
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  let left = Math.min(width, Math.ceil(total / perCell));
  let waiting = parts.length;
  const bar = parts.map(({ count, glyph, colour }) => {
    waiting--;
    const room = Math.max(0, left - waiting); // one cell for each part still to come
    const cells = waiting === 0 ? left : Math.min(room, Math.max(1, Math.round(count / perCell)));
    left -= cells;
    return colour(glyph.repeat(cells));
  });
  return bar.join("") + " ".repeat(width - Math.min(width, Math.ceil(total / perCell)));
}
