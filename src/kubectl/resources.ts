/** Names of kinds as people type them, and how kubectl names objects in its output. */
import type { Client, KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { isCustomGroup, kindOfObject as knownOrMadeUp } from "../apiserver/kinds.ts";
import { fail, goQuote } from "./errors.ts";
import type { KubectlIo } from "./io.ts";

/** `Deployment.apps`, `Pod`: a kind as errors name it. */
export function kindName({ kind, group }: KindInfo): string {
  return group === "" ? kind : `${kind}.${group}`;
}

/** The order in which `all` lists its kinds. */
const allOrder = [
  "pods",
  "replicationcontrollers",
  "services",
  "daemonsets",
  "deployments",
  "replicasets",
  "statefulsets",
  "horizontalpodautoscalers",
  "cronjobs",
  "jobs",
];

/** `deploy`, `deployment`, `Deployments`, `deployments.apps`, `deployments.v1.apps`. */
export function findKind(client: Client, typed: string): KindInfo | undefined {
  const [name = "", ...rest] = typed.toLowerCase().split(".");
  const [short = ""] = typed.split(".");
  const matches = client
    .kinds()
    .filter(
      (kind) =>
        kind.resource === name ||
        kind.singular === name ||
        kind.kind.toLowerCase() === name ||
        kind.shortNames.includes(short),
    );
  if (rest.length === 0) return matches[0];
  const suffix = rest.join(".");
  return matches.find(
    (kind) =>
      kind.group === suffix ||
      // Short names stand for the group alone, whatever version is asked for.
      (kind.shortNames.includes(short) && kind.group === suffix.replace(/^v\d\w*\.?/, "")) ||
      `${kind.version}.${kind.group}` === suffix ||
      (kind.group === "" && `${kind.version}.` === suffix) ||
      // Events are served in two groups, as one set of objects.
      (kind.resource === "events" && "events.k8s.io".startsWith(suffix)) ||
      // A prefix of the group is enough, as for `hpa.autoscal`: discovery expands it.
      (kind.group !== "" && kind.group.startsWith(suffix)),
  );
}

export function mustFindKind(client: Client, typed: string): KindInfo {
  const kind = findKind(client, typed);
  if (kind !== undefined) return kind;
  const [resource = "", ...group] = typed.split(".");
  const where = group.length === 0 ? "" : ` in group ${goQuote(group.join("."))}`;
  return fail(`the server doesn't have a resource type ${goQuote(resource)}${where}`);
}

/** The kinds that a comma-separated list of types means; `all` is expanded. */
export function kindsOf(client: Client, types: string): readonly KindInfo[] {
  return types.split(",").flatMap((type) => {
    if (type !== "all") return [mustFindKind(client, type)];
    const inAll = client.kinds().filter((kind) => kind.categories.includes("all"));
    return inAll.toSorted((a, b) => place(a) - place(b));
  });
}

/** Kinds that `all` does not know of come last. */
function place(kind: KindInfo): number {
  return (allOrder.indexOf(kind.resource) + 100) % 100;
}

/** The kind of an object of a manifest; undefined when the server does not serve it. */
export function kindOfObject(
  { client, customResources: custom }: KubectlIo,
  object: KubeObject,
): KindInfo | undefined {
  const slash = object.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : object.apiVersion.slice(0, slash);
  const version = object.apiVersion.slice(slash + 1);
  // The mapper of kubectl also knows each kind in lower case; the server then refuses it.
  const candidates = client
    .kinds()
    .filter(({ kind, ...each }) => each.group === group && isNamed(kind, object.kind));
  // Of custom resources every version is taken.
  if (isCustomGroup(group)) {
    return candidates[0] ?? (custom === "any" ? knownOrMadeUp(object) : undefined);
  }
  return (
    candidates.find((kind) => kind.version === version) ?? otherVersion(candidates, group, version)
  );
}

function isNamed(kind: string, name: string): boolean {
  return kind === name || kind.toLowerCase() === name;
}

/** Both autoscaling/v1 and v2 are served, as one set of objects. */
function otherVersion(
  candidates: readonly KindInfo[],
  group: string,
  version: string,
): KindInfo | undefined {
  return group === "autoscaling" && version === "v1" ? candidates[0] : undefined;
}

/** The resource as requests name it: with its group where two groups have the same plural. */
export function resourceName(client: Client, kind: KindInfo): string {
  if (kind.custom === true) return `${kind.resource}.${kind.group}`;
  const same = client.kinds().filter((other) => other.resource === kind.resource);
  return same.length > 1 && kind.group !== "" ? `${kind.resource}.${kind.group}` : kind.resource;
}

/** `deployments.apps` or `pods`: how errors name a resource. */
export function groupResource(kind: Pick<KindInfo, "group" | "resource">): string {
  return kind.group === "" ? kind.resource : `${kind.resource}.${kind.group}`;
}

/** `ReplicaSet.apps` or `Pod`: Go's text of a GroupKind. */
export function groupKind({ group, kind }: Pick<KindInfo, "group" | "kind">): string {
  return group === "" ? kind : `${kind}.${group}`;
}

/** `deployment.apps/web`, as -o name prints. */
export function qualifiedName(kind: Pick<KindInfo, "group" | "kind">, name: string): string {
  const lower = kind.kind.toLowerCase();
  return kind.group === "" ? `${lower}/${name}` : `${lower}.${kind.group}/${name}`;
}

/** The same from an object alone. */
export function nameOfObject(
  // A patch that is only tried here may have taken the apiVersion away.
  object: Pick<KubeObject, "kind" | "metadata"> & { readonly apiVersion?: string },
): string {
  const { apiVersion = "" } = object;
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  return qualifiedName({ group, kind: object.kind }, object.metadata.name || "<unknown>");
}
