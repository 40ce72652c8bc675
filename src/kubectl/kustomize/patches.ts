/** Patches, strategic and JSON, and what they are for. Mirrors the PatchTransformer and its elders (v0.21.1). */
import { jsonPatch } from "../../apiserver/patch-json.ts";
import { isMap } from "../fields.ts";
import { readChunk } from "../manifest.ts";
import { compactJson } from "../output/gojson.ts";
import { toYaml } from "../output/yaml.ts";
import { attempt, refuse, within } from "./failure.ts";
import type { Folder } from "./folders.ts";
import { idText } from "./ids.ts";
import type { PatchEntry } from "./kustomization.ts";
import { mergePatch } from "./merge.ts";
import { readResources } from "./read-resources.ts";
import { append, dropDeleted, takeMetadata, theOneOf } from "./resource-list.ts";
import {
  copyOfResource,
  currentId,
  gvkOf,
  originalId,
  rememberId,
  setGvk,
  setName,
  setNamespace,
  withNotes,
  withoutNotes,
  type Resource,
} from "./resource.ts";
import { select } from "./targets.ts";
import { isTreeMap, jsonOf, treeOfJson } from "./tree.ts";

/** Changes a list of resources. */
export type Transform = (resources: Resource[]) => void;

type Operations = readonly unknown[];

