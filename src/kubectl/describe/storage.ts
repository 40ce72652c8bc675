/** Descriptions of volumes, claims and storage classes. Mirrors kubectl/pkg/describe (v0.37.2). */
import { formatLabels } from "../../apiserver/selectors.ts";
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import type { Call } from "../call.ts";
import { accessModes, claimOf, gotByClaim, isDefaultClass } from "../columns/storage.ts";
import { ageOf } from "../duration.ts";
import { at, isMap, list, map, text } from "../fields.ts";
import { annotationLines, labelLines, line, trueFalse } from "./text.ts";
import { volumeSourceLines } from "./volumes.ts";

export function describeVolume(call: Call, volume: KubeObject): string[] {
  const spec = map(volume, "spec");
  return [
    line(0, "Name:", volume.metadata.name),
    ...marks(volume),
    finalizerLine(volume),
    line(0, "StorageClass:", text(spec, "storageClassName")),
    statusLine(call, volume),
    line(0, "Claim:", claimOf(volume)),
    line(0, "Reclaim Policy:", text(spec, "persistentVolumeReclaimPolicy")),
    line(0, "Access Modes:", accessModes(list(spec, "accessModes"))),
    ...modeLine(volume),
    line(0, "Capacity:", text(spec, "capacity", "storage") || "0"),
    ...affinityLines(at(spec, "nodeAffinity", "required")),
    line(0, "Message:", text(volume, "status", "message")),
    "Source:",
    ...volumeSourceLines(spec),
  ];
}

export function describeClaim(call: Call, claim: KubeObject): string[] {
  const { capacity, modes } = gotByClaim(claim);
  const source = at(claim, "spec", "dataSource");
  const group = text(source, "apiGroup");
  return [
    line(0, "Name:", claim.metadata.name),
    line(0, "Namespace:", claim.metadata.namespace ?? ""),
    line(0, "StorageClass:", text(claim, "spec", "storageClassName")),
    statusLine(call, claim),
    line(0, "Volume:", text(claim, "spec", "volumeName")),
    ...marks(claim),
    finalizerLine(claim),
    line(0, "Capacity:", capacity),
    line(0, "Access Modes:", modes),
    ...modeLine(claim),
    ...(isMap(source)
      ? [
          "DataSource:",
          ...(group === "" ? [] : [line(1, "APIGroup:", group)]),
          line(1, "Kind:", text(source, "kind")),
          line(1, "Name:", text(source, "name")),
        ]
      : []),
    ...usersOf(call, claim).map((name, i) => line(0, i === 0 ? "Used By:" : "", name)),
  ];
}

/** The pods that mount a claim. */
function usersOf(call: Call, claim: KubeObject): readonly string[] {
  const users = call.io.client
    .list("pods", { namespace: claim.metadata.namespace ?? call.namespace })
    .filter((pod) =>
      list(pod, "spec", "volumes").some(
        (volume) => text(volume, "persistentVolumeClaim", "claimName") === claim.metadata.name,
      ),
    )
    .map(({ metadata }) => metadata.name);
  return users.length === 0 ? ["<none>"] : users.toSorted(compareText);
}

export function describeStorageClass(_call: Call, storage: KubeObject): string[] {
  const expands = at(storage, "allowVolumeExpansion");
  const options = list(storage, "mountOptions").map(String);
  return [
    line(0, "Name:", storage.metadata.name),
    line(0, "IsDefaultClass:", isDefaultClass(storage) ? "Yes" : "No"),
    // As labels are told, in full.
    line(0, "Annotations:", formatLabels(map(storage.metadata.annotations))),
    line(0, "Provisioner:", text(storage, "provisioner")),
    line(0, "Parameters:", formatLabels(map(storage, "parameters"))),
    line(0, "AllowVolumeExpansion:", expands === undefined ? "<unset>" : trueFalse(expands)),
    ...(options.length === 0
      ? [line(0, "MountOptions:", "<none>")]
      : ["MountOptions:", ...options.map((option) => line(1, option))]),
    line(0, "ReclaimPolicy:", text(storage, "reclaimPolicy")),
    line(0, "VolumeBindingMode:", text(storage, "volumeBindingMode")),
    ...topologyLines(storage),
  ];
}

function marks({ metadata }: KubeObject): string[] {
  return [
    ...labelLines("Labels", map(metadata.labels)),
    ...annotationLines("Annotations", map(metadata.annotations)),
  ];
}

function finalizerLine({ metadata }: KubeObject): string {
  return line(0, "Finalizers:", `[${(metadata.finalizers ?? []).join(" ")}]`);
}

function statusLine(call: Call, object: KubeObject): string {
  const { deletionTimestamp } = object.metadata;
  if (deletionTimestamp === undefined) return line(0, "Status:", text(object, "status", "phase"));
  const age = ageOf(deletionTimestamp, call.io.client.wallClockMs);
  return line(0, "Status:", `Terminating (lasts ${age})`);
}

function modeLine(object: KubeObject): string[] {
  const mode = text(object, "spec", "volumeMode");
  return mode === "" ? [] : [line(0, "VolumeMode:", mode)];
}

function affinityLines(required: unknown): string[] {
  if (!isMap(required)) return [line(0, "Node Affinity:", "<none>")];
  const terms = list(required, "nodeSelectorTerms");
  if (terms.length === 0) return ["Node Affinity:\t", line(1, "Required Terms:", "<none>")];
  return [
    "Node Affinity:\t",
    line(1, "Required Terms:", ""),
    ...terms.flatMap((term, i) =>
      requirementLines(2, `Term ${i}:`, list(term, "matchExpressions"), (each) =>
        text(each, "operator").toLowerCase(),
      ),
    ),
  ];
}

function topologyLines(storage: KubeObject): string[] {
  const terms = list(storage, "allowedTopologies");
  if (at(storage, "allowedTopologies") === undefined) return [];
  if (terms.length === 0) return [line(0, "AllowedTopologies:", "<none>")];
  return [
    line(0, "AllowedTopologies:", ""),
    ...terms.flatMap((term, i) =>
      requirementLines(1, `Term ${i}:`, list(term, "matchLabelExpressions"), () => "in"),
    ),
  ];
}

function requirementLines(
  level: number,
  title: string,
  requirements: readonly unknown[],
  operator: (requirement: unknown) => string,
): string[] {
  if (requirements.length === 0) return [line(level, title, "<none>")];
  return requirements.map((each, i) => {
    const values = list(each, "values").map(String);
    const told = values.length === 0 ? "" : ` [${values.join(", ")}]`;
    return line(level, i === 0 ? title : "", `${text(each, "key")} ${operator(each)}${told}`);
  });
}
