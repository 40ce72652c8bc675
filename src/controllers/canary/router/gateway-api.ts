/**
 * Gateway API: an HTTPRoute with the weights. Mirrors fluxcd/flagger pkg/router/gateway_api.go and
 * gateway_api_v1beta1.go.
 */
import {
  analysisOf,
  phaseOf,
  serviceNames,
  serviceOf,
  type SessionAffinity,
} from "../../../api/canary.ts";
import { asArray, asRecord, asString, isRecord, type Json } from "../../../apiserver/json.ts";
import type { Sync } from "../sync.ts";
import { previousCookie, stickyCookies } from "./affinity.ts";
import { filtersOf, mergeMatches, serviceMatches, toRouteMatches } from "./gateway-api-rules.ts";
import {
  ALL_TO_PRIMARY,
  reconcileWeighted,
  setWeightsOf,
  weightedRouter,
  weightsOf,
  type Router,
  type WeightedObject,
  type Weights,
} from "./router.ts";

const GROUP = "gateway.networking.k8s.io";
const COOKIE = "Cookie";

/** `version` is that of the API, v1 or v1beta1. */
export function gatewayRouter(version: "v1" | "v1beta1"): Router {
  const route: WeightedObject = {
    kind: "HTTPRoute",
    apiVersion: `${GROUP}/${version}`,
    resource: "httproutes",
    name: ({ canary }) => serviceNames(canary).apex,
    initial: (sync) => routeSpec(sync, [weightedRule(sync, ALL_TO_PRIMARY)]),
    weighted: (sync, weights) => routeSpec(sync, steeredRules(sync, weights)),
    settings: settingsOf,
    weights: readWeights,
  };
  return {
    ...weightedRouter(route),
    *reconcile(sync) {
      const { gatewayRefs = [], match = [] } = serviceOf(sync.canary);
      if (gatewayRefs.length === 0) {
        return "GatewayRefs must be specified when using Gateway API as a provider.";
      }
      const unsupported = [...match, ...(analysisOf(sync.canary).match ?? [])].find(
        (each) => toRouteMatches([each]) === undefined,
      );
      if (unsupported !== undefined) {
        const shown = JSON.stringify(unsupported);
        return (
          "Invalid request matching selectors: " +
          `Gateway API doesn't support the specified matching selector: ${shown}`
        );
      }
      return yield* reconcileWeighted(sync, route);
    },
    weights: (sync) => weightsOf(sync, route),
    setWeights: (sync, weights) => setWeightsOf(sync, route, weights),
  };
}

function routeSpec(sync: Sync, rules: readonly Json[]): Json {
  const { gatewayRefs = [], hosts = [] } = serviceOf(sync.canary);
  return {
    parentRefs: gatewayRefs,
    ...(hosts.length === 0 ? {} : { hostnames: hosts }),
    rules: withMatches(sync, rules),
  };
}

/** A/B testing: the first rule is for the requests of `match`, and one more for everybody else. */
function withMatches(sync: Sync, rules: readonly Json[]): readonly Json[] {
  const { match: wanted = [] } = analysisOf(sync.canary);
  if (wanted.length === 0) return rules;
  const [first = {}, ...rest] = rules;
  const matches = serviceMatches(sync.canary);
  const { primary } = serviceNames(sync.canary);
  const others = { ...rule(sync, matches, [backend(sync, primary, 100)]), ...timeouts(sync) };
  const merged = mergeMatches(toRouteMatches(wanted) ?? [], matches);
  return [{ ...first, matches: merged }, ...rest, others];
}

function weightedRule(sync: Sync, weights: Weights): Json {
  const { primary, canary } = serviceNames(sync.canary);
  const backends = [backend(sync, primary, weights.primary), backend(sync, canary, weights.canary)];
  return { ...rule(sync, serviceMatches(sync.canary), backends), ...timeouts(sync) };
}

/** Mirroring is for blue/green alone here: a canary's mirror step changes nothing, as in Flagger. */
function steeredRules(sync: Sync, weights: Weights): readonly Json[] {
  const { iterations = 0, sessionAffinity } = analysisOf(sync.canary);
  const plain = weightedRule(sync, weights);
  const { weight: _, ...backendRef } = backend(sync, serviceNames(sync.canary).canary, 0);
  const mirror = { type: "RequestMirror", requestMirror: { backendRef } };
  const weighted =
    weights.mirrored && iterations > 0
      ? { ...plain, filters: [...asArray(plain["filters"]), mirror] }
      : plain;
  return sessionAffinity === undefined
    ? [weighted]
    : stickyRules(sync, weights, weighted, sessionAffinity);
}

function rule(sync: Sync, matches: readonly Json[], backendRefs: readonly Json[]): Json {
  const filters = filtersOf(sync.canary);
  return { matches, ...(filters.length === 0 ? {} : { filters }), backendRefs };
}

