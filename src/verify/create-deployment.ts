/** A manifest as the API server stores it, in its namespace, or a TypeError that says why it does not. */
import type { Deployment } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";

export function createDeployment(cluster: Cluster, manifest: KubeObject): Deployment {
  const { apiVersion, kind } = manifest;
  if (apiVersion !== "apps/v1" || kind !== "Deployment") {
    throw new TypeError(
      `got apiVersion ${apiVersion}, kind ${kind}; use a Deployment of apps/v1, as an object`,
    );
  }
  const created = cluster.act("create", (api) => {
    const namespace = manifest.metadata?.namespace;
    const isThere =
      namespace === undefined || api.get({ resource: "namespaces", name: namespace }).ok;
    if (!isThere)
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    return api.create(manifest);
  });
  if (!created.ok) throw new TypeError(created.status.message);
  return created.value as Deployment;
}
