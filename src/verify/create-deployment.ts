/** A manifest as the API server stores it, or a TypeError that says why it does not. */
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
  const created = cluster.act("create", (api) => api.create(manifest));
  if (!created.ok) throw new TypeError(created.status.message);
  return created.value as Deployment;
}
