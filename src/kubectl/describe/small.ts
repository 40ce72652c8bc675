/**
 * Descriptions of namespaces, disruption budgets, config maps, secrets and service accounts. Mirrors
 * kubectl/pkg/describe (v0.37.2).
 */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { longTime } from "../duration.ts";
import { at, list, map, num, sortedKeys, text } from "../fields.ts";
import { formatLabels, selectorText } from "../../apiserver/selectors.ts";
import { limitRangeLines } from "./limits.ts";
import { annotationLines, labelLines, line } from "./text.ts";

export function describeNamespace(call: Call, namespace: KubeObject): string[] {
  const scope = { namespace: namespace.metadata.name };
  const quotas = call.io.client.list("resourcequotas", scope);
  return [
    line(0, "Name:", namespace.metadata.name),
    ...labelLines("Labels", map(namespace.metadata.labels)),
    ...annotationLines("Annotations", map(namespace.metadata.annotations)),
    line(0, "Status:", text(namespace, "status", "phase")),
    ...conditionLines(namespace),
    "",
    ...(quotas.length === 0 ? ["No resource quota."] : ["Resource Quotas"]),
    ...quotas.flatMap(quotaLines),
    "",
    ...limitRangeLines(call.io.client.list("limitranges", scope)),
  ];
}

function conditionLines(namespace: KubeObject): string[] {
  const conditions = list(namespace, "status", "conditions");
  if (conditions.length === 0) return [];
  const columns = ["type", "status", "lastTransitionTime", "reason", "message"];
  return [
    "Conditions:",
    line(1, "Type", "Status", "LastTransitionTime", "Reason", "Message"),
    line(1, "----", "------", "------------------", "------", "-------"),
    ...conditions.map((each) =>
      line(
        1,
        ...columns.map((name) =>
          name === "lastTransitionTime" ? longTime(text(each, name)) : text(each, name),
        ),
      ),
    ),
  ];
}

function quotaLines(quota: KubeObject): string[] {
  const hard = map(quota, "status", "hard");
  return [
    line(1, "Name:", quota.metadata.name),
    line(1, "Resource", "Used", "Hard"),
    line(1, "--------", "---", "---"),
    ...sortedKeys(hard).map((name) =>
      line(1, name, text(quota, "status", "used", name), String(hard[name])),
    ),
  ];
}

export function describeDisruptionBudget(_call: Call, budget: KubeObject): string[] {
  const least = text(budget, "spec", "minAvailable");
  const most = text(budget, "spec", "maxUnavailable");
  const counts = [
    ["Allowed disruptions:", "disruptionsAllowed"],
    ["Current:", "currentHealthy"],
    ["Desired:", "desiredHealthy"],
    ["Total:", "expectedPods"],
  ] as const;
  return [
    line(0, "Name:", budget.metadata.name),
    line(0, "Namespace:", budget.metadata.namespace ?? ""),
    ...(least === "" ? [] : [line(0, "Min available:", least)]),
    ...(least !== "" || most === "" ? [] : [line(0, "Max unavailable:", most)]),
    line(0, "Selector:", selectorText(at(budget, "spec", "selector")) || "<none>"),
    "Status:",
    ...counts.map(([title, key]) => line(2, title, String(num(budget, "status", key)))),
  ];
}

export function describePriorityClass(_call: Call, object: KubeObject): string[] {
  return [
    line(0, "Name:", object.metadata.name),
    line(0, "Value:", String(num(object, "value"))),
    line(0, "GlobalDefault:", String(at(object, "globalDefault") === true)),
    line(0, "PreemptionPolicy:", text(object, "preemptionPolicy")),
    line(0, "Description:", text(object, "description")),
    // As labels are told, on one line and in full.
    line(0, "Annotations:", formatLabels(map(object.metadata.annotations))),
  ];
}

export function describeConfigMap(_call: Call, config: KubeObject): string[] {
  const data = map(config, "data");
  const binary = map(config, "binaryData");
  return [
    line(0, "Name:", config.metadata.name),
    line(0, "Namespace:", config.metadata.namespace ?? ""),
    ...labelLines("Labels", map(config.metadata.labels)),
    ...annotationLines("Annotations", map(config.metadata.annotations)),
    "",
    "Data",
    "====",
    ...sortedKeys(data).flatMap((key) => [`${key}:`, "----", String(data[key]), ""]),
    "",
    "BinaryData",
    "====",
    ...sortedKeys(binary).map((key) => `${key}: ${bytesIn(binary[key])} bytes`),
    "",
  ];
}

function bytesIn(base64: unknown): number {
  return atob(String(base64)).length;
}

export function describeSecret(_call: Call, secret: KubeObject): string[] {
  const data = map(secret, "data");
  return [
    line(0, "Name:", secret.metadata.name),
    line(0, "Namespace:", secret.metadata.namespace ?? ""),
    ...labelLines("Labels", map(secret.metadata.labels)),
    ...annotationLines("Annotations", map(secret.metadata.annotations)),
    "",
    line(0, "Type:", text(secret, "type")),
    "",
    "Data",
    "====",
    ...sortedKeys(data).map((key) => line(0, `${key}:`, `${bytesIn(data[key])} bytes`)),
  ];
}

export function describeServiceAccount(_call: Call, account: KubeObject): string[] {
  const names = list(account, "imagePullSecrets").map((secret) => text(secret, "name"));
  return [
    line(0, "Name:", account.metadata.name),
    line(0, "Namespace:", account.metadata.namespace ?? ""),
    ...labelLines("Labels", map(account.metadata.labels)),
    ...annotationLines("Annotations", map(account.metadata.annotations)),
    ...(names.length === 0 ? ["<none>"] : names).map((name, i) =>
      line(0, i === 0 ? "Image pull secrets:" : "                   ", name),
    ),
  ];
}
