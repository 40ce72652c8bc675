/**
 * What a step can break while a run goes on. What is wrong with pods from their start belongs to
 * `behaviors`.
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
    case "NodeDown":
    case "NodeDrain":
      return breakNode(cluster, step, name);
    case "ProbeFail":
      return failProbes(cluster, namespace, step, name);
    case "RegistryDown":
      cluster.act(name, () => {
        cluster.faults.failRegistry();
      });
      return lasting(cluster, step, (later) => {
        later.faults.restoreRegistry();
      });
    case "PodKill":
      return killPods(cluster, namespace, step, name);
    case "PodEvict":
      return evictPods(cluster, namespace, step, name);
    case "QuotaFull":
      return fillQuota(cluster, step, name);
    case "ApiError":
      return refuseWrites(cluster, step, name);
    default:
      return unreachable(step.type);
  }
}

/** A fault with a `for` is undone when that is over; one without lasts for the rest of the run. */
function lasting(cluster: Cluster, step: FaultStep, apply: Remedy["apply"]): Injected {
  if (step.for === undefined) return { ok: true };
  const on = step.on === undefined ? "" : ` on ${step.on}`;
  return {
    ok: true,
    remedy: { at: cluster.now + step.for, name: `fault ${step.type}${on} ends`, apply },
  };
}

/** The node's name in `node/node-2`. */
export function nodeIn(on: string | undefined): string | undefined {
  return /^(?:nodes?|no)\/(.+)$/u.exec(on ?? "")?.[1];
}

function breakNode(cluster: Cluster, step: FaultStep, name: string): Injected {
  const node = nodeIn(step.on) ?? ""; // check-targets.ts has seen to it that there is one
  const isDown = step.type === "NodeDown";
  cluster.act(name, () => {
    if (isDown) cluster.faults.failNode(node);
    else cluster.faults.drain(node);
  });
  return lasting(cluster, step, (later) => {
    if (isDown) later.faults.restoreNode(node);
    else later.faults.uncordon(node);
  });
}

/** Of `pod/x`, or of the first `count` pods of `deploy/x`. */
function failProbes(cluster: Cluster, namespace: string, step: FaultStep, name: string): Injected {
  const found = podsWanted(cluster, namespace, step);
  if (!found.ok) return found;
  const failing = found.pods.map(({ metadata }) => ({ namespace, name: metadata.name }));
  cluster.act(name, () => {
    for (const pod of failing) cluster.faults.failProbe(pod);
  });
  return lasting(cluster, step, (later) => {
    for (const pod of failing) {
      const there = later.api.get({ resource: "pods", ...pod });
      if (there.ok) later.faults.passProbe(pod);
    }
  });
}

function podsWanted(
  cluster: Cluster,
  namespace: string,
  step: FaultStep,
):
  | { readonly ok: true; readonly pods: readonly KubeObject[] }
  | { readonly ok: false; readonly message: string } {
  const pods = podsOn(cluster, namespace, step.on ?? "");
  if (pods === undefined) {
    return { ok: false, message: `${step.type} needs "on", as in pod/web-1 or deploy/web` };
  }
  if (pods.length < step.count) {
    return { ok: false, message: `${step.on} has ${pods.length} pods, not ${step.count}` };
  }
  return { ok: true, pods: pods.slice(0, step.count) };
}

/** Deletes pods without grace: `pod/x`, or the first `count` pods of `deploy/x`. */
function killPods(cluster: Cluster, namespace: string, step: FaultStep, name: string): Injected {
  const found = podsWanted(cluster, namespace, step);
  if (!found.ok) return found;
  cluster.act(name, (api) => {
    for (const pod of found.pods) {
      const ref = { resource: "pods", namespace, name: pod.metadata.name };
      api.delete(ref, { gracePeriodSeconds: 0 });
    }
  });
  return { ok: true };
}

/** Asks for each once, as `kubectl drain` does of a pod; a budget that cannot spare it fails the step. */
function evictPods(cluster: Cluster, namespace: string, step: FaultStep, name: string): Injected {
  const found = podsWanted(cluster, namespace, step);
  if (!found.ok) return found;
  return cluster.act(name, (api): Injected => {
    for (const pod of found.pods) {
      const answer = api.evict({ resource: "pods", namespace, name: pod.metadata.name });
      if (!answer.ok) return { ok: false, message: answer.status.message };
    }
    return { ok: true };
  });
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
  return lasting(cluster, step, (later) => {
    later.setPodQuota(0);
  });
}

/** The API refuses the next `count` requests: `on` is a verb (create, update, update/status, patch, delete) and a resource. */
function refuseWrites(cluster: Cluster, step: FaultStep, name: string): Injected {
  const [, verb, resource] =
    /^(create|update|update\/status|patch|delete) (\w+)$/u.exec(step.on ?? "") ?? [];
  if (verb === undefined || resource === undefined) {
    return {
      ok: false,
      message: `ApiError needs "on", as in create pods or update/status deployments`,
    };
  }
  cluster.act(name, () => {
    cluster.refuseNext(verb, resource, step.count);
  });
  return { ok: true };
}
