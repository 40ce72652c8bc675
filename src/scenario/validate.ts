/**
 * What the API server would say of the manifests that stand at the start: asked before the run, so that
 * an invalid one is a mistake in the file, with its place, and not a failed step.
 */
import type { Client } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import type { StatusCause } from "../api/status.ts";
import { Refusals } from "../apiserver/refusals.ts";
import { seedNamespaces } from "../apiserver/seed-namespaces.ts";
import { seedPriorityClasses } from "../apiserver/seed-priority-classes.ts";
import { ApiServer } from "../apiserver/server.ts";
import { Store } from "../apiserver/store.ts";
import { defaults } from "../cluster/options.ts";
import { grant } from "../cluster/taken-for-granted.ts";
import { Trace } from "../engine/trace.ts";
import { unversioned } from "../kubectl/mutate.ts";
import { problemAt, type Problem, type Span } from "./problem.ts";
import type { Manifest, Scenario } from "./scenario.ts";
import type { Located } from "./yaml.ts";

export function refusedManifests({
  manifests,
  namespace,
  granted,
}: Pick<Scenario, "manifests" | "namespace" | "granted">): readonly Problem[] {
  if (manifests.length === 0) return [];
  const api = newApiServer();
  createNamespaces(api, namespace, manifests);
  grant(api, granted);
  return manifests.flatMap(({ object, node, source }) => {
    // Namespaces are made, so that the objects after them find them.
    const dryRun = object.kind === "Namespace" ? {} : { dryRun: "All" as const };
    const metadata = { namespace, ...object.metadata };
    const answer = api.create(unversioned({ ...object, metadata }), {
      ...dryRun,
      fieldValidation: "Strict",
    });
    if (answer.ok) return [];
    const { causes } = answer.status.details ?? {};
    if (causes === undefined || causes.length === 0) {
      const { message } = answer.status;
      // Go's decoder names the struct, and the path from the object on.
      const [, field] = /Go struct field \w+\.(\S+)/u.exec(message) ?? [];
      const span = field === undefined ? node.span : placeOfField(node, field);
      return [problemAt(source, span, { code: "refused", message })];
    }
    return causes.map(({ field, message }: StatusCause) => {
      const what = { code: "invalid", message: `${field}: ${message}` };
      return problemAt(source, placeOfField(node, field), what);
    });
  });
}

/** With what a cluster has from the start, and nobody who acts. */
function newApiServer(): Client {
  const store = new Store(Date.parse(defaults.startTime), () => 0);
  seedNamespaces(store);
  seedPriorityClasses(store);
  return new ApiServer(store, new Refusals(), new Trace());
}

/**
 * The namespace of a scenario is there from the start, and so are those that its manifests name, unless it
 * makes them itself.
 */
export function createNamespaces(
  api: Client,
  namespace: string,
  manifests: readonly Manifest[],
): void {
  for (const object of namespacesOf(namespace, manifests)) {
    const found = api.get({ resource: "namespaces", name: object.metadata.name });
    if (!found.ok) api.create(object);
  }
}

export function namespacesOf(
  namespace: string,
  manifests: readonly Manifest[],
): readonly KubeObject[] {
  const made = manifests.filter(({ object }) => object.kind === "Namespace");
  const named = manifests.flatMap(({ object }) => object.metadata.namespace ?? []);
  const wanted = new Set([namespace, ...named]);
  for (const { object } of made) wanted.delete(object.metadata.name);
  return [...wanted].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}

/** The value at a path such as `spec.template.spec.containers[0].image`, or what of it there is. */
export function placeOfField(root: Located, path: string): Span {
  let node = root;
  let span = root.entries?.get("metadata")?.key ?? root.span;
  for (const [, name, index] of path.matchAll(/([^.[\]]+)|\[([^\]]*)\]/gu)) {
    const key = name ?? index ?? "";
    const child = node.items?.[Number(key)] ?? node.entries?.get(key)?.node;
    if (child === undefined) break;
    span = node.entries?.get(key)?.key ?? child.span;
    node = child;
  }
  return node.entries === undefined && node.items === undefined ? node.span : span;
}
