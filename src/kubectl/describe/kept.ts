/**
 * Descriptions of workloads that rollsim keeps and does not run: StatefulSets, DaemonSets, Jobs, CronJobs and
 * ReplicationControllers. Mirrors kubectl/pkg/describe (v0.37.2).
 */
import { isControlledBy, type KubeObject } from "../../api/meta.ts";
import { formatLabels, selectorText } from "../../apiserver/selectors.ts";
import type { Call } from "../call.ts";
import { longTime } from "../duration.ts";
import { at, isMap, list, map, num, text } from "../fields.ts";
import { templateLines } from "./template.ts";
import { annotationLines, labelLines, line, trueFalse } from "./text.ts";
import { controlledBy } from "./workloads.ts";

const unset = "<unset>";

function names(object: KubeObject): string[] {
  return [
    line(0, "Name:", object.metadata.name),
    line(0, "Namespace:", object.metadata.namespace ?? ""),
  ];
}

function marks(object: KubeObject): string[] {
  return [
    ...labelLines("Labels", map(object.metadata.labels)),
    ...annotationLines("Annotations", map(object.metadata.annotations)),
  ];
}

/** A field, "<unset>" where it is absent. */
function field(title: string, object: unknown, ...path: readonly string[]): string {
  return line(0, title, text(object, ...path) || unset);
}

/** A field that is told of only where it is there. */
function optional(title: string, object: unknown, ...path: readonly string[]): string[] {
  return at(object, ...path) === undefined ? [] : [line(0, title, text(object, ...path))];
}

function podsStatus(call: Call, object: KubeObject, selector: string): string {
  const pods = call.io.client
    .list("pods", {
      namespace: object.metadata.namespace ?? call.namespace,
      labelSelector: selector,
    })
    .filter((pod) => isControlledBy(pod, object));
  const count = (phase: string): number =>
    pods.filter((pod) => text(pod, "status", "phase") === phase).length;
  return line(
    0,
    "Pods Status:",
    `${count("Running")} Running / ${count("Pending")} Waiting / ` +
      `${count("Succeeded")} Succeeded / ${count("Failed")} Failed`,
  );
}

export function describeStatefulSet(call: Call, set: KubeObject): string[] {
  const selector = selectorText(at(set, "spec", "selector"));
  const rolling = at(set, "spec", "updateStrategy", "rollingUpdate");
  const most = text(rolling, "maxUnavailable");
  const retention = at(set, "spec", "persistentVolumeClaimRetentionPolicy");
  return [
    ...names(set),
    line(0, "CreationTimestamp:", longTime(set.metadata.creationTimestamp)),
    line(0, "Selector:", selector),
    ...marks(set),
    ...optional("Service Name:", set, "spec", "serviceName"),
    ...optional("Pod Management Policy:", set, "spec", "podManagementPolicy"),
    line(
      0,
      "Replicas:",
      `${num(set, "spec", "replicas")} desired | ${num(set, "status", "replicas")} total`,
    ),
    line(0, "Update Strategy:", text(set, "spec", "updateStrategy", "type")),
    ...(isMap(rolling) ? [line(1, "Partition:", String(num(rolling, "partition")))] : []),
    ...(most === "" ? [] : [line(1, "MaxUnavailable:", most)]),
    ...(isMap(retention)
      ? [
          "Persistent Volume Claim Retention Policy:",
          line(1, "WhenDeleted:", text(retention, "whenDeleted")),
          line(1, "WhenScaled:", text(retention, "whenScaled")),
        ]
      : []),
    podsStatus(call, set, selector),
    ...templateLines(at(set, "spec", "template")),
    ...claimLines(list(set, "spec", "volumeClaimTemplates")),
  ];
}

function claimLines(claims: readonly unknown[]): string[] {
  if (claims.length === 0) return ["Volume Claims:\t<none>"];
  return [
    "Volume Claims:",
    ...claims.flatMap((claim) => [
      line(1, "Name:", text(claim, "metadata", "name")),
      line(1, "StorageClass:", text(claim, "spec", "storageClassName")),
      ...labelLines("  Labels", map(claim, "metadata", "labels")),
      ...labelLines("  Annotations", map(claim, "metadata", "annotations")),
      line(1, "Capacity:", text(claim, "spec", "resources", "requests", "storage") || "<default>"),
      line(1, "Access Modes:", `[${list(claim, "spec", "accessModes").map(String).join(" ")}]`),
    ]),
  ];
}

