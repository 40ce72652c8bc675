/**
 * Istio: a VirtualService with the weights, and a DestinationRule each for primary and canary. Mirrors
 * fluxcd/flagger pkg/router/istio.go.
 */
import { newControllerRef } from "../../../api/meta.ts";
import {
  analysisOf,
  serviceNames,
  serviceOf,
  type HttpMatchRequest,
  type SessionAffinity,
} from "../../../api/canary.ts";
import { deepEqual } from "../../../api/json.ts";
import { asArray, asRecord, asString, type Json } from "../../../apiserver/json.ts";
import type { Steps } from "../../reconcile.ts";
import type { Problem, Sync } from "../sync.ts";
import { previousCookie, stickyCookies } from "./affinity.ts";
import {
  ALL_TO_PRIMARY,
  reconcileWeighted,
  setWeightsOf,
  weightsOf,
  type Router,
  type WeightedObject,
  type Weights,
} from "./router.ts";

const API = "networking.istio.io/v1beta1";
const APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const ORIGINAL = "flagger.kubernetes.io/original-configuration";
const COOKIE = "Cookie";

const virtualService: WeightedObject = {
  kind: "VirtualService",
  apiVersion: API,
  resource: "virtualservices",
  name: ({ canary }) => serviceNames(canary).apex,
  initial: (sync) => ({ ...hostsAndGateways(sync), ...routes(sync, ALL_TO_PRIMARY) }),
  weighted: (sync, weights, spec) => ({ ...spec, ...steered(sync, weights) }),
  settings: (sync, spec) => ({
    ...spec,
    http: asArray(spec["http"]).map(asRecord).filter(notSticky(sync)).map(withoutWeights),
    tcp: asArray(spec["tcp"]).map(asRecord).map(withoutWeights),
  }),
  weights: readWeights,
  // So that what was there can be given back.
  beforeUpdate: (_, annotations, spec) =>
    APPLIED in annotations ? annotations : { ...annotations, [ORIGINAL]: JSON.stringify(spec) },
};

export const istioRouter: Router = {
  *reconcile(sync) {
    const { primary, canary } = serviceNames(sync.canary);
    return (
      (yield* destinationRule(sync, canary)) ??
      (yield* destinationRule(sync, primary)) ??
      prefixed("reconcileVirtualService", yield* virtualServiceOf(sync))
    );
  },
  weights: (sync) => weightsOf(sync, virtualService),
  setWeights: (sync, weights) => setWeightsOf(sync, virtualService, weights),
  *finalize(sync) {
    const { apex } = serviceNames(sync.canary);
    const found = sync.find("virtualservices", apex);
    if (found === undefined) {
      const why = sync.missing("virtualservices", apex);
      return `VirtualService ${sync.named(apex)} get query error: ${why}`;
    }
    const { [APPLIED]: applied, [ORIGINAL]: original } = found.metadata.annotations ?? {};
    const spec =
      applied !== undefined
        ? asRecord(JSON.parse(applied))["spec"]
        : original === undefined
          ? undefined
          : (JSON.parse(original) as unknown);
    if (spec === undefined) return undefined;
    return yield* sync.update("virtualservices", { ...found, spec });
  },
};

function* virtualServiceOf(sync: Sync): Steps<Problem> {
  const { delegation, hosts = [], gateways = [] } = serviceOf(sync.canary);
  if (delegation === true && hosts.length + gateways.length > 0) {
    const name = sync.named(serviceNames(sync.canary).apex);
    return `VirtualService ${name} cannot have hosts and gateways when delegation enabled`;
  }
  return yield* reconcileWeighted(sync, virtualService);
}

function* destinationRule(sync: Sync, host: string): Steps<Problem> {
  const { trafficPolicy } = serviceOf(sync.canary);
  const spec = { host, ...(trafficPolicy === undefined ? {} : { trafficPolicy }) };
  const found = sync.find("destinationrules", host);
  if (deepEqual(found?.["spec"], spec)) return undefined;
  const metadata = {
    name: host,
    namespace: sync.namespace,
    ownerReferences: [newControllerRef(sync.canary)],
  };
  const problem =
    found === undefined
      ? yield* sync.create({ apiVersion: API, kind: "DestinationRule", metadata, spec })
      : yield* sync.update("destinationrules", { ...found, spec });
  if (problem === undefined) return undefined;
  const verb = found === undefined ? "create" : "update";
  const text = `DestinationRule ${sync.named(host)} ${verb} error: ${problem}`;
  return prefixed("reconcileDestinationRule", text);
}

