/**
 * Compares a located YAML value with the schema and reports everything that does not fit, each at its
 * own place: unknown keys at the key, wrong values at the value, missing keys at their parent.
 */
import * as v from "valibot";
import { nearest } from "./nearest.ts";
import { problemAt, type Problem, type Source, type Span } from "./problem.ts";
import { durationPattern } from "./schema-values.ts";
import { stepByVerb, verbs, type Verb } from "./schema.ts";
import type { Located } from "./yaml.ts";

type Schema = v.GenericSchema;
type Entries = Readonly<Record<string, Schema>>;

interface Walk {
  readonly source: Source;
  readonly problems: Problem[];
}

/** Where the walk stands: the path for messages, and the span of the key that leads there. */
interface Here {
  readonly path: string;
  readonly key: Span;
}

export function checkShape(schema: Schema, root: Located, source: Source): readonly Problem[] {
  const walk: Walk = { source, problems: [] };
  visit(walk, schema, root, { path: "", key: firstKey(root) });
  return walk.problems;
}

/** Whether a part of the file is as the schema wants it. */
export function fits(schema: Schema, node: Located, source: Source): boolean {
  return checkShape(schema, node, source).length === 0;
}

function visit(walk: Walk, schema: Schema, node: Located, here: Here): void {
  const inner = unwrap(schema);
  if (inner.type === "union") visitUnion(walk, inner, node, here);
  else if (inner.type === "strict_object") visitObject(walk, inner, node, here);
  else if (inner.type === "loose_object") expectKind(walk, "a map", node, here);
  else if (inner.type === "record") visitRecord(walk, inner, node, here);
  else if (inner.type === "array") visitList(walk, inner, node, here);
  else visitScalar(walk, inner, node, here);
}

function visitObject(walk: Walk, schema: Schema, node: Located, here: Here): void {
  const { entries } = schema as Schema & { readonly entries: Entries };
  if (kindOf(node) !== "a map") {
    wrongType(walk, "a map", node, here, asMap(entries, node));
    return;
  }
  for (const [name, { key, node: child }] of node.entries ?? []) {
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (entry === undefined) unknownKey(walk, name, key, Object.keys(entries), here);
    else visit(walk, entry, child, { path: join(here.path, name), key });
  }
  for (const [name, entry] of Object.entries(entries)) {
    if (entry.type !== "optional" && node.entries?.has(name) !== true) {
      const message = `missing key "${name}" in ${title(here)}`;
      report(walk, here.key, { code: "missing-key", message });
    }
  }
}

/** For what belongs into a map, and stands in its place: how it is written. */
function asMap(entries: Entries, { value, items }: Located): string | undefined {
  const has = (name: string): boolean => Object.hasOwn(entries, name);
  if (durationPattern.test(String(value))) {
    if (has("delay")) return `write { delay: ${String(value)} }`;
    if (has("for") && has("on"))
      return `time passes before a step that has after: ${String(value)}`;
  }
  if (has("image") && typeof value === "string") return `write { image: "${value}" }`;
  if (has("always") && items !== undefined) return "put them under always or finally";
  const { options } = (entries["type"] ?? {}) as { readonly options?: readonly unknown[] };
  return options?.includes(value) === true ? `write { type: ${String(value)} }` : undefined;
}

function visitRecord(walk: Walk, schema: Schema, node: Located, here: Here): void {
  if (!expectKind(walk, "a map", node, here)) return;
  const { key: names, value } = schema as Schema & { readonly key: Schema; readonly value: Schema };
  const { options } = names as Schema & { readonly options?: readonly string[] };
  for (const [name, { key, node: child }] of node.entries ?? []) {
    if (options?.includes(name) === false) unknownKey(walk, name, key, options, here);
    else visit(walk, value, child, { path: join(here.path, name), key });
  }
}

