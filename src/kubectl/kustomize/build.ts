/**
 * `kustomize build`: what the kustomization of a folder makes of manifests. Mirrors kustomize v5.8.1 as kubectl
 * v1.37.2 has it (api v0.21.1: krusty, internal/target). What rollsim leaves out is refused by name: Helm charts,
 * plugins, vars, schemas and fields of one's own, and whatever is not a file here.
 */
import { kustomizeVersion } from "../version-info.ts";
import { attempt, BuildError, refuse, within } from "./failure.ts";
import { rootFolder, type Folder, type LoadRestrictor, type ReadFile } from "./folders.ts";
import { generateConfigMap, generateSecret } from "./generators.ts";
import { addHashes } from "./hashes.ts";
import { setImages } from "./images.ts";
import { readKustomization, type Kustomization } from "./kustomization.ts";
import { annotationFields, commonLabelFields, labelFields, setTexts } from "./labels.ts";
import { fixNameReferences } from "./name-references.ts";
import { addPrefix, addSuffix } from "./names.ts";
import { setNamespaces } from "./namespaces.ts";
import {
  json6902Transform,
  patchTransform,
  strategicMergeTransform,
  type Transform,
} from "./patches.ts";
import { metadataProblem, readResources } from "./read-resources.ts";
import { replacementTransform } from "./replacements.ts";
import { setReplicas } from "./replicas.ts";
import { absorb, append, dropDeleted } from "./resource-list.ts";
import { metaTexts, setMetaTexts, withoutNotes, type Resource } from "./resource.ts";
import { sorted } from "./sort-order.ts";
import { yamlOf } from "./tree.ts";

export interface BuildOptions {
  readonly readFile: ReadFile;
  /** Told of what is out of date in a kustomization. */
  readonly warn: (text: string) => void;
  /** Default: LoadRestrictionsRootOnly. */
  readonly restrictor?: LoadRestrictor;
  readonly managedByLabel?: true;
  /** Where the kustomization says nothing of it. Default: legacy. */
  readonly order?: "legacy" | "fifo";
}

/** All documents as YAML, or why there are none. */
export type Built =
  { readonly ok: true; readonly yaml: string } | { readonly ok: false; readonly error: string };

export function build(path: string, options: BuildOptions): Built {
  try {
    return { ok: true, yaml: documents(path, options) };
  } catch (error) {
    if (error instanceof BuildError) return { ok: false, error: error.message };
    throw error;
  }
}

function documents(path: string, options: BuildOptions): string {
  const { readFile, warn, restrictor = "LoadRestrictionsRootOnly" } = options;
  const target = targetAt(rootFolder(path, readFile, restrictor), warn);
  const resources: Resource[] = [];
  accumulate(target, resources);
  addHashes(resources);
  fixNameReferences(resources);
  const kept = withoutLocal(resources);
  const { sortOptions, buildMetadata } = target.kustomization;
  const ordered = sorted(kept, sortOptions ?? { order: options.order ?? "legacy" });
  if (options.managedByLabel === true || buildMetadata.includes("managedByLabel")) {
    for (const resource of ordered) {
      const labels = metaTexts(resource, "labels");
      labels.set("app.kubernetes.io/managed-by", `kustomize-${kustomizeVersion}`);
      setMetaTexts(resource, "labels", labels);
    }
  }
  for (const resource of ordered) withoutNotes(resource);
  return ordered.map(({ object }) => yamlOf(object)).join("---\n");
}

interface Target {
  readonly folder: Folder;
  readonly kustomization: Kustomization;
  readonly warn: (text: string) => void;
}

function targetAt(folder: Folder, warn: (text: string) => void): Target {
  return { folder, warn, kustomization: readKustomization(folder, warn) };
}

/** Reads, generates and transforms, in kustomize's order. */
function accumulate(target: Target, resources: Resource[]): void {
  const { folder, kustomization } = target;
  within("accumulating resources", () => {
    for (const path of kustomization.resources) addResource(target, path, resources);
  });
  const take = (made: Resource): void => {
    within("merging from generator &{0x0 <nil>}", () => absorb(resources, made));
  };
  const { generatorOptions } = kustomization;
  for (const entry of kustomization.configMapGenerator) {
    take(generateConfigMap(folder, entry, generatorOptions));
  }
  for (const entry of kustomization.secretGenerator) {
    take(generateSecret(folder, entry, generatorOptions));
  }
  within("accumulating components", () => {
    for (const path of kustomization.components) addComponent(target, path, resources);
  });
  for (const transform of transformsOf(target)) {
    transform(resources);
    dropDeleted(resources);
  }
}

