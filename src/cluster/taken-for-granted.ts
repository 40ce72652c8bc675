/**
 * What manifests name and none of them is: the ConfigMaps, Secrets and classes without which no pod starts. They are
 * in the cluster that the manifests come from, so they are taken to be there, empty but for the keys that are named.
 */
import type { Client } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { asRecord, asString, type Json } from "../apiserver/json.ts";
import { configSources } from "../kubelet/config-sources.ts";

/** `namespace`: of manifests that name none. Each thing once, in the order of the manifests. */
export function takenForGranted(
  manifests: readonly KubeObject[],
  namespace: string,
): readonly KubeObject[] {
  const there = new Set(manifests.map((each) => nameOf(each, namespace)));
  const granted = new Map<string, KubeObject>();
  for (const manifest of manifests) {
    for (const object of namedBy(manifest, manifest.metadata?.namespace ?? namespace)) {
      const name = nameOf(object, namespace);
      if (there.has(name)) continue;
      const data = { ...asRecord(granted.get(name)?.["data"]), ...asRecord(object["data"]) };
      granted.set(name, Object.keys(data).length === 0 ? object : { ...object, data });
    }
  }
  return [...granted.values()];
}

/** Makes them, but for those that there are; those whose namespace is yet to come, when it is called again. */
export function grant(api: Client, objects: readonly KubeObject[]): void {
  for (const object of objects) api.create(object);
}

/** Of a manifest that nobody has judged yet, too. */
function nameOf({ kind, metadata }: Partial<KubeObject>, namespace: string): string {
  const space = kind?.endsWith("Class") === true ? "" : (metadata?.namespace ?? namespace);
  return `${kind} ${space}/${metadata?.name}`;
}

function namedBy(manifest: KubeObject, namespace: string): readonly KubeObject[] {
  const spec = podSpecOf(manifest);
  const config = configSources(namespace, spec).map(({ kind, key, keys }): KubeObject => {
    const metadata = { name: key.slice(key.indexOf("/") + 1), namespace };
    const data = Object.fromEntries(keys.map((each) => [each, ""]));
    return { apiVersion: "v1", kind: kind === "secret" ? "Secret" : "ConfigMap", metadata, data };
  });
  const { priority } = spec;
  const value = typeof priority === "number" ? priority : 0;
  const runtime = asString(spec["runtimeClassName"]);
  return [
    ...config,
    ...classNamed("PriorityClass", "scheduling.k8s.io/v1", spec["priorityClassName"], { value }),
    ...classNamed("RuntimeClass", "node.k8s.io/v1", runtime, { handler: runtime }),
  ];
}

function classNamed(
  kind: string,
  apiVersion: string,
  name: unknown,
  more: Json,
): readonly KubeObject[] {
  if (typeof name !== "string" || name === "" || name.startsWith("system-")) return [];
  return [{ apiVersion, kind, metadata: { name }, ...more }];
}

function podSpecOf({ kind, spec }: KubeObject): Json {
  return kind === "Pod" ? asRecord(spec) : asRecord(asRecord(asRecord(spec)["template"])["spec"]);
}
