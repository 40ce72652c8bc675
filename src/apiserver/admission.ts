/**
 * What a write goes through before it is stored: defaults, the resource's strategy, validation. Only what
 * users (and controllers that create) hand in is validated in full; a controller's update of an object that
 * it read from the store differs in sizes, annotations and status alone.
 */
import type { KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import {
  alreadyExists,
  conflict,
  failure,
  invalid,
  notFound,
  warned,
  type Answer,
  type Status,
} from "../api/status.ts";
import { timestamp } from "../api/time.ts";
import { withoutAutoscalingV1 } from "./autoscaling-v1.ts";
import { decodeObject, type FieldValidation } from "./decode.ts";
import { applyDefaults } from "./defaults.ts";
import { canonicalObject } from "./encode.ts";
import { asArray, asRecord, asString } from "./json.ts";
import { groupResource, storeName } from "./kinds.ts";
import { refuseNewContent } from "./namespace-deletion.ts";
import { LIMITED_ANNOTATION, withLimits } from "./limit-ranges.ts";
import { classRefusal, withPriority } from "./pod-classes.ts";
import { withoutRepeatedOwners } from "./owner-references.ts";
import type { Store } from "./store.ts";
import { uidText } from "./uids.ts";
import { namesVersion } from "./strategy-parts.ts";
import { withJobSelector } from "./strategy-kept.ts";
import { readmitted } from "./strategy-pod.ts";
import type { ServicePools } from "./strategy-service.ts";
import { strategyFor, type Subresource } from "./strategy.ts";
import { safeEncode } from "./template-hash.ts";

export type Admitted =
  | {
      readonly ok: true;
      readonly value: KubeObject;
      /** What was sent, defaulted, before the server added anything to it: what the sender owns. */
      readonly asked: () => KubeObject;
      readonly warnings: readonly string[];
    }
  | Extract<Answer<KubeObject>, { ok: false }>;

export function admitCreate(
  store: Store,
  kind: KindInfo,
  object: KubeObject,
  fieldValidation?: FieldValidation,
): Admitted {
  const decoded = decodeObject(withoutAutoscalingV1(object), fieldValidation);
  if (!decoded.ok) return decoded;
  const { object: sent, warnings: repeated } = withoutRepeatedOwners(decoded.value, "as sent");
  const warnings = [...(decoded.warnings ?? []), ...repeated];
  return warned(admitDecoded(store, kind, withoutSystemFields(sent), warnings), warnings);
}

/** What only the server says of an object, and nobody who makes one (rest.WipeObjectMetaSystemFields). */
function withoutSystemFields(object: KubeObject): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, ...metadata } = object.metadata;
  const given = deletionTimestamp ?? deletionGracePeriodSeconds;
  return given === undefined ? object : { ...object, metadata };
}

function admitDecoded(
  store: Store,
  kind: KindInfo,
  decoded: KubeObject,
  warnings: readonly string[] = [],
): Admitted {
  const { namespace = "default" } = decoded.metadata;
  const named = withName(store, decoded);
  if (kind.namespaced) {
    const found = store.get("namespaces", namespace);
    const status =
      found === undefined
        ? notFound({ group: "", resource: "namespaces" }, namespace)
        : refuseNewContent(found, groupResource(kind), named.metadata.name);
    if (status !== undefined) return { ok: false, status };
  }
  const { namespace: _, ...metadata } = named.metadata; // cluster-wide kinds lose one that is given
  const placed: KubeObject = {
    ...named,
    metadata: kind.namespaced ? { ...named.metadata, namespace } : metadata,
  };
  const strategy = strategyFor(storeName(kind));
  if (strategy === undefined) return { ok: true, value: placed, asked: () => placed, warnings };
  const classed =
    kind.kind === "Pod" ? withClasses(store, placed) : { ok: true as const, value: placed };
  if (!classed.ok) return classed;
  const defaulted = limitedPod(store, applyDefaults(classed.value));
  const from = new Pools(store);
  const allocated = strategy.allocate?.(defaulted, undefined, from);
  if (from.full !== undefined) return { ok: false, status: from.full };
  const prepared = strategy.prepareForCreate(allocated ?? defaulted);
  const next = stamped(store, kind, prepared);
  const causes = strategy.validateCreate(next);
  if (causes.length > 0) return refuse(kind, next, causes);
  const taken =
    kind.kind === "Service"
      ? [...takenAddress(store, defaulted), ...takenPorts(store, defaulted)]
      : [];
  if (taken.length > 0) return refuse(kind, next, taken);
  const more = strategy.warnings(next);
  return {
    ok: true,
    value: canonicalObject(next),
    asked: () => canonicalObject({ ...applyDefaults(placed), status: undefined }),
    warnings: [...warnings, ...more],
  };
}