function visitList(walk: Walk, schema: Schema, node: Located, here: Here): void {
  if (!expectKind(walk, "a list", node, here)) return;
  const { item } = schema as Schema & { readonly item: Schema };
  node.items?.forEach((child, index) => {
    const path = `${here.path}[${index}]`;
    visit(walk, item, child, {
      path,
      key: child.entries === undefined ? child.span : firstKey(child),
    });
  });
  if (node.items?.length === 0) checkLeaf(walk, schema, node, here);
}

/** Options of a union differ in JSON type; the options of a step differ in their verb. */
function visitUnion(walk: Walk, schema: Schema, node: Located, here: Here): void {
  const { options } = schema as Schema & { readonly options: readonly Schema[] };
  const inner = options.map(unwrap);
  if (inner.length > 1 && inner.every((option) => option.type === "strict_object")) {
    visitStep(walk, node, here);
    return;
  }
  const kind = kindOf(node);
  const index = inner.findIndex((option) => wantedKind(option) === kind);
  const option = options[index];
  if (option !== undefined) visit(walk, option, node, here);
  else {
    const wanted = inner.map(wantedKind).join(" or ");
    wrongType(walk, wanted, node, here);
  }
}

function visitStep(walk: Walk, node: Located, here: Here): void {
  if (typeof node.value === "string") {
    wrongType(walk, "a map", node, here, "begin with its verb, as in kubectl: get pods");
    return;
  }
  if (!expectKind(walk, "a map", node, here)) return;
  const names = [...(node.entries?.keys() ?? [])];
  const given = verbs.filter((verb) => names.includes(verb));
  const [first, second] = given;
  if (first === undefined) {
    const [slip] = names.filter((name) => nearest(name, verbs) !== undefined);
    const entry = slip === undefined ? undefined : node.entries?.get(slip);
    if (slip !== undefined && entry !== undefined) {
      unknownKey(walk, slip, entry.key, verbs, here);
      return;
    }
    const message = `${title(here)} has no verb: it needs one of ${verbs.join(", ")}`;
    report(walk, here.key, { code: "no-verb", message });
  } else if (second !== undefined) {
    const message = `${title(here)} has two verbs, ${first} and ${second}: make it two steps`;
    report(walk, node.entries?.get(second)?.key ?? here.key, { code: "two-verbs", message });
  } else {
    visitObject(walk, stepByVerb[first], node, here);
  }
}

function visitScalar(walk: Walk, schema: Schema, node: Located, here: Here): void {
  if (schema.type === "literal") {
    const { literal } = schema as Schema & { readonly literal: unknown };
    if (node.value === literal) return;
    const message = `${here.path} must be ${JSON.stringify(literal)}, got ${shown(node.value)}`;
    report(walk, node.span, { code: "wrong-value", message });
    return;
  }
  if (isDuration(schema) && typeof node.value === "number") {
    const message = `${here.path}: ${node.value} has no unit`;
    const hint = `did you mean "${node.value}s"?`;
    report(walk, node.span, { code: "wrong-value", message, hint });
    return;
  }
  if (!expectKind(walk, wantedKind(schema), node, here)) return;
  if (schema.type === "picklist") {
    const { options } = schema as Schema & { readonly options: readonly string[] };
    if (options.includes(String(node.value))) return;
    const message = `${here.path}: got ${shown(node.value)}; use one of ${options.join(", ")}`;
    const best = nearest(String(node.value), options);
    const hint = best === undefined ? {} : { hint: `did you mean "${best}"?` };
    report(walk, node.span, { code: "wrong-value", message, ...hint });
    return;
  }
  checkLeaf(walk, schema, node, here);
}

function checkLeaf(walk: Walk, schema: Schema, node: Located, here: Here): void {
  const [issue] = v.safeParse(schema, node.value).issues ?? [];
  if (issue === undefined) return;
  const message = `${here.path}: got ${shown(node.value)}; use ${issue.message}`;
  const bare = isDuration(schema) && /^[\d.]+$/u.test(String(node.value));
  const hint = bare ? { hint: `did you mean "${String(node.value)}s"?` } : {};
  report(walk, node.span, { code: "wrong-value", message, ...hint });
}

