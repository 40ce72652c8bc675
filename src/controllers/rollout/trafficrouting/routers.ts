/**
 * Who splits the traffic: all routers that spec.strategy.canary.trafficRouting names are told. One that
 * rollsim does not know ends the sync with an error that says so.
 *
 * Left out: ambassador, appMesh, traefik, apisix, and plugins but the Gateway API's.
 */
import { asRecord } from "../../../apiserver/json.ts";
import type { Steps } from "../../reconcile.ts";
import { SyncFailed, type RolloutContext } from "../context.ts";
import { canaryOf } from "../defaults.ts";
import { routeByAlb } from "./alb.ts";
import { routeByGatewayApi } from "./gateway-api.ts";
import { routeByIstio } from "./istio.ts";
import { routeByNginx } from "./nginx.ts";
import type { Router, RoutingOrder } from "./order.ts";
import { routeBySmi } from "./smi.ts";

const ROUTERS: Readonly<Record<string, Router>> = {
  istio: routeByIstio,
  nginx: routeByNginx,
  alb: routeByAlb,
  smi: routeBySmi,
};

const GATEWAY_API = "argoproj-labs/gatewayAPI";
const SETTINGS = new Set(["managedRoutes", "maxTrafficWeight", "plugins"]);

export function* tellRouters(c: RolloutContext, order: RoutingOrder): Steps<void> {
  const routing = canaryOf(c.rollout)?.trafficRouting ?? {};
  for (const [name, settings] of Object.entries(routing)) {
    if (SETTINGS.has(name) || settings === undefined) continue;
    const router = ROUTERS[name];
    if (router === undefined) throw unknown(name);
    yield* router(c, settings, order);
  }
  for (const [name, settings] of Object.entries(asRecord(routing.plugins))) {
    if (name !== GATEWAY_API) throw unknown(`plugin ${name}`);
    yield* routeByGatewayApi(c, settings, order);
  }
}

function unknown(name: string): SyncFailed {
  const known = [...Object.keys(ROUTERS), `plugin ${GATEWAY_API}`].join(", ");
  return new SyncFailed(`trafficRouting by ${name} is not simulated; rollsim knows ${known}`);
}
