/**
 * Columns of the kinds that own pods, of autoscalers and of budgets. Mirrors
 * kubernetes/pkg/printers/internalversion/printers.go (v1.37.2).
 */
import type { KubeObject } from "../../api/meta.ts";
import { ageOf, humanDuration } from "../duration.ts";
import { at, list, map, num, sortedKeys, text } from "../fields.ts";
import { formatLabels, formatLabelSelector, selectorText } from "../../apiserver/selectors.ts";
import type { Column } from "./table.ts";

export const nameColumn: Column = { name: "Name", cell: (object) => object.metadata.name };
export const ageColumn: Column = {
  name: "Age",
  cell: (object, { wallClockMs }) => ageOf(object.metadata.creationTimestamp, wallClockMs),
};

function count(name: string, ...path: readonly string[]): Column {
  return { name, cell: (object) => num(object, ...path) };
}

export function word(name: string, absent: string, ...path: readonly string[]): Column {
  return { name, cell: (object) => text(object, ...path) || absent };
}

function containerColumns(...path: readonly string[]): readonly Column[] {
  const all = (object: KubeObject, key: string): string =>
    list(object, ...path)
      .map((container) => text(container, key))
      .join(",");
  return [
    { name: "Containers", wide: true, cell: (object) => all(object, "name") },
    { name: "Images", wide: true, cell: (object) => all(object, "image") },
  ];
}

const templateContainers = containerColumns("spec", "template", "spec", "containers");
const selectorColumn: Column = {
  name: "Selector",
  wide: true,
  cell: (object) => formatLabelSelector(at(object, "spec", "selector")),
};

export const deploymentColumns: readonly Column[] = [
  nameColumn,
  {
    name: "Ready",
    cell: (d) => `${num(d, "status", "readyReplicas")}/${num(d, "spec", "replicas")}`,
  },
  count("Up-to-date", "status", "updatedReplicas"),
  count("Available", "status", "availableReplicas"),
  ageColumn,
  ...templateContainers,
  { name: "Selector", wide: true, cell: (d) => selectorText(at(d, "spec", "selector")) },
];

export const replicaSetColumns: readonly Column[] = [
  nameColumn,
  count("Desired", "spec", "replicas"),
  count("Current", "status", "replicas"),
  count("Ready", "status", "readyReplicas"),
  ageColumn,
  ...templateContainers,
  selectorColumn,
];

export const replicationControllerColumns: readonly Column[] = [
  ...replicaSetColumns.slice(0, -1),
  {
    name: "Selector",
    wide: true,
    cell: (controller) => formatLabels(map(controller, "spec", "selector")),
  },
];

export const scaleColumns: readonly Column[] = [
  nameColumn,
  count("Desired", "spec", "replicas"),
  count("Available", "status", "replicas"),
  ageColumn,
];

export const statefulSetColumns: readonly Column[] = [
  nameColumn,
  {
    name: "Ready",
    cell: (s) => `${num(s, "status", "readyReplicas")}/${num(s, "spec", "replicas")}`,
  },
  ageColumn,
  ...templateContainers,
];

export const daemonSetColumns: readonly Column[] = [
  nameColumn,
  count("Desired", "status", "desiredNumberScheduled"),
  count("Current", "status", "currentNumberScheduled"),
  count("Ready", "status", "numberReady"),
  count("Up-to-date", "status", "updatedNumberScheduled"),
  count("Available", "status", "numberAvailable"),
  {
    name: "Node Selector",
    cell: (d) => formatLabels(map(d, "spec", "template", "spec", "nodeSelector")),
  },
  ageColumn,
  ...templateContainers,
  selectorColumn,
];

export const jobColumns: readonly Column[] = [
  nameColumn,
  { name: "Status", cell: jobStatus },
  {
    name: "Completions",
    cell: (job) => {
      const done = num(job, "status", "succeeded");
      const wanted = at(job, "spec", "completions");
      if (typeof wanted === "number") return `${done}/${wanted}`;
      const parallel = num(job, "spec", "parallelism");
      return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
    },
  },
  {
    name: "Duration",
    cell: (job, { wallClockMs }) => {
      const start = text(job, "status", "startTime");
      const end = text(job, "status", "completionTime");
      if (start === "") return "";
      return humanDuration((end === "" ? wallClockMs : Date.parse(end)) - Date.parse(start));
    },
  },
  ageColumn,
  ...templateContainers,
  selectorColumn,
];