/** What of a new object depends on its own UID or on the time. */
function stamped(store: Store, kind: KindInfo, object: KubeObject): KubeObject {
  switch (storeName(kind)) {
    case "jobs":
      return withJobSelector(object, store.nextUid());
    case "persistentvolumes": {
      const lastPhaseTransitionTime = timestamp(store.wallClockMs);
      return { ...object, status: { ...asRecord(object["status"]), lastPhaseTransitionTime } };
    }
    default:
      return object;
  }
}

/** A pod with what the LimitRanges of its namespace say; any other object as it is. */
function limitedPod(store: Store, object: KubeObject): KubeObject {
  if (object.kind !== "Pod") return object;
  const { namespace = "default", annotations } = object.metadata;
  const { spec, note } = withLimits(store, namespace, asRecord(object["spec"]));
  if (note === "") return object;
  const metadata = {
    ...object.metadata,
    annotations: { ...annotations, [LIMITED_ANNOTATION]: note },
  };
  return { ...object, metadata, spec };
}

/** A pod with the priority that its class gives it, or why it is not let in. */
function withClasses(store: Store, pod: KubeObject): Answer<KubeObject> {
  const spec = asRecord(pod["spec"]);
  const status = classRefusal(store, pod.metadata.name, spec);
  if (status !== undefined) return { ok: false, status };
  return { ok: true, value: { ...pod, spec: withPriority(store, spec) } };
}

/** generateName: a name with five more characters, drawn from the store's next version. */
function withName(store: Store, object: KubeObject): KubeObject {
  const { name, generateName = "" } = object.metadata;
  // A LimitRange without a name gets one that nobody has (registry/core/limitrange).
  if (object.kind === "LimitRange" && (name ?? "") + generateName === "") {
    return { ...object, metadata: { ...object.metadata, name: uidText(store.resourceVersion) } };
  }
  if (generateName === "" || (name !== undefined && name !== "")) return object;
  const suffix = safeEncode(String(store.resourceVersion + 10_000).slice(-5));
  return { ...object, metadata: { ...object.metadata, name: `${generateName}${suffix}` } };
}

export function admitUpdate(
  store: Store,
  kind: KindInfo,
  object: KubeObject,
  current: KubeObject,
  subresource?: Subresource,
): Admitted {
  const strategy = strategyFor(storeName(kind));
  if (strategy === undefined) {
    return { ok: true, value: object, asked: () => object, warnings: [] };
  }
  const defaulted = applyDefaults(object);
  const from = new Pools(store);
  const completed =
    kind.kind === "Pod" && subresource === undefined
      ? { ...defaulted, spec: readmitted(asRecord(defaulted["spec"]), asRecord(current["spec"])) }
      : strategy.allocate?.(defaulted, current, from);
  if (from.full !== undefined) return { ok: false, status: from.full };
  const next = strategy.prepareForUpdate(completed ?? defaulted, current, subresource);
  if (strategy.versioned && !namesVersion(next)) {
    return { ok: false, status: unversioned(kind, next.metadata.name) };
  }
  const causes = strategy.validateUpdate(next, current, subresource);
  if (causes.length > 0) return refuse(kind, next, causes);
  return {
    ok: true,
    value: canonicalObject(next),
    asked: () =>
      canonicalObject(
        completed === undefined || subresource === "status"
          ? next
          : { ...defaulted, status: next["status"] },
      ),
    warnings: strategy.warnings(next, current),
  };
}

