/**
 * Defaults of kinds that rollsim keeps and does not run (pkg/apis/{apps,batch,core,networking} SetDefaults_*, v1.37.2).
 * Nothing asks for what they would run.
 */
import { defaultPodSpec } from "./defaults-pod.ts";
import { child, drafts, fillAbsent, fillIn, isDraft, isEmpty, type Draft } from "./draft.ts";
import { asArray, isNil } from "./json.ts";

export function defaultStatefulSet(set: Draft): void {
  const spec = child(set, "spec");
  fillIn(spec, { podManagementPolicy: "OrderedReady" });
  const strategy = child(spec, "updateStrategy");
  if (isEmpty(strategy["type"])) {
    strategy["type"] = "RollingUpdate";
    child(strategy, "rollingUpdate");
  }
  const { rollingUpdate } = strategy;
  if (strategy["type"] === "RollingUpdate" && isDraft(rollingUpdate)) {
    fillAbsent(rollingUpdate, { partition: 0, maxUnavailable: 1 });
  }
  const retention = child(spec, "persistentVolumeClaimRetentionPolicy");
  fillIn(retention, { whenDeleted: "Retain", whenScaled: "Retain" });
  fillAbsent(spec, { replicas: 1, revisionHistoryLimit: 10 });
  for (const claim of drafts(spec["volumeClaimTemplates"])) {
    fillIn(claim, { apiVersion: "v1", kind: "PersistentVolumeClaim" });
    defaultClaim(claim);
    fillIn(child(claim, "status"), { phase: "Pending" });
  }
  defaultPodSpec(child(child(spec, "template"), "spec"));
}

export function defaultClaim(claim: Draft): void {
  fillAbsent(child(claim, "spec"), { volumeMode: "Filesystem" });
}

export function defaultDaemonSet(set: Draft): void {
  const spec = child(set, "spec");
  const strategy = child(spec, "updateStrategy");
  fillIn(strategy, { type: "RollingUpdate" });
  if (strategy["type"] === "RollingUpdate") {
    fillAbsent(child(strategy, "rollingUpdate"), { maxUnavailable: 1, maxSurge: 0 });
  }
  fillAbsent(spec, { revisionHistoryLimit: 10 });
  defaultPodSpec(child(child(spec, "template"), "spec"));
}

export function defaultReplicationController(controller: Draft): void {
  const spec = child(controller, "spec");
  fillAbsent(spec, { replicas: 1 });
  const { template } = spec;
  if (!isDraft(template)) return;
  const labels = child(template, "metadata")["labels"];
  if (isDraft(labels)) {
    if (isNone(spec["selector"])) spec["selector"] = { ...labels };
    const metadata = child(controller, "metadata");
    if (isNone(metadata["labels"])) metadata["labels"] = { ...labels };
  }
  defaultPodSpec(child(template, "spec"));
}

export function defaultJob(job: Draft): void {
  const spec = child(job, "spec");
  if (isNil(spec["completions"]) && isNil(spec["parallelism"])) spec["completions"] = 1;
  defaultJobSpec(spec);
  const labels = child(child(spec, "template"), "metadata")["labels"];
  const metadata = child(job, "metadata");
  if (isDraft(labels) && isNone(metadata["labels"])) metadata["labels"] = { ...labels };
}

function defaultJobSpec(spec: Draft): void {
  fillAbsent(spec, {
    parallelism: 1,
    backoffLimit: isNil(spec["backoffLimitPerIndex"]) ? 6 : 2 ** 31 - 1,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: isNil(spec["podFailurePolicy"]) ? "TerminatingOrFailed" : "Failed",
    manualSelector: false,
  });
  defaultPodSpec(child(child(spec, "template"), "spec"));
}

export function defaultCronJob(cronJob: Draft): void {
  const spec = child(cronJob, "spec");
  fillIn(spec, { concurrencyPolicy: "Allow" });
  fillAbsent(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  const job = child(child(spec, "jobTemplate"), "spec");
  defaultPodSpec(child(child(job, "template"), "spec"));
}

function isNone(labels: unknown): boolean {
  return !isDraft(labels) || Object.keys(labels).length === 0;
}

export function defaultVolume(volume: Draft): void {
  const spec = child(volume, "spec");
  fillIn(spec, { persistentVolumeReclaimPolicy: "Retain" });
  fillAbsent(spec, { volumeMode: "Filesystem" });
  if (isDraft(spec["hostPath"])) fillAbsent(spec["hostPath"], { type: "" });
}

export function defaultNetworkPolicy(policy: Draft): void {
  const spec = child(policy, "spec");
  for (const rule of [...drafts(spec["ingress"]), ...drafts(spec["egress"])]) {
    for (const port of drafts(rule["ports"])) fillAbsent(port, { protocol: "TCP" });
  }
  if (asArray(spec["policyTypes"]).length > 0) return;
  spec["policyTypes"] = asArray(spec["egress"]).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}
