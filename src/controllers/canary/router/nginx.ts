/**
 * ingress-nginx: a second Ingress for the canary, with the weight or the match in its annotations. Mirrors
 * fluxcd/flagger pkg/router/ingress.go.
 */
import { analysisOf, serviceNames } from "../../../api/canary.ts";
import { deepEqual } from "../../../api/json.ts";
import { type KubeObject, newControllerRef, type StringMap } from "../../../api/meta.ts";
import { asArray, asRecord, isRecord, type Json } from "../../../apiserver/json.ts";
import { notForFlux } from "../metadata.ts";
import type { Sync } from "../sync.ts";
import { ALL_TO_CANARY, nothing, type Router } from "./router.ts";

const PREFIX = "nginx.ingress.kubernetes.io/";
const CANARY = `${PREFIX}canary`;
const APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export const nginxRouter: Router = {
  *reconcile(sync) {
    const name = sync.canary.spec.ingressRef?.name ?? "";
    if (name === "") return "ingress selector is empty";
    const ingress = sync.find("ingresses", name);
    if (ingress === undefined) return notThere(sync, name);
    const spec = toCanary(sync, asRecord(ingress["spec"]));
    const { apex } = serviceNames(sync.canary);
    if (spec === undefined) return `backend ${apex} not found in ingress ${name}`;
    const copy = `${name}-canary`;
    const found = sync.find("ingresses", copy);
    if (found === undefined) {
      const { labels = {}, annotations } = ingress.metadata;
      const problem = yield* sync.create({
        apiVersion: ingress.apiVersion,
        kind: ingress.kind,
        metadata: {
          name: copy,
          namespace: sync.namespace,
          labels,
          annotations: closed(annotations),
          ownerReferences: [newControllerRef(sync.canary)],
        },
        spec,
      });
      return problem === undefined
        ? undefined
        : `ingress ${sync.named(copy)} create error: ${problem}`;
    }
    if (deepEqual(found["spec"], spec)) return undefined;
    const problem = yield* sync.update("ingresses", { ...found, spec });
    return problem === undefined
      ? undefined
      : `ingress ${sync.named(copy)} update error: ${problem}`;
  },
  weights(sync) {
    const found = canaryIngress(sync);
    if (found === undefined) return { problem: notThere(sync, canaryName(sync)) };
    const { annotations = {} } = found.metadata;
    const { match = [] } = analysisOf(sync.canary);
    const byMatch = [`${CANARY}-by-cookie`, `${CANARY}-by-header`];
    if (match.length > 0 && byMatch.some((key) => key in annotations)) return ALL_TO_CANARY;
    const text = annotations[`${CANARY}-weight`] ?? "0";
    const canary = Number(text);
    if (!Number.isInteger(canary)) {
      return {
        problem: `failed to convert ${text} to int: strconv.Atoi: parsing "${text}": invalid syntax`,
      };
    }
    return { primary: 100 - canary, canary, mirrored: false };
  },
  *setWeights(sync, weights) {
    const found = canaryIngress(sync);
    if (found === undefined) return notThere(sync, canaryName(sync));
    const { annotations: old = {} } = found.metadata;
    const annotations = weights.canary > 0 ? opened(sync, old, weights.canary) : closed(old);
    const metadata = { ...found.metadata, annotations };
    const problem = yield* sync.update("ingresses", { ...found, metadata });
    return problem === undefined
      ? undefined
      : `ingress ${sync.named(canaryName(sync))} update error ${problem}`;
  },
  finalize: nothing,
};

function canaryName(sync: Sync): string {
  return `${sync.canary.spec.ingressRef?.name ?? ""}-canary`;
}

function canaryIngress(sync: Sync): KubeObject | undefined {
  return sync.find("ingresses", canaryName(sync));
}

function notThere(sync: Sync, name: string): string {
  return `ingress ${sync.named(name)} get query error: ${sync.missing("ingresses", name)}`;
}

/** The spec with the canary's Service for the apex; undefined: the apex is no backend of it. */
function toCanary(sync: Sync, spec: Json): Json | undefined {
  const { apex, canary } = serviceNames(sync.canary);
  let exists = false;
  const path = (each: Json): Json => {
    const backend = asRecord(each["backend"]);
    const service = asRecord(backend["service"]);
    if (service["name"] !== apex) return each;
    exists = true;
    return { ...each, backend: { ...backend, service: { ...service, name: canary } } };
  };
  const rules = asArray(spec["rules"])
    .filter(isRecord)
    .map((rule) => {
      const http = asRecord(rule["http"]);
      return { ...rule, http: { ...http, paths: asArray(http["paths"]).map(asRecord).map(path) } };
    });
  return exists ? { ...spec, rules } : undefined;
}

/** No request goes to the canary. */
function closed(annotations: StringMap = {}): StringMap {
  const kept = Object.entries(notForFlux(annotations)).filter(
    ([key]) => !key.includes(CANARY) && !key.includes(APPLIED),
  );
  return { ...Object.fromEntries(kept), [CANARY]: "true", [`${CANARY}-weight`]: "0" };
}

/** Requests go to the canary: those that match, or a share of all. */
function opened(sync: Sync, annotations: StringMap, weight: number): StringMap {
  const { match = [] } = analysisOf(sync.canary);
  if (match.length === 0) {
    return { ...annotations, [`${CANARY}-weight`]: String(weight), [CANARY]: "true" };
  }
  const headers = match.flatMap(({ headers: some = {} }) => Object.entries(some));
  const cookie = headers.findLast(([name]) => name === "cookie")?.[1].exact ?? "";
  const [header = "", value = {}] = headers.findLast(([name]) => name !== "cookie") ?? [];
  const { exact = "", regex = "" } = value;
  return {
    ...notForFlux(annotations),
    [CANARY]: "true",
    ...(cookie === "" ? {} : { [`${CANARY}-by-cookie`]: cookie }),
    ...(header === "" ? {} : { [`${CANARY}-by-header`]: header }),
    ...(exact === "" ? {} : { [`${CANARY}-by-header-value`]: exact }),
    ...(regex === "" ? {} : { [`${CANARY}-by-header-pattern`]: regex }),
  };
}
