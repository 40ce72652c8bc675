/**
 * Rules for StatefulSets and DaemonSets (pkg/apis/apps/validation, v1.37.2), which rollsim keeps and does not run.
 */
import type { KubeObject } from "../../api/meta.ts";
import { semanticDeepEqual } from "../equality.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { structType } from "../schema.ts";
import { labelMatcher } from "../selectors.ts";
import { specOf } from "../strategy-parts.ts";
import {
  amountOf,
  isPercent,
  labelsShown,
  selectorShown,
  stringsOf,
  validateIntOrPercent,
  validateSameSelector,
} from "./apps.ts";
import { validateClaimSpec } from "./claims.ts";
import {
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
import { dnsLabel, dnsSubdomain } from "./names.ts";
import { claimShown } from "./pod-diff.ts";
import { validatePodTemplate } from "./pod-template.ts";

const TEMPLATE = "spec.template";

export function validateStatefulSet(set: KubeObject): Causes {
  const spec = specOf(set);
  const name = asString(spec["serviceName"]);
  const ofClaims = asArray(spec["volumeClaimTemplates"]).flatMap((claim, i) =>
    validateClaimSpec(asRecord(asRecord(claim)["spec"]), `spec.volumeClaimTemplates[${i}].spec`),
  );
  const ofName = name === "" ? [] : invalidEach("spec.serviceName", name, dnsLabel(name));
  return [
    ...validateMetadata(set, { nameRule: dnsLabel, namespaced: true }),
    ...validateStatefulSetSpec(spec, ofClaims, ofName),
  ];
}

export function validateStatefulSetUpdate(next: KubeObject, prev: KubeObject): Causes {
  const [now, before] = [specOf(next), specOf(prev)];
  const claims = asArray(now["volumeClaimTemplates"]);
  const same = (field: string): boolean => (now[field] ?? "") === (before[field] ?? "");
  const fixed = (field: string): Causes =>
    immutable(same(field), now[field] ?? "", `spec.${field}`);
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateStatefulSetSpec(now, [], []),
    ...validateSameSelector(next, prev),
    ...immutable(
      sameClaims(claims, asArray(before["volumeClaimTemplates"])),
      claims.length === 0 ? null : claims.map((claim) => claimShown(asRecord(claim))),
      "spec.volumeClaimTemplates",
    ),
    ...fixed("serviceName"),
    ...fixed("podManagementPolicy"),
  ];
}

function sameClaims(now: readonly unknown[], before: readonly unknown[]): boolean {
  const type = structType("v1.PersistentVolumeClaim");
  return (
    now.length === before.length &&
    now.every((claim, i) => semanticDeepEqual(type, claim, before[i]))
  );
}

/** What is judged of claims and of the service's name differs between new and old sets. */
function validateStatefulSetSpec(spec: Json, ofClaims: Causes, ofName: Causes): Causes {
  const { podManagementPolicy: policy } = spec;
  const known = policy === "OrderedReady" || policy === "Parallel";
  const rule = "must be 'OrderedReady' or 'Parallel'";
  const retention = asRecord(spec["persistentVolumeClaimRetentionPolicy"]);
  return [
    ...(known ? [] : [invalid("spec.podManagementPolicy", policy, rule)]),
    ...validateStatefulSetStrategy(asRecord(spec["updateStrategy"])),
    ...["whenDeleted", "whenScaled"].flatMap((when) => validateRetention(retention[when], when)),
    ...ofClaims,
    ...nonNegative(spec["replicas"], "spec.replicas"),
    ...nonNegative(spec["minReadySeconds"], "spec.minReadySeconds"),
    ...nonNegative(asRecord(spec["ordinals"])["start"], "spec.ordinals.start"),
    ...ofName,
    ...(isNil(spec["selector"])
      ? [required("spec.selector")]
      : validateSelector(spec, "statefulset")),
    ...validateMatch(spec),
    ...validatePodTemplate(withClaims(spec), TEMPLATE),
    ...validateRunning(spec, "StatefulSet"),
  ];
}

function validateRetention(policy: unknown, when: string): Causes {
  const policies = ["Retain", "Delete"];
  const field = `spec.persistentVolumeClaimRetentionPolicy.${when}`;
  return isNil(policy) || policies.includes(asString(policy))
    ? []
    : [notSupported(field, policy, policies)];
}

/** The volumes that claims will be are there for the containers. */
function withClaims(spec: Json): Json {
  const template = asRecord(spec["template"]);
  const podSpec = asRecord(template["spec"]);
  const names = asArray(spec["volumeClaimTemplates"]).map((claim) =>
    asString(asRecord(asRecord(claim)["metadata"])["name"]),
  );
  if (names.length === 0) return template;
  const volumes = [
    ...names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ...asArray(podSpec["volumes"]).filter(
      (volume) => !names.includes(asString(asRecord(volume)["name"])),
    ),
  ];
  return { ...template, spec: { ...podSpec, volumes } };
}

