/** Objects with their fields in the order of Kubernetes' Go structs, as Go prints what it knows the type of. */
import { compareText } from "../../api/order.ts";
import { fieldsByJsonName, schemaOf, type TypeInfo } from "../../apiserver/schema.ts";
import { isMap, text, type JsonMap } from "../fields.ts";

/** As it is where the kind is not in the table of types. */
export function inStructOrder(object: JsonMap): JsonMap {
  const type = schemaOf(text(object, "apiVersion"), text(object, "kind"));
  const { kind, apiVersion, ...rest } = object;
  const ordered = type === undefined ? rest : order(type, rest);
  return { kind, apiVersion, ...(isMap(ordered) ? ordered : rest) };
}

function order(type: TypeInfo, value: unknown): unknown {
  if (type.kind === "pointer") return order(type.element, value);
  if (type.kind === "slice" && Array.isArray(value)) {
    return value.map((item: unknown) => order(type.element, item));
  }
  if (!isMap(value)) return value;
  if (type.kind === "map") {
    const entries = Object.entries(value).toSorted(([a], [b]) => compareText(a, b));
    return Object.fromEntries(entries.map(([key, item]) => [key, order(type.element, item)]));
  }
  if (type.kind !== "struct") return value;
  const ordered = [...fieldsByJsonName(type).values()]
    .filter(({ jsonName }) => value[jsonName] !== undefined)
    .map((field) => [field.jsonName, order(field.type, value[field.jsonName])] as const);
  // Fields of no struct stay, at the end.
  return {
    ...Object.fromEntries(ordered),
    ...Object.fromEntries(
      Object.entries(value).filter(([key]) => !ordered.some(([name]) => name === key)),
    ),
  };
}
