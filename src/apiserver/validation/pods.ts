/**
 * Rules for Pods (pkg/apis/core/validation ValidatePod{Create,Update}, v1.37.2).
 *
 * Left out: the exemptions for pods held back by scheduling gates; what pod status may say, which only the
 * kubelet writes here.
 */
import type { KubeObject } from "../../api/meta.ts";
import { semanticDeepEqual } from "../equality.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { structType } from "../schema.ts";
import { specOf } from "../strategy-parts.ts";
import { validateImageOfPod } from "./containers.ts";
import { forbidden, immutable, invalid, nonNegative, required, type Causes } from "./errors.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { validatePodDiff } from "./pod-diff.ts";
import { validatePodSpec } from "./pod-spec.ts";
import { validatePodAnnotations } from "./pod-template.ts";

export function validatePod(pod: KubeObject): Causes {
  const spec = specOf(pod);
  const ephemeral = asArray(spec["ephemeralContainers"]).length > 0;
  const gated = asArray(spec["schedulingGates"]).length > 0;
  const rule = "cannot be set until all schedulingGates have been cleared";
  return [
    ...validateMetadataAndSpec(pod),
    ...(ephemeral ? [forbidden("spec.ephemeralContainers", "cannot be set on create")] : []),
    ...(gated && asString(spec["nodeName"]) !== "" ? [forbidden("spec.nodeName", rule)] : []),
  ];
}

/** Images, tolerations to add, a shorter deadline: hardly anything else of a pod may change. */
export function validatePodUpdate(next: KubeObject, prev: KubeObject): Causes {
  const spec = specOf(next);
  const old = specOf(prev);
  const start = [
    ...validateMetadataUpdate(next, prev),
    ...validateMetadataAndSpec(next),
    ...validateContainerUpdates(spec, old, "containers"),
  ];
  if (asArray(spec["containers"]).length !== asArray(old["containers"]).length) return start;
  const init = validateContainerUpdates(spec, old, "initContainers");
  if (asArray(spec["initContainers"]).length !== asArray(old["initContainers"]).length) {
    return [...start, ...init];
  }
  const deadline = validateDeadline(spec, old);
  if (deadline.length > 0 && typeof spec["activeDeadlineSeconds"] === "number") {
    return [...start, ...init, ...deadline];
  }
  const errors = [
    ...start,
    ...init,
    ...deadline,
    ...validateKeptTolerations(spec, old),
    ...validateGates(spec, old),
  ];
  if (semanticDeepEqual(structType("v1.PodSpec"), spec, old)) return errors;
  return [...errors, ...validatePodDiff(withAllowedChanges(spec, old), old)];
}

export function validatePodStatusUpdate(next: KubeObject, prev: KubeObject): Causes {
  const status = asRecord(next["status"]);
  const qosClass = status["qosClass"] ?? "";
  const same = qosClass === (asRecord(prev["status"])["qosClass"] ?? "");
  const bound = asString(specOf(next)["nodeName"]) !== asString(specOf(prev)["nodeName"]);
  return [
    ...validateMetadataUpdate(next, prev),
    ...(bound ? [forbidden("status.nodeName", "may not be changed directly")] : []),
    ...immutable(same, qosClass, "status.qosClass"),
  ];
}

function validateMetadataAndSpec(pod: KubeObject): Causes {
  const spec = specOf(pod);
  const lists = ["containers", "initContainers"];
  return [
    ...validateMetadata(pod, { nameRule: dnsSubdomain, namespaced: true }),
    ...validatePodAnnotations(asRecord(pod.metadata.annotations), spec, "metadata.annotations"),
    ...validatePodSpec(spec, "spec", "pod"),
    ...validateTokens(spec),
    ...nonNegative(spec["terminationGracePeriodSeconds"], "spec.terminationGracePeriodSeconds"),
    ...lists.flatMap((list) =>
      asArray(spec[list]).flatMap((container, index) =>
        validateImageOfPod(asRecord(container), `spec.${list}[${index}]`),
      ),
    ),
  ];
}

