/**
 * kubectl edit with the edited document given beforehand: on stdin, or as a `sed` expression in
 * KUBE_EDITOR (`sed -i -e s/old/new/`), or unchanged (`true`, `cat`). There is no editor to open.
 */
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
import { exitWith, fail, failAll, goQuote } from "../errors.ts";
import { isKubeObject } from "../fields.ts";
import { parseManifest } from "../manifest.ts";
import { patchTo, withAnnotation } from "../mutate.ts";
import { compactJson, indentedJson } from "../output/gojson.ts";
import { withoutManagedFields } from "../output/printer.ts";
import { lateReporter } from "../output/report.ts";
import { toYaml } from "../output/yaml.ts";
import { resolve, type Info } from "../resolve.ts";
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
  const pairs = selection.infos.map((info) => {
    const before = withoutManagedFields(info.object);
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
    if (answer === undefined) report(info.object, "skipped");
    else if (answer.ok) report(answer.value, "edited");
    else refuseEdit(`${groupResource(info.kind)} "${info.ref.name}"`, ending, answer.status);
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

const header = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

function editedText(call: Call, document: string): string {
  if (call.io.stdin !== undefined && call.io.stdin.trim() !== "") return call.io.stdin;
  const editor = call.io.env?.["KUBE_EDITOR"] ?? call.io.env?.["EDITOR"] ?? "";
  if (editor === "cat") call.io.out(`${header}${document}`);
  if (editor === "true" || editor === "cat") return document;
  if (editor === "false") fail(`there was a problem with the editor ${goQuote(editor)}`);
  const sed = /^sed\s+-i\s+(?:-e\s+)?(.*)$/s.exec(editor.trim());
  if (sed === null) {
    return exitWith(
      "error: there is no editor in rollsim; give the edited document on stdin, " +
        "or KUBE_EDITOR='sed -i -e s/old/new/'",
    );
  }
  return substitute(document, (sed[1] ?? "").replaceAll(/^'|'$/g, ""));
}

/** `s/pattern/replacement/`, on every line, with `\ ` for a blank. */
function substitute(document: string, script: string): string {
  const delimiter = script[1] ?? "/";
  const [command, pattern = "", replacement = "", flags = ""] = script.split(delimiter);
  if (command !== "s") return fail(`the editor's script is not understood: ${script}`);
  const expression = new RegExp(pattern.replaceAll("\\ ", " "), flags.includes("g") ? "g" : "");
  const text = replacement.replaceAll("\\ ", " ");
  return document
    .split("\n")
    .map((line) => line.replace(expression, text))
    .join("\n");
}
