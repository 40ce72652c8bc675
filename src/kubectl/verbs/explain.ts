/** kubectl explain, from Kubernetes' OpenAPI documents; laid out as by kubectl/pkg/explain/v2, v0.37.2. */
import type { KindInfo } from "../../api/client.ts";
import type { Call } from "../call.ts";
import { exitWith, fail, goQuote } from "../errors.ts";
import {
  explainedKind,
  explainedType,
  type ExplainedField,
  type ExplainedType,
} from "../explain-types.ts";
import { warnShortEvents } from "../resolve.ts";
import { findKind, groupResource } from "../resources.ts";
import { wordWrap } from "../word-wrap.ts";

export function explain(call: Call): void {
  const { args, flags, io } = call;
  const [path, ...more] = args;
  if (path === undefined) {
    return exitWith(
      "error: You must specify the type of resource to explain. " +
        'Use "kubectl api-resources" for a complete list of supported resources.\n',
    );
  }
  if (more.length > 0) exitWith("error: We accept only this format: explain RESOURCE\n");
  const recursive = flags.bool("recursive");
  const most = flags.int("max-depth");
  if (most > 0 && !recursive) fail("--max-depth requires --recursive");
  if (most < 0) fail("--max-depth must be non-negative");
  const format = flags.text("output");
  const { kind, fields } = resolvePath(call, path);
  const version = flags.text("api-version");
  const served = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  if (version !== "" && version !== served) {
    const asked = version.includes("/") ? version : `/${version}`;
    fail(`couldn't find resource for "${asked}, Resource=${kind.resource}"`);
  }
  if (format !== "plaintext" && format !== "plaintext-openapiv2") {
    fail(`unrecognized format: ${format}`);
  }
  const type = explainedKind(kind) ?? fail(`rollsim knows no fields of ${kind.kind}`);
  const head = kind.group === "" ? "" : `GROUP:      ${kind.group}\n`;
  io.out(`${head}KIND:       ${kind.kind}\nVERSION:    ${kind.version}\n\n`);
  const depth = recursive ? (most === 0 ? Infinity : most) : 0;
  io.out(`${explanation(type, fields, depth)}\n`);
}

function resolvePath(
  call: Call,
  path: string,
): { readonly kind: KindInfo; readonly fields: readonly string[] } {
  const [first = "", ...words] = path.replace(/\.$/u, "").split(".");
  if (first === "" || /\.\.|\[/u.test(path)) {
    fail("invalid jsonpath syntax, first node must be field node");
  }
  if (path.includes(",")) fail("unrecognized character in action: U+002C ','");
  if (first === "ev") warnShortEvents(call);
  const kind =
    findKind(call.io.client, first) ??
    exitWith(`the server doesn't have a resource type ${goQuote(first)}`);
  // Only a full plural and group, `deployments.apps`, is no path of fields.
  const full = `${groupResource(kind)}.`;
  const fields =
    `${path}.`.startsWith(full) && kind.group !== "" ? path.slice(full.length) : words.join(".");
  return { kind, fields: fields === "" ? [] : fields.replace(/\.$/u, "").split(".") };
}

/** Of the kind itself or of the field that the path leads to; `depth`: how many levels are only listed. */
function explanation(kind: ExplainedType, path: readonly string[], depth: number): string {
  let type: ExplainedType | undefined = kind;
  let field: ExplainedField | undefined;
  for (const name of path) {
    field = type?.fields.find((known) => known.name === name);
    if (field === undefined) fail(`field ${goQuote(path.at(-1) ?? "")} does not exist`);
    type = field.type === undefined ? undefined : explainedType(field.type);
  }
  const values = (field?.values ?? []).map((value) => `\n    ${value === "" ? '""' : value}`);
  const listed = values.length === 0 ? "" : `ENUM:${values.join("")}`;
  const head = field === undefined ? "" : `FIELD: ${field.name} <${field.typeName}>\n${listed}\n\n`;
  const texts = [field?.description ?? "", type?.description ?? ""].filter((text) => text !== "");
  const description = texts.length === 0 ? "<empty>" : texts.map((text) => `${text}\n`).join("");
  const body = `DESCRIPTION:\n${indent(wordWrap(description, 76))}\n`;
  if (type === undefined || type.fields.length === 0) return head + body;
  const lines = depth > 0 ? listing(type, 1, depth, []) : described(type);
  return `${head}${body}FIELDS:\n${lines}`;
}

function indent(text: string): string {
  const pad = " ".repeat(4);
  return pad + text.replaceAll("\n", `\n${pad}`);
}

function described(type: ExplainedType): string {
  const blocks = type.fields.map((field) => {
    const text = field.description === "" ? "<no description>" : field.description;
    return `${headOf(field, 1)}${indent(wordWrap(text, 76))}\n\n`;
  });
  return blocks.join("");
}

function listing(
  type: ExplainedType,
  level: number,
  depth: number,
  above: readonly string[],
): string {
  const lines = type.fields.map((field) => {
    const inner = field.type === undefined ? undefined : explainedType(field.type);
    // Types that contain themselves are not unfolded again.
    const unfolded = inner === undefined || level >= depth || above.includes(inner.name);
    const head = headOf(field, level);
    return unfolded ? head : head + listing(inner, level + 1, depth, [...above, inner.name]);
  });
  return lines.join("");
}

/** At most so many values are listed in one line. */
const shownValues = 4;

function headOf(field: ExplainedField, level: number): string {
  const pad = "  ".repeat(level);
  const head = `${pad}${field.name}\t<${field.typeName}>${field.required ? " -required-" : ""}\n`;
  if (field.values.length === 0) return head;
  const shown = field.values.slice(0, shownValues).map((value) => (value === "" ? '""' : value));
  const more = field.values.length > shownValues ? ", ...." : "";
  return `${head}${pad}enum: ${shown.join(", ")}${more}\n`;
}