/** One of `patches`; what is wrong with it itself is said at once. */
export function patchTransform(folder: Folder, entry: PatchEntry): Transform {
  const config = configText(entry);
  return within(configuring("PatchTransformer", config), () => {
    const inline = entry.patch.trim();
    if (inline === "" && entry.path === "") {
      refuse(`must specify one of patch and path in\n${config}`);
    }
    if (inline !== "" && entry.path !== "") {
      refuse(`patch and path can't be set at the same time\n${config}`);
    }
    const source = inline === "" ? `[path: ${quote(entry.path)}]` : `[patch: ${quote(inline)}]`;
    const loading = `failed to get the patch file from path(${entry.path})`;
    const text = inline === "" ? within(loading, () => folder.load(entry.path)) : inline;
    const { strategic, operations } = readPatch(text, source);
    if (strategic !== undefined) return strategicTransform(strategic, entry, source);
    return (resources) => {
      const { target } = entry;
      if (target === undefined) return refuse(`must specify a target for JSON patch ${source}`);
      for (const resource of select(resources, target)) {
        rememberId(resource);
        applyJson(resource, operations);
      }
    };
  });
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** What kustomize says of a plug-in of its own that is told wrong things. */
function configuring(plugin: string, config: string): (why: string) => string {
  return (why) => `trouble configuring builtin ${plugin} with config: \`\n${config}\`: ${why}`;
}

function configText(config: object): string {
  return toYaml(withoutEmpty(config));
}

function withoutEmpty(value: unknown): unknown {
  if (!isMap(value)) return value;
  const members = Object.entries(value).map(
    ([key, member]) => [key, withoutEmpty(member)] as const,
  );
  return Object.fromEntries(
    members.filter(([, member]) => member !== "" && member !== undefined && member !== false),
  );
}

function readPatch(
  text: string,
  source: string,
): { readonly strategic?: readonly Resource[]; readonly operations: Operations } {
  let strategic: readonly Resource[] = [];
  const failed = attempt(() => {
    strategic = readResources(text);
  });
  const operations = readOperations(text);
  if (failed === undefined) {
    if (strategic.length > 0 && operations !== undefined && operations.length > 0) {
      refuse(`illegally qualifies as both an SM and JSON patch: ${source}`);
    }
    return { strategic, operations: [] };
  }
  if (operations === undefined) return refuse(`unable to parse SM or JSON patch from ${source}`);
  return { operations };
}

/** Undefined: no JSON patch, in JSON or YAML. */
function readOperations(text: string): Operations | undefined {
  if (text === "") return undefined;
  const value = text.startsWith("[") ? parsedJson(text) : parsedYaml(text);
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const operations = value as Operations;
  return operations.every((one) => isMap(one) || one === null) ? operations : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parsedYaml(text: string): unknown {
  const read = readChunk(text);
  return "error" in read ? undefined : read.value;
}

function strategicTransform(
  patches: readonly Resource[],
  { target, options }: PatchEntry,
  source: string,
): Transform {
  return (resources) => {
    const [first] = patches;
    if (target !== undefined && first !== undefined) {
      if (patches.length > 1) {
        refuse(
          "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set " +
            `\`patches.target\` field: ${source}`,
        );
      }
      const shown = quote(
        `${idText(target)}:a=${target.annotationSelector}:l=${target.labelSelector}`,
      );
      const doing = `unable to find patch target ${shown} in \`resources\``;
      const targets = within(doing, () => select(resources, target));
      patchAll(resources, targets, first, options);
      return;
    }
    for (const patch of patches) {
      const id = originalId(patch);
      const doing = `no resource matches strategic merge patch ${quote(idText(id))}`;
      const resource = within(doing, () => theOneOf(resources, id));
      applyPatch(resource, copyOfResource(patch), options);
    }
  };
}

/** patchesStrategicMerge: texts, or paths of files. */
export function strategicMergeTransform(folder: Folder, paths: readonly string[]): Transform {
  const config = toYaml({ paths });
  return within(configuring("PatchStrategicMergeTransformer", config), () => {
    const patches = paths.flatMap((path) => {
      let inline: readonly Resource[] = [];
      const failed = attempt(() => {
        inline = readResources(path);
      });
      return failed === undefined ? inline : readResources(folder.load(path));
    });
    if (patches.length === 0) {
      refuse(`patch appears to be empty; files=[${paths.join(" ")}], Patch=`);
    }
    return (resources) => {
      for (const patch of patches) {
        patchAll(resources, [theOneOf(resources, originalId(patch))], patch);
      }
    };
  });
}

/** One of patchesJson6902. */
export function json6902Transform(folder: Folder, entry: PatchEntry): Transform {
  const { path, patch, target } = entry;
  const config = configText({ path, jsonOp: patch, target });
  return within(configuring("PatchJson6902Transformer", config), () => {
    if (target === undefined || target.name === "") return refuse("must specify the target name");
    if (path === "" && patch === "") refuse("empty file path and empty jsonOp");
    if (path !== "" && patch !== "") refuse("must specify a file path or jsonOp, not both");
    const text = path === "" ? patch : folder.load(path);
    if (text === "") refuse(`patch file '${path}' empty seems to be empty`);
    const operations = readOperations(text);
    if (operations === undefined) {
      const read = readChunk(text);
      const json = "error" in read ? text : compactJson(read.value);
      return refuse(`decoding ${json}: no list of operations`);
    }
    if (operations.length === 0) {
      refuse(`patch appears to be empty; file=${path}, JsonOp=${text}`);
    }
    return (resources) => {
      for (const resource of select(resources, target)) applyJson(resource, operations);
    };
  });
}

/** What of its target a patch may change. */
type Allowed = PatchEntry["options"];

/** The patch on each of the targets, as one that says of labels and annotations only texts. */
function patchAll(
  resources: Resource[],
  targets: readonly Resource[],
  patch: Resource,
  allowed?: Allowed,
): void {
  const chosen = new Set(targets);
  for (const resource of resources) {
    if (!chosen.has(resource)) continue;
    const copy = copyOfResource(patch);
    takeMetadata(copy, patch);
    setGvk(copy, { ...gvkOf(resource), kind: gvkOf(patch).kind });
    applyPatch(resource, copy, allowed);
  }
  dropDeleted(resources);
  append([], resources);
}

function applyPatch(resource: Resource, patch: Resource, allowed: Allowed): void {
  const mayRename = allowed?.allowNameChange === true;
  const mayChangeKind = allowed?.allowKindChange === true;
  const { kind, name, namespace } = currentId(resource);
  if (mayRename || mayChangeKind) rememberId(resource);
  resource.object = mergePatch(resource.object, patch.object) ?? new Map();
  if (resource.object.size === 0) return;
  if (!mayChangeKind) resource.object.set("kind", kind);
  if (!mayRename) setName(resource, name);
  setNamespace(resource, namespace);
}

function applyJson(resource: Resource, operations: Operations): void {
  const patched = jsonPatch(jsonOf(withNotes(resource)), operations);
  if (!patched.ok) return refuse(patched.error);
  const object = treeOfJson(patched.value);
  resource.object = isTreeMap(object) ? object : new Map();
  withoutNotes(resource);
}