/** A file, or else a folder with a kustomization of its own. */
function addResource(target: Target, path: string, resources: Resource[]): void {
  const { folder } = target;
  const asFile = attempt(() => addFile(folder, path, resources));
  if (asFile === undefined) return;
  // A file that is no YAML is no folder either.
  if (asFile.message.includes("MalformedYAMLError") && !isFolder(folder, path)) {
    refuse(asFile.message);
  }
  within(`accumulation err='${asFile.message}'`, () => {
    const inner: Resource[] = [];
    const base = folder.enter(path);
    const sub = within(`couldn't make target for path '${base.root}'`, () => {
      return targetAt(base, target.warn);
    });
    if (sub.kustomization.kind === "Component") {
      refuse(`expected kind != 'Component' for path '${base.root}'`);
    }
    within(`recursed accumulation of path '${base.root}'`, () => accumulate(sub, inner));
    within(`recursed merging from path '${base.root}'`, () => append(resources, inner));
  });
}

function isFolder(folder: Folder, path: string): boolean {
  return attempt(() => folder.enter(path)) === undefined;
}

function addFile(folder: Folder, path: string, resources: Resource[]): void {
  const read: Resource[] = [];
  within(`accumulating resources from '${path}'`, () => {
    const text = folder.load(path);
    const inFile = (why: string): string =>
      why.includes("MalformedYAMLError") ? `${why} in File: ${path}` : why;
    within(inFile, () => append(read, readResources(text)));
  });
  within(`merging resources from '${path}'`, () => append(resources, read));
}

/** A component works on what is there. */
function addComponent(target: Target, path: string, resources: Resource[]): void {
  const loading = (why: string): string => `loader.New ${JSON.stringify(why)}`;
  const folder = within(loading, () => target.folder.enter(path));
  within(
    (why) => `accumulateDirectory: ${JSON.stringify(why)}`,
    () => {
      const sub = within(`couldn't make target for path '${folder.root}'`, () => {
        return targetAt(folder, target.warn);
      });
      const { kind } = sub.kustomization;
      if (kind !== "Component") {
        refuse(`expected kind 'Component' for path '${folder.root}' but got '${kind}'`);
      }
      within(`recursed accumulation of path '${folder.root}'`, () => accumulate(sub, resources));
    },
  );
}

/** All are read before the first one works. */
function transformsOf({ folder, kustomization }: Target): readonly Transform[] {
  const k = kustomization;
  const transforms: Transform[] = [];
  const paths = k.patchesStrategicMerge ?? [];
  if (paths.length > 0) transforms.push(strategicMergeTransform(folder, paths));
  transforms.push(...k.patches.map((entry) => patchTransform(folder, entry)));
  if (k.namespace !== "") transforms.push((all) => setNamespaces(all, k.namespace));
  if (k.namePrefix !== "") transforms.push((all) => addPrefix(all, k.namePrefix));
  if (k.nameSuffix !== "") transforms.push((all) => addSuffix(all, k.nameSuffix));
  for (const label of k.labels) {
    const fields = labelFields(label);
    transforms.push((all) => setTexts(all, label.pairs, fields));
  }
  const common = k.commonLabels;
  if (common !== undefined) transforms.push((all) => setTexts(all, common, commonLabelFields()));
  transforms.push((all) => setTexts(all, k.commonAnnotations, annotationFields()));
  transforms.push(...(k.patchesJson6902 ?? []).map((entry) => json6902Transform(folder, entry)));
  for (const { name, count } of k.replicas) transforms.push((all) => setReplicas(all, name, count));
  for (const image of k.images) transforms.push((all) => setImages(all, image));
  if (k.replacements.length > 0) transforms.push(replacementTransform(folder, k.replacements));
  return transforms;
}

/** Without what says that it is for tools alone. */
function withoutLocal(resources: readonly Resource[]): readonly Resource[] {
  const kept = resources.filter((resource) => {
    const problem = metadataProblem(resource.object);
    if (problem !== undefined) refuse(problem);
    const local = metaTexts(resource, "annotations").get("config.kubernetes.io/local-config");
    return local === undefined || local === "false";
  });
  append([], kept); // a JSON patch may have given two the same name: kustomize panics here
  return kept;
}
