/** Values copied from one object into fields of others. Mirrors api/filters/replacement (v0.21.1). */
import { isMap } from "../fields.ts";
import { readChunk } from "../manifest.ts";
import { refuse, within } from "./failure.ts";
import type { Folder } from "./folders.ts";
import { readGoJson } from "./go-json.ts";
import { idText, isSelectedId } from "./ids.ts";
import {
  replacementShape,
  type Kustomization,
  type Replacement,
  type Target,
} from "./kustomization.ts";
import type { Transform } from "./patches.ts";
import { lookUp, placesAt, splitFieldPath } from "./field-paths.ts";
import { bareOf } from "./read-yaml.ts";
import { allIds, type Resource } from "./resource.ts";
import { idMatchers, textMatcher } from "./targets.ts";
import { Bare, copyOf, isNothing, kindOfNode, textOf, type Tree } from "./tree.ts";

type Entry = Kustomization["replacements"][number];
type Source = NonNullable<Replacement["source"]>;
type Into = NonNullable<Replacement["targets"]>[number];
type Options = Source["options"];

export function replacementTransform(folder: Folder, entries: readonly Entry[]): Transform {
  const replacements = entries.flatMap((entry) => replacementsOf(folder, entry));
  return (resources) => {
    for (const { source, sourceValue, targets } of replacements) {
      if ((source === undefined && sourceValue === undefined) || targets === undefined) {
        return refuse("replacements must specify a source and at least one target");
      }
      if (source !== undefined && sourceValue !== undefined) {
        refuse("value and resource selectors are mutually exclusive");
      }
      const value = source === undefined ? bareOf(sourceValue ?? "") : valueOf(resources, source);
      for (const target of targets) replaceIn(resources, value, target);
    }
  };
}

function replacementsOf(folder: Folder, entry: Entry): readonly Replacement[] {
  const { path, ...inline } = entry;
  if (path === "") return [inline];
  if (entry.source !== undefined || (entry.targets ?? []).length > 0) {
    refuse("cannot specify both path and inline replacement");
  }
  const read = readChunk(folder.load(path));
  if ("error" in read) return refuse(`error converting YAML to JSON: yaml: ${read.error}`);
  const { value } = read;
  if (!Array.isArray(value) && !isMap(value)) {
    return refuse("unsupported replacement type encountered within replacement path: invalid");
  }
  return (Array.isArray(value) ? value : [value]).map((one) => {
    const known = readGoJson<Replacement>(one, replacementShape);
    return "mistake" in known ? refuse(`error unmarshaling JSON: ${known.mistake}`) : known;
  });
}

function valueOf(resources: readonly Resource[], source: Source): Tree {
  const path = source.fieldPath === "" ? "metadata.name" : source.fieldPath;
  const [found, second] = resources.filter((each) => {
    return allIds(each).some((id) => isSelectedId(id, source));
  });
  if (second !== undefined) return refuse(`multiple matches for selector ${sourceText(source)}`);
  if (found === undefined) return refuse(`nothing selected by ${sourceText(source)}`);
  const value = within("error looking up replacement source", () => {
    return lookUp(found.object, splitFieldPath(path));
  });
  if (value === undefined || isNothing(value)) {
    return refuse(`fieldPath \`${path}\` is missing for replacement source ${idText(source)}`);
  }
  return partOf(value, source.options);
}

function sourceText(source: Source): string {
  const { options } = source;
  const shown =
    options === undefined || (options.delimiter === "" && !options.create)
      ? []
      : [`${options.delimiter}(${options.index}), create=${options.create}`];
  return [idText(source), ...(source.fieldPath === "" ? [] : [source.fieldPath]), ...shown].join(
    ":",
  );
}

const notText = "delimiter option can only be used with scalar nodes";

function partOf(value: Tree, options: Options): Tree {
  if (options === undefined || options.delimiter === "") return value;
  if (kindOfNode(value) !== "ScalarNode") return refuse(notText);
  const parts = textOf(value).split(options.delimiter);
  const part = options.index < 0 ? undefined : parts[options.index];
  if (part === undefined) {
    return refuse(`options.index ${options.index} is out of bounds for value ${textOf(value)}`);
  }
  return part;
}

function replaceIn(resources: readonly Resource[], value: Tree, into: Into): void {
  const { select, reject, fieldPaths } = into;
  if (select === undefined) return refuse("target must specify resources to select");
  const selects = idMatcher(select);
  const rejects = reject.filter((one) => !isEmptyId(one)).map(idMatcher);
  const texts = textMatcher(select);
  const refused = reject
    .filter(
      ({ labelSelector, annotationSelector }) => `${labelSelector}${annotationSelector}` !== "",
    )
    .map(textMatcher);
  for (const resource of resources) {
    if (!texts(resource) || refused.some((matches) => matches(resource))) continue;
    if (rejects.some((matches) => matches(resource)) || !selects(resource)) continue;
    const paths = fieldPaths.length === 0 ? ["metadata.name"] : fieldPaths;
    for (const path of paths) replaceField(resource, path, value, into.options);
  }
}

function isEmptyId({ group, version, kind, name, namespace }: Target): boolean {
  return `${group}${version}${kind}${name}${namespace}` === "";
}

function idMatcher(target: Target): (resource: Resource) => boolean {
  const { gvk, name, namespace } = idMatchers(target);
  return (resource) =>
    allIds(resource).some((id) => gvk(id) && name(id.name) && namespace(id.namespace));
}

function replaceField(resource: Resource, path: string, value: Tree, options: Options): void {
  const creates = options?.create === true;
  const doing = `unable to find ${creates ? "or create " : ""}field ${JSON.stringify(path)} in replacement target`;
  const places = within(doing, () => {
    const whole = { value: resource.object, put: () => undefined };
    return placesAt(whole, splitFieldPath(path), creates ? kindOfNode(value) : undefined);
  });
  if (places.length === 0) refuse(doing);
  for (const place of places) place.put(replaced(place.value, value, options));
}

function replaced(old: Tree, value: Tree, options: Options): Tree {
  if (options !== undefined && options.delimiter !== "") {
    if (kindOfNode(old) !== "ScalarNode") return refuse(notText);
    const parts = textOf(old).split(options.delimiter);
    const at = Math.max(-1, Math.min(options.index, parts.length));
    if (at < 0) parts.unshift(textOf(value));
    else parts.splice(at, 1, textOf(value));
    return asBefore(old, parts.join(options.delimiter));
  }
  return kindOfNode(old) === "ScalarNode" && kindOfNode(value) === "ScalarNode"
    ? asBefore(old, textOf(value))
    : copyOf(value);
}

/** A text stays a text; a bare word must mean the same kind of thing. */
function asBefore(old: Tree, text: string): Tree {
  if (!(old instanceof Bare) || old.text === "") return old instanceof Bare ? bareOf(text) : text;
  const value = bareOf(text);
  const [before, after] = [tagOf(old), tagOf(value)];
  if (before === after || (before === "!!float" && after === "!!int")) return value;
  const problem = `yaml: cannot decode ${after} \`${text}\` as a ${before}`;
  return new Bare(text, text, `map[string]interface {}(nil): ${problem}`);
}

function tagOf(value: Tree): string {
  if (!(value instanceof Bare)) return "!!str";
  if (value.value === null) return "!!null";
  if (typeof value.value === "string") return "!!timestamp";
  if (typeof value.value === "boolean") return "!!bool";
  return /^[-+]?(?:\d+|0[xXoObB]\w+)$/u.test(value.text.replaceAll("_", "")) ? "!!int" : "!!float";
}
