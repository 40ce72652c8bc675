/**
 * LimitRanges: what containers get that say nothing of a resource, and what is too little or too much for one or for a
 * pod. Mirrors the admission plugin LimitRanger (plugin/pkg/admission/limitranger/admission.go, v1.37.2).
 *
 * Left out: limits of images. Where several things are wrong, Go tells them in random order.
 */
import type { PodSpec } from "../api/core.ts";
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { forbidden, invalid, type Status } from "../api/status.ts";
import { asArray, asRecord, asString, type Json } from "./json.ts";
import { podAmounts, printAmount } from "./pod-resources.ts";
import { printQuantity, quantityOf, scaledUp } from "./quantity.ts";
import { specOf } from "./strategy-parts.ts";
import { validateResourceRequirements } from "./validation/resources.ts";

export const LIMIT_RANGES = "limitranges";
export const LIMITED_ANNOTATION = "kubernetes.io/limit-ranger";
const PODS = { group: "", resource: "pods" } as const;
const CLAIMS = { group: "", resource: "persistentvolumeclaims" } as const;
const CLAIM = "PersistentVolumeClaim";

interface Objects {
  all(resource: string): Iterable<KubeObject>;
}

/** An entry of `spec.limits`, defaulted. */
type Limit = Json;

export interface Limited {
  readonly spec: Json;
  /** What was filled in, as the annotation says it; "": nothing. */
  readonly note: string;
}

function limitsIn(store: Objects, namespace: string): readonly (readonly Limit[])[] {
  return [...store.all(LIMIT_RANGES)]
    .filter(({ metadata }) => metadata.namespace === namespace)
    .toSorted((a, b) => compareText(a.metadata.name, b.metadata.name))
    .map((range) => asArray(specOf(range)["limits"]).map(asRecord));
}

/** A pod's spec, defaulted, with what its containers leave to the namespace. */
export function withLimits(store: Objects, namespace: string, spec: Json): Limited {
  let limited: Limited = { spec, note: "" };
  for (const limits of limitsIn(store, namespace)) {
    const ofContainers = limits.filter(({ type }) => type === "Container");
    const requests = Object.assign(
      {},
      ...ofContainers.map((each) => asRecord(each["defaultRequest"])),
    ) as Json;
    const most = Object.assign(
      {},
      ...ofContainers.map((each) => asRecord(each["default"])),
    ) as Json;
    limited = filledIn(limited, requests, most);
  }
  return limited;
}

function filledIn(before: Limited, requests: Json, limits: Json): Limited {
  const notes: string[] = [];
  const fill = (containers: unknown, what: string): readonly Json[] =>
    asArray(containers).map((each) => {
      const container = asRecord(each);
      let resources = asRecord(container["resources"]);
      for (const [budget, wanted] of Object.entries({ requests, limits })) {
        const own = asRecord(resources[budget]);
        const names = Object.keys(wanted).filter((name) => own[name] === undefined);
        if (names.length === 0) continue;
        const list = names.toSorted(compareText).join(", ");
        notes.push(`${list} ${budget.slice(0, -1)} for ${what} ${asString(container["name"])}`);
        resources = { ...resources, [budget]: { ...wanted, ...own } };
      }
      return { ...container, resources };
    });
  const containers = fill(before.spec["containers"], "container");
  const initContainers = fill(before.spec["initContainers"], "init container");
  if (notes.length === 0) return before;
  const starting = initContainers.length === 0 ? {} : { initContainers };
  return {
    spec: { ...before.spec, containers, ...starting },
    note: `LimitRanger plugin set: ${notes.join("; ")}`,
  };
}

/** Why no pod is made of this spec, filled in, if none is. */
export function limitRefusal(
  store: Objects,
  namespace: string,
  name: string,
  spec: PodSpec,
): Status | undefined {
  const ranges = limitsIn(store, namespace);
  if (ranges.length === 0) return undefined;
  const causes = ["containers", "initContainers"].flatMap((list) =>
    asArray(spec[list]).flatMap((container, i) =>
      validateResourceRequirements(
        asRecord(asRecord(container)["resources"]),
        `spec.${list}[${i}].resources`,
      ),
    ),
  );
  if (causes.length > 0) return invalid({ group: "", kind: "Pod" }, name, causes);
  for (const limits of ranges) {
    const problems = limits.flatMap((limit) => problemsOf(limit, spec));
    if (problems.length > 0) return forbidden(PODS, name, listed(problems));
  }
  return undefined;
}

