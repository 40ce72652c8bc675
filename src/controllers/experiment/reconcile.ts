/**
 * One sync of an Experiment: pods of other templates beside the Rollout's, for a while or until their
 * analyses are over. Mirrors argo-rollouts experiments/experiment.go.
 *
 * Left out: conditions, collision counts, changes of templates under way.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { Experiment, ExperimentTemplate } from "../../api/experiment.ts";
import { compact, deepEqual } from "../../api/json.ts";
import { newControllerRef, type KubeObject, type Millis } from "../../api/meta.ts";
import type { AnalysisPhase } from "../../api/rollout.ts";
import { parseTimestamp, timestamp } from "../../api/time.ts";
import { isCompleted } from "../analysis/assess.ts";
import { durationMs } from "../analysis/metrics.ts";
import { flattenTemplates, templatesOf } from "../analysis/templates.ts";
import { decide } from "../decisions.ts";
import { available } from "../deployment/view.ts";
import { DONE, write, type Plan, type Steps, type Verdict } from "../reconcile.ts";
import { HASH_LABEL, PROGRESS_DEADLINE_SECONDS } from "../rollout/defaults.ts";
import { podTemplateHash } from "../rollout/hash.ts";
import type { ExperimentView } from "./view.ts";

const SCALE_DOWN_DELAY_SECONDS = 30;

type Verdicts = { readonly phase: AnalysisPhase; readonly message?: string };

export function* reconcileExperiment(view: ExperimentView): Plan {
  const { experiment, now } = view;
  if (experiment === undefined) return DONE;
  if (isCompleted(experiment.status?.phase)) return yield* scaleDown(view, experiment);
  for (const template of experiment.spec.templates) yield* ensureSet(view, experiment, template);
  const sets = experiment.spec.templates.map((template) => setOf(view, experiment, template));
  const ready = experiment.spec.templates.every(
    ({ replicas = 1 }, i) => sets[i] !== undefined && available(sets[i]) >= replicas,
  );
  const availableAt = experiment.status?.availableAt ?? (ready ? timestamp(now) : undefined);
  const fault = availableAt === undefined ? undefined : yield* beginAnalyses(view, experiment);
  const verdict: Verdicts =
    fault === undefined
      ? assess(view, experiment, availableAt)
      : { phase: "Error", message: fault };
  yield* store(view, experiment, { ...verdict, availableAt });
  if (isCompleted(verdict.phase)) {
    const { name } = experiment.metadata;
    const { phase, message = "it has run its course" } = verdict;
    yield decide("experiment/over", { experiment: name, phase, why: message });
    yield* endRuns(view);
    return DONE;
  }
  return wake(experiment, availableAt, now);
}

function wake(
  { spec, metadata }: Experiment,
  availableAt: string | undefined,
  now: Millis,
): Verdict {
  const { duration, progressDeadlineSeconds = PROGRESS_DEADLINE_SECONDS } = spec;
  if (availableAt !== undefined) {
    if (duration === undefined) return DONE;
    return { requeueAfterMs: parseTimestamp(availableAt) + durationMs(duration) - now };
  }
  const created = parseTimestamp(metadata.creationTimestamp ?? timestamp(now));
  return { requeueAfterMs: created + progressDeadlineSeconds * 1000 + 1 - now };
}

/** assessAnalysisRuns, and the ends of duration and patience. */
function assess(
  { runs, now }: ExperimentView,
  { spec, metadata }: Experiment,
  availableAt: string | undefined,
): Verdicts {
  if (spec.terminate === true) return { phase: "Successful", message: "Experiment terminated" };
  const bad = runs.find(({ status }) =>
    ["Failed", "Error", "Inconclusive"].includes(status?.phase ?? ""),
  );
  if (bad !== undefined) {
    const { phase = "Error", message } = bad.status ?? {};
    return compact({ phase, message }) as Verdicts;
  }
  if (availableAt === undefined) {
    const patience = (spec.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS) * 1000;
    const since = parseTimestamp(metadata.creationTimestamp ?? timestamp(now));
    if (now <= since + patience) return { phase: "Pending" };
    return { phase: "Failed", message: "Timed out waiting for replicas to become available" };
  }
  const analyses = spec.analyses ?? [];
  const required = analyses.filter(({ requiredForCompletion }) => requiredForCompletion === true);
  const awaited = required.length > 0 ? required : analyses;
  const isOver = ({ name }: { readonly name: string }): boolean =>
    isCompleted(
      runs.find((run) => run.metadata.name === `${metadata.name}-${name}`)?.status?.phase,
    );
  const analysed = awaited.length > 0 && awaited.every(isOver);
  if (spec.duration === undefined) return { phase: analysed ? "Successful" : "Running" };
  const lasted = parseTimestamp(availableAt) + durationMs(spec.duration) <= now;
  const done = required.length > 0 ? lasted && analysed : lasted;
  return { phase: done ? "Successful" : "Running" };
}

function nameOfSet({ metadata }: Experiment, { name }: ExperimentTemplate): string {
  return `${metadata.name}-${name}`;
}

function setOf(
  { sets }: ExperimentView,
  experiment: Experiment,
  template: ExperimentTemplate,
): ReplicaSet | undefined {
  return sets.find(({ metadata }) => metadata.name === nameOfSet(experiment, template));
}

