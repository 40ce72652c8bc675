/** Rules for Deployments and ReplicaSets (pkg/apis/apps/validation, v1.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { encodeValue } from "../encode.ts";
import { semanticDeepEqual } from "../equality.ts";
import { asRecord, isNil, type Json } from "../json.ts";
import { structType } from "../schema.ts";
import { labelMatcher } from "../selectors.ts";
import { specOf } from "../strategy-parts.ts";
import {
  asJson,
  forbidden,
  immutable,
  invalid,
  invalidEach,
  nonNegative,
  notSupported,
  required,
  type Causes,
} from "./errors.ts";
import { isEmptySelector, validateLabelSelector } from "./label-selector.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain, percent } from "./names.ts";
import { validatePodTemplate } from "./pod-template.ts";

const NAMED = { nameRule: dnsSubdomain, namespaced: true };

export function validateDeployment(deployment: KubeObject): Causes {
  return [...validateMetadata(deployment, NAMED), ...validateDeploymentSpec(deployment)];
}

export function validateDeploymentUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateDeploymentSpec(next),
    ...validateSameSelector(next, prev),
  ];
}

export function validateDeploymentStatusUpdate(next: KubeObject, prev: KubeObject): Causes {
  const status = asRecord(next["status"]);
  const collisions = count(status, "collisionCount");
  const before = asRecord(prev["status"])["collisionCount"];
  const decremented = typeof before === "number" && collisions < before;
  const field = "status.collisionCount";
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateCounters(status, [
      "observedGeneration",
      "replicas",
      "updatedReplicas",
      "readyReplicas",
      "availableReplicas",
      "unavailableReplicas",
      "terminatingReplicas",
      "collisionCount",
    ]),
    ...validateRelations(status, ["updatedReplicas", "readyReplicas", "availableReplicas"]),
    ...(decremented ? [invalid(field, collisions, "cannot be decremented")] : []),
  ];
}

export function validateReplicaSet(replicaSet: KubeObject): Causes {
  return [...validateMetadata(replicaSet, NAMED), ...validateReplicaSetSpec(specOf(replicaSet))];
}

export function validateReplicaSetUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateReplicaSetSpec(specOf(next)),
    ...validateSameSelector(next, prev),
  ];
}

export function validateReplicaSetStatusUpdate(next: KubeObject, prev: KubeObject): Causes {
  const status = asRecord(next["status"]);
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateCounters(status, [
      "replicas",
      "fullyLabeledReplicas",
      "readyReplicas",
      "availableReplicas",
      "observedGeneration",
      "terminatingReplicas",
    ]),
    ...validateRelations(status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]),
  ];
}

/** The annotation that asks for a rollback is a field of its own in older versions of the API. */
function validateRollback({ metadata }: KubeObject): Causes {
  const revision = metadata.annotations?.["deprecated.deployment.rollback.to"] ?? "";
  return revision === "" ? [] : nonNegative(Number(revision), "spec.rollback.version");
}

function validateDeploymentSpec(deployment: KubeObject): Causes {
  const spec = specOf(deployment);
  const { minReadySeconds, revisionHistoryLimit, progressDeadlineSeconds: deadline } = spec;
  const field = "spec.progressDeadlineSeconds";
  const tooShort = typeof deadline === "number" && deadline <= count(spec, "minReadySeconds");
  return [
    ...nonNegative(spec["replicas"], "spec.replicas"),
    ...validateSelectorAndTemplate(spec),
    ...validateStrategy(asRecord(spec["strategy"])),
    ...nonNegative(minReadySeconds, "spec.minReadySeconds"),
    ...nonNegative(revisionHistoryLimit, "spec.revisionHistoryLimit"),
    ...validateRollback(deployment),
    ...nonNegative(deadline, field),
    ...(tooShort ? [invalid(field, deadline, "must be greater than minReadySeconds")] : []),
  ];
}

function validateReplicaSetSpec(spec: Json): Causes {
  return [
    ...nonNegative(spec["replicas"], "spec.replicas"),
    ...nonNegative(spec["minReadySeconds"], "spec.minReadySeconds"),
    ...validateSelectorAndTemplate(spec),
  ];
}

/** The selector, and the template if the selector makes sense. */
function validateSelectorAndTemplate(spec: Json): Causes {
  const { selector } = spec;
  const field = "spec.selector";
  const missing = isNil(selector) ? [required(field)] : [];
  const empty =
    !isNil(selector) && isEmptySelector(selector)
      ? [invalid(field, selectorShown(selector), "empty selector is invalid for deployment")]
      : [];
  const own = [...missing, ...validateLabelSelector(selector, field), ...empty];
  const matcher = labelMatcher(isNil(selector) ? undefined : asRecord(selector));
  if (!matcher.ok)
    return [...own, invalid(field, selectorShown(selector), "invalid label selector")];
  const template = asRecord(spec["template"]);
  const { labels } = asRecord(template["metadata"]);
  const isEverything = matcher.value.selectable && matcher.value.requirements.length === 0;
  const matches = isEverything || matcher.value.matches(stringsOf(labels));
  const rule = "`selector` does not match template `labels`";
  const mismatch = matches
    ? []
    : [invalid("spec.template.metadata.labels", labelsShown(labels), rule)];
  return [
    ...own,
    ...mismatch,
    ...validatePodTemplate(template, "spec.template"),
    ...validateForReplicaSet(asRecord(template["spec"])),
  ];
}

