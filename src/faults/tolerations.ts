/** How long a pod stays bound to a node that is not heard of (taint node.kubernetes.io/unreachable). */
import type { PodSpec } from "../api/core.ts";
import type { Millis } from "../api/meta.ts";

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

const UNREACHABLE = "node.kubernetes.io/unreachable";
/** Given to every pod that says nothing itself: admission plugin DefaultTolerationSeconds. */
const DEFAULT_SECONDS = 300;

/**
 * ms from the taint to the eviction; Infinity: never. Mirrors tainteviction getMinTolerationTime (v1.37.2):
 * the shortest of those that fit counts.
 */
export function toleranceOf(spec: PodSpec): Millis {
  const all = (spec["tolerations"] ?? []) as readonly Toleration[];
  const fitting = all.filter(
    ({ key = "", operator = "Equal", value = "", effect = "" }) =>
      (effect === "" || effect === "NoExecute") &&
      (key === UNREACHABLE || (key === "" && operator === "Exists")) &&
      (operator === "Exists" || value === ""),
  );
  if (fitting.length === 0) return DEFAULT_SECONDS * 1000;
  const limits = fitting.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return Math.max(0, Math.min(...limits)) * 1000;
}
