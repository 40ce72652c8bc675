/** Descriptions of roles and of who has them. Mirrors kubectl/pkg/describe and pkg/util/rbac (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import type { Call } from "../call.ts";
import { list, map, text } from "../fields.ts";
import { annotationLines, labelLines, line } from "./text.ts";

function headLines(object: KubeObject): string[] {
  return [
    line(0, "Name:", object.metadata.name),
    ...labelLines("Labels", map(object.metadata.labels)),
    ...annotationLines("Annotations", map(object.metadata.annotations)),
  ];
}

export function describeRole(_call: Call, role: KubeObject): string[] {
  const titles = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"];
  const permissions = compact(list(role, "rules").flatMap(permissionsOf));
  const shown = permissions.toSorted((a, b) => compareText(goText(a), goText(b)));
  return [
    ...headLines(role),
    "PolicyRule:",
    line(1, ...titles),
    line(1, ...titles.map((title) => "-".repeat(title.length))),
    ...shown.map((each) =>
      line(1, resourceText(each), goList(each.url), goList(each.name), `[${each.verbs.join(" ")}]`),
    ),
  ];
}

export function describeBinding(_call: Call, binding: KubeObject): string[] {
  return [
    ...headLines(binding),
    "Role:",
    line(1, "Kind:", text(binding, "roleRef", "kind")),
    line(1, "Name:", text(binding, "roleRef", "name")),
    "Subjects:",
    line(1, "Kind", "Name", "Namespace"),
    line(1, "----", "----", "---------"),
    ...list(binding, "subjects").map((each) =>
      line(1, text(each, "kind"), text(each, "name"), text(each, "namespace")),
    ),
  ];
}

/** Verbs on one resource, one object of it, or one URL; "" is what a permission is not about. */
interface Permission {
  readonly group: string | undefined;
  readonly resource: string;
  readonly name: string;
  readonly url: string;
  readonly verbs: readonly string[];
}

function permissionsOf(rule: unknown): readonly Permission[] {
  const texts = (key: string): readonly string[] => list(rule, key).map(String);
  const names = texts("resourceNames").length === 0 ? [""] : texts("resourceNames");
  const each = (part: Omit<Permission, "verbs">): readonly Permission[] =>
    texts("verbs").map((verb) => ({ ...part, verbs: [verb] }));
  return [
    ...texts("apiGroups").flatMap((group) =>
      texts("resources").flatMap((resource) =>
        texts("verbs").flatMap((verb) =>
          names.map((name) => ({ group, resource, name, url: "", verbs: [verb] })),
        ),
      ),
    ),
    ...texts("nonResourceURLs").flatMap((url) =>
      each({ group: undefined, resource: "", name: "", url }),
    ),
  ];
}

/** Permissions on one thing become one, those on URLs stay as they are. */
function compact(permissions: readonly Permission[]): readonly Permission[] {
  const byThing = new Map<string, Permission>();
  const urls = permissions.filter(({ url }) => url !== "");
  for (const each of permissions.filter(({ url }) => url === "")) {
    const thing = JSON.stringify([each.group, each.resource, each.name]);
    const before = byThing.get(thing);
    const verbs = [...new Set([...(before?.verbs ?? []), ...each.verbs])];
    byThing.set(thing, { ...each, verbs });
  }
  return [...urls, ...byThing.values()];
}

function resourceText({ group = "", resource }: Permission): string {
  const [plural = "", subresource] = resource.split("/");
  const qualified = group === "" ? plural : `${plural}.${group}`;
  return subresource === undefined ? qualified : `${qualified}/${subresource}`;
}

function goList(item: string): string {
  return `[${item}]`;
}

/** As Go writes a PolicyRule, whose order this is. */
function goText({ group, resource, name, url, verbs }: Permission): string {
  return (
    `&PolicyRule{Verbs:[${verbs.join(" ")}],APIGroups:${goList(group ?? "")},` +
    `Resources:${goList(resource)},ResourceNames:${goList(name)},NonResourceURLs:${goList(url)},}`
  );
}
