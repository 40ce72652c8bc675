/** Labels and annotations for all objects. Mirrors the LabelTransformer and AnnotationsTransformer (v0.21.1). */
import { refuse } from "./failure.ts";
import { parseFieldSpec, setField, type FieldSpec } from "./field-specs.ts";
import { isSelectedGvk } from "./ids.ts";
import type { LabelEntry } from "./kustomization.ts";
import type { Resource } from "./resource.ts";
import tables from "./tables.json" with { type: "json" };
import { isNull, isTreeMap, put, Shared, wrongKind, type Tree, type TreeMap } from "./tree.ts";

export function setTexts(
  resources: readonly Resource[],
  texts: Readonly<Record<string, string>>,
  specs: readonly FieldSpec[],
): void {
  for (const { object } of resources) {
    for (const [key, text] of Object.entries(texts)) {
      const shared = new Shared(text);
      for (const spec of specs) setMember(object, spec, key, shared);
    }
  }
}

function setMember(object: TreeMap, spec: FieldSpec, key: string, text: Shared): void {
  const set = (value: Tree): Tree => {
    if (isNull(value)) return new Map<string, Tree>([[key, text]]);
    if (!isTreeMap(value)) return wrongKind("MappingNode", value);
    put(value, key, text);
    return value;
  };
  setField(object, spec, set, "map");
}

/** Where labels of one entry go. */
export function labelFields(label: LabelEntry): readonly FieldSpec[] {
  const own = label.fields.reduce<readonly FieldSpec[]>(joined, []);
  if (label.includeSelectors) return commonLabelFields().reduce(joined, own);
  const templates = label.includeTemplates ? tables.templateLabels.map(parseFieldSpec) : [];
  return [...templates, parseFieldSpec("// metadata/labels +")].reduce(joined, own);
}

export function commonLabelFields(): readonly FieldSpec[] {
  return tables.commonLabels.map(parseFieldSpec);
}

export function annotationFields(): readonly FieldSpec[] {
  return tables.commonAnnotations.map(parseFieldSpec);
}

function joined(specs: readonly FieldSpec[], one: FieldSpec): readonly FieldSpec[] {
  const same = specs.find((spec) => isSelectedGvk(spec, one) && spec.path === one.path);
  if (same === undefined) return [...specs, one];
  if (same.create !== one.create) refuse("failed to merge labels: conflicting fieldspecs");
  return specs;
}
