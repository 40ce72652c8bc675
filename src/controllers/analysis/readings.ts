/**
 * What the providers of metrics would answer. rollsim asks none of them: the scenario says what a metric
 * reads, a query may say it by its shape, and a Job whose script is plain does what it says. Otherwise the
 * measurement is an error that says what to add.
 *
 * Left out: Jobs and their pods as objects.
 */
import type { AnalysisRun, Metric } from "../../api/analysis.ts";
import type { Millis } from "../../api/meta.ts";
import type { MetricsSource } from "../../api/metrics.ts";
import { asArray, asRecord, asString } from "../../apiserver/json.ts";
import { measured, ruleFor, unanswered, type MetricRule } from "../metric-rules.ts";
import { HASH_LABEL } from "../rollout/defaults.ts";
import { durationMs } from "./metrics.ts";
import { isScalar, recognise, windowOf } from "./queries.ts";

export type Reading =
  | { readonly result: unknown; readonly shown: string }
  /** A Job that ends after some ms, with 0 where it succeeds. */
  | { readonly exitCode: number; readonly after: Millis }
  | { readonly problem: string };

export interface ReadingWorld {
  readonly source: MetricsSource;
  readonly rules: readonly MetricRule[];
  /** The template that a metric comes from. */
  readonly templateOf: (metric: string) => string | undefined;
  /** Virtual ms. */
  readonly now: Millis;
}

const DEFAULT_WINDOW: Millis = 60_000;

export function readingOf(world: ReadingWorld, run: AnalysisRun, metric: Metric): Reading {
  const { job, prometheus } = metric.provider;
  const query = asString(asRecord(prometheus)["query"]);
  const template = world.templateOf(metric.name);
  const asked = { metric: metric.name, ...(template === undefined ? {} : { template }) };
  const rule = ruleFor(world.rules, asked, world.now);
  if (rule?.measure === "result") return { result: rule.result, shown: shown(rule.result) };
  if (job !== undefined) {
    return jobReading(rule, job) ?? { problem: unanswered(asked, "value, value: 0") };
  }
  const known = rule ?? (query === "" ? undefined : recognise(query));
  if (known === undefined) return { problem: unanswered(asked) };
  const window = windowOf(query) ?? (durationMs(metric.interval) || DEFAULT_WINDOW);
  const { namespace = "default", labels = {} } = run.metadata;
  const hash = labels[HASH_LABEL];
  const value = measured(known, world.source, {
    namespace,
    ...(hash === undefined ? {} : { podTemplateHash: hash }),
    from: Math.max(0, world.now - window),
    to: world.now,
  });
  // A query without a value is an empty vector, and no number where a number is asked for.
  const isVector = prometheus !== undefined && !isScalar(query);
  if (isVector) {
    const list = value === undefined ? [] : [value];
    return { result: list, shown: `[${list.join(",")}]` };
  }
  const result = value ?? (prometheus === undefined ? null : NaN);
  return { result, shown: shown(result) };
}

function shown(result: unknown): string {
  if (typeof result === "number") return String(result);
  return typeof result === "string" ? result : JSON.stringify(result ?? null);
}

/** By the scenario, an exit code; else by its script, where that only sleeps and exits. */
function jobReading(rule: MetricRule | undefined, job: unknown): Reading | undefined {
  if (rule?.measure === "value") return { exitCode: rule.value ?? 0, after: 0 };
  const pod = asRecord(asRecord(asRecord(asRecord(job)["spec"])["template"])["spec"]);
  const [container] = asArray(pod["containers"]).map(asRecord);
  if (container === undefined) return undefined;
  const words = [...asArray(container["command"]), ...asArray(container["args"])].map(asString);
  const script = /^(?:.*\/)?(?:ba|a)?sh$/.test(words[0] ?? "") ? words.at(-1) : words.join(" ");
  const plain = /^(?:\s*sleep\s+(\d+)s?\s*(?:&&|;|$))?(?:\s*exit\s+(\d+)\s*;?)?\s*$/.exec(
    script ?? "",
  );
  if (plain === null || (script ?? "").trim() === "") return undefined;
  const [, seconds = "0", code = "0"] = plain;
  return { exitCode: Number(code), after: Number(seconds) * 1000 };
}
