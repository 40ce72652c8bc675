/**
 * workloadRef: the pod template of a Rollout that stands in a Deployment. Mirrors argo-rollouts
 * rollout/templateref.go.
 *
 * Left out: references to ReplicaSets and PodTemplates.
 */
import type { Deployment } from "../../api/apps.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { Rollout } from "../../api/rollout.ts";
import { write, type Steps } from "../reconcile.ts";
import { got, revisionOf, type RolloutContext } from "./context.ts";
import { replicasOf, statusOf, WORKLOAD_GENERATION } from "./defaults.ts";
import { scaleWorkload } from "./promote.ts";

export type Resolution =
  { readonly ok: true; readonly rollout: Rollout } | { readonly ok: false; readonly error: string };

/** The Rollout with template and selector of the workload. */
export function resolveTemplate(rollout: Rollout, workload: Deployment | undefined): Resolution {
  const { workloadRef } = rollout.spec;
  if (workloadRef === undefined) return { ok: true, rollout };
  const { apiVersion = "", kind = "", name = "" } = workloadRef;
  if (kind !== "Deployment" || apiVersion !== "apps/v1") {
    const error = `workload reference of ${apiVersion} ${kind} is not supported by rollsim`;
    return { ok: false, error };
  }
  if (workload === undefined) {
    return { ok: false, error: `deployments.apps "${name}" not found` };
  }
  const { template, selector } = workload.spec;
  const spec = { ...rollout.spec, template, selector: rollout.spec.selector ?? selector };
  return { ok: true, rollout: { ...rollout, spec } };
}

/** Notes the generation of the workload; the next sync goes on. */
export function* noteGeneration(c: RolloutContext, stored: Rollout): Steps<"noted" | "known"> {
  const { workload } = c.view;
  if (stored.spec.workloadRef === undefined || workload === undefined) return "known";
  const generation = String(workload.metadata.generation ?? 0);
  if (stored.metadata.annotations?.[WORKLOAD_GENERATION] === generation) return "known";
  const annotations = { ...stored.metadata.annotations, [WORKLOAD_GENERATION]: generation };
  const object: KubeObject = { ...stored, metadata: { ...stored.metadata, annotations } };
  got(yield* write({ do: "update", resource: "rollouts", object }));
  return "noted";
}

/** scaleDown: progressively: the Deployment makes room, pod by pod, while the first revision comes up. */
export function* scaleWorkloadProgressively(c: RolloutContext): Steps<void> {
  const { workloadRef } = c.rollout.spec;
  if (workloadRef?.scaleDown !== "progressively") return;
  if (c.newRS === undefined || revisionOf(c.newRS) !== 1) return;
  const { phase, readyReplicas = 0 } = statusOf(c.rollout);
  if (phase === "Healthy") return yield* scaleWorkload(c, 0);
  if (readyReplicas > 0) yield* scaleWorkload(c, replicasOf(c.rollout) - readyReplicas);
}
