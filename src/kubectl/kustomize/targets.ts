/** What the target of a patch or a replacement selects. Mirrors api/types/selector.go (v0.21.1). */
import { parseLabelSelector } from "../../apiserver/selectors.ts";
import { refuse } from "./failure.ts";
import { goRegExp } from "./go-regexp.ts";
import { effectiveNamespace, type Gvk, type ResId } from "./ids.ts";
import type { Target } from "./kustomization.ts";
import { currentId, metaTexts, originalId, type Resource } from "./resource.ts";

/** Names and namespaces as they were or are. */
export function select(resources: readonly Resource[], target: Target): readonly Resource[] {
  const matches = idMatchers(target);
  const hasTexts = textMatcher(target);
  return resources.filter((resource) => {
    const current = currentId(resource);
    const ids = [originalId(resource), current];
    return (
      ids.some((id) => matches.namespace(effectiveNamespace(id))) &&
      ids.some((id) => matches.name(id.name)) &&
      matches.gvk(current) &&
      hasTexts(resource)
    );
  });
}

type Matches = (text: string) => boolean;

/** All by regular expressions. */
export function idMatchers(target: ResId): {
  readonly gvk: (id: Gvk) => boolean;
  readonly name: Matches;
  readonly namespace: Matches;
} {
  const group = matcherOf(target.group);
  const version = matcherOf(target.version);
  const kind = matcherOf(target.kind);
  return {
    gvk: (id) => group(id.group) && version(id.version) && kind(id.kind),
    name: matcherOf(target.name),
    namespace: matcherOf(target.namespace),
  };
}

/** Of the whole text; everything matches an empty pattern. */
function matcherOf(pattern: string): Matches {
  if (pattern === "") return () => true;
  const expression = goRegExp(`^(?:${pattern})$`);
  return typeof expression === "string" ? refuse(expression) : (text) => expression.test(text);
}

/** By its labels and annotations. */
export function textMatcher(target: Target): (resource: Resource) => boolean {
  const labels = selectorOf(target.labelSelector);
  const annotations = selectorOf(target.annotationSelector);
  return (resource) =>
    labels(metaTexts(resource, "labels")) && annotations(metaTexts(resource, "annotations"));
}

function selectorOf(text: string): (texts: ReadonlyMap<string, string>) => boolean {
  if (text === "") return () => true;
  const selector = parseLabelSelector(text);
  if (!selector.ok) return refuse(selector.error);
  return (texts) => selector.value.matches(Object.fromEntries(texts));
}
