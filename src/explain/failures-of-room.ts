/** Known failures that pods show by where they are, or find no place: nodes, volumes, addresses. */
import type { ReplicaSet } from "../api/apps.ts";
import type { Pod } from "../api/core.ts";
import { matchesSelector } from "../api/label-selector.ts";
import type { LabelSelector } from "../api/meta.ts";
import type { Node } from "../api/node.ts";
import { asArray, asRecord, asString } from "../apiserver/json.ts";

import type { Cluster } from "../cluster.ts";
import { defaults } from "../cluster/options.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import { nodeShapes } from "../scheduler/node-object.ts";
import { count, isTerminating, readyCondition, type Detector, type Seen } from "./known-failure.ts";
import { eventAbout } from "./pod-groups.ts";
import { isUnschedulable, startedAt } from "./pod-states.ts";

const terminatingFree: Detector = ({ deployment, next, old, nextPods, oldPods }) => {
  const terminating = [...nextPods, ...oldPods].filter(isTerminating).length;
  const asked = [...(next === undefined ? [] : [next]), ...old].reduce(
    (sum, { spec }) => sum + spec.replicas,
    0,
  );
  const { replicas } = deployment.spec;
  const allowed = replicas + maxSurge(deployment);
  const waits = nextPods.some(isUnschedulable);
  if (terminating === 0 || !waits || asked + terminating <= allowed) return undefined;
  return {
    story: "terminating-free",
    says:
      `${asked} pods asked for + ${terminating} terminating = ${asked + terminating}, more than ` +
      `R + S = ${allowed}: pods keep their room until they are gone`,
    better: `room for 2 R = ${2 * replicas} pods, or pods that end sooner`,
  };
};

const spreadLost: Detector = (seen) => {
  const { cluster, deployment, nextPods, state } = seen;
  if (state === "rolling" || !areAsPlaced(seen)) return undefined;
  const nodes = cluster.api.list("nodes") as readonly Node[];
  for (const constraint of asArray(deployment.spec.template.spec["topologySpreadConstraints"])) {
    const { topologyKey, maxSkew, labelSelector, matchLabelKeys, whenUnsatisfiable } =
      asRecord(constraint);
    if (whenUnsatisfiable !== "DoNotSchedule" || matchLabelKeys !== undefined) continue;
    const counts = countsBy(asString(topologyKey), nodes, nextPods, labelSelector as LabelSelector);
    const most = counts[0];
    const least = counts.at(-1);
    if (most === undefined || least === undefined) continue;
    const skew = most.pods - least.pods;
    if (skew <= Number(maxSkew)) continue;
    return {
      story: "spread-lost",
      says:
        `${most.pods} of its pods on ${most.domain} - ${least.pods} on ${least.domain} = ${skew}, above ` +
        `maxSkew ${Number(maxSkew)}: old pods counted when the new ones were placed`,
      better: "matchLabelKeys: [pod-template-hash]",
    };
  }
  return undefined;
};

/** Whether the new pods are those that were placed beside old ones: since these are gone, none came or went. */
function areAsPlaced({ cluster, next, old }: Seen): boolean {
  const keys = new Set(old.map(keyOf));
  const key = next === undefined ? "" : keyOf(next);
  const told = cluster.trace.entries.flatMap((entry) => (entry.kind === "pods" ? [entry] : []));
  const last = told.findLast((entry) => entry.change === "gone" && keys.has(entry.key));
  if (last === undefined) return false;
  const since = told.slice(told.indexOf(last));
  return !since.some((entry) => entry.key === key && MOVES.has(entry.change));
}

const MOVES: ReadonlySet<string> = new Set(["scheduled", "deleting", "failed"]);

function keyOf({ metadata }: ReplicaSet): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}

/** Domains of a topology, the one with the most pods first. */
function countsBy(
  key: string,
  nodes: readonly Node[],
  pods: readonly Pod[],
  selector: LabelSelector,
): { readonly domain: string; readonly pods: number }[] {
  const counts = new Map<string, number>();
  const domains = new Map<string, string>();
  for (const { metadata } of nodes) {
    const domain = metadata.labels?.[key];
    if (domain === undefined) continue;
    domains.set(metadata.name, domain);
    counts.set(domain, counts.get(domain) ?? 0);
  }
  for (const pod of pods) {
    const domain = domains.get(pod.spec.nodeName ?? "");
    if (domain === undefined || !matchesSelector(selector, pod.metadata.labels ?? {})) continue;
    counts.set(domain, counts.get(domain)! + 1);
  }
  const all = [...counts].map(([domain, found]) => ({ domain, pods: found }));
  return all.toSorted((a, b) => b.pods - a.pods);
}

const allOnOneNode: Detector = ({ cluster, nextPods, oldPods, state }) => {
  const pods = [...nextPods, ...oldPods].filter(({ spec }) => spec.nodeName !== undefined);
  const [node, ...more] = new Set(pods.map(({ spec }) => spec.nodeName));
  const isAlone = node !== undefined && more.length === 0 && cluster.api.list("nodes").length > 1;
  if (state === "rolling" || pods.length < 2 || !isAlone) return undefined;
  return {
    story: "all-on-one-node",
    says: `${pods.length} of ${pods.length} pods run on ${node}: with it 0 are left`,
    better: "topologySpreadConstraints over kubernetes.io/hostname, maxSkew 1, DoNotSchedule",
  };
};