/** A projected token is that of the pod's service account. */
function validateTokens(spec: Json): Causes {
  if (asString(spec["serviceAccountName"]) !== "") return [];
  const rule = "must not be specified when serviceAccountName is not set";
  return asArray(spec["volumes"]).flatMap((volume, i) =>
    asArray(asRecord(asRecord(volume)["projected"])["sources"]).flatMap((source, j) =>
      isNil(asRecord(source)["serviceAccountToken"])
        ? []
        : [forbidden(`spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`, rule)],
    ),
  );
}

function validateContainerUpdates(spec: Json, old: Json, list: string): Causes {
  const now = asArray(spec[list]);
  const field = `spec.${list}`;
  if (now.length !== asArray(old[list]).length) {
    const rule = "pod updates may not add or remove containers";
    return [forbidden(field, rule)];
  }
  return now.flatMap((container, index) =>
    asString(asRecord(container)["image"]) === "" ? [required(`${field}[${index}].image`)] : [],
  );
}

const MAX_DEADLINE = 2_147_483_647;

function validateDeadline(spec: Json, old: Json): Causes {
  const field = "spec.activeDeadlineSeconds";
  const { activeDeadlineSeconds: now } = spec;
  const { activeDeadlineSeconds: before } = old;
  if (typeof now !== "number") {
    const rule = "must not update from a positive integer to nil value";
    return isNil(before) ? [] : [invalid(field, null, rule)];
  }
  if (now < 0 || now > MAX_DEADLINE) {
    return [invalid(field, now, `must be between 0 and ${MAX_DEADLINE}, inclusive`)];
  }
  const longer = typeof before === "number" && before < now;
  return longer ? [invalid(field, now, "must be less than or equal to previous value")] : [];
}

function validateKeptTolerations(spec: Json, old: Json): Causes {
  const type = structType("v1.Toleration");
  const now = asArray(spec["tolerations"]).map(asRecord);
  const kept = asArray(old["tolerations"])
    .map(asRecord)
    .every((before) =>
      now.some((each) =>
        semanticDeepEqual(type, each, {
          ...before,
          tolerationSeconds: each["tolerationSeconds"],
        }),
      ),
    );
  const rule = "existing toleration can not be modified except its tolerationSeconds";
  return kept ? [] : [forbidden("spec.tolerations", rule)];
}

/** Gates may only be lifted. */
function validateGates(spec: Json, old: Json): Causes {
  const names = (list: unknown): readonly string[] =>
    asArray(list).map((gate) => asString(asRecord(gate)["name"]));
  const known = names(old["schedulingGates"]);
  return names(spec["schedulingGates"]).flatMap((name, index) => {
    const rule = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return known.includes(name) ? [] : [forbidden(`spec.schedulingGates[${index}].name`, rule)];
  });
}

/** The new spec with all that may change set back to the old. */
function withAllowedChanges(spec: Json, old: Json): Json {
  const withOldImages = (list: string): readonly unknown[] | undefined => {
    const before = asArray(old[list]).map(asRecord);
    const now = asArray(spec[list]);
    if (now.length === 0) return undefined;
    return now.map((container, index) => ({
      ...asRecord(container),
      image: before[index]?.["image"],
    }));
  };
  const grace = spec["terminationGracePeriodSeconds"];
  const before = old["terminationGracePeriodSeconds"];
  const repaired = typeof before === "number" && before < 0 && grace === 1;
  return {
    ...spec,
    containers: withOldImages("containers"),
    initContainers: withOldImages("initContainers"),
    activeDeadlineSeconds: old["activeDeadlineSeconds"],
    schedulingGates: old["schedulingGates"],
    tolerations: old["tolerations"],
    terminationGracePeriodSeconds: repaired ? before : grace,
  };
}
