/** kubectl autoscale. Mirrors kubectl/pkg/cmd/autoscale/autoscale.go (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Status } from "../../api/status.ts";
import { parseQuantity, printQuantity } from "../../apiserver/quantity.ts";
import { dryRunOf, fieldManagerOf, heed, writeOptions, type Call } from "../call.ts";
import { fail, failAll, type Problem } from "../errors.ts";
import type { JsonMap } from "../fields.ts";
import { lateReporter } from "../output/report.ts";
import { resolve, type Info } from "../resolve.ts";
import { prepared } from "./create.ts";

/** Kinds with a scale subresource. */
const scalable: ReadonlySet<string> = new Set([
  "Deployment",
  "ReplicaSet",
  "ReplicationController",
  "Rollout",
  "StatefulSet",
]);

export function autoscale(call: Call): void {
  const { flags } = call;
  const dryRun = dryRunOf(call);
  const [min, max] = [flags.int("min"), flags.int("max")];
  if (max < 1) fail(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (max < min) {
    fail(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  }
  if (flags.int("cpu-percent") > 0 && flags.text("cpu") !== "") {
    fail("--cpu-percent and --cpu are mutually exclusive");
  }
  const report = lateReporter(call, dryRun);
  const metrics = [
    ...percentMetric(call),
    ...resourceMetric(call, "cpu", "m"),
    ...resourceMetric(call, "memory", "Mi"),
  ];
  const selection = resolve(call, { bareType: "refused" });
  const problems: Problem[] = [...selection.problems];
  for (const info of selection.infos) {
    const { group, version, kind, resource } = info.kind;
    if (!scalable.has(kind)) {
      const asked = `${group}/${version}, Resource=${resource}`;
      const why = `could not find scale subresource for ${asked} in discovery information`;
      problems.push({ text: `cannot autoscale a ${kind}: ${why}` });
      continue;
    }
    const autoscaler = prepared(call, autoscalerFor(call, info, metrics));
    if (dryRun === "client") {
      report(autoscaler, "created");
      continue;
    }
    const context = { dryRun, fieldManager: fieldManagerOf(call, "kubectl-autoscale") };
    const placed = {
      ...autoscaler,
      metadata: { ...autoscaler.metadata, namespace: call.namespace },
    };
    const answer = heed(call, call.io.client.create(placed, writeOptions(context)));
    if (answer.ok) report(answer.value, "autoscaled");
    else problems.push(refused(call, answer.status));
  }
  failAll(problems);
}

/**
 * kubectl tries autoscaling/v1 next, whose refusal is the same, but only for a percentage of cpu and nothing
 * else; where --cpu is a quantity, or memory is given, it has no error to tell.
 */
function refused({ flags }: Call, status: Status): Problem {
  const cpu = flags.text("cpu").trim();
  if (cpu.endsWith("%") && flags.text("memory") === "") return { status };
  const why = "failed to create autoscaling/v2 HPA and the configuration is incompatible with";
  return { text: `${why} autoscaling/v1: ${cpu === "" ? "empty input" : "%!w(<nil>)"}` };
}

function autoscalerFor(call: Call, info: Info, metrics: readonly JsonMap[]): KubeObject {
  const min = call.flags.int("min");
  const { name } = info.object.metadata;
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: {
      name: call.flags.text("name") || name,
      ...(call.namespaceGiven ? { namespace: call.namespace } : {}),
    },
    spec: {
      maxReplicas: call.flags.int("max"),
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(min > 0 ? { minReplicas: min } : {}),
      scaleTargetRef: { apiVersion: info.object.apiVersion, kind: info.object.kind, name },
    },
    status: { currentMetrics: null, desiredReplicas: 0 },
  };
}

function percentMetric(call: Call): readonly JsonMap[] {
  const percent = call.flags.int("cpu-percent");
  return percent > 0 ? [utilization("cpu", percent)] : [];
}

function utilization(name: string, percent: number): JsonMap {
  const target = { averageUtilization: percent, type: "Utilization" };
  return { resource: { name, target }, type: "Resource" };
}

/** `70%`, `500m`, or a bare number in the resource's own unit. */
function resourceMetric(call: Call, name: "cpu" | "memory", unit: string): readonly JsonMap[] {
  const input = call.flags.text(name).trim();
  if (input === "") return [];
  if (input.endsWith("%")) {
    const percent = input.slice(0, -1);
    if (!/^\d+$/.test(percent)) fail(`invalid percentage value: ${percent}`);
    return Number(percent) === 0 ? [] : [utilization(name, Number(percent))];
  }
  const quantity = parseQuantity(/^\d+(\.\d+)?$/.test(input) ? `${input}${unit}` : input);
  if (!quantity.ok) return fail(`invalid resource ${name} value: ${input}`);
  const target = { averageValue: printQuantity(quantity.quantity), type: "AverageValue" };
  return [{ resource: { name, target }, type: "Resource" }];
}