const preempted: Detector = ({ cluster, deployment, next, old, nextPods, oldPods }) => {
  const namespace = deployment.metadata.namespace ?? "default";
  const sets = [...(next === undefined ? [] : [next]), ...old];
  const isOwn = (name: string): boolean =>
    sets.some(({ metadata }) => name.startsWith(`${metadata.name}-`));
  const victims = cluster.trace.entries.filter(
    (entry) =>
      entry.kind === "event" &&
      entry.reason === "Preempted" &&
      entry.about.namespace === namespace &&
      isOwn(entry.about.name),
  );
  const pods = [...nextPods, ...oldPods].filter((pod) => !isTerminating(pod));
  const ready = pods.filter((pod) => readyCondition(pod)?.status === "True").length;
  if (victims.length === 0 || ready >= deployment.spec.replicas) return undefined;
  const waiting = pods.filter(isUnschedulable).length;
  const priority = Number(deployment.spec.template.spec["priority"] ?? 0);
  return {
    story: "preempted",
    says:
      `the scheduler stopped ${count(victims.length, "pod")} of it to make room for pods of a priority above ` +
      `${priority}; ${count(waiting, "pod")} of it now ${waiting === 1 ? "waits" : "wait"} for room`,
    better: "preemptionPolicy: Never in the PriorityClass of the others, or one for these, too",
  };
};

const rwoDeadlock: Detector = ({ cluster, deployment, nextPods, oldPods }) => {
  for (const pod of nextPods) {
    const message = eventAbout(cluster, pod, "FailedAttachVolume");
    const holder = oldPods.find(({ metadata }) => message?.includes(metadata.name) === true);
    if (holder === undefined || isTerminating(holder) || startedAt(pod) !== "~") continue;
    const { replicas } = deployment.spec;
    const unavailable = maxUnavailable(deployment);
    return {
      story: "rwo-deadlock",
      says:
        `${pod.metadata.name} waits for a volume that ${holder.metadata.name} has on ${holder.spec.nodeName}, ` +
        `which stays until R - U = ${replicas} - ${unavailable} = ${replicas - unavailable} others are available`,
      better: "strategy Recreate, or maxSurge 0 and maxUnavailable 1: the old pod goes first",
    };
  }
  return undefined;
};

const ipExhaustion: Detector = ({ cluster, deployment, nextPods, oldPods }) => {
  const waiting = nextPods.filter(
    (pod) =>
      startedAt(pod) === "~" && eventAbout(cluster, pod, "FailedCreatePodSandBox") !== undefined,
  );
  if (waiting.length === 0) return undefined;
  const pods = cluster.api.list("pods");
  const holding = pods.filter(({ status }) => status["podIP"] !== undefined).length;
  const going = oldPods.filter(isTerminating).length;
  const { replicas } = deployment.spec;
  const unavailable = maxUnavailable(deployment);
  return {
    story: "ip-exhaustion",
    says:
      `${count(waiting.length, "new pod")} without an address: ${holding} pods have one` +
      `${going === 0 ? "" : `, ${going} of them terminating`}; old ones stay until ` +
      `R - U = ${replicas} - ${unavailable} = ${replicas - unavailable} others are available`,
    better:
      "maxSurge 0 and maxUnavailable 1: an old pod gives its address first; or a larger subnet",
  };
};

const clockSkew: Detector = ({ cluster, deployment, nextPods, oldPods }) => {
  const minReady = deployment.spec.minReadySeconds ?? 0;
  if (minReady === 0) return undefined;
  const skews = clocks(cluster);
  const pods = [...nextPods, ...oldPods].filter(({ spec }) => skews.has(spec.nodeName ?? ""));
  const [first] = pods;
  if (first === undefined) return undefined;
  const node = first.spec.nodeName!;
  const ahead = skews.get(node)!;
  const [way, sign] = ahead > 0 ? ["ahead", "+"] : ["behind", "-"];
  const by = Math.abs(ahead);
  return {
    story: "clock-skew",
    says:
      `${count(pods.length, "pod")} on nodes with other clocks than the controllers'; that of ${node} is ${by} s ` +
      `${way}: minReadySeconds end ${minReady} ${sign} ${by} = ${minReady + ahead} s after a pod is ready`,
    better: "clocks that agree (NTP on every node)",
  };
};

/** By node, where its clock is another: the seconds by which it is ahead (negative: behind). */
function clocks({ options }: Cluster): ReadonlyMap<string, number> {
  const { nodes = defaults.nodes, podsPerNode = defaults.podsPerNode } = options;
  const all = nodeShapes(nodes, podsPerNode).map(
    ({ name, clock = 0 }) => [name, clock / 1000] as const,
  );
  return new Map(all.filter(([, ahead]) => ahead !== 0));
}

export const failuresOfRoom: readonly Detector[] = [
  rwoDeadlock,
  terminatingFree,
  spreadLost,
  allOnOneNode,
  preempted,
  ipExhaustion,
  clockSkew,
];
