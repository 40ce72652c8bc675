/**
 * Field selectors, `metadata.name=web,status.phase!=Running`: syntax and the few fields that each resource
 * can be selected by (apimachinery fields and the registries' selectable fields, v1.37.2).
 */
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { asRecord, isNil } from "./json.ts";
import type { Parsed } from "./selectors.ts";

export interface FieldTerm {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** The terms of a field selector, sorted by text as Kubernetes does; all have to hold. */
export function parseFieldSelector(text: string): Parsed<readonly FieldTerm[]> {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text).toSorted(compareText)) {
    if (part === "") continue;
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(part);
    if (match === null) {
      return { ok: false, error: `invalid selector: '${text}'; can't understand '${part}'` };
    }
    const value = unescaped(match[3] ?? "");
    if (!value.ok) return value;
    const operator = match[2] === "!=" ? "!=" : "=";
    const field = match[1] ?? "";
    // Kubernetes takes a bare operator for no term at all.
    if (field !== "" || value.value !== "") {
      terms.push({ field, operator, value: value.value });
    }
  }
  return { ok: true, value: terms };
}

/** Whether an object fits; the error names a field that its resource cannot be selected by. */
export function matchesFields(object: KubeObject, terms: readonly FieldTerm[]): Parsed<boolean> {
  let fits = true;
  for (const { field, operator, value } of terms) {
    const error = fieldProblem(object.kind, [{ field, operator, value }]);
    if (error !== undefined) return { ok: false, error };
    const actual = selectableField(object, field);
    if ((actual === value) !== (operator === "=")) fits = false;
  }
  return { ok: true, value: fits };
}

/** What is said of the first field that a kind cannot be selected by. */
export function fieldProblem(kind: string, terms: readonly FieldTerm[]): string | undefined {
  const known = FIELDS_OF[kind];
  const wrong = terms.find(
    ({ field }) => !COMMON.includes(field) && known?.includes(field) !== true,
  );
  if (wrong === undefined) return undefined;
  return known === undefined
    ? `"${wrong.field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${wrong.field}`;
}

const COMMON: readonly string[] = ["metadata.name", "metadata.namespace"];

const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  Service: ["spec.clusterIP", "spec.type"],
  Event: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  Namespace: ["status.phase"],
  Node: ["spec.unschedulable"],
  Secret: ["type"],
};

/** Fields that are numbers and booleans in Go print as such when absent. */
const ABSENT: Readonly<Record<string, string>> = {
  "status.replicas": "0",
  "spec.hostNetwork": "false",
  "spec.unschedulable": "false",
};

function selectableField(object: KubeObject, field: string): string {
  if (field === "source") return sourceOf(object);
  let value: unknown = object;
  for (const key of field.split(".")) value = asRecord(value)[key];
  if (isNil(value)) return ABSENT[field] ?? "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function sourceOf(event: KubeObject): string {
  const component = asRecord(event["source"])["component"];
  const reporter = event["reportingComponent"];
  if (typeof component === "string" && component !== "") return component;
  return typeof reporter === "string" ? reporter : "";
}

function splitTerms(text: string): readonly string[] {
  const terms = [""];
  for (const [, term = ""] of text.matchAll(/((?:\\[\s\S]|[^,\\])+|,|\\$)/g)) {
    if (term === ",") terms.push("");
    else terms[terms.length - 1] += term;
  }
  return terms;
}

function unescaped(text: string): Parsed<string> {
  // What is not fine as it stands: escapes, right and wrong, and loose commas and equals signs.
  for (const [found] of text.matchAll(/\\[\s\S]?|[,=]/gu)) {
    if (/^\\[\\,=]$/.test(found)) continue;
    const error = found.startsWith("\\")
      ? `invalid escape sequence: ${found}`
      : `unescaped character in value: ${found.charCodeAt(0)}`;
    return { ok: false, error: `invalid field selector: ${error}` };
  }
  return { ok: true, value: text.replace(/\\([\\,=])/g, "$1") };
}