function validateStatefulSetStrategy({ type = "", rollingUpdate }: Json): Causes {
  const field = "spec.updateStrategy";
  const given = !isNil(rollingUpdate);
  const { partition, maxUnavailable = null } = asRecord(rollingUpdate);
  const shown = given ? { Partition: partition ?? 0, MaxUnavailable: maxUnavailable } : null;
  if (type === "OnDelete") {
    const rule = "only allowed for updateStrategy 'RollingUpdate'";
    return given ? [invalid(`${field}.rollingUpdate`, shown, rule)] : [];
  }
  if (type !== "RollingUpdate") {
    const rule = "must be 'RollingUpdate' or 'OnDelete'";
    return [invalid(field, { Type: type, RollingUpdate: shown }, rule)];
  }
  const most = `${field}.rollingUpdate.maxUnavailable`;
  return [
    ...nonNegative(partition, `${field}.rollingUpdate.partition`),
    ...(maxUnavailable === null
      ? []
      : [
          ...validateIntOrPercent(maxUnavailable, most),
          ...(amountOf(maxUnavailable) === 0 ? [invalid(most, maxUnavailable, "cannot be 0")] : []),
          ...notAboveAll(maxUnavailable, most),
        ]),
  ];
}

export function validateDaemonSet(set: KubeObject): Causes {
  return [
    ...validateMetadata(set, { nameRule: dnsSubdomain, namespaced: true }),
    ...validateDaemonSetSpec(specOf(set)),
  ];
}

export function validateDaemonSetUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateSameSelector(next, prev),
    ...validateDaemonSetSpec(specOf(next)),
  ];
}

function validateDaemonSetSpec(spec: Json): Causes {
  const { selector } = spec;
  const field = "spec.selector";
  return [
    ...validateLabelSelector(selector, field),
    ...validateMatch(spec),
    ...(!isNil(selector) && isEmptySelector(selector) ? [emptySelector(spec, "daemonset")] : []),
    ...validatePodTemplate(asRecord(spec["template"]), TEMPLATE),
    ...validateRunning(spec, "DaemonSet"),
    ...nonNegative(spec["minReadySeconds"], "spec.minReadySeconds"),
    ...validateDaemonSetStrategy(asRecord(spec["updateStrategy"])),
    ...nonNegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit"),
  ];
}

function validateDaemonSetStrategy({ type = "", rollingUpdate }: Json): Causes {
  const field = "spec.updateStrategy";
  if (type === "OnDelete") return [];
  const { maxUnavailable = 0, maxSurge = 0 } = asRecord(rollingUpdate);
  if (type !== "RollingUpdate") {
    const shown = isNil(rollingUpdate)
      ? null
      : { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge };
    const types = ["RollingUpdate", "OnDelete"];
    return [notSupported(field, { Type: type, RollingUpdate: shown }, types)];
  }
  if (isNil(rollingUpdate)) return [required(`${field}.rollingUpdate`)];
  const [most, surge] = [
    `${field}.rollingUpdate.maxUnavailable`,
    `${field}.rollingUpdate.maxSurge`,
  ];
  const [some, more] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  return [
    ...validateIntOrPercent(maxUnavailable, most),
    ...validateIntOrPercent(maxSurge, surge),
    ...notAboveAll(maxUnavailable, most),
    ...notAboveAll(maxSurge, surge),
    ...(some && more
      ? [invalid(surge, maxSurge, "may not be set when maxUnavailable is non-zero")]
      : []),
    ...(some || more ? [] : [required(most, "cannot be 0 when maxSurge is 0")]),
  ];
}

function notAboveAll(value: unknown, field: string): Causes {
  const above = typeof value === "string" && isPercent(value) && amountOf(value) > 100;
  return above ? [invalid(field, value, "must not be greater than 100%")] : [];
}

function validateSelector({ selector, ...spec }: Json, kind: string): Causes {
  return [
    ...validateLabelSelector(selector, "spec.selector"),
    ...(isEmptySelector(selector) ? [emptySelector({ ...spec, selector }, kind)] : []),
  ];
}

function emptySelector({ selector }: Json, kind: string): Causes[number] {
  return invalid("spec.selector", selectorShown(selector), `empty selector is invalid for ${kind}`);
}

function validateMatch({ selector, template }: Json): Causes {
  const { labels } = asRecord(asRecord(template)["metadata"]);
  const matcher = labelMatcher(isNil(selector) ? undefined : asRecord(selector));
  if (!matcher.ok) return [];
  const isEverything = matcher.value.selectable && matcher.value.requirements.length === 0;
  if (isEverything || matcher.value.matches(stringsOf(labels))) return [];
  const rule = "`selector` does not match template `labels`";
  return [invalid(`${TEMPLATE}.metadata.labels`, labelsShown(labels), rule)];
}

function validateRunning(spec: Json, kind: string): Causes {
  const field = `${TEMPLATE}.spec`;
  const { restartPolicy, activeDeadlineSeconds } = asRecord(asRecord(spec["template"])["spec"]);
  const rule = `activeDeadlineSeconds in ${kind} is not Supported`;
  return [
    ...(restartPolicy === "Always"
      ? []
      : [notSupported(`${field}.restartPolicy`, restartPolicy ?? "", ["Always"])]),
    ...(isNil(activeDeadlineSeconds) ? [] : [forbidden(`${field}.activeDeadlineSeconds`, rule)]),
  ];
}
