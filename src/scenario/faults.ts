/**
 * What a step can break while a run goes on. What is wrong with pods from their start belongs to
 * `behaviors`.
 *
 * Left out so far: nodes that go down or are drained, probes that fail and registries that vanish in
 * mid-run.
 */
import type { Cluster } from "../cluster.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import { unreachable } from "../engine/assert.ts";
import type { FaultStep } from "./scenario.ts";

/** Undoes a fault when its time is over. */
export interface Remedy {
  readonly at: Millis;
  readonly name: string;
  apply(cluster: Cluster): void;
}

export type Injected =
  | { readonly ok: true; readonly remedy?: Remedy }
  | { readonly ok: false; readonly message: string };

/** Carries out the fault now. A `for` gives a remedy to be applied later. */
export function injectFault(cluster: Cluster, namespace: string, step: FaultStep): Injected {
  const name = `fault ${step.type}${step.on === undefined ? "" : ` on ${step.on}`}`;
  switch (step.type) {
    case "PodKill":
      return killPods(cluster, namespace, step, name);
    case "QuotaFull":
      return fillQuota(cluster, step, name);
    case "ApiError":
      return refuseWrites(cluster, step, name);
    default:
      return unreachable(step.type);
  }
}

/** Deletes pods without grace: `pod/x`, or the first `count` pods of `deploy/x`. */
function killPods(cluster: Cluster, namespace: string, step: FaultStep, name: string): Injected {
  const pods = podsOn(cluster, namespace, step.on ?? "");
  if (pods === undefined) {
    return { ok: false, message: `PodKill needs "on", as in pod/web-1 or deploy/web` };
  }
  if (pods.length < step.count) {
    return { ok: false, message: `${step.on} has ${pods.length} pods, not ${step.count}` };
  }
  cluster.act(name, (api) => {
    for (const pod of pods.slice(0, step.count)) {
      const ref = { resource: "pods", namespace, name: pod.metadata.name };
      api.delete(ref, { gracePeriodSeconds: 0 });
    }
  });
  return { ok: true };
}

function podsOn(
  cluster: Cluster,
  namespace: string,
  on: string,
): readonly KubeObject[] | undefined {
  const [kind = "", name = ""] = on.split("/");
  if (name === "") return undefined;
  if (["pod", "pods", "po"].includes(kind)) {
    const found = cluster.api.get({ resource: "pods", namespace, name });
    return found.ok ? [found.value] : [];
  }
  if (!["deploy", "deployment", "deployments"].includes(kind)) return undefined;
  const found = cluster.api.get({ resource: "deployments", namespace, name });
  if (!found.ok) return [];
  const { selector } = found.value["spec"] as { selector: { matchLabels?: object } };
  const terms = Object.entries(selector.matchLabels ?? {});
  const labelSelector = terms.map(([key, value]) => `${key}=${String(value)}`).join(",");
  const pods = cluster.api.list("pods", { namespace, labelSelector });
  return pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

/** From now on no pod more than there are. */
function fillQuota(cluster: Cluster, step: FaultStep, name: string): Injected {
  cluster.act(name, (api) => {
    cluster.setPodQuota(Math.max(1, api.list("pods").length));
  });
  if (step.for === undefined) return { ok: true };
  const remedy: Remedy = {
    at: cluster.now + step.for,
    name: "fault QuotaFull ends",
    apply: (later) => {
      later.setPodQuota(0);
    },
  };
  return { ok: true, remedy };
}

/** The API refuses the next `count` requests: `on` is a verb and a resource, as in `create pods`. */
function refuseWrites(cluster: Cluster, step: FaultStep, name: string): Injected {
  const [, verb, resource] = /^(create|update) (\w+)$/u.exec(step.on ?? "") ?? [];
  if (verb === undefined || resource === undefined) {
    return { ok: false, message: `ApiError needs "on", as in create pods or update replicasets` };
  }
  cluster.act(name, () => {
    cluster.refuseNext(verb, resource, step.count);
  });
  return { ok: true };
}
