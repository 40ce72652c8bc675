/**
 * Whether a configuration fits the schema, before server-side apply looks at it: fields, lists and maps where they
 * belong, scalars of the right sort. Mirrors structured-merge-diff's validatingObjectWalker (typed/validate.go,
 * v6.4.2), with Go's way to print what was found instead.
 */
import { compareText } from "../../api/order.ts";
import { goPrint, goQuote } from "../go-print.ts";
import { isNil, isRecord } from "../json.ts";
import { fieldsByJsonName, pointedTo, type FieldInfo, type TypeInfo } from "../schema.ts";
import { childrenOf, elementText, ownerName } from "./structure.ts";

/** `.spec.replicas: expected numeric (int or float), got string`; undefined when all fits. */
export function typeProblem(type: TypeInfo, configuration: unknown): string | undefined {
  const problems = problemsOf(type, configuration, { path: "", field: undefined, owner: "" });
  if (problems.length < 2) return problems[0];
  return ["errors:", ...problems.map((problem) => `  ${problem}`)].join("\n");
}

interface Place {
  readonly path: string;
  readonly field: FieldInfo | undefined;
  readonly owner: string;
}

function problemsOf(declared: TypeInfo, value: unknown, place: Place): readonly string[] {
  const type = pointedTo(declared);
  if (isNil(value)) return [];
  switch (type.kind) {
    case "struct":
      return structProblems(type, value, place);
    case "map":
      if (!isRecord(value)) return [`${place.path}: expected map, got ${pointed(value)}`];
      return Object.entries(value).flatMap(([key, member]) =>
        problemsOf(type.element, member, {
          path: `${place.path}.${key}`,
          field: undefined,
          owner: "",
        }),
      );
    case "slice":
      return listProblems(type.element, value, place, ownerName(type));
    default:
      return scalarProblem(type, value).map((problem) => `${place.path}: ${problem}`);
  }
}

function structProblems(
  type: Extract<TypeInfo, { kind: "struct" }>,
  value: unknown,
  { path }: Place,
): readonly string[] {
  if (!isRecord(value)) return [`${path}: expected map, got ${pointed(value)}`];
  const fields = fieldsByJsonName(type);
  // The walk over a map ends with the first field that the schema lacks.
  const problems: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    const field = fields.get(key);
    const inner = `${path}.${key}`;
    if (field === undefined && fields.size > 0) {
      problems.push(`${inner}: field not declared in schema`);
      break;
    }
    if (field === undefined) continue;
    const place = { path: inner, field, owner: ownerName(type) };
    problems.push(...problemsOf(field.type, member, place));
  }
  return problems;
}

function listProblems(
  itemType: TypeInfo,
  value: unknown,
  { path, field, owner }: Place,
  name: string,
): readonly string[] {
  if (!Array.isArray(value)) return [`${path}: expected list, got ${pointed(value)}`];
  const items = value as readonly unknown[];
  const listType: TypeInfo = { kind: "slice", name, element: itemType };
  const children = childrenOf(listType, items, field, owner);
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const element = children?.[index]?.element;
    const keyed = element?.startsWith("k:") === true;
    if (keyed && !isRecord(item)) {
      const what = item === null ? "a null element" : "non-map elements";
      return [`${path}: element ${index}: associative list with keys may not have ${what}`];
    }
    const step = element === undefined ? `[${index}]` : elementText(element);
    const repeated = element !== undefined && seen.has(element);
    if (element !== undefined) seen.add(element);
    return [
      ...(repeated ? [`${path}: duplicate entries for key ${step}`] : []),
      ...problemsOf(itemType, item, { path: `${path}${step}`, field: undefined, owner: "" }),
    ];
  });
}

function scalarProblem(type: TypeInfo, value: unknown): readonly string[] {
  const compound = typeof value === "object";
  switch (type.kind) {
    case "int":
      return typeof value === "number"
        ? []
        : [`expected numeric (int or float), got ${typeText(value)}`];
    case "bool":
      return typeof value === "boolean" ? [] : [`expected boolean, got ${pointed(value)}`];
    case "string":
    case "bytes":
      return typeof value === "string"
        ? []
        : [`expected string, got &value.valueUnstructured{Value:${literal(value)}}`];
    case "any":
      return [];
    default:
      return compound ? [`expected any scalar, got ${pointed(value)}`] : [];
  }
}

/** `%T` of a decoded JSON value. */
function typeText(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isRecord(value)) return "map[string]interface {}";
  return typeof value === "boolean" ? "bool" : "string";
}

/** `%v` of the walker's pointer to a value. */
function pointed(value: unknown): string {
  return `&{${goPrint(value)}}`;
}

/** `%#v` of a decoded JSON value. */
function literal(value: unknown): string {
  if (typeof value === "string") return goQuote(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(literal).join(", ")}}`;
  if (!isRecord(value)) return value === null ? "interface {}(nil)" : goPrint(value);
  const members = Object.entries(value).toSorted(([a], [b]) => compareText(a, b));
  const shown = members.map(([key, member]) => `${goQuote(key)}:${literal(member)}`);
  return `map[string]interface {}{${shown.join(", ")}}`;
}