function jobStatus(job: KubeObject): string {
  const has = (type: string): boolean =>
    list(job, "status", "conditions").some(
      (c) => text(c, "type") === type && text(c, "status") === "True",
    );
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  const rest = ["Suspended", "FailureTarget", "SuccessCriteriaMet"];
  return rest.find(has) ?? "Running";
}

export const cronJobColumns: readonly Column[] = [
  nameColumn,
  word("Schedule", "", "spec", "schedule"),
  word("Timezone", "<none>", "spec", "timeZone"),
  { name: "Suspend", cell: (job) => (at(job, "spec", "suspend") === true ? "True" : "False") },
  { name: "Active", cell: (job) => list(job, "status", "active").length },
  {
    name: "Last Schedule",
    cell: (job, { wallClockMs }) => {
      const last = text(job, "status", "lastScheduleTime");
      return last === "" ? "<none>" : ageOf(last, wallClockMs);
    },
  },
  ageColumn,
  ...containerColumns("spec", "jobTemplate", "spec", "template", "spec", "containers"),
  {
    name: "Selector",
    wide: true,
    cell: (job) => formatLabelSelector(at(job, "spec", "jobTemplate", "spec", "selector")),
  },
];

export const autoscalerColumns: readonly Column[] = [
  nameColumn,
  {
    name: "Reference",
    cell: (hpa) => {
      const target = map(hpa, "spec", "scaleTargetRef");
      return `${text(target, "kind")}/${text(target, "name")}`;
    },
  },
  { name: "Targets", cell: autoscalerTargets },
  word("MinPods", "<unset>", "spec", "minReplicas"),
  count("MaxPods", "spec", "maxReplicas"),
  count("Replicas", "status", "currentReplicas"),
  ageColumn,
];

function percent(value: unknown, absent: string): string {
  return typeof value === "number" ? `${value}%` : absent;
}

/** The first two metrics, as what is measured of what is wished. */
function autoscalerTargets(hpa: KubeObject): string {
  const metrics = list(hpa, "spec", "metrics");
  if (metrics.length === 0) return "<none>";
  const shown = metrics.map((metric, i) =>
    targetText(metric, at(hpa, "status", "currentMetrics", i)),
  );
  const head = shown.slice(0, 2).join(", ");
  return shown.length > 2 ? `${head} + ${shown.length - 2} more...` : head;
}

const metricSources: Readonly<Record<string, string>> = {
  Resource: "resource",
  ContainerResource: "containerResource",
  Pods: "pods",
  Object: "object",
  External: "external",
};

function targetText(metric: unknown, status: unknown): string {
  const source = metricSources[text(metric, "type")];
  if (source === undefined) return "<unknown type>";
  const current = map(at(status, source, "current"));
  const target = map(metric, source, "target");
  const now = (key: string): string => text(current, key) || "<unknown>";
  const average = text(target, "averageValue");
  if (source === "resource" || source === "containerResource") {
    const used = percent(current["averageUtilization"], "<unknown>");
    const wished = percent(target["averageUtilization"], "<auto>");
    const pair = average === "" ? `${used}/${wished}` : `${now("averageValue")}/${average}`;
    return `${text(metric, source, "name")}: ${pair}`;
  }
  if (average === "") return `${now("value")}/${text(target, "value")}`;
  return `${now("averageValue")}/${average}${source === "pods" ? "" : " (avg)"}`;
}

export const disruptionBudgetColumns: readonly Column[] = [
  nameColumn,
  word("Min Available", "N/A", "spec", "minAvailable"),
  word("Max Unavailable", "N/A", "spec", "maxUnavailable"),
  count("Allowed Disruptions", "status", "disruptionsAllowed"),
  ageColumn,
];

/** `pods: 3/5`, of limits and of all else. */
function quotaColumn(name: string, kind: "limits" | "requests"): Column {
  return {
    name,
    cell: (quota) =>
      sortedKeys(map(quota, "status", "hard"))
        .filter((key) => key.startsWith("limits.") === (kind === "limits"))
        .map((key) => {
          const used = text(quota, "status", "used", key) || "0";
          return `${key}: ${used}/${text(quota, "status", "hard", key)}`;
        })
        .join(", "),
  };
}

export const quotaColumns: readonly Column[] = [
  nameColumn,
  quotaColumn("Request", "requests"),
  quotaColumn("Limit", "limits"),
  ageColumn,
];
