/**
 * Routes between clients and Services: which Service a request goes to, by what it carries, and by weight.
 * The choice is a function of the seed and the request, so that the same request goes the same way in two
 * worlds with the same weights; and where weights differ, as many requests change sides as must.
 */
import type { StringMap } from "../api/meta.ts";

/** A name and what its value must be. Patterns are JavaScript's, not anchored. */
export type ValueMatch =
  | { readonly name: string; readonly exact: string }
  | { readonly name: string; readonly pattern: string }
  | { readonly name: string; readonly present: "yes" };

/** All that are given must hold. */
export interface RequestMatch {
  readonly method?: string;
  readonly path?:
    { readonly exact: string } | { readonly prefix: string } | { readonly pattern: string };
  /** Names are not case-sensitive; the header `cookie` has all cookies. */
  readonly headers?: readonly ValueMatch[];
  readonly cookies?: readonly ValueMatch[];
  readonly query?: readonly ValueMatch[];
}

export interface WeightedService {
  /** A Service of the traffic's namespace. */
  readonly service: string;
  /** Its share is weight / the sum of weights; a whole number >= 0. */
  readonly weight: number;
}

export interface Route {
  /** One of them must hold; absent: the route takes every request. */
  readonly matches?: readonly RequestMatch[];
  /** In an order that stays when weights change. Where all weights are 0, requests fail (`noRoute`). */
  readonly backends: readonly WeightedService[];
  /** Services that get a copy, whose answer nobody waits for; `share` of requests, default 1. */
  readonly mirrors?: readonly { readonly service: string; readonly share?: number }[];
  /** Whether requests are split one by one (default), or a user stays on a side while weights do. */
  readonly split?: "by request" | "by user";
}

/** What a request carries. */
export interface RequestContent {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: StringMap;
  readonly cookies: StringMap;
  readonly query: StringMap;
}

/** The first route that takes a request: its index, or -1. */
export function matchingRoute(routes: readonly Route[], request: RequestContent): number {
  return routes.findIndex(
    ({ matches }) => matches === undefined || matches.some((match) => holds(match, request)),
  );
}

/** A draw of 32 random bits picks a Service by weight; undefined: all weights are 0. */
export function pickByWeight(
  backends: readonly WeightedService[],
  bits: number,
): string | undefined {
  let total = 0;
  for (const { weight } of backends) total += weight;
  let left = (bits / 0x1_0000_0000) * total;
  for (const { service, weight } of backends) {
    if (left < weight) return service;
    left -= weight;
  }
  return undefined;
}

function holds(match: RequestMatch, request: RequestContent): boolean {
  if (match.method !== undefined && match.method !== request.method) return false;
  if (match.path !== undefined && !pathHolds(match.path, request.path)) return false;
  const header = (name: string): string | undefined => request.headers[name.toLowerCase()];
  return (
    valuesHold(match.headers, header) &&
    valuesHold(match.cookies, (name) => request.cookies[name]) &&
    valuesHold(match.query, (name) => request.query[name])
  );
}

function valuesHold(
  matches: readonly ValueMatch[] | undefined,
  valueOf: (name: string) => string | undefined,
): boolean {
  return (matches ?? []).every((match) => {
    const value = valueOf(match.name);
    if (value === undefined) return false;
    if ("exact" in match) return value === match.exact;
    return "present" in match || new RegExp(match.pattern, "u").test(value);
  });
}

/** A prefix holds by whole segments: `/a` takes `/a` and `/a/b`, not `/ab`. */
function pathHolds(match: NonNullable<RequestMatch["path"]>, path: string): boolean {
  if ("exact" in match) return path === match.exact;
  if ("pattern" in match) return new RegExp(match.pattern, "u").test(path);
  const prefix = match.prefix.replace(/\/$/, "");
  return path === prefix || path.startsWith(`${prefix}/`);
}
