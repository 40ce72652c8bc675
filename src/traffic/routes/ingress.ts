/**
 * Ingresses as ingress-nginx takes them, with its canary annotations: by header, then by cookie, then by
 * weight (ingress-nginx docs/user-guide/nginx-configuration/annotations.md, Canary). A canary Ingress
 * counts beside one without the annotation that has the same host and path.
 *
 * Left out: other ingress controllers, `use-regex` and rewrites.
 */
import type { Client } from "../../api/client.ts";
import type { KubeObject, StringMap } from "../../api/meta.ts";
import { asArray, asRecord, asString, type Json } from "../../apiserver/json.ts";
import type { RequestMatch, Route, ValueMatch } from "../route.ts";
import type { RouteReader } from "../route-reader.ts";
import { hostHolds } from "./hosts.ts";
import { found } from "./patterns.ts";

const CANARY = "nginx.ingress.kubernetes.io/canary";
const DEFAULT_TOTAL = 100;

export const ingresses: RouteReader = {
  resources: ["ingresses"],
  routes(api, { namespace, host }) {
    if (host === undefined) return undefined;
    const places = placesFor(api, namespace, host);
    const main = places.filter(({ canary }) => canary === undefined);
    if (main.length === 0) return undefined;
    return main.toSorted(moreTelling).flatMap((place) => {
      const twin = places.find(
        ({ canary, ...each }) =>
          canary !== undefined && each.host === place.host && samePath(each.path, place.path),
      );
      return twin === undefined ? [routeTo(place.path, place.service)] : split(place, twin);
    });
  },
};

/** A path of an Ingress under one host. */
interface Place {
  readonly host: string;
  readonly path: NonNullable<RequestMatch["path"]>;
  readonly service: string;
  /** Annotations of a canary Ingress. */
  readonly canary: StringMap | undefined;
}

function placesFor(api: Client, namespace: string, host: string): readonly Place[] {
  return api.list("ingresses", { namespace }).flatMap((ingress) => {
    const spec = asRecord(ingress["spec"]);
    const rules = asArray(spec["rules"]).map(asRecord);
    const places = rules
      .filter((rule) => hostHolds(asString(rule["host"]), host))
      .flatMap((rule) =>
        asArray(asRecord(rule["http"])["paths"]).map((path) =>
          placeOf(ingress, asString(rule["host"]), asRecord(path)),
        ),
      );
    const { defaultBackend } = spec;
    if (defaultBackend === undefined || places.length > 0) return places;
    return [placeOf(ingress, "", { path: "/", backend: defaultBackend })];
  });
}

function placeOf({ metadata }: KubeObject, host: string, { path, pathType, backend }: Json): Place {
  const { annotations = {} } = metadata;
  const text = asString(path) === "" ? "/" : asString(path);
  return {
    host,
    path: pathType === "Exact" ? { exact: text } : { prefix: text },
    service: asString(asRecord(asRecord(backend)["service"])["name"]),
    canary: annotations[CANARY] === "true" ? annotations : undefined,
  };
}

/** A whole host goes before a wildcard, an exact path before prefixes, and longer ones before shorter. */
function moreTelling(a: Place, b: Place): number {
  const rank = ({ host, path }: Place): readonly number[] => [
    host === "" ? 2 : host.startsWith("*") ? 1 : 0,
    "exact" in path ? 0 : 1,
    -textOf(path).length,
  ];
  const [left, right] = [rank(a), rank(b)];
  return left.map((value, i) => value - (right[i] ?? 0)).find((by) => by !== 0) ?? 0;
}

function textOf(path: Place["path"]): string {
  return "exact" in path ? path.exact : "prefix" in path ? path.prefix : path.pattern;
}

function samePath(a: Place["path"], b: Place["path"]): boolean {
  return textOf(a) === textOf(b);
}

function routeTo(
  path: Place["path"],
  service: string,
  more: Omit<RequestMatch, "path"> = {},
): Route {
  return { matches: [{ path, ...more }], backends: [{ service, weight: 1 }] };
}

function split(
  { path, service: stable }: Place,
  { service, canary = {} }: Place,
): readonly Route[] {
  const annotation = (name: string): string => canary[`${CANARY}-${name}`] ?? "";
  const [header, cookie] = [annotation("by-header"), annotation("by-cookie")];
  const [value, pattern] = [annotation("by-header-value"), annotation("by-header-pattern")];
  const told = (to: string, ...headers: readonly ValueMatch[]): Route =>
    routeTo(path, to, { headers });
  const byHeader =
    header === ""
      ? []
      : value !== ""
        ? [told(service, { name: header, exact: value })]
        : pattern !== ""
          ? [told(service, { name: header, pattern: found(pattern) })]
          : [
              told(service, { name: header, exact: "always" }),
              told(stable, { name: header, exact: "never" }),
            ];
  const byCookie =
    cookie === ""
      ? []
      : [
          routeTo(path, service, { cookies: [{ name: cookie, exact: "always" }] }),
          routeTo(path, stable, { cookies: [{ name: cookie, exact: "never" }] }),
        ];
  const total = wholeNumber(annotation("weight-total")) ?? DEFAULT_TOTAL;
  const weight = Math.min(wholeNumber(annotation("weight")) ?? 0, total);
  const backends = [
    { service: stable, weight: total - weight },
    { service, weight },
  ];
  return [...byHeader, ...byCookie, { matches: [{ path }], backends }];
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/u.test(text) ? Number(text) : undefined;
}
