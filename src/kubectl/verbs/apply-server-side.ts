/** kubectl apply --server-side. Mirrors kubectl/pkg/cmd/apply/apply.go (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { invalid, type Status } from "../../api/status.ts";
import { fromFieldsV1, toFieldsV1, union } from "../../apiserver/field-managers/field-set.ts";
import { lastAppliedKey, type Applied } from "../applied.ts";
import { heed, validationOf, writeOptions, type Call, type DryRun } from "../call.ts";
import type { Problem } from "../errors.ts";
import { at, map, text } from "../fields.ts";
import type { Info } from "../resolve.ts";

const conflictAdvice = [
  "Please review the fields above--they currently have other managers. Here",
  "are the ways you can resolve this warning:",
  "* If you intend to manage all of these fields, please re-run the apply",
  "  command with the `--force-conflicts` flag.",
  "* If you do not intend to manage all of the fields, please edit your",
  "  manifest to remove references to the fields that should keep their",
  "  current managers.",
  "* You may co-own fields by updating your manifest to match the existing",
  "  value; in this case, you'll become the manager if the other manager(s)",
  "  stop managing the field (remove it from their configuration).",
  "See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts",
].join("\n");

/** The name under which server-side apply owns fields unless --field-manager says otherwise. */
function serverSideManager(call: Call): string {
  return call.flags.changed("field-manager") ? call.flags.text("field-manager") : "kubectl";
}

function managerRequired(): Status {
  const message = "Required value: is required for apply patch";
  const cause = { reason: "FieldValueRequired", message, field: "fieldManager" };
  return invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [cause]);
}

export function applyServerSide(call: Call, info: Info, dryRun: DryRun): Applied {
  const manager = serverSideManager(call);
  if ((info.ref.name ?? "") === "") return { problem: { text: "resource name may not be empty" } };
  if (manager === "") return { problem: { status: managerRequired() } };
  const options = writeOptions(
    { dryRun, fieldManager: manager },
    {
      fieldValidation: validationOf(call),
      ...(call.flags.bool("force-conflicts") ? { force: "conflicts" as const } : {}),
    },
  );
  const answer = heed(call, call.io.client.patch(info.ref, "apply", info.object, options));
  if (!answer.ok) {
    const problem: Problem =
      answer.status.reason === "Conflict"
        ? { text: `${answer.status.message}\n${conflictAdvice}` }
        : { status: answer.status };
    return { problem };
  }
  const saved =
    manager === "kubectl" ? saveLastApplied(call, info, answer.value, dryRun) : answer.value;
  const operation = "serverside-applied";
  const moved = dryRun === "none" ? migrated(call, info, saved, manager) : undefined;
  if (moved === undefined) return { object: saved, operation };
  // What client-side apply owned is its own now: once more, so that what it no longer names goes.
  const again = heed(call, call.io.client.patch(info.ref, "apply", info.object, options));
  if (again.ok) return { object: again.value, operation };
  call.io.err(
    "Warning: failed to re-apply configuration after performing Server-Side Apply migration. This is " +
      `non-fatal and will be retried next time you apply. Error: ${again.status.message}\n`,
  );
  return { object: moved, operation };
}

/**
 * Hands the fields of client-side apply over to server-side apply (client-go/util/csaupgrade); answers the object as
 * it is then, undefined where there were none.
 */
function migrated(
  call: Call,
  info: Info,
  object: KubeObject,
  manager: string,
): KubeObject | undefined {
  const entries = object.metadata.managedFields ?? [];
  const before = entries.filter((entry) => {
    const name = text(entry, "manager");
    const fields = at(entry, "fieldsV1", "f:metadata", "f:annotations", `f:${lastAppliedKey}`);
    return text(entry, "operation") === "Update" && fields !== undefined && name !== "";
  });
  const [first] = before;
  if (first === undefined) return undefined;
  const own = entries.find(
    (entry) => text(entry, "operation") === "Apply" && text(entry, "manager") === manager,
  );
  const target = own ?? first;
  const fields = [target, ...before].map((entry) => fromFieldsV1(at(entry, "fieldsV1")));
  const fieldsV1 = toFieldsV1(fields.reduce(union));
  const merged = { ...map(target), manager, operation: "Apply", fieldsV1 };
  const managedFields = entries
    .filter((entry) => entry === target || !before.includes(entry))
    .map((entry) => (entry === target ? merged : entry));
  const patch = [{ op: "replace", path: "/metadata/managedFields", value: managedFields }];
  const answer = call.io.client.patch(info.ref, "json", patch);
  return answer.ok ? answer.value : undefined;
}

/** Keeps the annotation of client-side apply up to date, in the hands of a manager of its own. */
function saveLastApplied(call: Call, info: Info, object: KubeObject, dryRun: DryRun): KubeObject {
  const saved = object.metadata.annotations?.[lastAppliedKey];
  if (saved === undefined || ownedByApply(object)) return object;
  const { apiVersion, kind } = object;
  const { name, namespace } = object.metadata;
  const annotations = { [lastAppliedKey]: saved };
  const justAnnotation: KubeObject = {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), annotations },
  };
  const options = writeOptions({ dryRun, fieldManager: "kubectl-last-applied" });
  const answer = heed(call, call.io.client.patch(info.ref, "apply", justAnnotation, options));
  if (answer.ok) return answer.value;
  call.io.err(
    "Warning: failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side " +
      "Apply. This is non-fatal and will be retried next time you apply. Error: " +
      `${answer.status.message}\n`,
  );
  return object;
}

function ownedByApply(object: KubeObject): boolean {
  return (object.metadata.managedFields ?? []).some((entry) => {
    const fields = at(entry, "fieldsV1", "f:metadata", "f:annotations", `f:${lastAppliedKey}`);
    return text(entry, "operation") === "Apply" && fields !== undefined;
  });
}
