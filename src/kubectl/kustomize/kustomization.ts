/** kustomization.yaml: what may stand in it, and what is wrong with it. Mirrors api/types (v0.21.1). */
import { isMap } from "../fields.ts";
import { readChunk } from "../manifest.ts";
import { leaveOut, refuse } from "./failure.ts";
import type { FieldSpec } from "./field-specs.ts";
import type { Folder } from "./folders.ts";
import {
  anything,
  flag,
  list,
  namedText,
  optional,
  optionalList,
  optionalText,
  optionalTexts,
  readGoJson,
  struct,
  text,
  texts,
  through,
  whole,
  whole64,
  type Read,
  type Shape,
} from "./go-json.ts";

const gvk = (embedded: string) => ({
  group: through(embedded, text),
  version: through(embedded, text),
  kind: through(embedded, text),
});
const resId = {
  ...gvk("ResId.Gvk"),
  name: through("ResId", text),
  namespace: through("ResId", text),
};
const selectors = { labelSelector: text, annotationSelector: text };
const selector = struct("Selector", { ...resId, ...selectors });

const fieldSpec = struct("FieldSpec", { ...gvk("Gvk"), path: text, create: flag });
const label = struct("Label", {
  pairs: texts,
  includeSelectors: flag,
  includeTemplates: flag,
  fields: list(fieldSpec as Shape<FieldSpec>),
});
const image = struct("Image", {
  name: text,
  newName: text,
  tagSuffix: text,
  newTag: text,
  digest: text,
});
const patch = struct("Patch", {
  path: text,
  patch: text,
  target: optional(selector),
  options: optional(struct("PatchArgs", { allowNameChange: flag, allowKindChange: flag })),
});
const generatorOptions = struct("GeneratorOptions", {
  labels: optionalTexts,
  annotations: optionalTexts,
  disableNameSuffixHash: flag,
  immutable: flag,
});
const generator = {
  namespace: through("GeneratorArgs", text),
  name: through("GeneratorArgs", text),
  behavior: through("GeneratorArgs", text),
  literals: through("GeneratorArgs.KvPairSources", list(text)),
  files: through("GeneratorArgs.KvPairSources", list(text)),
  envs: through("GeneratorArgs.KvPairSources", list(text)),
  env: through("GeneratorArgs.KvPairSources", text),
  options: through("GeneratorArgs", optional(generatorOptions)),
};
const fieldOptions = optional(
  struct("FieldOptions", { delimiter: text, index: whole, encoding: text, create: flag }),
);
const replacementFields = {
  source: optional(struct("SourceSelector", { ...resId, fieldPath: text, options: fieldOptions })),
  sourceValue: optionalText,
  targets: optionalList(
    struct("TargetSelector", {
      select: optional(selector),
      reject: list(selector),
      fieldPaths: list(text),
      options: fieldOptions,
    }),
  ),
};
export const replacementShape = struct("Replacement", replacementFields);
const sortOptions = struct("SortOptions", {
  order: namedText("types.SortOrder"),
  legacySortOptions: optional(
    struct("LegacySortOptions", { orderFirst: list(text), orderLast: list(text) }),
  ),
});

/** What a build with it would need that rollsim has not. */
const leftOut: Readonly<Record<string, string>> = {
  openapi: "schemas of one's own",
  crds: "references inside custom resources",
  configurations: "transformers' fields of one's own",
  generators: "plugins",
  transformers: "plugins",
  validators: "plugins",
  vars: "vars, which replacements have replaced",
  helmGlobals: "Helm charts",
  helmCharts: "Helm charts",
  helmChartInflationGenerator: "Helm charts",
};

const shape = struct("Kustomization", {
  apiVersion: through("TypeMeta", text),
  kind: through("TypeMeta", text),
  metadata: anything,
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  commonLabels: optionalTexts,
  labels: list(label),
  commonAnnotations: texts,
  patchesStrategicMerge: optionalList(namedText("types.PatchStrategicMerge")),
  patchesJson6902: optionalList(patch),
  patches: list(patch),
  images: list(image),
  imageTags: optionalList(image),
  replacements: list(
    struct("ReplacementField", {
      path: text,
      source: through("Replacement", replacementFields.source),
      sourceValue: through("Replacement", replacementFields.sourceValue),
      targets: through("Replacement", replacementFields.targets),
    }),
  ),
  replicas: list(struct("Replica", { name: text, count: whole64 })),
  sortOptions: optional(sortOptions),
  resources: list(text),
  components: list(text),
  bases: optionalList(text),
  configMapGenerator: list(struct("ConfigMapArgs", generator)),
  secretGenerator: list(struct("SecretArgs", { ...generator, type: text })),
  generatorOptions: optional(generatorOptions),
  buildMetadata: list(text),
  openapi: anything,
  crds: anything,
  configurations: anything,
  generators: anything,
  transformers: anything,
  validators: anything,
  vars: anything,
  helmGlobals: anything,
  helmCharts: anything,
  helmChartInflationGenerator: anything,
});