function validateForReplicaSet(podSpec: Json): Causes {
  const field = "spec.template.spec";
  const { restartPolicy, activeDeadlineSeconds } = podSpec;
  const rule = "activeDeadlineSeconds in ReplicaSet is not Supported";
  return [
    ...(restartPolicy === "Always"
      ? []
      : [notSupported(`${field}.restartPolicy`, restartPolicy ?? "", ["Always"])]),
    ...(isNil(activeDeadlineSeconds) ? [] : [forbidden(`${field}.activeDeadlineSeconds`, rule)]),
  ];
}

function validateStrategy(strategy: Json): Causes {
  const { type = "", rollingUpdate } = strategy;
  const field = "spec.strategy";
  if (type === "Recreate") {
    const rule = "may not be specified when strategy `type` is 'Recreate'";
    return isNil(rollingUpdate) ? [] : [forbidden(`${field}.rollingUpdate`, rule)];
  }
  if (type === "RollingUpdate") return validateRollingUpdate(asRecord(rollingUpdate));
  // The server prints its internal type, whose fields have no JSON names.
  const shown = { Type: type, RollingUpdate: rollingUpdateShown(rollingUpdate) };
  return [notSupported(field, shown, ["Recreate", "RollingUpdate"])];
}

function validateRollingUpdate({ maxUnavailable, maxSurge }: Json): Causes {
  const field = "spec.strategy.rollingUpdate";
  const unavailable = maxUnavailable ?? 0;
  const bothZero = amountOf(unavailable) === 0 && amountOf(maxSurge ?? 0) === 0;
  const above =
    typeof unavailable === "string" && isPercent(unavailable) && amountOf(unavailable) > 100;
  const path = `${field}.maxUnavailable`;
  return [
    ...validateIntOrPercent(unavailable, path),
    ...validateIntOrPercent(maxSurge ?? 0, `${field}.maxSurge`),
    ...(bothZero ? [invalid(path, unavailable, "may not be 0 when `maxSurge` is 0")] : []),
    ...(above ? [invalid(path, unavailable, "must not be greater than 100%")] : []),
  ];
}

/** A number of pods, or a percentage without sign or fraction. */
export function validateIntOrPercent(value: unknown, field: string): Causes {
  return typeof value === "string"
    ? invalidEach(field, asJson(value), percent(value))
    : nonNegative(value, field);
}

export function isPercent(text: string): boolean {
  return percent(text).length === 0;
}

/** The number, or the number before the `%`; other texts count as Go reads them, as 0 or a number. */
export function amountOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return 0;
  if (isPercent(value)) return Number(value.slice(0, -1));
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

export function validateSameSelector(next: KubeObject, prev: KubeObject): Causes {
  return immutable(
    sameSelector(next, prev),
    selectorShown(specOf(next)["selector"]),
    "spec.selector",
  );
}

function sameSelector(next: KubeObject, prev: KubeObject): boolean {
  const [now, before] = [next, prev].map((object) => specOf(object)["selector"]);
  if (isNil(now) || isNil(before)) return isNil(now) && isNil(before);
  return semanticDeepEqual(structType("v1.LabelSelector"), now, before);
}

function validateCounters(status: Json, fields: readonly string[]): Causes {
  return fields.flatMap((field) => nonNegative(status[field], `status.${field}`));
}

function validateRelations(status: Json, fields: readonly string[]): Causes {
  const above = fields.filter((field) => count(status, field) > count(status, "replicas"));
  const available = count(status, "availableReplicas");
  const moreThanReady = available > count(status, "readyReplicas");
  const field = "status.availableReplicas";
  return [
    ...above.map((name) =>
      invalid(`status.${name}`, count(status, name), "cannot be greater than status.replicas"),
    ),
    ...(moreThanReady ? [invalid(field, available, "cannot be greater than readyReplicas")] : []),
  ];
}

function count(of: Json, field: string): number {
  const value = of[field];
  return typeof value === "number" ? value : 0;
}

export function stringsOf(labels: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(asRecord(labels)).map(([key, value]) => [
      key,
      typeof value === "string" ? value : "",
    ]),
  );
}

/** A selector as Go's JSON shows it. */
export function selectorShown(selector: unknown): unknown {
  return isNil(selector) ? null : encodeValue(structType("v1.LabelSelector"), selector);
}

function rollingUpdateShown(rollingUpdate: unknown): unknown {
  if (isNil(rollingUpdate)) return null;
  const { maxUnavailable = 0, maxSurge = 0 } = asRecord(rollingUpdate);
  return { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge };
}

/** Labels as Go's JSON shows them: `null` where there are none, keys sorted. */
export function labelsShown(labels: unknown): unknown {
  const entries = Object.entries(asRecord(labels)).toSorted(([a], [b]) => compareText(a, b));
  return isNil(labels) ? null : Object.fromEntries(entries);
}
