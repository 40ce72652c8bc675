/**
 * A TrafficSplit of the Service Mesh Interface. Mirrors argo-rollouts rollout/trafficrouting/smi/smi.go
 * (version v1alpha1 of the split, its default).
 */
import { isControlledBy, type KubeObject, newControllerRef } from "../../../api/meta.ts";
import { asRecord, asString } from "../../../apiserver/json.ts";
import { write, type Steps } from "../../reconcile.ts";
import { event, got, SyncFailed, type RolloutContext } from "../context.ts";
import { canaryOf } from "../defaults.ts";
import { routeObject, writeRoute } from "./objects.ts";
import type { RoutingOrder } from "./order.ts";

export function* routeBySmi(
  c: RolloutContext,
  settings: unknown,
  order: RoutingOrder,
): Steps<void> {
  const { rootService, trafficSplitName } = asRecord(settings);
  const { stableService = "", canaryService = "" } = canaryOf(c.rollout) ?? {};
  const name = asString(trafficSplitName) || c.rollout.metadata.name;
  const { namespace } = c.rollout.metadata;
  const rest = order.additional.reduce((left, { weight }) => left - weight, 100 - order.weight);
  const desired: KubeObject = {
    apiVersion: "split.smi-spec.io/v1alpha1",
    kind: "TrafficSplit",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [newControllerRef(c.rollout)],
    },
    spec: {
      service: asString(rootService) || stableService,
      backends: [
        { service: canaryService, weight: String(order.weight) },
        ...order.additional.map(({ serviceName = "", weight }) => ({
          service: serviceName,
          weight: String(weight),
        })),
        { service: stableService, weight: String(rest) },
      ],
    },
  };
  const before = routeObject(c, "trafficsplits", name);
  if (before === undefined) {
    got(yield* write({ do: "create", resource: "trafficsplits", object: desired }));
    yield event(c, "TrafficSplitCreated", `TrafficSplit \`${name}\` created`);
    return;
  }
  if (!isControlledBy(before, c.rollout)) {
    throw new SyncFailed(`Rollout does not own TrafficSplit \`${name}\``);
  }
  const after = { ...before, spec: desired["spec"] };
  if ((yield* writeRoute("trafficsplits", before, after)) === "same") return;
  yield event(c, "TrafficSplitModified", `TrafficSplit \`${name}\` modified`);
}
