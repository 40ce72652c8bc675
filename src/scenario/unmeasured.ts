/** What a HorizontalPodAutoscaler asks for and nothing here measures: it would wait for that metric for ever. */
import { asRecord } from "../apiserver/json.ts";
import { specOf } from "../apiserver/strategy-parts.ts";
import { appliedIn } from "./granted.ts";
import { problemAt, type Problem } from "./problem.ts";
import type { Manifest, Scenario } from "./scenario.ts";
import { placeOfField } from "./validate.ts";

const GIVE_CPU = "give cpu or load in behaviors, or traffic";
const ASK_CPU = "an autoscaler here sees cpu alone";

/** One warning for each metric, where it stands. */
export function unmeasuredMetrics(scenario: Scenario): readonly Problem[] {
  const { manifests, steps } = scenario;
  const autoscalers = [...manifests, ...appliedIn(steps)].filter(
    ({ object }) => object.kind === "HorizontalPodAutoscaler",
  );
  const hasCpu = measuresCpu(scenario);
  return autoscalers.flatMap((manifest) =>
    metricsOf(manifest).flatMap(({ name, isCpu, field }) => {
      if (isCpu && hasCpu) return [];
      const message = isCpu
        ? "nothing says how much CPU the pods use: cpu stays <unknown>, and the autoscaler does nothing on its account"
        : `${name} is not measured: it stays <unknown>, and the autoscaler never scales down`;
      const hint = isCpu ? GIVE_CPU : ASK_CPU;
      const what = { severity: "warning", code: "not-simulated", message, hint } as const;
      return [problemAt(manifest.source, placeOfField(manifest.node, field), what)];
    }),
  );
}

/** As the metrics server judges (kubelet/metrics-server.ts). */
function measuresCpu({ behaviors, traffic }: Scenario): boolean {
  const says = behaviors.some(({ cpu, load, startCpu }) => (cpu ?? load ?? startCpu) !== undefined);
  return says || traffic.length > 0;
}

interface Metric {
  readonly name: string;
  readonly isCpu: boolean;
  /** Where it stands. */
  readonly field: string;
}

function metricsOf({ object }: Manifest): readonly Metric[] {
  const { metrics } = specOf(object);
  // autoscaling/v1 asks for cpu in a field of its own; without any metric the API server asks for 80 % of it.
  if (!Array.isArray(metrics) || metrics.length === 0) {
    return [{ name: "cpu", isCpu: true, field: "spec.targetCPUUtilizationPercentage" }];
  }
  return metrics.map((metric, index) => {
    const { type, resource, containerResource, pods, object: of, external } = asRecord(metric);
    const field = `spec.metrics[${index}]`;
    const found = asRecord(resource ?? containerResource);
    if (typeof found["name"] === "string") {
      const { name } = found;
      const part = resource === undefined ? "containerResource" : "resource";
      return { name, isCpu: name === "cpu", field: `${field}.${part}.name` };
    }
    const { name } = asRecord(asRecord(pods ?? of ?? external)["metric"]);
    return { name: `${String(name)} of type ${String(type)}`, isCpu: false, field };
  });
}
