/**
 * Taints that users set on nodes: a pod that does not tolerate NoSchedule or NoExecute is not placed there.
 * Mirrors kube-scheduler's plugin TaintToleration (v1.37.2). Left out: PreferNoSchedule, and the eviction of
 * pods that are there already by NoExecute. Kubernetes' own taints are the node controller's.
 */
import type { PodSpec } from "../api/core.ts";
import type { Node, Taint } from "../api/node.ts";

import type { Store } from "../apiserver/store.ts";

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export class NodeTaints {
  readonly #byNode = new Map<string, readonly Taint[]>();

  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    for (const node of store.all("nodes")) this.#note(node as Node, "there");
    store.listen({
      object: ({ resource, type, object }) => {
        if (resource !== "nodes") return;
        this.#note(object as Node, type === "DELETED" ? "gone" : "there");
      },
    });
  }

  /** Whether there are any: most clusters have none. */
  get any(): boolean {
    return this.#byNode.size > 0;
  }

  /** The first taint of a node, by its index, that a pod does not tolerate. */
  untolerated(node: number, spec: PodSpec): Taint | undefined {
    const tolerations = (spec["tolerations"] ?? []) as readonly Toleration[];
    const taints = this.#byNode.get(this.#store.registry.nodeNames[node]!) ?? [];
    return taints.find((taint) => !tolerations.some((each) => tolerates(each, taint)));
  }

  #note({ metadata, spec }: Node, state: "there" | "gone"): void {
    const hard = (spec.taints ?? []).filter(
      ({ key, effect }) => effect !== "PreferNoSchedule" && !key.startsWith("node.kubernetes.io/"),
    );
    if (hard.length === 0 || state === "gone") this.#byNode.delete(metadata.name);
    else this.#byNode.set(metadata.name, hard);
  }
}

/** Mirrors core/v1 Toleration.ToleratesTaint. */
function tolerates(
  { key = "", operator = "", value = "", effect = "" }: Toleration,
  taint: Taint,
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  if (operator === "Exists") return true;
  return (operator === "" || operator === "Equal") && value === (taint.value ?? "");
}
