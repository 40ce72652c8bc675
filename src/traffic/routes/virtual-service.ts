/**
 * Istio's VirtualServices (networking.istio.io): http routes, the first that matches, else tcp routes. For
 * requests to a Service through the mesh, and for those to a host through a gateway.
 *
 * Left out: subsets of DestinationRules, delegates, `withoutHeaders`, faults and rewrites.
 */
import type { HttpMatchRequest } from "../../api/canary.ts";
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, isRecord, type Json } from "../../apiserver/json.ts";
import type { RequestMatch, Route } from "../route.ts";
import type { RouteReader, RouteTarget } from "../route-reader.ts";
import { backendName, hostHolds, serviceOfHost } from "./hosts.ts";
import { pathMatch, stringMatch } from "./patterns.ts";

const MESH = "mesh";

export const virtualServices: RouteReader = {
  resources: ["virtualservices"],
  routes(api, target) {
    const { namespace } = target;
    const found = api.list("virtualservices", { namespace }).find((each) => isFor(each, target));
    if (found === undefined) return undefined;
    const { http, tcp } = asRecord(found["spec"]);
    const rules = asArray(http).length > 0 ? asArray(http) : asArray(tcp).map(withoutMatch);
    return rules.map((rule) => routeOf(asRecord(rule), namespace));
  },
};

function isFor({ spec }: KubeObject, { namespace, host, service }: RouteTarget): boolean {
  const hosts = asArray(asRecord(spec)["hosts"]).map(asString);
  const gateways = asArray(asRecord(spec)["gateways"]).map(asString);
  if (host !== undefined) {
    return gateways.some((name) => name !== MESH) && hosts.some((name) => hostHolds(name, host));
  }
  if (gateways.length > 0 && !gateways.includes(MESH)) return false;
  return hosts.some((name) => {
    const named = serviceOfHost(name, namespace);
    return named?.name === service && named?.namespace === namespace;
  });
}

/** Of connections there is nothing to match on but ports. */
function withoutMatch(rule: unknown): Json {
  const { match: _, ...rest } = asRecord(rule);
  return rest;
}

function routeOf(rule: Json, namespace: string): Route {
  const matches = asArray(rule["match"]).map((each) => matchOf(each as HttpMatchRequest));
  const to = asArray(rule["route"]).map(asRecord);
  const backends = to.map(({ destination, weight }) => ({
    service: backendName(asString(asRecord(destination)["host"]), namespace),
    // One destination gets all; of several, those without a weight get none.
    weight: typeof weight === "number" ? weight : to.length === 1 ? 1 : 0,
  }));
  const mirrors = mirrorsOf(rule, namespace);
  return {
    ...(matches.length === 0 ? {} : { matches }),
    backends: backends.length === 1 ? [{ ...backends[0]!, weight: 1 }] : backends,
    ...(mirrors.length === 0 ? {} : { mirrors }),
  };
}

function mirrorsOf(rule: Json, namespace: string): NonNullable<Route["mirrors"]> {
  const single = isRecord(rule["mirror"])
    ? [{ destination: rule["mirror"], percentage: rule["mirrorPercentage"] }]
    : [];
  return [...single, ...asArray(rule["mirrors"]).map(asRecord)].map((each) => {
    const { destination, percentage } = each as Json;
    const service = backendName(asString(asRecord(destination)["host"]), namespace);
    const { value } = asRecord(percentage);
    return typeof value === "number" ? { service, share: value / 100 } : { service };
  });
}

function matchOf({ uri, method, headers = {}, queryParams = {} }: HttpMatchRequest): RequestMatch {
  return {
    ...(uri === undefined ? {} : { path: pathMatch(uri) }),
    ...(method?.exact === undefined ? {} : { method: method.exact }),
    headers: Object.entries(headers).map(([name, match]) => stringMatch(name, match)),
    query: Object.entries(queryParams).map(([name, match]) => stringMatch(name, match)),
  };
}
