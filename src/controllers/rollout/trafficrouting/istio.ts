/**
 * Weights in VirtualServices and hashes in the subsets of a DestinationRule. Mirrors argo-rollouts
 * rollout/trafficrouting/istio/istio.go: by hosts (two Services) or by subsets (one Service, two labels).
 *
 * Left out: tcp and tls routes, subsets of experiments.
 */
import type { KubeObject } from "../../../api/meta.ts";
import { compareText } from "../../../api/order.ts";
import type { StringMatch } from "../../../api/rollout.ts";
import { asArray, asRecord, asString, type Json } from "../../../apiserver/json.ts";
import type { Steps } from "../../reconcile.ts";
import { SyncFailed, type RolloutContext } from "../context.ts";
import { canaryOf, HASH_LABEL } from "../defaults.ts";
import { neededObject, writeRoute } from "./objects.ts";
import type { RoutingOrder } from "./order.ts";

interface Sides {
  readonly isCanary: (destination: Json) => boolean;
  readonly isStable: (destination: Json) => boolean;
  /** A subset of the user's own, which keeps its weight. */
  readonly isOther: (destination: Json) => boolean;
}

export function* routeByIstio(
  c: RolloutContext,
  settings: unknown,
  order: RoutingOrder,
): Steps<void> {
  const { virtualService, virtualServices, destinationRule } = asRecord(settings);
  const rule = destinationRule === undefined ? undefined : asRecord(destinationRule);
  if (rule !== undefined) yield* labelSubsets(c, rule, order);
  const all = [
    ...(virtualService === undefined ? [] : [virtualService]),
    ...asArray(virtualServices),
  ];
  for (const each of all.map(asRecord)) {
    const before = neededObject(c, "virtualservices", asString(each["name"]));
    const wanted = asArray(each["routes"]).map(asString);
    yield* writeRoute(
      "virtualservices",
      before,
      weighed(c, before, wanted, sidesOf(c, rule), order),
    );
  }
}

function sidesOf(c: RolloutContext, rule: Json | undefined): Sides {
  const { canaryService = "", stableService = "" } = canaryOf(c.rollout) ?? {};
  const namespace = c.rollout.metadata.namespace ?? "default";
  const isHost = (host: unknown, service: string): boolean =>
    [service, `${service}.${namespace}`, `${service}.${namespace}.svc`].includes(asString(host)) ||
    asString(host) === `${service}.${namespace}.svc.cluster.local`;
  const side = (service: string, subset: unknown) => (destination: Json) =>
    rule === undefined ? isHost(destination["host"], service) : destination["subset"] === subset;
  const others = asArray(rule?.["additionalSubsetNames"]);
  return {
    isOther: ({ subset }) => subset !== undefined && others.includes(subset),
    isCanary: side(canaryService, rule?.["canarySubsetName"]),
    isStable: side(stableService, rule?.["stableSubsetName"]),
  };
}