/** A pipe may hold another one: a duration with a description of its own. */
function isDuration(schema: Schema): boolean {
  const { pipe = [] } = schema as Schema & {
    readonly pipe?: readonly (Schema & { readonly requirement?: unknown })[];
  };
  return pipe.some(
    (item) => item.requirement === durationPattern || (item !== schema && isDuration(item)),
  );
}

function expectKind(walk: Walk, wanted: string, node: Located, here: Here): boolean {
  if (kindOf(node) === wanted) return true;
  wrongType(walk, wanted, node, here);
  return false;
}

function wrongType(walk: Walk, wanted: string, node: Located, here: Here, hint?: string): void {
  const got = node.value === null ? "nothing" : `${kindOf(node)}${example(walk, node)}`;
  const message = `${title(here)} must be ${wanted}, got ${got}`;
  const more = hint ?? howToWrite(wanted, node);
  report(walk, node.value === null ? here.key : node.span, {
    code: "wrong-type",
    message,
    ...(more === undefined ? {} : { hint: more }),
  });
}

/** A value of the wrong type as it is written in the right one, where that is plain. */
export function howToWrite(wanted: string, { value, entries, items }: Located): string | undefined {
  if (value === null) return undefined;
  if (wanted === "a list") return "begin each item with a dash: - ...";
  if ((entries ?? items) !== undefined) return undefined;
  if (wanted === "text") return "put it in quotes";
  if (typeof value !== "string" || !wanted.includes("number")) return undefined;
  if (/^-?\d+(?:\.\d+)?$/u.test(value)) return "write it without quotes";
  return /^\d+%$/u.test(value) ? `as a share: ${Number.parseInt(value, 10) / 100}` : undefined;
}

function unknownKey(
  walk: Walk,
  name: string,
  key: Span,
  known: readonly string[],
  here: Here,
): void {
  const home = here.path.startsWith("steps[") ? verbOf(name) : undefined;
  const hint = home === undefined ? didYouMean(name, known) : { hint: `it goes with ${home}` };
  const message = `unknown key ${JSON.stringify(name)} in ${title(here)}`;
  report(walk, key, { code: "unknown-key", message, ...hint });
}

/** The verb beside which a key such as exitCode is known. */
function verbOf(name: string): Verb | undefined {
  return verbs.find((verb) => name !== verb && Object.hasOwn(stepByVerb[verb].entries, name));
}

function didYouMean(word: string, known: readonly string[]): { readonly hint: string } {
  const best = nearest(word, known);
  return { hint: best === undefined ? `use ${known.join(", ")}` : `did you mean "${best}"?` };
}

function report(walk: Walk, span: Span, what: Pick<Problem, "code" | "message" | "hint">): void {
  walk.problems.push(problemAt(walk.source, span, what));
}

function unwrap(schema: Schema): Schema {
  return schema.type === "optional"
    ? unwrap((schema as Schema & { readonly wrapped: Schema }).wrapped)
    : schema;
}

function wantedKind(schema: Schema): string {
  const kinds: Readonly<Record<string, string>> = {
    string: "text",
    picklist: "text",
    number: "a number",
    boolean: "true or false",
    array: "a list",
  };
  return kinds[schema.type] ?? "a map";
}

function kindOf(node: Located): string {
  if (node.entries !== undefined) return "a map";
  if (node.items !== undefined) return "a list";
  if (typeof node.value === "string") return "text";
  if (typeof node.value === "number") return "a number";
  return typeof node.value === "boolean" ? "true or false" : "nothing";
}

/** What was written, and what YAML takes it for. */
function example({ source }: Walk, node: Located): string {
  if ((node.entries ?? node.items) !== undefined) return "";
  const written = source.text.slice(node.span.start, node.span.end);
  const isOther = typeof node.value === "boolean" && written !== String(node.value);
  return isOther ? ` (${written}, which YAML takes for ${node.value})` : ` (${shown(node.value)})`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function title(here: Here): string {
  return here.path === "" ? "Scenario" : here.path;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function firstKey(node: Located): Span {
  const [first] = node.entries?.values() ?? [];
  return first?.key ?? node.span;
}
