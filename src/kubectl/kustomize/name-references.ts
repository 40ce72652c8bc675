/** Names that objects call each other by, after these have changed. Mirrors api/filters/nameref (v0.21.1). */
import { refuse, within } from "./failure.ts";
import { parseFieldSpec, setField, type FieldSpec } from "./field-specs.ts";
import { effectiveNamespace, idText, isClusterScoped, isSelectedGvk, type Gvk } from "./ids.ts";
import {
  currentId,
  gvkOf,
  nameOf,
  namespaceOf,
  originalId,
  previousIds,
  type Resource,
} from "./resource.ts";
import tables from "./tables.json" with { type: "json" };
import {
  isNull,
  isTreeMap,
  textAt,
  textOf,
  treeAt,
  yamlOf,
  type Tree,
  type TreeMap,
} from "./tree.ts";

/** What refers, what is looked for, and where it may be. */
interface Reference {
  readonly referrer: Resource;
  readonly to: Gvk;
  readonly field: FieldSpec;
  readonly candidates: readonly Resource[];
}

export function fixNameReferences(resources: readonly Resource[]): void {
  const references = tables.nameReferences.map(({ to, from }) => ({
    to: parseFieldSpec(to),
    fields: from.map(parseFieldSpec),
  }));
  for (const referrer of resources) {
    const id = originalId(referrer);
    const candidates = withinReach(resources, referrer);
    for (const { to, fields } of references) {
      for (const field of fields.filter((each) => isSelectedGvk(id, each))) {
        fixField({ referrer, to, field, candidates });
      }
    }
  }
}

/** What an object may refer to: its own namespace and what has none; an account's roles, elsewhere, too. */
function withinReach(resources: readonly Resource[], referrer: Resource): readonly Resource[] {
  const own = currentId(referrer);
  if (isClusterScoped(own)) return resources;
  const others = accountNamespaces(referrer);
  return resources.filter((each) => {
    const id = currentId(each);
    const near = isClusterScoped(id) || effectiveNamespace(id) === effectiveNamespace(own);
    return near || others.has(namespaceOf(each));
  });
}

function accountNamespaces(referrer: Resource): ReadonlySet<string> {
  const subjects = treeAt(referrer.object, "subjects");
  if (gvkOf(referrer).kind !== "RoleBinding" || !Array.isArray(subjects)) return new Set();
  const accounts = subjects.filter((subject) => textAt(subject, "kind") === "ServiceAccount");
  return new Set(
    accounts.filter(isTreeMap).flatMap((subject) => {
      return subject.has("namespace") ? [textAt(subject, "namespace")] : [];
    }),
  );
}

function fixField(reference: Reference): void {
  const { referrer, field } = reference;
  const doing = `updating name reference in '${field.path}' field of '${idText(currentId(referrer))}'`;
  within(doing, () => {
    setField(referrer.object, { ...field, ...gvkOf(referrer) }, (value) => fixed(value, reference));
  });
}

function fixed(value: Tree, reference: Reference): Tree {
  if (isNull(value)) return value;
  if (Array.isArray(value)) return value.map((item) => fixed(item, reference));
  if (isTreeMap(value)) return fixedSubject(value, reference);
  const { candidates } = reference;
  const referral = referralOf(textOf(value), candidates, reference, (each) => nameOf(each));
  return referral === undefined || nameOf(referral) === textOf(value) ? value : nameOf(referral);
}

/** A reference that is a map has a namespace, too. */
function fixedSubject(subject: TreeMap, reference: Reference): Tree {
  const name = subject.get("name");
  if (name === undefined) return refuse("path config error; no 'name' field in node");
  const { candidates } = reference;
  const space = subject.get("namespace");
  const near = space === undefined ? candidates : candidatesIn(candidates, textOf(space));
  const referral = referralOf(
    textOf(name),
    near,
    reference,
    (each) => `${nameOf(each)}/${namespaceOf(each)}`,
  );
  if (referral === undefined) return subject;
  if (nameOf(referral) !== textOf(name) || namespaceOf(referral) !== "") {
    subject.set("name", nameOf(referral));
    if (namespaceOf(referral) !== "") subject.set("namespace", namespaceOf(referral));
  }
  return subject;
}

/** By the namespaces that they had, or else by those that they have. */
function candidatesIn(candidates: readonly Resource[], namespace: string): readonly Resource[] {
  const inIt = (idOf: typeof currentId): readonly Resource[] =>
    candidates.filter((each) => {
      const id = idOf(each);
      return !isClusterScoped(id) && effectiveNamespace(id) === namespace;
    });
  const original = inIt(originalId);
  return original.length > 0 ? original : inIt(currentId);
}

/** The one object that had this name. `alike`: what of several would have to be the same. */
function referralOf(
  name: string,
  all: readonly Resource[],
  { referrer, to, field }: Reference,
  alike: (resource: Resource) => string,
): Resource | undefined {
  let candidates = all
    .filter((each) => previousIds(each).some((id) => id.name === name))
    .filter((each) => previousIds(each).some((id) => isSelectedGvk(id, to)))
    .filter(roleFilter(referrer, field))
    .filter((each) => isNear(referrer, each));
  if (candidates.length > 1) {
    candidates = candidates.filter((each) => sameContext(referrer, each, "or none"));
  } else if (candidates.length === 1) return candidates[0];
  if (candidates.length > 1) {
    candidates = candidates.filter((each) => sameContext(referrer, each, "exactly"));
  }
  const [first] = candidates;
  if (first === undefined || candidates.every((each) => alike(each) === alike(first))) return first;
  return refuseAmbiguous(referrer, candidates);
}

/** A role is named with its kind. */
function roleFilter(referrer: Resource, { path }: FieldSpec): (resource: Resource) => boolean {
  const role = treeAt(referrer.object, "roleRef");
  const known = isTreeMap(role) && role.has("apiGroup") && role.has("kind");
  if (!path.endsWith("roleRef/name") || !known) return () => true;
  const gvk = { group: textAt(role, "apiGroup"), version: "", kind: textAt(role, "kind") };
  return (each) => previousIds(each).some((id) => isSelectedGvk(id, gvk));
}

function isNear(referrer: Resource, other: Resource): boolean {
  const [from, to] = [currentId(referrer), currentId(other)];
  if (isClusterScoped(from) || isClusterScoped(to) || to.kind === "ServiceAccount") return true;
  return effectiveNamespace(from) === effectiveNamespace(to);
}

/** Whether both went through the same prefixes and suffixes, the last ones first. */
function sameContext(a: Resource, b: Resource, how: "or none" | "exactly"): boolean {
  const same = (x: readonly string[], y: readonly string[]): boolean => {
    const [short, long] = x.length <= y.length ? [x, y] : [y, x];
    if (short.length === 0) return how === "or none" || long.length === 0;
    return short.every((text, index) => long[index + long.length - short.length] === text);
  };
  return same(a.prefixes, b.prefixes) && same(a.suffixes, b.suffixes);
}

function refuseAmbiguous(referrer: Resource, candidates: readonly Resource[]): never {
  const ids = candidates.map((each) => idText(currentId(each))).join(", ");
  const shown = candidates.map(
    (each, index) => `--- possible referral ${index}:\n${yamlOf(each.object)}\n`,
  );
  return refuse(
    `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to ` +
      `referrer:\n${yamlOf(referrer.object)}\n${shown.join("")}`,
  );
}
