/**
 * The experiment steps of a canary: an Experiment is created, and its outcome awaited. Mirrors
 * argo-rollouts rollout/experiment.go.
 */
import { newControllerRef } from "../../api/meta.ts";
import type { Experiment, ExperimentTemplate } from "../../api/experiment.ts";
import type { ExperimentTemplateStep, WeightDestination } from "../../api/rollout.ts";
import { decide } from "../decisions.ts";
import { write, type Steps } from "../reconcile.ts";
import { isOver } from "./analysis.ts";
import { currentStep, lastStep } from "./canary-steps.ts";
import {
  event,
  got,
  hashOf,
  revisionOf,
  setCanaryStatus,
  SyncFailed,
  type RolloutContext,
} from "./context.ts";
import { HASH_LABEL, REVISION, statusOf } from "./defaults.ts";
import { argumentsOf } from "./new-analysis-run.ts";
import { addAbort, isAborted, pauseCondition } from "./pause.ts";

export function* reconcileExperiments(c: RolloutContext): Steps<void> {
  const { rollout } = c;
  const status = statusOf(rollout);
  const current = currentStep(rollout);
  const step = current?.step?.experiment;
  if (isAborted(c.pause, rollout) || status.promoteFull === true) {
    return yield* cancelAll(c, undefined);
  }
  if (pauseCondition(status, "InconclusiveAnalysisRun") !== undefined) return;
  if (step === undefined || current === undefined) return yield* cancelAll(c, undefined);
  if (
    c.experiment === undefined &&
    c.stableRS !== undefined &&
    status.stableRS !== hashOf(c.newRS)
  ) {
    c.experiment = got(
      yield* write<Experiment>({
        do: "create",
        resource: "experiments",
        object: experimentOf(c, current.index),
      }),
    );
    const { name } = c.experiment.metadata;
    yield decide("rollout/experiment/begins", { experiment: name });
    yield event(c, "ExperimentCreated", `Created Experiment '${name}'`);
  }
  if (c.experiment === undefined) return;
  const { phase, message } = c.experiment.status ?? {};
  if (phase === "Inconclusive") c.pause.add.push("InconclusiveExperiment");
  else if (phase === "Error" || phase === "Failed") {
    const told = "Experiment analysis phase is error/failed";
    addAbort(c.pause, message === undefined ? told : `${told}: ${message}`);
  } else if (phase !== "Successful") {
    setCanaryStatus(c, { currentExperiment: c.experiment.metadata.name });
  }
  yield* cancelAll(c, c.experiment);
}

/** Those that still run are told to end. */
function* cancelAll(c: RolloutContext, but: Experiment | undefined): Steps<void> {
  for (const object of c.view.experiments) {
    if (object.metadata.name === but?.metadata.name) continue;
    if (object.spec.terminate === true || isOver(object.status?.phase)) continue;
    const patch = { spec: { terminate: true } };
    yield* write({ do: "patch", resource: "experiments", object, type: "merge", patch });
  }
}

/** GetExperimentFromTemplate. */
function experimentOf(c: RolloutContext, index: number): Experiment {
  const { rollout } = c;
  const { metadata, spec } = rollout;
  const step = lastStep(rollout, index, ({ experiment }) => experiment);
  const revision = String(revisionOf(rollout));
  const hash = hashOf(c.newRS);
  const base = `${metadata.name}-${hash}-${revision}-${index}`;
  const taken = new Set(c.view.experiments.map((each) => each.metadata.name));
  let name = base;
  for (let collisions = 1; taken.has(name); collisions++) name = `${base}-${collisions}`;
  const { progressDeadlineSeconds } = spec;
  const { scaleDownDelaySeconds } = step ?? {};
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Experiment",
    metadata: {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { ...metadata.labels, [HASH_LABEL]: hash },
      annotations: { [REVISION]: revision },
      ownerReferences: [newControllerRef(c.rollout)],
    },
    spec: {
      ...(step?.duration === undefined ? {} : { duration: step.duration }),
      ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
      ...(scaleDownDelaySeconds === undefined ? {} : { scaleDownDelaySeconds }),
      templates: (step?.templates ?? []).map((template) => templateOf(c, template)),
      analyses: (step?.analyses ?? []).map(({ args = [], ...analysis }) => ({
        ...analysis,
        args: argumentsOf(c, args),
      })),
    },
  };
}

function templateOf(c: RolloutContext, step: ExperimentTemplateStep): ExperimentTemplate {
  const rs = step.specRef === "stable" ? c.stableRS : c.newRS;
  if (rs === undefined)
    throw new SyncFailed(`experiment template ${step.name}: no ${step.specRef} pods`);
  const { template, selector, minReadySeconds } = rs.spec;
  const labels = { ...template.metadata?.labels, ...step.metadata?.labels };
  const annotations = { ...template.metadata?.annotations, ...step.metadata?.annotations };
  const added = Object.keys(annotations).length === 0 ? {} : { annotations };
  const matching = step.selector ?? selector;
  return {
    name: step.name,
    ...(step.replicas === undefined ? {} : { replicas: step.replicas }),
    ...(step.weight === undefined ? {} : { service: {}, weight: step.weight }),
    ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    selector: { ...matching, matchLabels: { ...matching.matchLabels, ...step.metadata?.labels } },
    template: { ...template, metadata: { ...template.metadata, labels, ...added } },
  };
}

/** calculateWeightDestinationsFromExperiment. */
export function experimentDestinations(c: RolloutContext): readonly WeightDestination[] {
  const current = currentStep(c.rollout);
  const step =
    current === undefined
      ? undefined
      : lastStep(c.rollout, current.index, ({ experiment }) => experiment);
  const { phase, templateStatuses = [] } = c.experiment?.status ?? {};
  if (step === undefined || phase !== "Running") return [];
  return templateStatuses.flatMap(({ name, serviceName = "", podTemplateHash = "" }) => {
    const weight = step.templates.find((each) => each.name === name)?.weight;
    return weight === undefined ? [] : [{ weight, serviceName, podTemplateHash }];
  });
}
