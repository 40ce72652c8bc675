/**
 * How Flagger steers requests: one object of the mesh or ingress carries the weights of primary and canary.
 * Mirrors fluxcd/flagger pkg/router/router.go.
 */
import { newControllerRef } from "../../../api/meta.ts";
import { serviceOf } from "../../../api/canary.ts";
import { deepEqual } from "../../../api/json.ts";
import { asRecord, type Json } from "../../../apiserver/json.ts";
import type { Steps } from "../../reconcile.ts";
import { notForFlux } from "../metadata.ts";
import type { Problem, Sync } from "../sync.ts";

/** Percent of the requests for each; mirrored: the canary gets copies of what the primary answers. */
export interface Weights {
  readonly primary: number;
  readonly canary: number;
  readonly mirrored: boolean;
}

export const ALL_TO_PRIMARY: Weights = { primary: 100, canary: 0, mirrored: false };
export const ALL_TO_CANARY: Weights = { primary: 0, canary: 100, mirrored: false };

export interface Router {
  /** The object exists and says what the Canary says; weights stay. */
  reconcile(sync: Sync): Steps<Problem>;
  weights(sync: Sync): Weights | { readonly problem: string };
  setWeights(sync: Sync, weights: Weights): Steps<Problem>;
  /** What was there before Flagger is there again. */
  finalize(sync: Sync): Steps<Problem>;
}

/** An object whose spec holds the weights. */
export interface WeightedObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly resource: string;
  /** Default: the name of the apex Service. */
  readonly name: (sync: Sync) => string;
  /** The spec of a new object, and of one whose settings have changed. */
  readonly initial: (sync: Sync) => Json;
  /** The spec with these weights, made from the present one. */
  readonly weighted: (sync: Sync, weights: Weights, spec: Json) => Json;
  /** The part of a spec by which it is told whether settings have changed: without weights. */
  readonly settings: (sync: Sync, spec: Json) => unknown;
  readonly weights: (sync: Sync, spec: Json) => Weights | undefined;
  readonly beforeUpdate?: (sync: Sync, annotations: Json, spec: Json) => Json;
}

export function* reconcileWeighted(sync: Sync, of: WeightedObject): Steps<Problem> {
  const name = of.name(sync);
  const spec = of.initial(sync);
  const { labels = {}, annotations: own = {} } = serviceOf(sync.canary).apex ?? {};
  const found = sync.find(of.resource, name);
  if (found === undefined) {
    const { namespace } = sync;
    const ownerReferences = [newControllerRef(sync.canary)];
    const metadata = { name, namespace, labels, annotations: notForFlux(own), ownerReferences };
    const { apiVersion, kind } = of;
    const created = yield* sync.create({ apiVersion, kind, metadata, spec });
    return created === undefined ? undefined : `${told(sync, of)} create error: ${created}`;
  }
  const old = asRecord(found["spec"]);
  const annotations = { ...found.metadata.annotations, ...notForFlux(own) };
  const sameSpec = deepEqual(of.settings(sync, spec), of.settings(sync, old));
  const sameMetadata =
    deepEqual(labels, found.metadata.labels ?? {}) &&
    deepEqual(annotations, found.metadata.annotations);
  if (sameSpec && sameMetadata) return undefined;
  const kept = sameSpec ? annotations : (of.beforeUpdate?.(sync, annotations, old) ?? annotations);
  const metadata = { ...found.metadata, labels, annotations: kept as Record<string, string> };
  const problem = yield* sync.update(of.resource, { ...found, metadata, spec });
  return problem === undefined ? undefined : `${told(sync, of)} update error: ${problem}`;
}

export function weightsOf(sync: Sync, of: WeightedObject): Weights | { readonly problem: string } {
  const found = sync.find(of.resource, of.name(sync));
  if (found === undefined) return { problem: notThere(sync, of) };
  const weights = of.weights(sync, asRecord(found["spec"]));
  if (weights !== undefined) return weights;
  const apex = of.name(sync);
  return {
    problem: `${told(sync, of)} does not contain routes for ${apex}-primary and ${apex}-canary`,
  };
}

export function* setWeightsOf(sync: Sync, of: WeightedObject, weights: Weights): Steps<Problem> {
  const found = sync.find(of.resource, of.name(sync));
  if (found === undefined) return notThere(sync, of);
  const spec = of.weighted(sync, weights, asRecord(found["spec"]));
  const problem = yield* sync.update(of.resource, { ...found, spec });
  return problem === undefined ? undefined : `${told(sync, of)} update error: ${problem}`;
}

function told(sync: Sync, of: WeightedObject): string {
  return `${of.kind} ${sync.named(of.name(sync))}`;
}

function notThere(sync: Sync, of: WeightedObject): string {
  return `${told(sync, of)} get query error: ${sync.missing(of.resource, of.name(sync))}`;
}

/** A router over one object, with nothing to give back. */
export function weightedRouter(of: WeightedObject): Router {
  return {
    reconcile: (sync) => reconcileWeighted(sync, of),
    weights: (sync) => weightsOf(sync, of),
    setWeights: (sync, weights) => setWeightsOf(sync, of, weights),
    finalize: nothing,
  };
}

// eslint-disable-next-line require-yield
export function* nothing(): Steps<Problem> {
  return undefined;
}