function weighed(
  c: RolloutContext,
  before: KubeObject,
  wanted: readonly string[],
  sides: Sides,
  order: RoutingOrder,
): KubeObject {
  const spec = asRecord(before["spec"]);
  const names = (canaryOf(c.rollout)?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
  const http = asArray(spec["http"]).map(asRecord);
  const own = http.filter((route) => !names.includes(asString(route["name"])));
  const isSplit = (route: Json): boolean =>
    wanted.length === 0 ? own.length === 1 : wanted.includes(asString(route["name"]));
  if (!own.some(isSplit)) {
    const { name } = before.metadata;
    const why =
      wanted.length === 0
        ? "spec.http[] has no or several routes: name those that rollsim is to weigh"
        : `HTTP route '${wanted.join(", ")}' is not found`;
    throw new SyncFailed(`VirtualService \`${name}\`: ${why}`);
  }
  const split = own.map((route) => (isSplit(route) ? withWeights(route, sides, order) : route));
  const kept = http.filter((route) => names.includes(asString(route["name"])));
  const managed = managedRoutes(kept, split.find(isSplit)!, sides, order);
  const sorted = managed.toSorted((a, b) => names.indexOf(nameOf(a)) - names.indexOf(nameOf(b)));
  return { ...before, spec: { ...spec, http: [...sorted, ...split] } };
}

function nameOf(route: Json): string {
  return asString(route["name"]);
}

/** processRoutes: a destination that is neither a side, nor an experiment's, nor named goes, unless it has no weight. */
function withWeights(route: Json, sides: Sides, order: RoutingOrder): Json {
  const parts = asArray(route["route"]).map(asRecord);
  const kept = parts.filter((part) => sides.isOther(asRecord(part["destination"])));
  const taken = [...order.additional, ...kept].map(({ weight }) => Number(weight ?? 0));
  const rest = taken.reduce((left, weight) => left - weight, 100 - order.weight);
  const others = new Map(order.additional.map((each) => [each.serviceName ?? "", each.weight]));
  const destinations = parts.flatMap((part) => {
    const destination = asRecord(part["destination"]);
    if (sides.isCanary(destination)) return [{ ...part, weight: order.weight }];
    if (sides.isStable(destination)) return [{ ...part, weight: Math.max(0, rest) }];
    const [host = ""] = asString(destination["host"]).split(".");
    const weight = others.get(host);
    others.delete(host);
    if (weight !== undefined) return [{ ...part, weight }];
    return kept.includes(part) || Number(part["weight"] ?? 0) === 0 ? [part] : [];
  });
  const added = [...others]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([host, weight]) => ({ weight, destination: { host } }));
  return { ...route, route: [...destinations, ...added] };
}

/** Routes that setHeaderRoute and setMirrorRoute make; they come first. */
function managedRoutes(
  kept: readonly Json[],
  split: Json,
  sides: Sides,
  { managed, step }: RoutingOrder,
): readonly Json[] {
  if (managed === "removed") return [];
  const { setHeaderRoute: header, setMirrorRoute: mirror } = step ?? {};
  const name = header?.name ?? mirror?.name;
  const others = kept.filter((route) => nameOf(route) !== name);
  const canary = asArray(split["route"])
    .map((each) => asRecord(asRecord(each)["destination"]))
    .find(sides.isCanary);
  if (header?.match !== undefined) {
    const match = header.match.map(({ headerName, headerValue }) => ({
      headers: { [headerName]: { ...headerValue } },
    }));
    const route = [{ destination: canary, weight: 100 }];
    return [...others, { name: header.name, match, route }];
  }
  if (mirror?.match !== undefined) {
    const match = mirror.match.map(({ method, path, headers }) => ({
      ...(method === undefined ? {} : { method }),
      ...(path === undefined ? {} : { uri: path satisfies StringMatch }),
      ...(headers === undefined ? {} : { headers }),
    }));
    const { percentage = 100 } = mirror;
    const mirrored = { mirror: canary, mirrorPercentage: { value: percentage } };
    return [...others, { name: mirror.name, match, route: split["route"], ...mirrored }];
  }
  return name === undefined ? kept : others;
}

/** UpdateHash. */
function* labelSubsets(c: RolloutContext, rule: Json, order: RoutingOrder): Steps<void> {
  const before = neededObject(c, "destinationrules", asString(rule["name"]));
  const spec = asRecord(before["spec"]);
  const hashes: Readonly<Record<string, string>> = {
    [asString(rule["canarySubsetName"])]: order.canaryHash,
    [asString(rule["stableSubsetName"])]: order.stableHash,
  };
  const subsets = asArray(spec["subsets"]).map((each) => {
    const subset = asRecord(each);
    const hash = hashes[nameOf(subset)];
    if (hash === undefined || hash === "") return subset;
    return { ...subset, labels: { ...asRecord(subset["labels"]), [HASH_LABEL]: hash } };
  });
  yield* writeRoute("destinationrules", before, { ...before, spec: { ...spec, subsets } });
}