export function describeDaemonSet(call: Call, set: KubeObject): string[] {
  const selector = selectorText(at(set, "spec", "selector"));
  const status = (title: string, key: string): string => `${title}: ${num(set, "status", key)}`;
  return [
    ...names(set),
    line(0, "Selector:", selector),
    line(0, "Node-Selector:", formatLabels(map(set, "spec", "template", "spec", "nodeSelector"))),
    ...marks(set),
    status("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
    status("Current Number of Nodes Scheduled", "currentNumberScheduled"),
    status("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
    status("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
    status("Number of Nodes Misscheduled", "numberMisscheduled"),
    podsStatus(call, set, selector),
    ...templateLines(at(set, "spec", "template")),
  ];
}

export function describeReplicationController(call: Call, controller: KubeObject): string[] {
  const selector = formatLabels(map(controller, "spec", "selector"));
  return [
    ...names(controller),
    line(0, "Selector:", selector),
    ...marks(controller),
    line(
      0,
      "Replicas:",
      `${num(controller, "status", "replicas")} current / ${num(controller, "spec", "replicas")} desired`,
    ),
    podsStatus(call, controller, selector),
    ...templateLines(at(controller, "spec", "template")),
  ];
}

export function describeJob(_call: Call, job: KubeObject): string[] {
  const spec = map(job, "spec");
  const status = (key: string): number => num(job, "status", key);
  const ready = at(job, "status", "ready") === undefined ? "" : ` (${status("ready")} Ready)`;
  const deadline = at(spec, "activeDeadlineSeconds");
  return [
    ...names(job),
    line(0, "Selector:", selectorText(spec["selector"])),
    ...marks(job),
    ...controlledBy(job),
    ...optional("Parallelism:", spec, "parallelism"),
    field("Completions:", spec, "completions"),
    ...optional("Completion Mode:", spec, "completionMode"),
    ...optional("Suspend:", spec, "suspend"),
    ...optional("Backoff Limit:", spec, "backoffLimit"),
    ...optional("TTL Seconds After Finished:", spec, "ttlSecondsAfterFinished"),
    ...(typeof deadline === "number" ? [line(0, "Active Deadline Seconds:", `${deadline}s`)] : []),
    line(
      0,
      "Pods Statuses:",
      `${status("active")} Active${ready} / ${status("succeeded")} Succeeded / ${status("failed")} Failed`,
    ),
    ...templateLines(spec["template"]),
  ];
}

export function describeCronJob(_call: Call, cronJob: KubeObject): string[] {
  const spec = map(cronJob, "spec");
  const job = map(spec, "jobTemplate", "spec");
  const selector = job["selector"];
  const starting = text(spec, "startingDeadlineSeconds");
  return [
    ...names(cronJob),
    ...marks(cronJob),
    line(0, "Schedule:", text(spec, "schedule")),
    line(0, "Concurrency Policy:", text(spec, "concurrencyPolicy")),
    line(0, "Suspend:", at(spec, "suspend") === undefined ? unset : trueFalse(spec["suspend"])),
    field("Time Zone:", spec, "timeZone"),
    field("Successful Job History Limit:", spec, "successfulJobsHistoryLimit"),
    field("Failed Job History Limit:", spec, "failedJobsHistoryLimit"),
    line(0, "Starting Deadline Seconds:", starting === "" ? unset : `${starting}s`),
    line(0, "Selector:", isMap(selector) ? selectorText(selector) : unset),
    field("Parallelism:", job, "parallelism"),
    field("Completions:", job, "completions"),
    ...templateLines(job["template"]),
    field("Last Schedule Time:", cronJob, "status", "lastScheduleTime"),
    line(0, "Active Jobs:", "<none>"),
  ];
}
