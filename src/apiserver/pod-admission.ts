/** Why the API server does not let an object in that is fine in itself: LimitRanges come first, then webhooks, then quotas. */
import type { Pod } from "../api/core.ts";
import type { KubeObject } from "../api/meta.ts";
import type { GroupResource, Status } from "../api/status.ts";
import { claimRefusal, limitRefusal } from "./limit-ranges.ts";
import type { Quotas } from "./quotas.ts";
import type { Store } from "./store.ts";
import { webhookRefusal } from "./webhooks.ts";

interface Admission {
  readonly store: Store;
  readonly quotas: Quotas;
}

export function admissionRefusal(
  server: Admission,
  of: GroupResource,
  object: KubeObject,
): Status | undefined {
  if (object.kind === "Pod") return podRefusal(server, object as Pod);
  const limited =
    object.kind === "PersistentVolumeClaim" ? claimRefusal(server.store, object) : undefined;
  return limited ?? server.quotas.refuseObject(of, object);
}

export function podRefusal({ store, quotas }: Admission, pod: Pod): Status | undefined {
  const { namespace = "default", name, labels = {} } = pod.metadata;
  const limited = limitRefusal(store, namespace, name, pod.spec);
  return limited ?? webhookRefusal(store, namespace, labels) ?? quotas.refuse(pod);
}