function* ensureSet(
  view: ExperimentView,
  experiment: Experiment,
  template: ExperimentTemplate,
): Steps<void> {
  if (setOf(view, experiment, template) !== undefined) return;
  const name = nameOfSet(experiment, template);
  const { namespace } = experiment.metadata;
  const hash = podTemplateHash(template.template);
  const labels = { ...template.template.metadata?.labels, [HASH_LABEL]: hash };
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ownerReferences: [newControllerRef(experiment)],
  };
  const { replicas = 1, minReadySeconds, selector } = template;
  const matchLabels = { ...selector.matchLabels, [HASH_LABEL]: hash };
  const object = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      ...metadata,
      labels,
      annotations: {
        "experiment.argoproj.io/name": experiment.metadata.name,
        "experiment.argoproj.io/template-name": template.name,
      },
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels },
      template: {
        ...template.template,
        metadata: { ...template.template.metadata, labels },
      },
    },
  };
  yield decide("experiment/set", { replicaSet: name, replicas });
  yield* write({ do: "create", resource: "replicasets", object });
  if (template.service === undefined || view.services.includes(name)) return;
  const ports = template.template.spec.containers.flatMap(({ ports: all }) =>
    ((all ?? []) as readonly { readonly containerPort: number; readonly name?: string }[]).map(
      ({ containerPort: port, name: portName }) => compact({ port, name: portName }),
    ),
  );
  const spec = { selector: matchLabels, ports: ports.length === 0 ? [{ port: 80 }] : ports };
  const service = { apiVersion: "v1", kind: "Service", metadata, spec };
  yield* write({ do: "create", resource: "services", object: service });
}

/** What is wrong with an analysis, if anything. */
function* beginAnalyses(view: ExperimentView, experiment: Experiment): Steps<string | undefined> {
  for (const { name: analysis, args = [], ...ref } of experiment.spec.analyses ?? []) {
    const name = `${experiment.metadata.name}-${analysis}`;
    if (view.runs.some(({ metadata }) => metadata.name === name)) continue;
    const found = templatesOf(view, [ref]);
    const spec = found.ok ? flattenTemplates(found.value, args, {}) : found;
    if (!spec.ok) return `analysis ${analysis}: ${spec.error}`;
    const { namespace } = experiment.metadata;
    const object = {
      apiVersion: experiment.apiVersion,
      kind: "AnalysisRun",
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ownerReferences: [newControllerRef(experiment)],
      },
      spec: spec.value,
    };
    yield decide("experiment/analysis", { run: name });
    yield* write({ do: "create", resource: "analysisruns", object });
  }
  return undefined;
}

function* endRuns({ runs }: ExperimentView): Steps<void> {
  for (const object of runs) {
    if (isCompleted(object.status?.phase) || object.spec.terminate === true) continue;
    const patch = { spec: { terminate: true } };
    yield* write({ do: "patch", resource: "analysisruns", object, type: "merge", patch });
  }
}

function* store(
  view: ExperimentView,
  experiment: Experiment,
  judged: Verdicts & { readonly availableAt: string | undefined },
): Steps<void> {
  const templateStatuses = experiment.spec.templates.map((template) => {
    const set = setOf(view, experiment, template);
    const { replicas = 1 } = template;
    const there = set === undefined ? 0 : available(set);
    const running = there >= replicas ? "Running" : "Progressing";
    return compact({
      name: template.name,
      status: isCompleted(judged.phase) ? judged.phase : running,
      replicas: set?.status.replicas ?? 0,
      updatedReplicas: set?.status.replicas ?? 0,
      readyReplicas: set?.status.readyReplicas ?? 0,
      availableReplicas: there,
      podTemplateHash: set?.metadata.labels?.[HASH_LABEL],
      serviceName: template.service === undefined ? undefined : set?.metadata.name,
    });
  });
  const analysisRuns = view.runs.map(({ metadata, status }) => ({
    name: metadata.name.slice(experiment.metadata.name.length + 1),
    analysisRun: metadata.name,
    phase: status?.phase ?? "",
  }));
  const status = compact({ ...judged, templateStatuses, analysisRuns });
  if (deepEqual(status, experiment.status)) return;
  const object: KubeObject = { ...experiment, status };
  yield* write({ do: "update/status", resource: "experiments", object });
}

/** Its pods stay for a while, as traffic may still go to them. */
function* scaleDown(view: ExperimentView, experiment: Experiment): Plan {
  const { scaleDownDelaySeconds = SCALE_DOWN_DELAY_SECONDS } = experiment.spec;
  const up = view.sets.filter(({ spec }) => spec.replicas > 0);
  const deadlines = up.map(({ metadata }) => metadata.annotations?.["scale-down-deadline"]);
  for (const [i, object] of up.entries()) {
    const deadline = deadlines[i];
    if (deadline === undefined && scaleDownDelaySeconds > 0) {
      const value = timestamp(view.now + scaleDownDelaySeconds * 1000);
      const patch = { metadata: { annotations: { "scale-down-deadline": value } } };
      yield* write({ do: "patch", resource: "replicasets", object, type: "merge", patch });
    } else if (deadline === undefined || parseTimestamp(deadline) <= view.now) {
      yield decide("experiment/scale-down", { replicaSet: object.metadata.name });
      const patch = { spec: { replicas: 0 } };
      yield* write({ do: "patch", resource: "replicasets", object, type: "merge", patch });
    }
  }
  const next = deadlines.filter((text) => text !== undefined).map(parseTimestamp);
  const [soonest] = next.filter((at) => at > view.now).toSorted((a, b) => a - b);
  return soonest === undefined ? DONE : { requeueAfterMs: soonest - view.now };
}
