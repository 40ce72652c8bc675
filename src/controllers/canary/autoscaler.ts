/**
 * The primary's HorizontalPodAutoscaler, a copy of the target's. Mirrors fluxcd/flagger
 * pkg/canary/hpa_reconciler.go. An autoscaler needs no pausing: it leaves a Deployment of size 0 alone.
 */
import { newControllerRef } from "../../api/meta.ts";
import { deepEqual } from "../../api/json.ts";
import { asRecord, type Json } from "../../apiserver/json.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { withoutFlux } from "./metadata.ts";
import type { Problem, Sync } from "./sync.ts";
import { primaryName } from "./target.ts";

const RESOURCE = "horizontalpodautoscalers";
const COPIED = ["minReplicas", "maxReplicas", "metrics", "behavior"] as const;

/** ReconcilePrimaryScaler; `create` makes a missing one only, `update` brings an old one up to date too. */
export function* reconcileAutoscaler(sync: Sync, how: "create" | "update"): Steps<Problem> {
  const { autoscalerRef } = sync.canary.spec;
  if (autoscalerRef === undefined) return undefined;
  const { name, kind } = autoscalerRef;
  if (kind !== "HorizontalPodAutoscaler") {
    return `rollsim has no ${kind}: use a HorizontalPodAutoscaler, or leave autoscalerRef out`;
  }
  const target = sync.find(RESOURCE, name);
  if (target === undefined) {
    const why = sync.missing(RESOURCE, name);
    return `HorizontalPodAutoscaler ${sync.named(name)} get query error: ${why}`;
  }
  const spec = primarySpec(sync, asRecord(target["spec"]));
  const copy = `${name}-primary`;
  const primary = sync.find(RESOURCE, copy);
  if (primary === undefined) {
    yield decide("canary/init/autoscaler", { autoscaler: copy, primary: primaryName(sync) });
    const problem = yield* sync.create({
      apiVersion: target.apiVersion,
      kind: target.kind,
      metadata: {
        name: copy,
        namespace: sync.namespace,
        labels: withoutFlux(target.metadata.labels),
        ownerReferences: [newControllerRef(sync.canary)],
      },
      spec,
    });
    if (problem === undefined) return undefined;
    return `creating HorizontalPodAutoscaler v2 ${sync.named(copy)} failed: ${problem}`;
  }
  const old = asRecord(primary["spec"]);
  if (how === "create" || COPIED.every((key) => deepEqual(old[key], spec[key]))) return undefined;
  const problem = yield* sync.update(RESOURCE, { ...primary, spec: { ...old, ...spec } });
  if (problem === undefined) return undefined;
  return `updating HorizontalPodAutoscaler v2 ${sync.named(copy)} failed: ${problem}`;
}

function primarySpec(sync: Sync, spec: Json): Json {
  const { primaryScalerReplicas = {} } = sync.canary.spec.autoscalerRef ?? {};
  const copied = COPIED.filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]]);
  return {
    ...(Object.fromEntries(copied) as Json),
    ...primaryScalerReplicas,
    scaleTargetRef: { ...asRecord(spec["scaleTargetRef"]), name: primaryName(sync) },
  };
}
