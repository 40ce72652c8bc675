/**
 * Labels and annotations that pods carry only while they are canary, preview, stable or active.
 * Mirrors argo-rollouts rollout/ephemeralmetadata.go.
 *
 * Left out: relabelling of pods that exist already; pods made later have the new metadata.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { StringMap } from "../../api/meta.ts";
import type { PodTemplateMetadata } from "../../api/rollout.ts";
import { deepEqual } from "../../api/json.ts";
import { write, type Steps } from "../reconcile.ts";
import { got, replaceSet, type RolloutContext } from "./context.ts";
import { blueGreenOf, canaryOf, EPHEMERAL_METADATA } from "./defaults.ts";
import { isFullyPromoted } from "./phase.ts";

export function* reconcileEphemeralMetadata(c: RolloutContext): Steps<void> {
  const canary = canaryOf(c.rollout);
  const blueGreen = blueGreenOf(c.rollout);
  const fresh = canary?.canaryMetadata ?? blueGreen?.previewMetadata;
  const stable = canary?.stableMetadata ?? blueGreen?.activeMetadata;
  if (isFullyPromoted(c.rollout)) {
    if (c.newRS !== undefined) yield* sync(c, c.newRS, stable);
    return;
  }
  if (c.newRS !== undefined) yield* sync(c, c.newRS, fresh);
  if (c.stableRS !== undefined) yield* sync(c, c.stableRS, stable);
}

function* sync(
  c: RolloutContext,
  rs: ReplicaSet,
  desired: PodTemplateMetadata | undefined,
): Steps<void> {
  const { [EPHEMERAL_METADATA]: text, ...annotations } = rs.metadata.annotations ?? {};
  const existing = text === undefined ? undefined : (JSON.parse(text) as PodTemplateMetadata);
  if (deepEqual(existing ?? {}, desired ?? {})) return;
  const { metadata, spec } = rs.spec.template;
  const next = {
    ...metadata,
    labels: exchanged(metadata?.labels, existing?.labels, desired?.labels),
    annotations: exchanged(metadata?.annotations, existing?.annotations, desired?.annotations),
  };
  const noted = desired === undefined ? {} : { [EPHEMERAL_METADATA]: JSON.stringify(desired) };
  const object: ReplicaSet = {
    ...rs,
    metadata: { ...rs.metadata, annotations: { ...annotations, ...noted } },
    spec: { ...rs.spec, template: { metadata: next, spec } },
  };
  replaceSet(c, got(yield* write<ReplicaSet>({ do: "update", resource: "replicasets", object })));
}

function exchanged(
  all: StringMap = {},
  existing: StringMap = {},
  desired: StringMap = {},
): StringMap {
  const kept = Object.entries(all).filter(([key]) => existing[key] === undefined);
  return { ...Object.fromEntries(kept), ...desired };
}
