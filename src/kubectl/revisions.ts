/**
 * Which ReplicaSets a Deployment has and which of them is the current one. Mirrors
 * kubectl/pkg/util/deployment (v0.37.2).
 */
import { HASH_LABEL } from "../api/apps.ts";
import { parseInt64 } from "../api/int64.ts";
import { isControlledBy, type KubeObject } from "../api/meta.ts";
import { byName, compareText } from "../api/order.ts";
import type { Call } from "./call.ts";
import { at, isMap, map, sameJson, without, type JsonMap } from "./fields.ts";
import { selectorText } from "../apiserver/selectors.ts";

export const revisionKey = "deployment.kubernetes.io/revision";

export interface OwnedReplicaSets {
  /** The oldest first. */
  readonly old: readonly KubeObject[];
  /** The one with the Deployment's template, the oldest if several have it. */
  readonly current: KubeObject | undefined;
}

export function replicaSetsOf(call: Call, deployment: KubeObject): OwnedReplicaSets {
  const owned = ownedReplicaSets(call, deployment);
  const template = templateOf(deployment);
  const byAge = owned.toSorted((a, b) => {
    const [x, y] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
    return compareText(x, y) || byName(a, b);
  });
  const current = byAge.find((set) => sameTemplate(templateOf(set), template));
  return { old: byAge.filter((set) => set !== current), current };
}

export function ownedReplicaSets(call: Call, deployment: KubeObject): readonly KubeObject[] {
  return call.io.client
    .list("replicasets", {
      namespace: deployment.metadata.namespace ?? call.namespace,
      labelSelector: selectorText(at(deployment, "spec", "selector")),
    })
    .filter((set) => isControlledBy(set, deployment));
}

export function templateOf(workload: KubeObject): JsonMap {
  return map(workload, "spec", "template");
}

/** Equality of templates, the hash label aside. */
export function sameTemplate(a: JsonMap, b: JsonMap): boolean {
  return sameJson(withoutHash(a), withoutHash(b));
}

/** The template without the label that the controller adds. */
export function withoutHash(template: JsonMap): JsonMap {
  const metadata = map(template, "metadata");
  const labels = metadata["labels"];
  const cleaned = without(metadata, "creationTimestamp");
  return {
    ...template,
    metadata: isMap(labels) ? { ...cleaned, labels: without(labels, HASH_LABEL) } : cleaned,
  };
}

/** The revision annotation: 0 without one, undefined when it is no number. */
export function revisionOf(object: KubeObject): number | undefined {
  const text = object.metadata.annotations?.[revisionKey];
  if (text === undefined) return 0;
  return parseInt64(text);
}
