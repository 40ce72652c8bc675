/**
 * Rules for pod templates (pkg/apis/core/validation ValidatePodTemplateSpec, v1.37.2).
 *
 * Left out: annotations for seccomp and AppArmor, and tolerations in annotations, all long replaced by
 * fields; the exemptions that updates have for values which older servers let in.
 */
import { DELETION_COST, parseDeletionCost } from "../../api/deletion-cost.ts";
import { asArray, asRecord, asString, type Json } from "../json.ts";
import { forbidden, invalid, type Causes } from "./errors.ts";
import { validateAnnotations, validateLabels } from "./metadata.ts";
import { validatePodSpec } from "./pod-spec.ts";

const MIRROR = "kubernetes.io/config.mirror";

export function validatePodTemplate(template: Json, field: string): Causes {
  const metadata = asRecord(template["metadata"]);
  const spec = asRecord(template["spec"]);
  const annotations = asRecord(metadata["annotations"]);
  const ephemeral = asArray(spec["ephemeralContainers"]).length > 0;
  const rule = "ephemeral containers not allowed in pod template";
  return [
    ...validateLabels(metadata["labels"], `${field}.labels`),
    ...validateAnnotations(annotations, `${field}.annotations`),
    ...validatePodAnnotations(annotations, spec, `${field}.annotations`),
    ...validatePodSpec(spec, `${field}.spec`, "template"),
    ...(ephemeral ? [forbidden(`${field}.spec.ephemeralContainers`, rule)] : []),
  ];
}

/** Annotations that mean something to the server. */
export function validatePodAnnotations(annotations: Json, spec: Json, field: string): Causes {
  const mirror = annotations[MIRROR];
  const cost = annotations[DELETION_COST];
  const unbound = mirror !== undefined && asString(spec["nodeName"]) === "";
  const rule = "must set spec.nodeName if mirror pod annotation is set";
  return [
    ...(unbound ? [invalid(`${field}[${MIRROR}]`, mirror, rule)] : []),
    ...(cost === undefined || parseDeletionCost(asString(cost)) !== undefined
      ? []
      : [invalid(`${field}[${DELETION_COST}]`, cost, "must be a 32bit integer")]),
  ];
}