export type Kustomization = Read<typeof shape>;
export type LabelEntry = Read<typeof label>;
export type ImageEntry = Read<typeof image>;
export type PatchEntry = Read<typeof patch>;
export type Target = Read<typeof selector>;
export type GeneratorOptions = Read<typeof generatorOptions>;
export type GeneratorEntry = Kustomization["secretGenerator"][number];
export type Replacement = Read<typeof replacementShape>;
export type SortOptions = Read<typeof sortOptions>;

const names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** The kustomization of a folder. `warn` is told of what is out of date. */
export function readKustomization(folder: Folder, warn: (text: string) => void): Kustomization {
  const found = names.filter((name) => folder.has(name));
  const [name] = found;
  if (name === undefined) {
    const all = "'kustomization.yaml', 'kustomization.yml' or 'Kustomization'";
    return refuse(`unable to find one of ${all} in directory '${folder.root}'`);
  }
  if (found.length > 1) refuse(`Found multiple kustomization files under: ${folder.root}\n`);
  const content = readChunk(folder.load(name));
  if ("error" in content) return refuse(`invalid Kustomization: yaml: ${content.error}`);
  const read = readGoJson(content.value, shape);
  if ("mistake" in read) return refuse(`invalid Kustomization: ${read.mistake}`);
  for (const [field, instead] of outOfDate(read)) warn(outOfDateText(field, instead));
  const known = { ...read, ...upToDate(read) };
  if (isEmpty(content.value)) refuse("kustomization.yaml is empty");
  refuseOtherKinds(known, folder.root);
  refuseLeftOut(known, name);
  return known;
}

function outOfDate(read: Kustomization): readonly (readonly [string, string])[] {
  const { bases, commonLabels, imageTags, patchesJson6902, patchesStrategicMerge, vars } = read;
  const fields = [
    ["bases", "resources", bases],
    ["commonLabels", "labels", commonLabels],
    ["imageTags", "images", imageTags],
    ["patchesJson6902", "patches", patchesJson6902],
    ["patchesStrategicMerge", "patches", patchesStrategicMerge],
    ["vars", "replacements", vars ?? undefined],
  ] as const;
  return fields.flatMap(([field, instead, value]) =>
    value === undefined ? [] : [[field, instead] as const],
  );
}

function outOfDateText(field: string, instead: string): string {
  const trial = field === "vars" ? "[EXPERIMENTAL] " : "";
  return (
    `# Warning: '${field}' is deprecated. Please use '${instead}' instead. ` +
    `${trial}Run 'kustomize edit fix' to update your Kustomization automatically.`
  );
}

function upToDate(read: Kustomization): Partial<Kustomization> {
  const kind = read.kind === "" ? "Kustomization" : read.kind;
  const withEnvs = <T extends { env: string; envs: readonly string[] }>(entry: T): T =>
    entry.env === "" ? entry : { ...entry, envs: [...entry.envs, entry.env] };
  return {
    kind,
    apiVersion: read.apiVersion === "" ? versionOf(kind) : read.apiVersion,
    resources: [...read.resources, ...(read.bases ?? [])],
    images: [...read.images, ...(read.imageTags ?? [])],
    configMapGenerator: read.configMapGenerator.map(withEnvs),
    secretGenerator: read.secretGenerator.map(withEnvs),
  };
}

function versionOf(kind: string): string {
  return `kustomize.config.k8s.io/${kind === "Component" ? "v1alpha1" : "v1beta1"}`;
}

function isEmpty(content: unknown): boolean {
  const members = Object.entries(isMap(content) ? content : {});
  return members.every(
    ([key, value]) =>
      /^(?:apiversion|kind)$/iu.test(key) || value === null || value === undefined || value === "",
  );
}

function refuseOtherKinds({ kind, apiVersion }: Kustomization, root: string): void {
  const mistakes: string[] = [];
  if (kind !== "Kustomization" && kind !== "Component") {
    mistakes.push("kind should be Kustomization or Component");
  }
  const version = versionOf(kind);
  if (apiVersion !== version) mistakes.push(`apiVersion for ${kind} should be ${version}`);
  if (mistakes.length === 0) return;
  refuse(`Failed to read kustomization file under ${root}:\n${mistakes.join("\n")}`);
}

function refuseLeftOut(known: Kustomization, file: string): void {
  for (const option of known.buildMetadata) {
    const notes = option === "originAnnotations" || option === "transformerAnnotations";
    if (notes) leaveOut(`buildMetadata in ${file}: ${option}`);
  }
  for (const [field, what] of Object.entries(leftOut)) {
    const value = known[field as keyof Kustomization];
    const empty = Array.isArray(value) ? value.length === 0 : value === undefined || value === null;
    if (!empty) leaveOut(`${field} in ${file}: ${what}`);
  }
}