/** The storage says it, which calls objects by their resource. */
function unversioned({ group, resource }: KindInfo, name: string): Status {
  const message = "Invalid value: 0: must be specified for an update";
  const cause = { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" };
  return invalid({ group, kind: resource }, name, [cause]);
}

function refuse(
  kind: KindInfo,
  object: KubeObject,
  causes: Parameters<typeof invalid>[2],
): Extract<Admitted, { ok: false }> {
  const { group } = groupResource(kind);
  return {
    ok: false,
    status: invalid({ group, kind: kind.kind }, object.metadata.name, causes),
  };
}

const NODE_PORTS = { first: 30_000, count: 2768 };

/** Addresses and ports of Services, one after the other. */
class Pools implements ServicePools {
  readonly #store: Store;
  #ports: Set<unknown> | undefined;
  #drawn = 0;
  /** What is said where no port is left. */
  full: Status | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  clusterIp(): string {
    return `10.96.${Math.floor(this.#next() / 250) % 250}.${(this.#next() % 250) + 2}`;
  }

  nodePort(what: string): number {
    const ports = (this.#ports ??= new Set([...this.#store.all("services")].flatMap(allPortsOf)));
    const { first, count } = NODE_PORTS;
    for (let tries = 0; tries < count; tries++) {
      const port = first + (this.#next() % count);
      if (ports.has(port)) continue;
      ports.add(port);
      return port;
    }
    const why = `Internal error occurred: failed to allocate ${what}: range is full`;
    this.full = failure(500, "InternalError", why);
    return 0;
  }

  #next(): number {
    this.#drawn ||= [...this.#store.all("services")].length;
    return this.#store.resourceVersion + ++this.#drawn;
  }
}

/** The address that a new Service asks for, and another has (registry/core/service/ipallocator). */
function takenAddress(store: Store, service: KubeObject): Parameters<typeof invalid>[2] {
  const ip = addressOf(service);
  if (ip === "" || ![...store.all("services")].some((other) => addressOf(other) === ip)) return [];
  const why = `failed to allocate IP ${ip}: provided IP is already allocated`;
  const message = `Invalid value: ${JSON.stringify([ip])}: ${why}`;
  return [{ reason: "FieldValueInvalid", message, field: "spec.clusterIPs" }];
}

/** "" for Services without one. */
function addressOf(service: KubeObject): string {
  const { clusterIP, type } = asRecord(service["spec"]);
  return type === "ExternalName" || clusterIP === "None" ? "" : asString(clusterIP);
}

/** Node ports that a new Service asks for, and others have (registry/core/service/portallocator). */
function takenPorts(store: Store, service: KubeObject): Parameters<typeof invalid>[2] {
  const used = new Set([...store.all("services")].flatMap(nodePortsOf));
  return nodePortsOf(service).flatMap((port, i) => {
    if (port === 0 || !used.has(port)) return [];
    const message = `Invalid value: ${port}: provided port is already allocated`;
    return [{ reason: "FieldValueInvalid", message, field: `spec.ports[${i}].nodePort` }];
  });
}

function allPortsOf(service: KubeObject): readonly unknown[] {
  return [...nodePortsOf(service), asRecord(service["spec"])["healthCheckNodePort"]];
}

/** 0 for ports without one. */
function nodePortsOf(service: KubeObject): readonly number[] {
  const { ports } = asRecord(service["spec"]);
  return asArray(ports).map((port) => {
    const { nodePort } = asRecord(port);
    return typeof nodePort === "number" ? nodePort : 0;
  });
}

/** What the storage says to a new object; `taken`: the one that has its name. */
export function refuseNew(
  kind: KindInfo,
  { metadata }: KubeObject,
  taken: KubeObject | undefined,
  { dryRun }: { readonly dryRun?: "All" },
): Status | undefined {
  if (Number(metadata.resourceVersion ?? "") > 0 && dryRun === undefined) {
    const why = "resourceVersion should not be set on objects to be created";
    return failure(500, "none", why);
  }
  if (taken === undefined) return undefined;
  const status = alreadyExists(groupResource(kind), metadata.name);
  // A name that may have been made up could be free the next time.
  if ((metadata.generateName ?? "") === "") return status;
  const message = `${status.message}, the server was not able to generate a unique name for the object`;
  return { ...status, message, details: { ...status.details, retryAfterSeconds: 1 } };
}

/** A PUT may be meant for an object that has been made anew since, or for another version. */
export function refuseStale(
  kind: KindInfo,
  { metadata }: KubeObject,
  current: KubeObject,
): Status | undefined {
  const { name, namespace, uid } = current.metadata;
  const group = groupResource(kind);
  if ((metadata.uid ?? "") !== "" && metadata.uid !== uid) {
    const key = ["/registry", kind.resource, ...(kind.namespaced ? [namespace] : []), name];
    const why = `UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`;
    return conflict(
      group,
      name,
      `StorageError: invalid object, Code: 4, Key: ${key.join("/")}, ResourceVersion: 0, ` +
        `AdditionalErrorMsg: Precondition failed: ${why}`,
    );
  }
  return refuseVersion(kind, metadata, current);
}

function refuseVersion(
  kind: KindInfo,
  { resourceVersion: asked = "" }: KubeObject["metadata"],
  { metadata: { name, resourceVersion } }: KubeObject,
): Status | undefined {
  if (!/^\d*$/.test(asked)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`;
    return failure(500, "none", why);
  }
  const other = Number(asked) !== 0 && asked !== resourceVersion;
  return other ? conflict(groupResource(kind), name) : undefined;
}

/** A patch may not make another object of it, nor be meant for another version. */
export function refuseIdentity(
  kind: KindInfo,
  { metadata }: KubeObject,
  current: KubeObject,
): Status | undefined {
  const { name } = current.metadata;
  if (metadata.name !== name) {
    const why =
      metadata.name === undefined || metadata.name === ""
        ? `the name of the object (${name} based on URL) was undeterminable: name must be provided`
        : `the name of the object (${metadata.name}) does not match the name on the URL (${name})`;
    return failure(400, "BadRequest", why);
  }
  const { namespace = "" } = metadata;
  if (kind.namespaced && namespace !== "" && namespace !== current.metadata.namespace) {
    const sent = "the namespace sent on the request";
    const why = `the namespace of the provided object does not match ${sent}`;
    return failure(400, "BadRequest", why);
  }
  return refuseVersion(kind, metadata, current);
}
