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

/** Exactly `width` characters wide; a count that is not zero has at least one cell. */
export function barOf(counts: PodCounts, width: number, perCell: number, paint: Paint): string {
  const { pods, ready, available, terminating } = counts;
  const parts: readonly (readonly [number, string, (text: string) => string])[] = [
    [available, "█", paint.good],
    [ready - available, "▓", paint.accent],
    [pods - ready, "░", paint.warn],
    [terminating, "×", paint.dim],
  ];
  let left = width;
  let bar = "";
  for (const [count, glyph, colour] of parts) {
    const cells = Math.min(left, Math.ceil(Math.max(0, count) / perCell));
    bar += colour(glyph.repeat(cells));
    left -= cells;
  }
  return bar + " ".repeat(left);
}
