/** The end of a generated name, by what is in the object. Mirrors api/hasher (v0.21.1). */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { compactJson } from "../output/gojson.ts";
import { gvkOf, nameOf, rememberId, setName, type Resource } from "./resource.ts";
import { jsonOf, textOf, type Tree } from "./tree.ts";

export function addHashes(resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (!resource.needsHash) continue;
    const hash = hashOf(resource);
    rememberId(resource);
    setName(resource, `${nameOf(resource)}-${hash}`);
  }
}

/** Hexadecimal without vowels and the digits that look like them. */
const letters: Readonly<Record<string, string>> = { 0: "g", 1: "h", 3: "k", a: "m", e: "t" };

function hashOf(resource: Resource): string {
  return nameHash(hashed(resource));
}

/** Ten letters of what a ConfigMap or Secret holds, for its name. */
export function nameHash(content: unknown): string {
  const hex = bytesToHex(sha256(utf8ToBytes(compactJson(content))));
  return hex.slice(0, 10).replaceAll(/[013ae]/gu, (digit) => letters[digit] ?? digit);
}

/** kustomize means to hash the name, too, and looks for it where it is not. */
function hashed(resource: Resource): unknown {
  const { kind } = gvkOf(resource);
  const at = (field: string): unknown => valueOf(resource.object.get(field));
  const maps = (field: string): object => {
    const value = resource.object.get(field);
    return value instanceof Map ? { [field]: jsonOf(value) } : {};
  };
  if (kind === "ConfigMap") return { kind, name: "", data: at("data"), ...maps("binaryData") };
  if (kind === "Secret") {
    return { kind, name: "", type: at("type"), data: at("data"), ...maps("stringData") };
  }
  return jsonOf(resource.object);
}

function valueOf(value: Tree | undefined): unknown {
  return value instanceof Map ? jsonOf(value) : textOf(value);
}
