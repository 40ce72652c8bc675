/** Why the API server does not let a pod in that is fine in itself: LimitRanges come first, then webhooks, then quotas. */
import type { Pod } from "../api/core.ts";
import type { Status } from "../api/status.ts";
import { limitRefusal } from "./limit-ranges.ts";
import type { Quotas } from "./quotas.ts";
import type { Store } from "./store.ts";
import { webhookRefusal } from "./webhooks.ts";

export function podRefusal(
  { store, quotas }: { readonly store: Store; readonly quotas: Quotas },
  pod: Pod,
): Status | undefined {
  const { namespace = "default", name, labels = {} } = pod.metadata;
  const limited = limitRefusal(store, namespace, name, pod.spec);
  return limited ?? webhookRefusal(store, namespace, labels) ?? quotas.refuse(pod);
}
