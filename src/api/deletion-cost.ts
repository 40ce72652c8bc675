/** How dear a pod is to its ReplicaSet: the cheaper go first. Mirrors core/helper GetDeletionCostFromPodAnnotations. */
import type { StringMap } from "./meta.ts";

export const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/** A 32-bit integer without plus sign or leading zeros (behind a minus they pass); undefined: none. */
export function parseDeletionCost(text: string): number | undefined {
  if (!/^(0|-\d+|[1-9]\d*)$/.test(text)) return undefined;
  const value = Number(text);
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined;
}

/** 0 without the annotation, or where it is none. */
export function deletionCostOf(annotations: StringMap | undefined): number {
  return parseDeletionCost(annotations?.[DELETION_COST] ?? "0") ?? 0;
}
