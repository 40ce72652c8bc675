/**
 * Matches and filters of a Canary in the words of the Gateway API (gateway_api.go mapRouteMatches,
 * makeFilters, mergeMatchConditions).
 */
import {
  serviceOf,
  type Canary,
  type HeaderOperations,
  type HttpMatchRequest,
  type StringMatch,
} from "../../../api/canary.ts";
import { compareText } from "../../../api/order.ts";
import { asRecord, type Json } from "../../../apiserver/json.ts";

const ANY_PATH: Json = { path: { type: "PathPrefix", value: "/" } };

/** Undefined: the Gateway API cannot say one of them. */
export function toRouteMatches(requests: readonly HttpMatchRequest[]): readonly Json[] | undefined {
  const matches = requests.map(toRouteMatch);
  if (matches.includes(undefined)) return undefined;
  return matches.flatMap((match) =>
    match === undefined || Object.keys(match).length === 0 ? [] : [match],
  );
}

/** The matches of the Canary's Service; without any, all paths. */
export function serviceMatches(canary: Canary): readonly Json[] {
  const matches = toRouteMatches(serviceOf(canary).match ?? []) ?? [];
  return matches.length === 0 ? [ANY_PATH] : matches;
}

/** Each match of the analysis within each match of the Service. */
export function mergeMatches(wanted: readonly Json[], within: readonly Json[]): readonly Json[] {
  if (wanted.length === 0) return within;
  return wanted.flatMap(({ headers, queryParams }) =>
    within.map((each) => ({
      ...each,
      ...(headers === undefined ? {} : { headers }),
      ...(queryParams === undefined ? {} : { queryParams }),
    })),
  );
}

function toRouteMatch(request: HttpMatchRequest): Json | undefined {
  const { uri, method, headers = {}, queryParams = {} } = request;
  const path = uri === undefined ? undefined : pathMatch(uri);
  if (uri !== undefined && path === undefined) return undefined;
  if (method !== undefined && (method.exact ?? "") === "") return undefined;
  const named = Object.entries(headers).map(([name, value]) => valueMatch(name, value));
  const asked = Object.entries(queryParams).map(([name, value]) => valueMatch(name, value));
  if (named.includes(undefined) || asked.includes(undefined)) return undefined;
  return {
    ...(path === undefined ? {} : { path }),
    ...(method === undefined ? {} : { method: method.exact }),
    ...(named.length === 0 ? {} : { headers: named }),
    ...(asked.length === 0 ? {} : { queryParams: asked }),
  };
}

function pathMatch({ regex = "", exact = "", prefix = "" }: StringMatch): Json | undefined {
  if (regex !== "") return { type: "RegularExpression", value: regex };
  if (exact !== "") return { type: "Exact", value: exact };
  return prefix === "" ? undefined : { type: "PathPrefix", value: prefix };
}

function valueMatch(name: string, { exact = "", regex = "" }: StringMatch): Json | undefined {
  if (exact !== "") return { type: "Exact", name, value: exact };
  return regex === "" ? undefined : { type: "RegularExpression", name, value: regex };
}

export function filtersOf(canary: Canary): readonly Json[] {
  const { headers, rewrite, mirror = [], corsPolicy } = serviceOf(canary);
  const { request, response } = headers ?? {};
  return [
    ...(request === undefined
      ? []
      : [{ type: "RequestHeaderModifier", requestHeaderModifier: modifierOf(request) }]),
    ...(response === undefined
      ? []
      : [{ type: "ResponseHeaderModifier", responseHeaderModifier: modifierOf(response) }]),
    ...(rewrite === undefined ? [] : [rewriteOf(rewrite)]),
    ...mirror.map((each) => ({ type: "RequestMirror", requestMirror: each })),
    ...(corsPolicy === undefined ? [] : [corsOf(asRecord(corsPolicy))]),
  ];
}

function modifierOf({ add, set, remove }: HeaderOperations): Json {
  const listed = (map: Readonly<Record<string, string>>): readonly Json[] =>
    Object.entries(map)
      .map(([name, value]) => ({ name, value }))
      .toSorted((a, b) => compareText(a.name, b.name));
  return {
    ...(add === undefined ? {} : { add: listed(add) }),
    ...(set === undefined ? {} : { set: listed(set) }),
    ...(remove === undefined ? {} : { remove }),
  };
}

function rewriteOf(rewrite: NonNullable<ReturnType<typeof serviceOf>["rewrite"]>): Json {
  const { uri = "", authority = "", type } = rewrite;
  const path =
    type === "ReplacePrefixMatch"
      ? { type, replacePrefixMatch: uri }
      : { type: "ReplaceFullPath", replaceFullPath: uri };
  return {
    type: "URLRewrite",
    urlRewrite: {
      ...(authority === "" ? {} : { hostname: authority }),
      ...(uri === "" ? {} : { path }),
    },
  };
}

function corsOf(policy: Json): Json {
  const { allowOrigin, allowMethods, allowHeaders, exposeHeaders, allowCredentials } = policy;
  const cors = {
    ...(allowOrigin === undefined ? {} : { allowOrigins: allowOrigin }),
    ...(allowMethods === undefined ? {} : { allowMethods }),
    ...(allowHeaders === undefined ? {} : { allowHeaders }),
    ...(exposeHeaders === undefined ? {} : { exposeHeaders }),
    ...(allowCredentials === true ? { allowCredentials } : {}),
  };
  return { type: "CORS", cors };
}
