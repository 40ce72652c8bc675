/** What the API server makes of the spec of a new pod, before anybody judges it. */
import type { KubeObject } from "../api/meta.ts";
import type { Json } from "./json.ts";
import { withLimits, type Limited } from "./limit-ranges.ts";
import { withPriority } from "./pod-classes.ts";

export interface PodRules {
  /** With what its PriorityClass says. */
  prioritize(spec: Json): Json;
  /** With what the LimitRanges of its namespace say; the spec is defaulted. */
  limit(namespace: string, spec: Json): Limited;
}

export function podRules(store: {
  get(resource: string, key: string): KubeObject | undefined;
  all(resource: string): Iterable<KubeObject>;
}): PodRules {
  return {
    prioritize: (spec) => withPriority(store, spec),
    limit: (namespace, spec) => withLimits(store, namespace, spec),
  };
}