function prefixed(what: string, problem: Problem): Problem {
  return problem === undefined ? undefined : `${what} failed: ${problem}`;
}

function hostsAndGateways(sync: Sync): Json {
  const { hosts = [], gateways = [], delegation } = serviceOf(sync.canary);
  if (delegation === true) return { hosts: [], gateways: [] };
  const { apex } = serviceNames(sync.canary);
  const named = hosts.includes(apex) || hosts.includes("*");
  return {
    hosts: named ? hosts : [...hosts, apex],
    gateways: gateways.length === 0 ? ["mesh"] : gateways,
  };
}

function isTcp(sync: Sync): boolean {
  return (serviceOf(sync.canary).appProtocol ?? "").toLowerCase() === "tcp";
}

/** The routes with these weights; under A/B testing those of `match` and one for everybody else. */
function routes(sync: Sync, weights: Weights): Json {
  const { primary, canary } = serviceNames(sync.canary);
  const { match: wanted = [] } = analysisOf(sync.canary);
  const { match = [] } = serviceOf(sync.canary);
  const route = [
    destination(sync, primary, weights.primary),
    destination(sync, canary, weights.canary),
  ];
  if (isTcp(sync)) {
    const ports = match.map(({ port }) => ({ port }));
    return { tcp: [{ ...(ports.length === 0 ? {} : { match: ports }), route }] };
  }
  if (wanted.length === 0) return { http: [httpRoute(sync, match, route)] };
  const others = [destination(sync, primary, weights.primary)];
  return {
    http: [httpRoute(sync, mergeMatches(wanted, match), route), httpRoute(sync, match, others)],
  };
}

/** As `routes`, with a mirror and sticky cookies where they are asked for. */
function steered(sync: Sync, weights: Weights): Json {
  const { match: wanted = [], sessionAffinity, mirrorWeight = 0 } = analysisOf(sync.canary);
  const plain = routes(sync, weights);
  if (isTcp(sync) || wanted.length > 0) return plain;
  const [weighted = {}] = asArray(plain["http"]).map(asRecord);
  const [first = {}, ...others] =
    sessionAffinity === undefined
      ? [weighted]
      : stickyRoutes(sync, weights, weighted, sessionAffinity);
  if (!weights.mirrored) return { http: [first, ...others] };
  const mirror = { host: serviceNames(sync.canary).canary };
  const share = mirrorWeight > 0 ? { mirrorPercentage: { value: mirrorWeight } } : {};
  return { http: [{ ...first, mirror, ...share }, ...others] };
}

