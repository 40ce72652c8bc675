/** A manifest as the API server stores it, in its namespace, or a TypeError that says why it does not. */
import type { Deployment } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import { grant, takenForGranted } from "../cluster/taken-for-granted.ts";
import { unversioned } from "../kubectl/mutate.ts";

/** Fields that Kubernetes does not know are refused, too: they would be dropped, and defaults judged. */
export function createDeployment(
  cluster: Cluster,
  manifest: KubeObject,
  beside: readonly KubeObject[] = [],
): Deployment {
  const created = cluster.act("create", (api) => {
    const namespace = manifest.metadata?.namespace;
    const isThere =
      namespace === undefined || api.get({ resource: "namespaces", name: namespace }).ok;
    if (!isThere)
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    grant(api, takenForGranted([manifest], "default"));
    for (const object of beside) {
      const answer = api.create(unversioned(object), { fieldValidation: "Strict" });
      if (!answer.ok) return answer;
    }
    return api.create(unversioned(manifest), { fieldValidation: "Strict" });
  });
  if (!created.ok) throw new TypeError(created.status.message);
  return created.value as Deployment;
}
