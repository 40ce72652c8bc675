/**
 * HTTPRoutes of the Gateway API (gateway.networking.k8s.io, v1 and v1beta1), for requests to a host, and for
 * those to a Service that is their parent. Which rule takes a request: the most telling host name, then path,
 * method, headers and query, then the oldest route, then the order in which they are written
 * (kubernetes-sigs/gateway-api apis/v1/httproute_types.go HTTPRouteRule.matches).
 *
 * Left out: backends in other namespaces (nobody is there), redirects, listeners of Gateways.
 */
import type { Client } from "../../api/client.ts";
import type { KubeObject } from "../../api/meta.ts";
import { asArray, asRecord, asString, type Json } from "../../apiserver/json.ts";
import type { RequestMatch, Route, ValueMatch, WeightedService } from "../route.ts";
import type { RouteReader, RouteTarget } from "../route-reader.ts";
import { hostHolds } from "./hosts.ts";
import { whole } from "./patterns.ts";

export const httpRoutes: RouteReader = {
  resources: ["httproutes"],
  routes(api, target) {
    const routes = attached(api, target);
    if (routes.length === 0) return undefined;
    return routes
      .flatMap(({ route, hostRank }) => ranked(route, hostRank))
      .toSorted((a, b) => compare(a.rank, b.rank))
      .map(({ route }) => route);
  },
};

interface Attached {
  readonly route: KubeObject;
  /** The more of the host name a route gives, the smaller. */
  readonly hostRank: number;
}

interface Ranked {
  readonly route: Route;
  readonly rank: readonly (number | string)[];
}

function attached(api: Client, { namespace, host, service }: RouteTarget): readonly Attached[] {
  return api.list("httproutes", { namespace }).flatMap((route) => {
    const spec = asRecord(route["spec"]);
    const parents = asArray(spec["parentRefs"]).map(asRecord);
    const isParent = (kind: string, name?: string): boolean =>
      parents.some(
        (ref) =>
          (ref["kind"] ?? "Gateway") === kind && (name === undefined || ref["name"] === name),
      );
    if (service !== undefined) {
      return isParent("Service", service) ? [{ route, hostRank: 0 }] : [];
    }
    if (host === undefined || !isParent("Gateway")) return [];
    const names = asArray(spec["hostnames"]).map(asString);
    if (names.length === 0) return [{ route, hostRank: 0 }];
    const ranks = names.filter((name) => hostHolds(name, host)).map(hostRankOf);
    return ranks.length === 0 ? [] : [{ route, hostRank: Math.min(...ranks) }];
  });
}

/** Whole names go before wildcards, longer ones before shorter. */
function hostRankOf(name: string): number {
  return name.startsWith("*") ? -name.length : -1000 - name.length;
}

function ranked(object: KubeObject, hostRank: number): readonly Ranked[] {
  const { creationTimestamp = "", name } = object.metadata;
  const rules = asArray(asRecord(object["spec"])["rules"]).map(asRecord);
  return rules.flatMap((rule, ruleIndex) => {
    const matches = asArray(rule["matches"]).map(asRecord);
    return (matches.length === 0 ? [{}] : matches).map((match, matchIndex) => ({
      route: routeOf(rule, matchOf(match)),
      rank: [hostRank, ...matchRank(match), creationTimestamp, name, ruleIndex, matchIndex],
    }));
  });
}

function matchRank(match: Json): readonly number[] {
  const { type, value } = pathOf(match);
  const kinds = ["Exact", "PathPrefix", "RegularExpression"];
  return [
    kinds.indexOf(type),
    -value.length,
    match["method"] === undefined ? 1 : 0,
    -asArray(match["headers"]).length,
    -asArray(match["queryParams"]).length,
  ];
}

function compare(a: Ranked["rank"], b: Ranked["rank"]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i] ?? left;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function pathOf(match: Json): { readonly type: string; readonly value: string } {
  const { type, value } = asRecord(match["path"]);
  const text = asString(value);
  return { type: asString(type) || "PathPrefix", value: text === "" ? "/" : text };
}

function matchOf(match: Json): RequestMatch {
  const { type, value } = pathOf(match);
  const path =
    type === "Exact"
      ? { exact: value }
      : type === "RegularExpression"
        ? { pattern: whole(value) }
        : { prefix: value };
  const method = asString(match["method"]);
  return {
    path,
    ...(method === "" ? {} : { method }),
    headers: asArray(match["headers"]).map((each) => valueOf(asRecord(each))),
    query: asArray(match["queryParams"]).map((each) => valueOf(asRecord(each))),
  };
}

function valueOf({ name, type, value }: Json): ValueMatch {
  const text = asString(value);
  return type === "RegularExpression"
    ? { name: asString(name), pattern: whole(text) }
    : { name: asString(name), exact: text };
}

function routeOf(rule: Json, match: RequestMatch): Route {
  const mirrors = asArray(rule["filters"])
    .map(asRecord)
    .filter(({ type }) => type === "RequestMirror")
    .map(({ requestMirror }) => mirrorOf(asRecord(requestMirror)));
  return {
    matches: [match],
    backends: asArray(rule["backendRefs"]).map((each) => backendOf(asRecord(each))),
    ...(mirrors.length === 0 ? {} : { mirrors }),
  };
}

function backendOf(ref: Json): WeightedService {
  const { weight = 1 } = ref;
  return { service: serviceOf(ref), weight: typeof weight === "number" ? weight : 1 };
}

function serviceOf({ name, namespace }: Json): string {
  return namespace === undefined ? asString(name) : `${asString(name)}.${asString(namespace)}`;
}

function mirrorOf(mirror: Json): { readonly service: string; readonly share?: number } {
  const service = serviceOf(asRecord(mirror["backendRef"]));
  const { percent, fraction } = mirror;
  if (typeof percent === "number") return { service, share: percent / 100 };
  const { numerator, denominator = 100 } = asRecord(fraction);
  if (typeof numerator !== "number" || typeof denominator !== "number") return { service };
  return { service, share: numerator / denominator };
}
