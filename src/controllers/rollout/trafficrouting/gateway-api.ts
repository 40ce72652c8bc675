/**
 * Weights in HTTPRoutes, as the plugin argoproj-labs/gatewayAPI sets them: in each rule that has both
 * Services as backends; a setHeaderRoute step adds a rule for the canary alone.
 *
 * Left out: GRPCRoute, TCPRoute and TLSRoute; mirrors.
 */
import type { StringMatch } from "../../../api/rollout.ts";
import { asArray, asRecord, asString, type Json } from "../../../apiserver/json.ts";
import type { Steps } from "../../reconcile.ts";
import { SyncFailed, type RolloutContext } from "../context.ts";
import { canaryOf, maxWeightOf } from "../defaults.ts";
import { neededObject, writeRoute } from "./objects.ts";
import type { RoutingOrder } from "./order.ts";

export function* routeByGatewayApi(
  c: RolloutContext,
  settings: unknown,
  order: RoutingOrder,
): Steps<void> {
  const { httpRoute, httpRoutes, grpcRoute, tcpRoute } = asRecord(settings);
  const names = [
    ...(httpRoute === undefined ? [] : [asString(httpRoute)]),
    ...asArray(httpRoutes).map((each) => asString(asRecord(each)["name"])),
  ];
  if (names.length === 0) {
    const kind = (grpcRoute ?? tcpRoute) ? "GRPCRoute and TCPRoute are" : "no httpRoute is named:";
    throw new SyncFailed(`gatewayAPI plugin: ${kind} not simulated; name an httpRoute`);
  }
  for (const name of names) {
    const before = neededObject(c, "httproutes", name);
    const spec = asRecord(before["spec"]);
    const rules = rulesFor(c, asArray(spec["rules"]).map(asRecord), order);
    if (rules === undefined) {
      const { stableService, canaryService } = canaryOf(c.rollout) ?? {};
      const backends = `${stableService ?? ""} and ${canaryService ?? ""}`;
      throw new SyncFailed(`HTTPRoute ${name} has no rule with the backends ${backends}`);
    }
    yield* writeRoute("httproutes", before, { ...before, spec: { ...spec, rules } });
  }
}

function rulesFor(
  c: RolloutContext,
  rules: readonly Json[],
  order: RoutingOrder,
): readonly Json[] | undefined {
  const { stableService, canaryService } = canaryOf(c.rollout) ?? {};
  const backends = (rule: Json): readonly Json[] => asArray(rule["backendRefs"]).map(asRecord);
  const splits = (rule: Json): boolean =>
    [stableService, canaryService].every((name) =>
      backends(rule).some((ref) => ref["name"] === name),
    );
  const template = rules.find(splits);
  if (template === undefined) return undefined;
  const names = (canaryOf(c.rollout)?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
  const isManaged = (rule: Json): boolean => names.includes(asString(rule["name"]));
  const split = rules.map((rule) =>
    splits(rule) ? { ...rule, backendRefs: backends(rule).map(weighted) } : rule,
  );
  function weighted(ref: Json): Json {
    if (ref["name"] === canaryService) return { ...ref, weight: order.weight };
    if (ref["name"] !== stableService) return ref;
    return { ...ref, weight: maxWeightOf(c.rollout) - order.weight };
  }
  if (order.managed === "removed") return split.filter((rule) => !isManaged(rule));
  const header = order.step?.setHeaderRoute;
  if (header === undefined) return split;
  const others = split.filter((rule) => rule["name"] !== header.name);
  if (header.match === undefined) return others;
  const refs = backends(template).filter((ref) => ref["name"] === canaryService);
  const backendRefs = refs.map(({ weight: _, ...ref }) => ref);
  const matches = asArray(template["matches"]).length === 0 ? [{}] : asArray(template["matches"]);
  const headers = header.match.map(({ headerName, headerValue }) => ({
    name: headerName,
    ...valueOf(headerValue),
  }));
  const rule = {
    name: header.name,
    matches: matches.map((match) => ({ ...asRecord(match), headers })),
    backendRefs,
  };
  return [...others, rule];
}

function valueOf({ exact, prefix, regex }: StringMatch): Json {
  if (exact !== undefined) return { type: "Exact", value: exact };
  return { type: "RegularExpression", value: regex ?? `^${prefix ?? ""}.*` };
}
