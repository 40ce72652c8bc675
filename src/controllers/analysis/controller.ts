/** The controller of AnalysisRuns: reads what their metrics would answer now. */
import type { AnalysisArgument, AnalysisRun, AnalysisTemplate } from "../../api/analysis.ts";
import { base64Text } from "../../api/base64.ts";
import type { Client } from "../../api/client.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { MetricsSource } from "../../api/metrics.ts";
import { asRecord, asString } from "../../apiserver/json.ts";
import type { MetricRule } from "../metric-rules.ts";
import type { Operator } from "../operators.ts";
import type { Plan } from "../reconcile.ts";
import { isCompleted } from "./assess.ts";
import { resolveMetric } from "./metrics.ts";
import { readingOf, type Reading } from "./readings.ts";
import { reconcileAnalysisRun, type AnalysisRunView } from "./reconcile.ts";

export class AnalysisController implements Operator<AnalysisRunView> {
  readonly name = "analysis-controller";
  readonly #api: Client;
  readonly #source: MetricsSource;
  readonly #rules: readonly MetricRule[];

  constructor(api: Client, source: MetricsSource, rules: readonly MetricRule[]) {
    this.#api = api;
    this.#source = source;
    this.#rules = rules;
  }

  concerns(resource: string, { metadata }: KubeObject): readonly string[] {
    if (resource !== "analysisruns") return [];
    return [`${metadata.namespace ?? "default"}/${metadata.name}`];
  }

  view(key: string): AnalysisRunView {
    const [namespace = "", name = ""] = key.split("/");
    const answer = this.#api.get({ resource: "analysisruns", namespace, name });
    const now = this.#api.wallClockMs;
    const run = answer.ok ? (answer.value as AnalysisRun) : undefined;
    if (run === undefined || isCompleted(run.status?.phase)) {
      return { now, run, args: [], readings: [] };
    }
    const { args, missing } = this.#argumentsOf(run, namespace);
    const readings = run.spec.metrics.map((metric): Reading => {
      const resolved = resolveMetric(metric, args);
      if (!resolved.ok) return { problem: resolved.error };
      return readingOf(this.#world(namespace), run, resolved.metric);
    });
    return { now, run, args, readings, ...(missing === undefined ? {} : { missing }) };
  }

  reconcile(view: AnalysisRunView): Plan {
    return reconcileAnalysisRun(view);
  }

  #world(namespace: string): Parameters<typeof readingOf>[0] {
    const templates = [
      ...this.#api.list("analysistemplates", { namespace }),
      ...this.#api.list("clusteranalysistemplates"),
    ] as readonly KubeObject[] as readonly AnalysisTemplate[];
    return {
      source: this.#source,
      rules: this.#rules,
      now: this.#api.now,
      templateOf: (metric) =>
        templates.find(({ spec }) => spec.metrics?.some(({ name }) => name === metric))?.metadata
          .name,
    };
  }

  /** resolveArgs: values of Secrets are put in. */
  #argumentsOf(
    run: AnalysisRun,
    namespace: string,
  ): { readonly args: readonly AnalysisArgument[]; readonly missing?: string } {
    let missing: string | undefined;
    const args = (run.spec.args ?? []).map((arg) => {
      const ref = arg.valueFrom?.secretKeyRef;
      if (ref === undefined) return arg;
      const answer = this.#api.get({ resource: "secrets", namespace, name: ref.name });
      const { data } = asRecord(answer.ok ? answer.value : undefined);
      const value = asRecord(data)[ref.key];
      if (value !== undefined) return { name: arg.name, value: base64Text(asString(value)) };
      missing ??= answer.ok
        ? `key '${ref.key}' does not exist in secret '${ref.name}'`
        : `secrets "${ref.name}" not found`;
      return { name: arg.name, value: "" };
    });
    return missing === undefined
      ? { args }
      : { args, missing: `Unable to resolve metric arguments: ${missing}` };
  }
}
