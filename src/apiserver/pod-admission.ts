/** Why the API server does not let a pod in that is fine in itself: webhooks are asked before quotas. */
import type { Pod } from "../api/core.ts";
import type { Status } from "../api/status.ts";
import type { Quotas } from "./quotas.ts";
import type { Store } from "./store.ts";
import { webhookRefusal } from "./webhooks.ts";

export function podRefusal(
  { store, quotas }: { readonly store: Store; readonly quotas: Quotas },
  pod: Pod,
): Status | undefined {
  const { namespace = "default", labels = {} } = pod.metadata;
  return webhookRefusal(store, namespace, labels) ?? quotas.refuse(pod);
}
