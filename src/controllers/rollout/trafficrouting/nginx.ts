/**
 * A second Ingress beside the stable one, with canary annotations of ingress-nginx. Mirrors argo-rollouts
 * rollout/trafficrouting/nginx/nginx.go.
 */
import {
  isControlledBy,
  type KubeObject,
  newControllerRef,
  type StringMap,
} from "../../../api/meta.ts";
import { asArray, asRecord, asString, type Json } from "../../../apiserver/json.ts";
import { write, type Steps } from "../../reconcile.ts";
import { event, got, SyncFailed, type RolloutContext } from "../context.ts";
import { canaryOf } from "../defaults.ts";
import { neededObject, routeObject, writeRoute } from "./objects.ts";
import type { RoutingOrder } from "./order.ts";

const CLASS = "kubernetes.io/ingress.class";

export function* routeByNginx(
  c: RolloutContext,
  settings: unknown,
  { weight }: RoutingOrder,
): Steps<void> {
  const nginx = asRecord(settings);
  const several = asArray(nginx["stableIngresses"]).map(asString);
  const names = several.length > 0 ? several : [asString(nginx["stableIngress"])];
  for (const name of names) {
    const stable = neededObject(c, "ingresses", name);
    const canaryName = `${`${c.rollout.metadata.name}-${name}`.slice(0, 246)}-canary`;
    const desired = canaryIngress(c, stable, { name: canaryName, nginx, weight });
    const before = routeObject(c, "ingresses", canaryName);
    if (before === undefined) {
      const text = `Creating canary ingress \`${canaryName}\` with weight \`${weight}\``;
      yield event(c, "CreatingCanaryIngress", text);
      got(yield* write({ do: "create", resource: "ingresses", object: desired }));
      continue;
    }
    if (!isControlledBy(before, c.rollout)) {
      throw new SyncFailed(`canary ingress \`${canaryName}\` controlled by different object`);
    }
    const annotations = { ...before.metadata.annotations, ...desired.metadata.annotations };
    const after = {
      ...before,
      metadata: { ...before.metadata, annotations },
      spec: desired["spec"],
    };
    if ((yield* writeRoute("ingresses", before, after)) === "same") continue;
    const text = `Updating Ingress \`${canaryName}\` to desiredWeight '${weight}'`;
    yield event(c, "PatchingCanaryIngress", text);
  }
}

/** The rules that lead to the stable Service, leading to the canary Service. */
function canaryIngress(
  c: RolloutContext,
  stable: KubeObject,
  wish: { readonly name: string; readonly nginx: Json; readonly weight: number },
): KubeObject {
  const { stableService = "", canaryService = "", trafficRouting } = canaryOf(c.rollout) ?? {};
  const prefix = asString(wish.nginx["annotationPrefix"]) || "nginx.ingress.kubernetes.io";
  const { tls, ingressClassName, rules } = asRecord(stable["spec"]);
  const turned = asArray(rules)
    .map(asRecord)
    .flatMap((rule) => turn(rule, stableService, canaryService));
  if (turned.length === 0) {
    const { name } = stable.metadata;
    throw new SyncFailed(`ingress \`${name}\` has no rules using service ${stableService} backend`);
  }
  const prefixed = Object.entries(asRecord(wish.nginx["additionalIngressAnnotations"])).map(
    ([key, value]) => [key.startsWith(prefix) ? key : `${prefix}/${key}`, asString(value)],
  );
  const oldClass = stable.metadata.annotations?.[CLASS];
  const total = trafficRouting?.maxTrafficWeight;
  const annotations: StringMap = {
    ...(oldClass === undefined ? {} : { [CLASS]: oldClass }),
    ...(Object.fromEntries(prefixed) as StringMap),
    ...(asRecord(wish.nginx["canaryIngressAnnotations"]) as StringMap),
    [`${prefix}/canary`]: "true",
    [`${prefix}/canary-weight`]: String(wish.weight),
    ...(total === undefined ? {} : { [`${prefix}/canary-weight-total`]: String(total) }),
  };
  const { namespace } = c.rollout.metadata;
  return {
    apiVersion: stable.apiVersion,
    kind: "Ingress",
    metadata: {
      name: wish.name,
      ...(namespace === undefined ? {} : { namespace }),
      annotations,
      ownerReferences: [newControllerRef(c.rollout)],
    },
    spec: {
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      ...(tls === undefined ? {} : { tls }),
      rules: turned,
    },
  };
}

function turn(rule: Json, from: string, to: string): readonly Json[] {
  const http = asRecord(rule["http"]);
  let found = false;
  const paths = asArray(http["paths"]).map((each) => {
    const path = asRecord(each);
    const backend = asRecord(path["backend"]);
    const service = asRecord(backend["service"]);
    if (service["name"] !== from) return path;
    found = true;
    return { ...path, backend: { ...backend, service: { ...service, name: to } } };
  });
  return found ? [{ ...rule, http: { ...http, paths } }] : [];
}
