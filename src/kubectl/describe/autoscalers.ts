/** Descriptions of HorizontalPodAutoscalers. Mirrors kubectl/pkg/describe (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { longTime } from "../duration.ts";
import { at, isMap, list, map, num, text } from "../fields.ts";
import { annotationLines, labelLines, line } from "./text.ts";

export function describeAutoscaler(_call: Call, hpa: KubeObject): string[] {
  const target = map(hpa, "spec", "scaleTargetRef");
  const current = list(hpa, "status", "currentMetrics");
  const metrics = list(hpa, "spec", "metrics").map((metric, i) => metricLine(metric, current[i]));
  const conditions = list(hpa, "status", "conditions");
  return [
    line(0, "Name:", hpa.metadata.name),
    line(0, "Namespace:", hpa.metadata.namespace ?? ""),
    ...labelLines("Labels", map(hpa.metadata.labels)),
    ...annotationLines("Annotations", map(hpa.metadata.annotations)),
    line(0, "CreationTimestamp:", longTime(hpa.metadata.creationTimestamp)),
    line(0, "Reference:", `${text(target, "kind")}/${text(target, "name")}`),
    ...(metrics.length === 0 ? [] : [line(0, "Metrics:", "( current / target )"), ...metrics]),
    line(0, "Min replicas:", text(hpa, "spec", "minReplicas") || "<unset>"),
    line(0, "Max replicas:", String(num(hpa, "spec", "maxReplicas"))),
    ...behaviorLines(at(hpa, "spec", "behavior")),
    line(
      0,
      `${text(target, "kind")} pods:`,
      `${num(hpa, "status", "currentReplicas")} current / ${num(hpa, "status", "desiredReplicas")} desired`,
    ),
    ...(conditions.length === 0
      ? []
      : [
          "Conditions:",
          line(1, "Type", "Status", "Reason", "Message"),
          line(1, "----", "------", "------", "-------"),
          ...conditions.map((c) =>
            line(1, ...["type", "status", "reason", "message"].map((key) => text(c, key))),
          ),
        ]),
  ];
}

/** What a metric is, what it is now and what it shall be. `current` stands at its index in the status. */
function metricLine(metric: unknown, current: unknown): string {
  const type = text(metric, "type");
  const source = at(metric, field(type));
  const now = at(current, field(type), "current");
  const name = JSON.stringify(text(source, "metric", "name"));
  const told = (title: string, key: "averageValue" | "value"): string =>
    line(1, title, `${text(now, key) || "<unknown>"} / ${text(source, "target", key)}`);
  const byAverage = text(source, "target", "averageValue") !== "";
  switch (type) {
    case "Resource":
      return resourceLine(`resource ${text(source, "name")} on pods`, source, now);
    case "ContainerResource": {
      const container = JSON.stringify(text(source, "container"));
      const title = `resource ${text(source, "name")} of container ${container} on pods`;
      return resourceLine(title, source, now);
    }
    case "Pods":
      return told(`${name} on pods:`, "averageValue");
    case "External":
      return byAverage
        ? told(`${name} (target average value):`, "averageValue")
        : told(`${name} (target value):`, "value");
    case "Object": {
      const object = map(source, "describedObject");
      const title = `${name} on ${text(object, "kind")}/${text(object, "name")}`;
      return text(source, "target", "type") === "AverageValue"
        ? told(`${title} (target average value):`, "averageValue")
        : told(`${title} (target value):`, "value");
    }
    default:
      return line(1, `<unknown metric type ${JSON.stringify(type)}>`);
  }
}

/** `ContainerResource` stands under `containerResource`. */
function field(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

function resourceLine(title: string, source: unknown, now: unknown): string {
  const raw = text(now, "averageValue");
  const average = text(source, "target", "averageValue");
  if (average !== "") return line(1, `${title}:`, `${raw || "<unknown>"} / ${average}`);
  const used = at(now, "averageUtilization");
  const wanted = text(source, "target", "averageUtilization");
  const current = typeof used === "number" ? `${used}% (${raw})` : "<unknown>";
  const goal = wanted === "" ? "<auto>" : `${wanted}%`;
  return line(1, `${title}  (as a percentage of request):`, `${current} / ${goal}`);
}

function behaviorLines(behavior: unknown): string[] {
  if (!isMap(behavior)) return [];
  return [
    "Behavior:",
    ...directionLines("Scale Up", at(behavior, "scaleUp")),
    ...directionLines("Scale Down", at(behavior, "scaleDown")),
  ];
}

function directionLines(title: string, rules: unknown): string[] {
  if (!isMap(rules)) return [];
  const policies = list(rules, "policies");
  const window = text(rules, "stabilizationWindowSeconds");
  return [
    line(1, `${title}:`),
    ...(window === "" ? [] : [line(2, `Stabilization Window: ${window} seconds`)]),
    ...(policies.length === 0
      ? []
      : [line(2, `Select Policy: ${text(rules, "selectPolicy") || "Max"}`), line(2, "Policies:")]),
    ...policies.map((policy) =>
      line(
        3,
        `- Type: ${text(policy, "type")}`,
        `Value: ${num(policy, "value")}`,
        `Period: ${num(policy, "periodSeconds")} seconds`,
      ),
    ),
  ];
}
