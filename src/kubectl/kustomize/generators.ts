/** ConfigMaps and Secrets made of values. Mirrors api/internal/generators (v0.21.1). */
import { base64Of } from "../../api/base64.ts";
import { compareText } from "../../api/order.ts";
import { refuse } from "./failure.ts";
import type { Folder } from "./folders.ts";
import { keyValues } from "./key-values.ts";
import type { GeneratorEntry, GeneratorOptions } from "./kustomization.ts";
import { resourceOf, setMetaTexts, type Behavior, type Resource } from "./resource.ts";
import { Bare, type Tree, type TreeMap } from "./tree.ts";

export function generateConfigMap(
  folder: Folder,
  entry: Omit<GeneratorEntry, "type">,
  all: GeneratorOptions | undefined,
): Resource {
  const made = baseOf("ConfigMap", entry);
  const values = keyValues(folder, entry);
  if (values.size > 0) made.set("data", new Map<string, Tree>(byKey(values)));
  return finished(made, entry, all);
}

export function generateSecret(
  folder: Folder,
  entry: GeneratorEntry,
  all: GeneratorOptions | undefined,
): Resource {
  const made = baseOf("Secret", entry);
  made.set("type", entry.type === "" ? "Opaque" : entry.type);
  const values = byKey(keyValues(folder, entry));
  made.set("data", new Map<string, Tree>(values.map(([key, text]) => [key, inLines(text)])));
  return finished(made, entry, all);
}

function byKey(values: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...values].toSorted(([a], [b]) => compareText(a, b));
}

function baseOf(kind: string, { name, namespace }: Pick<GeneratorEntry, "name" | "namespace">) {
  if (name === "") refuse("a configmap must have a name");
  const metadata: TreeMap = new Map([["name", name]]);
  if (namespace !== "") metadata.set("namespace", namespace);
  return new Map<string, Tree>([
    ["apiVersion", "v1"],
    ["kind", kind],
    ["metadata", metadata],
  ]);
}

/** Base64 of more than a line ends each line. */
function inLines(text: string): string {
  const base64 = base64Of(text);
  if (base64.length < 70) return base64;
  return base64.replaceAll(/.{1,70}/gu, (line) => `${line}\n`);
}

function finished(
  made: TreeMap,
  entry: Pick<GeneratorEntry, "options" | "behavior">,
  all: GeneratorOptions | undefined,
): Resource {
  const { options: own } = entry;
  const resource = resourceOf(made);
  for (const field of ["labels", "annotations"] as const) {
    const texts = { ...all?.[field], ...own?.[field] };
    setMetaTexts(resource, field, new Map(Object.entries(texts)));
  }
  if (own?.immutable === true || all?.immutable === true) {
    made.set("immutable", new Bare("true", true));
  }
  resource.needsHash = !(
    own?.disableNameSuffixHash === true || all?.disableNameSuffixHash === true
  );
  resource.behavior = behaviorOf(entry.behavior);
  return resource;
}

function behaviorOf(text: string): Behavior {
  return text === "create" || text === "replace" || text === "merge" ? text : "unspecified";
}