/** Why a volume claim is not let in, if it is not. */
export function claimRefusal(store: Objects, claim: KubeObject): Status | undefined {
  const { namespace = "default", name } = claim.metadata;
  const requests = amountsIn(asRecord(specOf(claim)["resources"])["requests"]);
  for (const limits of limitsIn(store, namespace)) {
    const ofClaims = limits.filter(({ type }) => type === CLAIM);
    const problems = ofClaims.flatMap((limit) => [
      ...[...amountsIn(limit["min"])].flatMap(([resource, least]) =>
        tooLittle(resource, CLAIM, least, { requests, limits: new Map() }),
      ),
      ...[...amountsIn(limit["max"])].flatMap(([resource, most]) =>
        asksTooMuch(resource, most, requests.get(resource)),
      ),
    ]);
    if (problems.length > 0) return forbidden(CLAIMS, name, listed(problems));
  }
  return undefined;
}

/** For a claim only what it asks for counts. */
function asksTooMuch(
  resource: string,
  most: Amount,
  request: Amount | undefined,
): readonly string[] {
  const rule = `maximum ${resource} usage per ${CLAIM} is ${most.text}`;
  if (request === undefined) return [`${rule}.  No request is specified`];
  return request.milli > most.milli ? [`${rule}, but request is ${request.text}`] : [];
}

/** As Go prints several errors at once. */
function listed(problems: readonly string[]): string {
  const [only = "", ...more] = [...new Set(problems)];
  return more.length === 0 ? only : `[${[only, ...more].join(", ")}]`;
}

/** In milli-units, with their spelling. */
interface Amount {
  readonly milli: number;
  readonly text: string;
}

interface Asked {
  readonly requests: ReadonlyMap<string, Amount>;
  readonly limits: ReadonlyMap<string, Amount>;
}

function problemsOf(limit: Limit, spec: PodSpec): readonly string[] {
  if (limit["type"] === "Pod") return broken(limit, askedByPod(spec));
  if (limit["type"] !== "Container") return [];
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return containers.flatMap((container) => {
    const resources = asRecord(container["resources"]);
    return broken(limit, {
      requests: amountsIn(resources["requests"]),
      limits: amountsIn(resources["limits"]),
    });
  });
}

function askedByPod(spec: PodSpec): Asked {
  const [requests, limits] = (["requests", "limits"] as const).map(
    (budget) =>
      new Map(
        Object.entries(podAmounts(spec, budget)).map(([name, milli]) => [
          name,
          { milli, text: printAmount(name, milli) },
        ]),
      ),
  );
  return { requests: requests!, limits: limits! };
}

function amountsIn(list: unknown): ReadonlyMap<string, Amount> {
  const entries = Object.entries(asRecord(list)).toSorted(([a], [b]) => compareText(a, b));
  return new Map(
    entries.flatMap(([name, value]) => {
      const quantity = quantityOf(value);
      if (quantity === undefined) return [];
      return [[name, { milli: Number(scaledUp(quantity, 3)), text: printQuantity(quantity) }]];
    }),
  );
}

function broken(limit: Limit, asked: Asked): readonly string[] {
  const per = asString(limit["type"]);
  return [
    ...[...amountsIn(limit["min"])].flatMap(([name, least]) => tooLittle(name, per, least, asked)),
    ...[...amountsIn(limit["max"])].flatMap(([name, most]) => tooMuch(name, per, most, asked)),
    ...[...amountsIn(limit["maxLimitRequestRatio"])].flatMap(([name, most]) =>
      tooFarApart(name, per, most, asked),
    ),
  ];
}

function tooLittle(name: string, per: string, least: Amount, asked: Asked): readonly string[] {
  const [request, limit] = [asked.requests.get(name), asked.limits.get(name)];
  const rule = `minimum ${name} usage per ${per} is ${least.text}`;
  if (request === undefined) return [`${rule}.  No request is specified`];
  if (request.milli < least.milli) return [`${rule}, but request is ${request.text}`];
  if (limit !== undefined && limit.milli < least.milli)
    return [`${rule}, but limit is ${limit.text}`];
  return [];
}

function tooMuch(name: string, per: string, most: Amount, asked: Asked): readonly string[] {
  const [request, limit] = [asked.requests.get(name), asked.limits.get(name)];
  const rule = `maximum ${name} usage per ${per} is ${most.text}`;
  if (limit === undefined) return [`${rule}.  No limit is specified`];
  if (limit.milli > most.milli) return [`${rule}, but limit is ${limit.text}`];
  if (request !== undefined && request.milli > most.milli)
    return [`${rule}, but request is ${request.text}`];
  return [];
}

function tooFarApart(name: string, per: string, most: Amount, asked: Asked): readonly string[] {
  const [request, limit] = [asked.requests.get(name), asked.limits.get(name)];
  const rule = `${name} max limit to request ratio per ${per} is ${most.text}`;
  const missing = (what: string): readonly string[] => [
    `${rule}, but no ${what} is specified or ${what} is 0`,
  ];
  if (request === undefined || request.milli === 0) return missing("request");
  if (limit === undefined || limit.milli === 0) return missing("limit");
  const ratio = limit.milli / request.milli;
  return ratio * 1000 > most.milli ? [`${rule}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