function timeouts(sync: Sync): Json {
  const { timeout: request = "", backendTimeout: backendRequest = "" } = serviceOf(sync.canary);
  if (request === "" && backendRequest === "") return {};
  return {
    timeouts: {
      ...(request === "" ? {} : { request }),
      ...(backendRequest === "" ? {} : { backendRequest }),
    },
  };
}

function backend(sync: Sync, name: string, weight: number): Json {
  return { group: "", kind: "Service", name, port: serviceOf(sync.canary).port, weight };
}

function stickyRules(
  sync: Sync,
  weights: Weights,
  weighted: Json,
  affinity: SessionAffinity,
): readonly Json[] {
  const { primary, canary } = serviceNames(sync.canary);
  const within = serviceMatches(sync.canary);
  const cookie = (value: string): readonly Json[] =>
    mergeMatches([{ headers: [{ type: "RegularExpression", name: COOKIE, value }] }], within);
  if (weights.canary === 0) {
    const previous = previousCookie(sync);
    if (previous === undefined) return [weighted, weighted];
    const filters = [...asArray(weighted["filters"]), setCookie(previous.set)];
    return [{ ...weighted, matches: cookie(previous.pattern), filters }, weighted];
  }
  const sticky = stickyCookies(sync, affinity);
  const only = (toPrimary: number): readonly Json[] => [
    backend(sync, primary, toPrimary),
    backend(sync, canary, 100 - toPrimary),
  ];
  const setting = (to: Json): Json => {
    const set = to["name"] === canary ? sticky.setCanary : sticky.setPrimary;
    return set === undefined ? to : { ...to, filters: [setCookie(set)] };
  };
  const rules = [{ ...weighted, matches: cookie(sticky.canaryPattern), backendRefs: only(0) }];
  if (sticky.primaryPattern !== undefined) {
    rules.push({ ...weighted, matches: cookie(sticky.primaryPattern), backendRefs: only(100) });
  }
  return [...rules, { ...weighted, backendRefs: backendsOf(weighted).map(setting) }];
}

function setCookie(value: string): Json {
  return {
    type: "ResponseHeaderModifier",
    responseHeaderModifier: { add: [{ name: "Set-Cookie", value }] },
  };
}

/** Of the last rule with both backends; where cookies are set, of the rule that sets them. */
function readWeights(sync: Sync, spec: Json): Weights {
  const { primary, canary } = serviceNames(sync.canary);
  const rules = asArray(spec["rules"]).map(asRecord);
  const setsCookie = (each: Json): boolean => backendsOf(each).some((to) => "filters" in to);
  const { sessionAffinity } = analysisOf(sync.canary);
  const found =
    (sessionAffinity === undefined ? undefined : rules.findLast(setsCookie)) ??
    rules.findLast((each) => backendsOf(each).length === 2) ??
    {};
  const weightOf = (name: string): number =>
    Number(backendsOf(found).find((each) => each["name"] === name)?.["weight"] ?? 0);
  const mirrorsTo = (filter: unknown): unknown =>
    asRecord(asRecord(asRecord(filter)["requestMirror"])["backendRef"])["name"];
  const mirrored = rules.some((each) =>
    asArray(each["filters"]).some((filter) => mirrorsTo(filter) === canary),
  );
  return { primary: weightOf(primary), canary: weightOf(canary), mirrored };
}

function backendsOf(each: Json): readonly Json[] {
  return asArray(each["backendRefs"]).filter(isRecord);
}

/** What counts as changed: not weights, nor what comes and goes with them (mirrors, cookies). */
function settingsOf(sync: Sync, spec: Json): unknown {
  const { mirror, sessionAffinity } = analysisOf(sync.canary);
  const underWay = ["Waiting", "Progressing", "WaitingPromotion"].includes(phaseOf(sync.canary));
  const rules = asArray(spec["rules"])
    .map(asRecord)
    .filter((each) => sessionAffinity === undefined || !isSticky(each, sessionAffinity))
    .map(({ filters, ...rest }) => ({
      ...rest,
      ...(mirror === true && underWay ? {} : { filters }),
      backendRefs: backendsOf(rest).map(({ weight: _, filters: set, ...to }) =>
        sessionAffinity === undefined ? { ...to, set } : to,
      ),
    }));
  return { ...spec, rules };
}

function isSticky(each: Json, { cookieName, primaryCookieName = "" }: SessionAffinity): boolean {
  const names = [cookieName, primaryCookieName].filter((name) => name !== "");
  return asArray(each["matches"]).some((match) =>
    asArray(asRecord(match)["headers"]).some((header) => {
      const { name, value } = asRecord(header);
      return name === COOKIE && names.some((known) => asString(value).includes(known));
    }),
  );
}
