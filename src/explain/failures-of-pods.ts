/** Known failures that pods show: since when they are ready, and what became of them. */
import { HASH_LABEL, type ReplicaSet } from "../api/apps.ts";
import type { Container } from "../api/core.ts";
import { asArray, asRecord, asString } from "../apiserver/json.ts";
import {
  autoscalerOf,
  count,
  isTerminating,
  readyCondition,
  virtual,
  type Detector,
  type Seen,
} from "./known-failure.ts";
import { isHopeless, restartsOf, startedAt } from "./pod-states.ts";

const statusSaysDone: Detector = ({ oldPods, old, state }) => {
  const going = oldPods.filter(isTerminating);
  const [first] = going;
  if (state === "rolling" || first === undefined || old.length === 0) return undefined;
  const hash = first.metadata.labels?.[HASH_LABEL] ?? "";
  return {
    story: "status-says-done",
    says: `${count(going.length, "old pod")} still at work, terminating: rollout status does not count them`,
    better: `kubectl wait --for=delete pod --selector pod-template-hash=${hash}, then go on`,
  };
};

const scaleAndShip: Detector = (seen) => {
  const { next, oldPods, nextPods, state } = seen;
  if (autoscalerOf(seen) !== undefined) return undefined; // hpa-ratchet
  const since = next?.metadata.creationTimestamp ?? "";
  const late = oldPods.filter(({ metadata }) => (metadata.creationTimestamp ?? "") >= since);
  const isStuck = nextPods.some(isHopeless);
  if (next === undefined || state === "complete" || late.length === 0 || isStuck) return undefined;
  if (!grewByScaling(seen, seen.old)) return undefined;
  return {
    story: "scale-and-ship",
    says:
      `${count(late.length, "pod")} of the old template made since there is ${next.metadata.name}: a change of ` +
      "replicas comes first, and scales what there is",
    better: "two steps: the new template first, then the replicas",
  };
};

const scaleWhenStuck: Detector = (seen) => {
  const { deployment, next, nextPods } = seen;
  const since = next?.metadata.creationTimestamp ?? "";
  const late = nextPods.filter((pod) => (pod.metadata.creationTimestamp ?? "") > since);
  const stuck = nextPods.filter(isHopeless);
  if (next === undefined || late.length === 0 || stuck.length < nextPods.length) return undefined;
  if (!grewByScaling(seen, [next])) return undefined;
  return {
    story: "scale-when-stuck",
    says:
      `${nextPods.length} pods have the template that does not start, ${late.length} of them since a later ` +
      "change of replicas: the bad ReplicaSet gets its share",
    better: `kubectl rollout undo deployment/${deployment.metadata.name}, then scale`,
  };
};

/** Whether a change of replicas gave one of these more, since there is the new ReplicaSet. */
function grewByScaling({ cluster, deployment, next }: Seen, sets: readonly ReplicaSet[]): boolean {
  const { namespace = "default", name } = deployment.metadata;
  const since = virtual(cluster, next?.metadata.creationTimestamp);
  const names = new Set<unknown>(sets.map(({ metadata }) => metadata.name));
  return cluster.trace.entries.some((entry) => {
    if (entry.kind !== "decision" || entry.at < since) return false;
    // ReplicaSets of a namesake in another namespace have the same names.
    if (entry.key !== `${namespace}/${name}`) return false;
    const { replicaSet, from, to } = entry.weighed;
    return entry.id.startsWith("deployment/scale/") && names.has(replicaSet) && to! > from!;
  });
}

const readyThenCrash: Detector = ({ cluster, deployment, next, nextPods }) => {
  const minReady = deployment.spec.minReadySeconds ?? 0;
  const crashed = nextPods.filter((pod) => restartsOf(pod) > 0);
  if (next === undefined || crashed.length === 0) return undefined;
  const key = `${next.metadata.namespace ?? "default"}/${next.metadata.name}`;
  const told = (change: string): number | undefined =>
    cluster.trace.entries.find(
      (entry) => entry.kind === "pods" && entry.key === key && entry.change === change,
    )?.at;
  const [ready, restarted] = [told("ready"), told("restarted")];
  if (ready === undefined || restarted === undefined || ready > restarted) return undefined;
  const after = Math.ceil((restarted - ready) / 1000);
  if (after < minReady) return undefined;
  return {
    story: "ready-then-crash",
    says:
      `${crashed.length} of ${nextPods.length} new pods have crashed, the first ${after} s after it was ready: ` +
      `minReadySeconds ${minReady} took it for available`,
    better: `minReadySeconds above ${after}`,
  };
};

const minReadyRestart: Detector = ({ cluster, deployment, next, nextPods, deadlineAt }) => {
  const { minReadySeconds: minReady = 0, progressDeadlineSeconds: deadline = 0 } = deployment.spec;
  if (deadlineAt === undefined || next === undefined || minReady === 0) return undefined;
  const due = nextPods.map((pod) => {
    const ready = readyCondition(pod);
    const since =
      ready?.status === "True" ? virtual(cluster, ready.lastTransitionTime) : cluster.now;
    return since + minReady * 1000;
  });
  const soonest = Math.min(...due.filter((at) => at > cluster.now));
  if (soonest === Infinity || soonest <= deadlineAt || nextPods.some(isHopeless)) return undefined;
  const needed = Math.ceil((soonest - deadlineAt) / 1000) + deadline;
  return {
    story: "minready-restart",
    says:
      `minReadySeconds ${minReady}, begun anew, end after ${soonest / 1000}s at the earliest; the deadline of ` +
      `${deadline} s passes after ${deadlineAt / 1000}s`,
    better: `progressDeadlineSeconds above ${needed}: start, minReadySeconds and a restart`,
  };
};

