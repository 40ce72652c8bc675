/** Namespaces that every cluster has. */
import type { Store } from "./store.ts";

export function seedNamespaces(store: Store): void {
  for (const name of ["default", "kube-node-lease", "kube-public", "kube-system"]) {
    store.seed("namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
  }
}
