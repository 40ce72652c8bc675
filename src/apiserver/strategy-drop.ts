/**
 * Fields of a pod's spec that belong to features which v1.37.2 has switched off: they are dropped from
 * what clients write (pkg/api/pod dropDisabledFields).
 */
import { drafts, isDraft, type Draft } from "./draft.ts";
import { asRecord, isNil, isRecord, type Json } from "./json.ts";

const CONTAINER_LISTS = ["initContainers", "containers", "ephemeralContainers"];

/** The spec without them; the same object if there are none. */
export function withoutDisabledFields(spec: Json): Json {
  const text = JSON.stringify(spec);
  if (!DISABLED.some((field) => text.includes(`"${field}"`))) return spec;
  const draft: unknown = structuredClone(spec);
  if (!isDraft(draft)) return spec;
  delete draft["schedulingGroup"];
  delete draft["evictionResponders"];
  for (const volume of drafts(draft["volumes"])) drop(volume["emptyDir"], "mode");
  for (const list of CONTAINER_LISTS) {
    for (const container of drafts(draft[list])) dropFromContainer(container);
  }
  return draft;
}

/** The object's template without them; workloads without a template come back as they are. */
export function withoutDisabledTemplateFields<T extends Json>(object: T): T {
  const spec = asRecord(object["spec"]);
  const template = asRecord(spec["template"]);
  if (!isRecord(template["spec"])) return object;
  const kept = withoutDisabledFields(template["spec"]);
  if (kept === template["spec"]) return object;
  return { ...object, spec: { ...spec, template: { ...template, spec: kept } } };
}

const DISABLED = [
  "schedulingGroup",
  "evictionResponders",
  "mode",
  "stopSignal",
  "bindMountOptions",
  "protocol",
];

function dropFromContainer(container: Draft): void {
  const lifecycle = asRecord(container["lifecycle"]);
  if (!isNil(lifecycle["stopSignal"])) {
    drop(lifecycle, "stopSignal");
    if (Object.values(lifecycle).every(isNil)) delete container["lifecycle"];
  }
  for (const mount of drafts(container["volumeMounts"])) delete mount["bindMountOptions"];
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = asRecord(container[name]);
    drop(probe["grpc"], "mode");
    drop(probe["httpGet"], "protocol");
  }
  for (const hook of ["postStart", "preStop"]) {
    drop(asRecord(lifecycle[hook])["httpGet"], "protocol");
  }
}

function drop(from: unknown, field: string): void {
  if (isDraft(from)) delete from[field];
}
