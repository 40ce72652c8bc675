/** Known failures that are in a Deployment's settings, and in how they go with those of other objects. */
import type { Deployment } from "../api/apps.ts";
import { matchesSelector } from "../api/label-selector.ts";
import type { LabelSelector } from "../api/meta.ts";
import { asArray, asRecord, asString } from "../apiserver/json.ts";
import { preStopOf } from "../apiserver/pod-lifecycle.ts";
import {
  isRollingUpdate,
  maxSurge,
  maxUnavailable,
  minAvailable,
} from "../controllers/deployment/fenceposts.ts";
import { LAST_APPLIED, REVISION_HISTORY, revisionOf } from "../controllers/deployment/revisions.ts";
import { autoscalerOf, virtual, type Detector } from "./known-failure.ts";

const preStopEatsGrace: Detector = ({ deployment }) => {
  const { spec } = deployment.spec.template;
  const grace = spec.terminationGracePeriodSeconds ?? 30;
  const preStop = preStopOf(spec) / 1000;
  if (preStop === 0 || preStop < grace) return undefined;
  return {
    story: "prestop-eats-grace",
    says:
      `preStop takes ${preStop} s of a grace period of ${grace} s: 0 s are left to finish, to which the ` +
      `kubelet adds 2 s before it kills the container`,
    better: `terminationGracePeriodSeconds above ${preStop} s and what the work takes`,
  };
};

const oneReplica: Detector = ({ deployment, state }) => {
  const { replicas } = deployment.spec;
  const unavailable = maxUnavailable(deployment);
  const floor = replicas - unavailable;
  if (!isRollingUpdate(deployment) || replicas === 0 || floor > 0) return undefined;
  const may = state === "rolling" ? "the rollout may leave" : "each rollout may leave";
  return {
    story: "one-replica",
    says: `R - U = ${replicas} - ${unavailable} = ${floor}: ${may} no pod available`,
    better: "maxUnavailable 0 and maxSurge 1",
  };
};

const noHistory: Detector = ({ deployment: { spec }, state }) => {
  if (spec.revisionHistoryLimit !== 0 || state === "rolling") return undefined;
  return {
    story: "no-history",
    says: "revisionHistoryLimit is 0: no ReplicaSet is left that an undo could go back to",
    better: "revisionHistoryLimit 2",
  };
};

const pdbNoGuard: Detector = ({ cluster, deployment }) => {
  const { namespace = "default" } = deployment.metadata;
  const labels = deployment.spec.template.metadata?.labels ?? {};
  const budgets = cluster.api.list("poddisruptionbudgets", { namespace });
  const { replicas } = deployment.spec;
  const floor = isRollingUpdate(deployment) ? minAvailable(deployment) : 0;
  for (const budget of budgets) {
    const selector = asRecord(budget["spec"])["selector"];
    if (selector === undefined || !matchesSelector(selector as LabelSelector, labels)) continue;
    const wanted = Number(asRecord(budget["status"])["desiredHealthy"] ?? 0);
    if (wanted <= floor) continue;
    return {
      story: "pdb-no-guard",
      says:
        `a rollout may leave R - U = ${floor} of ${replicas} pods available, the PodDisruptionBudget ` +
        `${budget.metadata.name} asks for ${wanted}: it binds evictions, not rollouts`,
      better: replicas > wanted ? `maxUnavailable ${replicas - wanted}` : "maxUnavailable 0",
    };
  }
  return undefined;
};

const undoPingPong: Detector = ({ next, old, state }) => {
  const history = next?.metadata.annotations?.[REVISION_HISTORY];
  if (next === undefined || history === undefined || state === "rolling") return undefined;
  const before = old.toSorted((a, b) => (revisionOf(b) ?? 0) - (revisionOf(a) ?? 0))[0];
  if (before === undefined) return undefined;
  const earlier = history.split(",").at(-1);
  return {
    story: "undo-ping-pong",
    says:
      `revision ${revisionOf(next)} is revision ${earlier} again, so one more kubectl rollout undo goes to ` +
      `revision ${revisionOf(before)}: ${imagesOf(before.spec.template)}`,
    better: "kubectl rollout undo --to-revision with the number of the one that is meant",
  };
};

const gitOpsReverts: Detector = ({ deployment, next }) => {
  if (next?.metadata.annotations?.[REVISION_HISTORY] === undefined) return undefined;
  const applied = lastApplied(deployment);
  const template = asRecord(applied?.["template"]);
  if (asArray(asRecord(template["spec"])["containers"]).length === 0) return undefined;
  const [said, is] = [imagesOf(template), imagesOf(deployment.spec.template)];
  if (said === is) return undefined;
  return {
    story: "gitops-reverts",
    says: `the manifest applied last says ${said}, since an undo it is ${is}: the next apply reverts that`,
    better: `a manifest that says ${is}`,
  };
};

const applyResetsHpa: Detector = (seen) => {
  const autoscaler = autoscalerOf(seen);
  const applied = lastApplied(seen.deployment)?.["replicas"];
  const { name } = seen.deployment.metadata;
  // 0 until it has found a metric for the first time.
  const wanted = autoscaler?.status?.desiredReplicas ?? 0;
  if (wanted === 0 || applied === undefined || wanted === applied) return undefined;
  return {
    story: "apply-resets-hpa",
    says:
      `the manifest applied last says ${JSON.stringify(applied)} replicas, the autoscaler ` +
      `${autoscaler!.metadata.name} wants ${wanted}: each apply sets them back`,
    better:
      `no replicas in the manifest, after kubectl apply edit-last-applied deployment/${name} ` +
      "(else they become 1)",
  };
};

const hpaRatchet: Detector = (seen) => {
  const { cluster, deployment, next, old, state } = seen;
  const autoscaler = autoscalerOf(seen);
  const { lastScaleTime, desiredReplicas = 0 } = autoscaler?.status ?? {};
  if (next === undefined || lastScaleTime === undefined || state === "complete") return undefined;
  const begun = virtual(cluster, next.metadata.creationTimestamp);
  const isIdle = old.every(({ spec }) => spec.replicas === 0);
  if (isIdle || virtual(cluster, lastScaleTime) < begun) return undefined;
  const asked = [next, ...old].reduce((sum, { spec }) => sum + spec.replicas, 0);
  return {
    story: "hpa-ratchet",
    says:
      `the autoscaler ${autoscaler!.metadata.name} set ${desiredReplicas} replicas while the rollout goes on: it ` +
      `looks at all ${asked} pods, those of the surge (${maxSurge(deployment)}) too`,
    better: "behavior.scaleUp.stabilizationWindowSeconds longer than a rollout, or less surge",
  };
};

export const failuresOfSettings: readonly Detector[] = [
  preStopEatsGrace,
  oneReplica,
  noHistory,
  pdbNoGuard,
  undoPingPong,
  gitOpsReverts,
  applyResetsHpa,
  hpaRatchet,
];

/** The spec of the manifest that kubectl apply was given last. */
function lastApplied({ metadata }: Deployment): Readonly<Record<string, unknown>> | undefined {
  const text = metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return undefined;
  try {
    return asRecord(asRecord(JSON.parse(text))["spec"]);
  } catch {
    return undefined; // anybody may write annotations
  }
}

function imagesOf(template: unknown): string {
  const containers = asArray(asRecord(asRecord(template)["spec"])["containers"]);
  return containers.map((each) => asString(asRecord(each)["image"])).join(", ");
}
