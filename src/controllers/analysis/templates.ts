/**
 * The spec of an AnalysisRun, from the templates that it names. Mirrors argo-rollouts
 * utils/analysis/helpers.go (FlattenTemplates, MergeArgs).
 */
import type {
  AnalysisArgument,
  AnalysisRun,
  AnalysisTemplate,
  DryRun,
  MeasurementRetention,
} from "../../api/analysis.ts";
import { deepEqual } from "../../api/json.ts";
import type { AnalysisTemplateRef } from "../../api/rollout.ts";

export interface Templates {
  readonly templates: readonly AnalysisTemplate[];
  readonly clusterTemplates: readonly AnalysisTemplate[];
}

type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Templates and those that they name in turn, each once: first of the namespace, then of the cluster. */
export function templatesOf(
  all: Templates,
  refs: readonly AnalysisTemplateRef[],
): Result<readonly AnalysisTemplate[]> {
  const found: AnalysisTemplate[] = [];
  const visit = (list: readonly AnalysisTemplateRef[]): string | undefined => {
    for (const { templateName, clusterScope = false } of list) {
      const from = clusterScope ? all.clusterTemplates : all.templates;
      const template = from.find(({ metadata }) => metadata.name === templateName);
      const kind = clusterScope ? "ClusterAnalysisTemplate" : "AnalysisTemplate";
      if (template === undefined) return `${kind} '${templateName}' not found`;
      if (found.includes(template)) continue;
      found.push(template);
      const error = visit(template.spec.templates ?? []);
      if (error !== undefined) return error;
    }
    return undefined;
  };
  const error = visit(refs);
  if (error !== undefined) return { ok: false, error };
  const own = found.filter((template) => all.templates.includes(template));
  return { ok: true, value: [...own, ...found.filter((template) => !own.includes(template))] };
}

export function flattenTemplates(
  templates: readonly AnalysisTemplate[],
  given: readonly AnalysisArgument[],
  more: {
    readonly dryRun?: readonly DryRun[];
    readonly measurementRetention?: readonly MeasurementRetention[];
  },
): Result<AnalysisRun["spec"]> {
  const metrics = templates.flatMap(({ spec }) => spec.metrics ?? []);
  const twice = metrics.find(({ name }, i) => metrics.findIndex((m) => m.name === name) !== i);
  if (twice !== undefined) {
    return { ok: false, error: `two metrics have the same name '${twice.name}'` };
  }
  const args = mergeArguments(templates, given);
  if (!args.ok) return args;
  const dryRun = [...(more.dryRun ?? []), ...templates.flatMap(({ spec }) => spec.dryRun ?? [])];
  const retention = [
    ...(more.measurementRetention ?? []),
    ...templates.flatMap(({ spec }) => spec.measurementRetention ?? []),
  ];
  const value = {
    metrics,
    ...(args.value.length === 0 ? {} : { args: args.value }),
    ...(dryRun.length === 0 ? {} : { dryRun }),
    ...(retention.length === 0 ? {} : { measurementRetention: retention }),
  };
  return { ok: true, value };
}

/** Arguments of the templates, with the values that were given for them; those not asked for are dropped. */
function mergeArguments(
  templates: readonly AnalysisTemplate[],
  given: readonly AnalysisArgument[],
): Result<readonly AnalysisArgument[]> {
  const merged: AnalysisArgument[] = [];
  for (const arg of templates.flatMap(({ spec }) => spec.args ?? [])) {
    const at = merged.findIndex(({ name }) => name === arg.name);
    const before = merged[at];
    if (before === undefined) merged.push(arg);
    else if (before.value === undefined) merged[at] = arg;
    else if (arg.value !== undefined && !deepEqual(before.value, arg.value)) {
      const values = `'${before.value}', '${arg.value}'`;
      const error = `Argument \`${arg.name}\` specified multiple times with different values: ${values}`;
      return { ok: false, error };
    }
  }
  const filled = merged.map((arg) => {
    const from = given.find(({ name }) => name === arg.name);
    if (from?.value !== undefined) return { ...arg, value: from.value };
    return from?.valueFrom === undefined ? arg : { ...arg, valueFrom: from.valueFrom };
  });
  const open = filled.find(
    ({ value, valueFrom }) => value === undefined && valueFrom === undefined,
  );
  return open === undefined
    ? { ok: true, value: filled }
    : { ok: false, error: `args.${open.name} was not resolved` };
}