const livenessKillsSlow: Detector = ({ cluster, deployment, nextPods }) => {
  const { containers } = deployment.spec.template.spec;
  const restarted = nextPods.filter((pod) => restartsOf(pod) > 0);
  const names = new Set(restarted.map(({ metadata }) => metadata.name));
  const namespace = deployment.metadata.namespace ?? "default";
  for (const container of containers) {
    if (container["livenessProbe"] === undefined || container["startupProbe"] !== undefined)
      continue;
    const message = `Container ${container.name} failed liveness probe, will be restarted`;
    const killed = cluster.trace.entries.some(
      (entry) =>
        entry.kind === "event" &&
        entry.message === message &&
        entry.about.namespace === namespace &&
        names.has(entry.about.name),
    );
    if (killed) return killedByLiveness(container, restarted.length);
  }
  return undefined;
};

function killedByLiveness(container: Container, restarted: number): ReturnType<Detector> {
  const probe = asRecord(container["livenessProbe"]);
  const [delay, period, threshold] = [
    Number(probe["initialDelaySeconds"] ?? 0),
    Number(probe["periodSeconds"] ?? 10),
    Number(probe["failureThreshold"] ?? 3),
  ];
  return {
    story: "liveness-kills-slow",
    says:
      `the liveness probe of ${container.name} waits ${delay} + ${threshold} x ${period} = ` +
      `${delay + threshold * period} s at the most (initialDelaySeconds + failureThreshold x ` +
      `periodSeconds), and has ended ${count(restarted, "pod")} that listened to nobody by then`,
    better: `a startupProbe whose failureThreshold x periodSeconds is longer than the start`,
  };
}

const sharedDependency: Detector = ({ cluster, nextPods, oldPods }) => {
  const pods = [...nextPods, ...oldPods].filter((pod) => !isTerminating(pod));
  const [first] = pods;
  const since = first === undefined ? undefined : readyCondition(first)?.lastTransitionTime;
  const together = pods.every((pod) => {
    const ready = readyCondition(pod);
    const began = startedAt(pod);
    return ready?.status === "False" && ready.lastTransitionTime === since && began < since!;
  });
  if (pods.length < 2 || since === undefined || !together) return undefined;
  return {
    story: "shared-dependency",
    says:
      `${pods.length} of ${pods.length} pods stopped being ready at the same second ` +
      `(${virtual(cluster, since) / 1000}s), none of them restarted`,
    better: "a readiness probe that asks the pod alone, and nothing that all pods share",
  };
};

const configNotRolled: Detector = (seen) => {
  for (const { resource, kind, name } of readAtStart(seen)) {
    const { namespace = "default" } = seen.deployment.metadata;
    const found = seen.cluster.api.get({ resource, namespace, name });
    if (!found.ok) continue;
    const changes = (found.value.metadata.managedFields ?? []).map((each) =>
      asString(asRecord(each)["time"]),
    );
    const last = changes.reduce((latest, time) => (time > latest ? time : latest), "");
    const behind = seen.nextPods.filter((pod) => startedAt(pod) < last && !isTerminating(pod));
    if (last === "" || behind.length === 0) continue;
    return {
      story: "config-not-rolled",
      says:
        `${behind.length} of ${seen.nextPods.length} pods started before ${kind} ${name} changed, at ` +
        `${virtual(seen.cluster, last) / 1000}s: the template is the same, so nothing is rolled out`,
      better: `kubectl rollout restart deployment/${seen.deployment.metadata.name}, or a hash in an annotation`,
    };
  }
  return undefined;
};

interface ConfigReference {
  readonly resource: string;
  readonly kind: string;
  readonly name: string;
}

/** ConfigMaps and Secrets that containers read when they start, into their environment. */
function readAtStart({ deployment }: Seen): readonly ConfigReference[] {
  const found = deployment.spec.template.spec.containers.flatMap((container) => [
    ...asArray(container["envFrom"]).map((each) => asRecord(each)),
    ...asArray(container["env"]).map((each) => asRecord(asRecord(each)["valueFrom"])),
  ]);
  return found.flatMap((source) => {
    const configMap = asRecord(source["configMapRef"] ?? source["configMapKeyRef"])["name"];
    const secret = asRecord(source["secretRef"] ?? source["secretKeyRef"])["name"];
    return [
      ...(typeof configMap === "string"
        ? [{ resource: "configmaps", kind: "ConfigMap", name: configMap }]
        : []),
      ...(typeof secret === "string"
        ? [{ resource: "secrets", kind: "Secret", name: secret }]
        : []),
    ];
  });
}

export const failuresOfPods: readonly Detector[] = [
  statusSaysDone,
  scaleAndShip,
  scaleWhenStuck,
  readyThenCrash,
  minReadyRestart,
  livenessKillsSlow,
  sharedDependency,
  configNotRolled,
];
