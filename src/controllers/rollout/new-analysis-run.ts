/**
 * A new AnalysisRun of a Rollout: its name, its labels, its arguments. Mirrors argo-rollouts rollout/analysis.go
 * createAnalysisRun and utils/analysis/factory.go.
 */
import type { AnalysisArgument, AnalysisRun } from "../../api/analysis.ts";
import { type KubeObject, newControllerRef } from "../../api/meta.ts";
import type { AnalysisRunArgument, RolloutAnalysis } from "../../api/rollout.ts";
import { flattenTemplates, templatesOf } from "../analysis/templates.ts";
import { decide } from "../decisions.ts";
import { write, type Steps } from "../reconcile.ts";
import { hashOf, revisionOf, SyncFailed, type RolloutContext } from "./context.ts";
import { HASH_LABEL, REVISION } from "./defaults.ts";

const TYPE_LABEL = "rollout-type";

/** createAnalysisRun, with a number behind its name where one of that name is over. */
export function* createRun(
  c: RolloutContext,
  analysis: RolloutAnalysis,
  type: string,
  infix: string,
  labels: Readonly<Record<string, string>>,
): Steps<AnalysisRun> {
  const { metadata, spec } = c.rollout;
  const hash = hashOf(c.newRS);
  const revision = String(revisionOf(c.rollout));
  const name = [metadata.name, hash, revision, infix].filter((part) => part !== "").join("-");
  const found = templatesOf(c.view, analysis.templates ?? []);
  if (!found.ok) throw new SyncFailed(found.error);
  const run = flattenTemplates(found.value, argumentsOf(c, analysis.args ?? []), analysis);
  if (!run.ok) throw new SyncFailed(run.error);
  const { namespace } = metadata;
  const object: KubeObject = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        ...spec.selector?.matchLabels,
        [HASH_LABEL]: hash,
        [TYPE_LABEL]: type,
        ...labels,
        ...analysis.analysisRunMetadata?.labels,
      },
      annotations: { [REVISION]: revision, ...analysis.analysisRunMetadata?.annotations },
      ownerReferences: [newControllerRef(c.rollout)],
    },
    spec: run.value,
  };
  for (let collisions = 0; ; collisions++) {
    const numbered = collisions === 0 ? name : `${name}.${collisions}`;
    const next = { ...object, metadata: { ...object.metadata, name: numbered } };
    const answer = yield* write<AnalysisRun>({
      do: "create",
      resource: "analysisruns",
      object: next,
    });
    if (answer.ok) {
      yield decide("rollout/analysis/begins", { run: numbered, type });
      return answer.value;
    }
    if (answer.status.reason !== "AlreadyExists") throw new SyncFailed(answer.status.message);
  }
}

/** BuildArgumentsForRolloutAnalysisRun. */
export function argumentsOf(
  c: RolloutContext,
  args: readonly AnalysisRunArgument[],
): AnalysisArgument[] {
  return args.map(({ name, value = "", valueFrom }) => {
    if (valueFrom?.podTemplateHashValue === "Latest") return { name, value: hashOf(c.newRS) };
    if (valueFrom?.podTemplateHashValue === "Stable") return { name, value: hashOf(c.stableRS) };
    const path = valueFrom?.fieldRef?.fieldPath;
    return { name, value: path === undefined ? value : fieldAt(c.rollout, path) };
  });
}

/** `metadata.labels['app']`, `status.stableRS`; empty where there is nothing. */
function fieldAt(object: KubeObject, path: string): string {
  const keys = [...path.matchAll(/\['([^']*)'\]|([^.[\]]+)/g)].map(
    ([, quoted, word]) => quoted ?? word,
  );
  const found = keys.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<string, unknown>)[key ?? ""]
        : undefined,
    object,
  );
  if (found === undefined || found === null) return "";
  return typeof found === "string" ? found : JSON.stringify(found);
}
