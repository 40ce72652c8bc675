/**
 * The action annotation that the AWS Load Balancer Controller reads from an Ingress. Mirrors argo-rollouts
 * rollout/trafficrouting/alb/alb.go.
 *
 * Left out: header routes.
 */
import { asArray, asRecord, asString, type Json } from "../../../apiserver/json.ts";
import type { Steps } from "../../reconcile.ts";
import { SyncFailed, type RolloutContext } from "../context.ts";
import { canaryOf } from "../defaults.ts";
import { neededObject, writeRoute } from "./objects.ts";
import type { RoutingOrder } from "./order.ts";

const MANAGED = "rollouts.argoproj.io/managed-alb-actions";

export function* routeByAlb(
  c: RolloutContext,
  settings: unknown,
  order: RoutingOrder,
): Steps<void> {
  const alb = asRecord(settings);
  const several = asArray(alb["ingresses"]).map(asString);
  if (order.step?.setHeaderRoute !== undefined) {
    throw new SyncFailed(
      "setHeaderRoute by alb is not simulated; rollsim knows it of istio and gatewayAPI",
    );
  }
  for (const name of several.length > 0 ? several : [asString(alb["ingress"])]) {
    const before = neededObject(c, "ingresses", name);
    const { stableService = "" } = canaryOf(c.rollout) ?? {};
    const prefix = asString(alb["annotationPrefix"]) || "alb.ingress.kubernetes.io";
    const key = `${prefix}/actions.${asString(alb["rootService"]) || stableService}`;
    const managed = `{"${c.rollout.metadata.name}":["${key}"]}`;
    const annotations = {
      ...before.metadata.annotations,
      [key]: actionOf(c, alb, order),
      [MANAGED]: managed,
    };
    const after = { ...before, metadata: { ...before.metadata, annotations } };
    yield* writeRoute("ingresses", before, after);
  }
}

function actionOf(c: RolloutContext, alb: Json, order: RoutingOrder): string {
  const { stableService, canaryService } = canaryOf(c.rollout) ?? {};
  const ServicePort = String(Number(alb["servicePort"]));
  const rest = order.additional.reduce((left, { weight }) => left - weight, 100 - order.weight);
  const group = (ServiceName: string | undefined, Weight: number): Json => ({
    ServiceName,
    ServicePort,
    Weight,
  });
  const TargetGroups = [
    group(canaryService, order.weight),
    ...order.additional.map(({ serviceName, weight }) => group(serviceName, weight)),
    group(stableService, rest),
  ];
  const sticky = asRecord(alb["stickinessConfig"]);
  const TargetGroupStickinessConfig =
    sticky["enabled"] === true
      ? { Enabled: true, DurationSeconds: sticky["durationSeconds"] }
      : undefined;
  return JSON.stringify({
    Type: "forward",
    ForwardConfig: { TargetGroups, TargetGroupStickinessConfig },
  });
}
