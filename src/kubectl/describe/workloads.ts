/** Descriptions of Deployments and ReplicaSets. Mirrors kubectl/pkg/describe (v0.37.2). */
import { controllerOf, isControlledBy, type KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { longTime } from "../duration.ts";
import { at, isMap, list, map, num, text } from "../fields.ts";
import { formatLabelSelector, selectorText } from "../../apiserver/selectors.ts";
import { replicaSetsOf } from "../revisions.ts";
import { templateLines } from "./template.ts";
import { annotationLines, labelLines, line } from "./text.ts";

export function describeDeployment(call: Call, deployment: KubeObject): string[] {
  const status = (key: string): number => num(deployment, "status", key);
  const rolling = at(deployment, "spec", "strategy", "rollingUpdate");
  const { old, current } = replicaSetsOf(call, deployment);
  const replicaSets = [...old, ...(current === undefined ? [] : [current])];
  return [
    line(0, "Name:", deployment.metadata.name),
    line(0, "Namespace:", deployment.metadata.namespace ?? ""),
    line(0, "CreationTimestamp:", longTime(deployment.metadata.creationTimestamp)),
    ...labelLines("Labels", deployment.metadata.labels ?? {}),
    ...annotationLines("Annotations", deployment.metadata.annotations ?? {}),
    line(0, "Selector:", selectorText(at(deployment, "spec", "selector"))),
    line(
      0,
      "Replicas:",
      `${num(deployment, "spec", "replicas")} desired | ${status("updatedReplicas")} updated | ` +
        `${status("replicas")} total | ${status("availableReplicas")} available | ` +
        `${status("unavailableReplicas")} unavailable`,
    ),
    line(0, "StrategyType:", text(deployment, "spec", "strategy", "type")),
    line(0, "MinReadySeconds:", String(num(deployment, "spec", "minReadySeconds"))),
    ...(isMap(rolling)
      ? [
          line(
            0,
            "RollingUpdateStrategy:",
            `${text(rolling, "maxUnavailable")} max unavailable, ${text(rolling, "maxSurge")} max surge`,
          ),
        ]
      : []),
    ...templateLines(at(deployment, "spec", "template")),
    ...conditionLines(deployment),
    ...(replicaSets.length === 0
      ? []
      : [
          line(0, "OldReplicaSets:", sizes(old)),
          line(0, "NewReplicaSet:", sizes(current === undefined ? [] : [current])),
        ]),
  ];
}

function conditionLines(object: KubeObject): string[] {
  const conditions = list(object, "status", "conditions");
  if (conditions.length === 0) return [];
  return [
    "Conditions:",
    line(1, "Type", "Status", "Reason"),
    line(1, "----", "------", "------"),
    ...conditions.map((c) => line(1, `${text(c, "type")} `, text(c, "status"), text(c, "reason"))),
  ];
}

function sizes(replicaSets: readonly KubeObject[]): string {
  const shown = replicaSets.map((set) => {
    const created = `${num(set, "status", "replicas")}/${num(set, "spec", "replicas")}`;
    return `${set.metadata.name} (${created} replicas created)`;
  });
  return shown.join(", ") || "<none>";
}

export function controlledBy(object: KubeObject): string[] {
  const owner = controllerOf(object.metadata);
  return owner === undefined ? [] : [line(0, "Controlled By:", `${owner.kind}/${owner.name}`)];
}

export function describeReplicaSet(call: Call, replicaSet: KubeObject): string[] {
  const pods = call.io.client
    .list("pods", {
      namespace: replicaSet.metadata.namespace ?? call.namespace,
      labelSelector: selectorText(at(replicaSet, "spec", "selector")),
    })
    .filter((pod) => isControlledBy(pod, replicaSet));
  const count = (phase: string): number =>
    pods.filter((pod) => text(pod, "status", "phase") === phase).length;
  return [
    line(0, "Name:", replicaSet.metadata.name),
    line(0, "Namespace:", replicaSet.metadata.namespace ?? ""),
    line(0, "Selector:", formatLabelSelector(at(replicaSet, "spec", "selector"))),
    ...labelLines("Labels", map(replicaSet.metadata.labels)),
    ...annotationLines("Annotations", map(replicaSet.metadata.annotations)),
    ...controlledBy(replicaSet),
    line(
      0,
      "Replicas:",
      `${num(replicaSet, "status", "replicas")} current / ${num(replicaSet, "spec", "replicas")} desired`,
    ),
    line(
      0,
      "Pods Status:",
      `${count("Running")} Running / ${count("Pending")} Waiting / ` +
        `${count("Succeeded")} Succeeded / ${count("Failed")} Failed`,
    ),
    ...templateLines(at(replicaSet, "spec", "template")),
    ...conditionLines(replicaSet),
  ];
}
