/**
 * Lists in manifests: their members, or why they have none. Mirrors ValidateBytes of kubectl/pkg/validation
 * and the decoder of unstructured lists (v0.37.2).
 *
 * Left out: that kubectl checks the items of a List against the OpenAPI schema by itself; here the server
 * says what is wrong with an item, as for any other object.
 */
import { goQuote } from "./errors.ts";
import { isMap, text } from "./fields.ts";
import { invalidData, jsonType } from "./manifest.ts";

/** A document with the members of lists in its place; a text is the problem. */
export function openLists(
  document: unknown,
  source: string,
  validation: "validated" | "not validated",
): readonly unknown[] | string {
  if (!isMap(document) || !("items" in document)) {
    const missing = validation === "validated" ? missingItems(document) : undefined;
    return missing === undefined ? [document] : invalidData(source, missing);
  }
  const { items } = document;
  if (validation === "validated" && isPlainList(document) && !Array.isArray(items)) {
    return invalidData(source, NO_OBJECT);
  }
  if (items === null) return [];
  const cannot = `unable to decode ${goQuote(source)}: json: cannot unmarshal`;
  if (!Array.isArray(items)) {
    const type = isMap(items) ? "object" : jsonType(items);
    return `${cannot} ${type} into Go struct field decodeList.items of type []json.RawMessage`;
  }
  const members: unknown[] = [];
  for (const item of items as readonly unknown[]) {
    if (!isMap(item) && validation === "not validated") {
      return `${cannot} ${jsonType(item)} into Go value of type map[string]interface {}`;
    }
    const opened = openLists(item, source, validation);
    if (typeof opened === "string") return opened;
    members.push(...opened);
  }
  return members;
}

const NO_OBJECT = "invalid object to validate";

function isPlainList(document: unknown): boolean {
  return text(document, "apiVersion") === "v1" && text(document, "kind") === "List";
}

function missingItems(document: unknown): string | undefined {
  if (isPlainList(document)) return NO_OBJECT;
  const [kind, apiVersion] = [text(document, "kind"), text(document, "apiVersion")];
  if (!kind.endsWith("List") || /\./.test(apiVersion)) return undefined;
  const group = apiVersion.includes("/") ? apiVersion.replace("/", ".") : `core.${apiVersion}`;
  return `ValidationError(${kind}): missing required field "items" in io.k8s.api.${group}.${kind}`;
}
