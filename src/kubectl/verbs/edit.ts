/** kubectl edit, with the document as ../editor.ts leaves it. */
import type { KubeObject } from "../../api/meta.ts";
import type { Status } from "../../api/status.ts";
import { configurationText, lastAppliedKey } from "../applied.ts";
import {
  changeCauseKey,
  changeCauseOf,
  fieldManagerOf,
  recordsChangeCause,
  validationOf,
  type Call,
} from "../call.ts";
import { kindOfObject } from "../../apiserver/kinds.ts";
import { scaleOf } from "../../apiserver/scale-subresource.ts";
import { editedText } from "../editor.ts";
import { exitWith, fail, failAll, goQuote } from "../errors.ts";
import { isKubeObject } from "../fields.ts";
import { parseManifest } from "../manifest.ts";
import { patchTo, withAnnotation } from "../mutate.ts";
import { compactJson, indentedJson } from "../output/gojson.ts";
import { withoutManagedFields } from "../output/printer.ts";
import { lateReporter } from "../output/report.ts";
import { toYaml } from "../output/yaml.ts";
import { resolve, type Info } from "../resolve.ts";
import { notThere } from "./get.ts";
import { groupResource } from "../resources.ts";

export function edit(call: Call): void {
  const report = lateReporter(call, "none");
  const selection = resolve(call, { bareType: "everything", fetchFiles: true });
  failAll(selection.problems);
  if (selection.infos.length === 0) fail("edit cancelled, no objects found");
  const format = call.flags.text("output");
  if (!["", "json", "kyaml", "yaml"].includes(format)) {
    const allowed = "allowed formats are: json,kyaml,yaml";
    fail(`unable to match a printer suitable for the output format ${goQuote(format)}, ${allowed}`);
  }
  const ending = endingOf(call);
  const subresource = call.flags.text("subresource");
  if (!["", "status", "scale"].includes(subresource)) exitWith(notThere);
  const pairs = selection.infos.map((info) => {
    const before = withoutManagedFields(
      subresource === "scale" ? scaleOf(info.object) : info.object,
    );
    const document = ending === "json" ? `${indentedJson(before, "    ")}\n` : toYaml(before);
    const whose = `${groupResource(info.kind)} "${info.ref.name}"`;
    return { info, whose, before, edited: editedObject(call, whose, document) };
  });
  if (pairs.every(({ edited }) => edited === undefined)) {
    return call.io.err("Edit cancelled, no changes made.\n");
  }
  // kubectl does not find the kind of an edited Scale, opens the editor again, and nothing more is changed.
  if (subresource === "scale") exitWith(cancelled(ending));
  for (const { info, whose, before, edited } of pairs) {
    if (edited !== undefined) refuseRenaming(before, edited, ending);
    const answer =
      edited === undefined ? undefined : save(call, { ...info, object: before }, info, edited);
    if (answer === undefined) report(info.object, "skipped");
    else if (answer.ok) report(answer.value, "edited");
    else refuseEdit(call, whose, answer.status);
  }
}

function save(call: Call, before: Info, { object }: Info, edited: KubeObject) {
  const options = {
    fieldManager: fieldManagerOf(call, "kubectl-edit"),
    fieldValidation: validationOf(call),
    ...(call.flags.text("subresource") === "status" ? { subresource: "status" as const } : {}),
  };
  return patchTo(call, before, annotated(call, object, edited), options, (patch) => {
    if (call.flags.bool("output-patch")) call.io.out(`Patch: ${compactJson(patch)}\n`);
  });
}

/** --record and --save-config; what the latter keeps has the owners of fields in it, too. */
function annotated(call: Call, before: KubeObject, edited: KubeObject): KubeObject {
  const recorded = recordsChangeCause(call)
    ? withAnnotation(edited, changeCauseKey, changeCauseOf(call))
    : edited;
  if (!call.flags.bool("save-config")) return recorded;
  const { managedFields } = before.metadata;
  const owned = managedFields === undefined ? {} : { managedFields };
  const whole = { ...recorded, metadata: { ...recorded.metadata, ...owned } };
  return withAnnotation(recorded, lastAppliedKey, configurationText(whole));
}

function refuseRenaming(before: KubeObject, edited: KubeObject, ending: string): void {
  const same = (["apiVersion", "kind"] as const).every((key) => edited[key] === before[key]);
  if (!same && kindOfObject(edited).custom === true) exitWith(cancelled(ending));
  if (same && edited.metadata.name === before.metadata.name) return;
  exitWith(
    `${copyOfChanges(ending)}\nerror: At least one of apiVersion, kind and name was changed`,
  );
}

function copyPath(ending: string): string {
  return `/tmp/kubectl-edit-0000000000.${ending}`;
}

function copyOfChanges(ending: string): string {
  return `A copy of your changes has been stored to "${copyPath(ending)}"`;
}

function refuseEdit(call: Call, whose: string, { reason, message }: Status): never {
  if (reason === "Invalid") return refuseInvalid(call, whose);
  const copy = copyPath(endingOf(call));
  const again = `You can run \`kubectl replace -f ${copy}\` to try this update again.`;
  return exitWith(`error: ${whose} could not be patched: ${message}\n${again}`);
}

/**
 * Of what is invalid, or cannot be read at all, the real kubectl opens the editor again, and gives up when nothing
 * more is changed.
 */
function refuseInvalid(call: Call, whose: string): never {
  return exitWith(`error: ${whose} is invalid\n${cancelled(endingOf(call))}`);
}

function endingOf(call: Call): "json" | "yaml" {
  return call.flags.text("output") === "json" ? "json" : "yaml";
}

function cancelled(ending: string): string {
  return `${copyOfChanges(ending)}\nerror: Edit cancelled, no valid changes were saved.`;
}

/** The document of `deployments.apps "web"` after the editor; undefined when it is as before. */
export function editedObject(call: Call, whose: string, document: string): KubeObject | undefined {
  const text = editedText(call, document);
  if (text === document) return undefined;
  const parsed = parseManifest(text, whose);
  if (parsed.error !== undefined) refuseInvalid(call, whose);
  return parsed.documents.find(isKubeObject);
}