function httpRoute(sync: Sync, match: readonly HttpMatchRequest[], route: readonly Json[]): Json {
  const { rewrite, timeout = "", retries, corsPolicy, headers } = serviceOf(sync.canary);
  const { type: _, ...uri } = rewrite ?? {};
  return {
    ...(match.length === 0 ? {} : { match }),
    ...(rewrite === undefined ? {} : { rewrite: uri }),
    ...(timeout === "" ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
    ...(corsPolicy === undefined ? {} : { corsPolicy }),
    ...(headers === undefined ? {} : { headers }),
    route,
  };
}

function destination(sync: Sync, host: string, weight: number): Json {
  const { portDiscovery, gateways = [], delegation, port } = serviceOf(sync.canary);
  const outside = (gateways.length > 0 && gateways[0] !== "mesh") || delegation === true;
  const withPort = portDiscovery === true && outside ? { port: { number: port } } : {};
  return { destination: { host, ...withPort }, weight };
}

/** Each match of the analysis within each match of the Service. */
function mergeMatches(
  wanted: readonly HttpMatchRequest[],
  defaults: readonly HttpMatchRequest[],
): readonly HttpMatchRequest[] {
  if (defaults.length === 0) return wanted;
  return wanted.flatMap(({ headers, sourceLabels }) =>
    defaults.map((each) => ({
      ...each,
      ...(headers === undefined ? {} : { headers }),
      ...(sourceLabels === undefined ? {} : { sourceLabels }),
    })),
  );
}

function stickyRoutes(
  sync: Sync,
  weights: Weights,
  weighted: Json,
  affinity: SessionAffinity,
): readonly Json[] {
  const { primary, canary } = serviceNames(sync.canary);
  const { match = [] } = serviceOf(sync.canary);
  const cookie = (regex: string): readonly HttpMatchRequest[] =>
    mergeMatches([{ headers: { [COOKIE]: { regex } } }], match);
  if (weights.canary === 0) {
    const previous = previousCookie(sync);
    if (previous === undefined) return [weighted, weighted];
    const headers = asRecord(weighted["headers"]);
    const response = asRecord(headers["response"]);
    const add = { ...asRecord(response["add"]), "Set-Cookie": previous.set };
    const without = { ...headers, response: { ...response, add } };
    return [{ ...weighted, match: cookie(previous.pattern), headers: without }, weighted];
  }
  const sticky = stickyCookies(sync, affinity);
  const only = (toPrimary: number): readonly Json[] => [
    destination(sync, primary, toPrimary),
    destination(sync, canary, 100 - toPrimary),
  ];
  const setting = (to: Json): Json => {
    const host = asRecord(to["destination"])["host"];
    const set = host === canary ? sticky.setCanary : sticky.setPrimary;
    return set === undefined
      ? to
      : { ...to, headers: { response: { add: { "Set-Cookie": set } } } };
  };
  const rules = [{ ...weighted, match: cookie(sticky.canaryPattern), route: only(0) }];
  if (sticky.primaryPattern !== undefined) {
    rules.push({ ...weighted, match: cookie(sticky.primaryPattern), route: only(100) });
  }
  return [...rules, { ...weighted, route: asArray(weighted["route"]).map(asRecord).map(setting) }];
}

/** Of the rule that names the canary; where cookies are set, of the rule that sets them. */
function readWeights(sync: Sync, spec: Json): Weights | undefined {
  const { primary, canary } = serviceNames(sync.canary);
  const rules = asArray(spec[isTcp(sync) ? "tcp" : "http"]).map(asRecord);
  const goesTo = (rule: Json, host: string): Json | undefined =>
    routeOf(rule).find((each) => asRecord(each["destination"])["host"] === host);
  const setsCookie = (rule: Json): boolean => routeOf(rule).some((each) => "headers" in each);
  const { sessionAffinity } = analysisOf(sync.canary);
  const rule =
    (sessionAffinity === undefined ? undefined : rules.findLast(setsCookie)) ??
    rules.findLast((each) => goesTo(each, canary) !== undefined) ??
    {};
  const weights = {
    primary: Number(goesTo(rule, primary)?.["weight"] ?? 0),
    canary: Number(goesTo(rule, canary)?.["weight"] ?? 0),
    mirrored: asString(asRecord(rule["mirror"])["host"]) !== "",
  };
  return weights.primary + weights.canary === 0 ? undefined : weights;
}

function routeOf(rule: Json): readonly Json[] {
  return asArray(rule["route"]).map(asRecord);
}

function withoutWeights({ mirror: _, mirrorPercentage: _share, ...rule }: Json): Json {
  const route = routeOf(rule).map(({ weight: _weight, headers: _set, ...rest }) => rest);
  return { ...rule, route };
}

/** Rules that keep users by a cookie come and go with the weights. */
function notSticky(sync: Sync): (rule: Json) => boolean {
  const { sessionAffinity } = analysisOf(sync.canary);
  if (sessionAffinity === undefined) return () => true;
  const names = [sessionAffinity.cookieName, sessionAffinity.primaryCookieName ?? ""];
  return (rule) =>
    !asArray(rule["match"]).some((match) => {
      const regex = asString(asRecord(asRecord(asRecord(match)["headers"])[COOKIE])["regex"]);
      return regex !== "" && names.some((name) => regex.includes(name));
    });
}
