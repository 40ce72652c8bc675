/**
 * Defaults of workloads that rollsim keeps and does not run (pkg/apis/{apps,batch,core} SetDefaults_*, v1.37.2).
 * Nothing asks for what they would run.
 */
import { defaultPodSpec } from "./defaults-pod.ts";
import { child, fillAbsent, fillIn, isDraft, isEmpty, type Draft } from "./draft.ts";
import { isNil } from "./json.ts";

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
  defaultPodSpec(child(child(spec, "template"), "spec"));
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
