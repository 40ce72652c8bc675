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
  const ending = format === "json" ? "json" : "yaml";
  const subresource = call.flags.text("subresource");
  if (!["", "status", "scale"].includes(subresource)) exitWith(notThere);
  const view = subresource === "scale" ? scaleOf : (object: KubeObject) => object;
  const pairs = selection.infos.map((info) => {
    const before = withoutManagedFields(view(info.object));
    const document = ending === "json" ? `${indentedJson(before, "    ")}\n` : toYaml(before);
    return { info, before, edited: editedObject(call, info.ref.name, document) };
  });
  if (pairs.every(({ edited }) => edited === undefined)) {
    return call.io.err("Edit cancelled, no changes made.\n");
  }
  for (const { info, before, edited } of pairs) {
    if (edited !== undefined) refuseRenaming(before, edited, ending);
    const answer =
      edited === undefined ? undefined : save(call, { ...info, object: before }, info, edited);
    if (answer === undefined) report(before, "skipped");
    else if (answer.ok) report(view(answer.value), "edited");
    else refuseEdit(`${groupResource(info.kind)} "${info.ref.name}"`, ending, answer.status);
  }
}

function save(call: Call, before: Info, { object }: Info, edited: KubeObject) {
  const subresource = (["status", "scale"] as const).find(
    (known) => known === call.flags.text("subresource"),
  );
  const options = {
    fieldManager: fieldManagerOf(call, "kubectl-edit"),
    fieldValidation: validationOf(call),
    ...(subresource === undefined ? {} : { subresource }),
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

/** Of what is invalid, the real kubectl opens the editor again, and gives up when nothing more is changed. */
function refuseEdit(name: string, ending: string, { reason, message }: Status): never {
  if (reason === "Invalid") return exitWith(`error: ${name} is invalid\n${cancelled(ending)}`);
  const again = `You can run \`kubectl replace -f ${copyPath(ending)}\` to try this update again.`;
  return exitWith(`error: ${name} could not be patched: ${message}\n${again}`);
}

function cancelled(ending: string): string {
  return `${copyOfChanges(ending)}\nerror: Edit cancelled, no valid changes were saved.`;
}

/** The document after the editor; undefined when it is as before. */
export function editedObject(call: Call, name: string, document: string): KubeObject | undefined {
  const text = editedText(call, document);
  if (text === document) return undefined;
  const parsed = parseManifest(text, name);
  if (parsed.error !== undefined) fail(parsed.error);
  return parsed.documents.find(isKubeObject);
}
