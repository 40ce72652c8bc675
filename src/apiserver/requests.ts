/**
 * What the API server answers to a request on a path: objects, lists with their selectors and pages, scales, statuses,
 * evictions. Mirrors apiserver pkg/endpoints/handlers (v0.37.2).
 *
 * Left out: discovery, tables, watches, media types other than JSON, and lists as they were at an older version.
 */
import type { Client, KindInfo, PatchType, WriteOptions } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { failure, warned, type Answer, type Status } from "../api/status.ts";
import { withControllers } from "./field-managers/controllers.ts";
import { decodeObject, wrongKind } from "./decode.ts";
import { asRecord, asString, isRecord, type Json } from "./json.ts";
import { MADE_BY_PUT } from "./kinds.ts";
import { listAnswer } from "./request-lists.ts";
import { readDeleteOptions, readWriteOptions } from "./request-options.ts";
import { SCALE, scaleOf } from "./scale-subresource.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query: `/api/v1/namespaces/default/pods?limit=1`. */
  readonly path: string;
  /** JSON, as it was parsed; absent: none was sent. */
  readonly body?: unknown;
  /** What kind of patch the body is. */
  readonly patchType?: PatchType;
  /** Who writes if the query does not say; default: nobody, and nothing is owned. */
  readonly fieldManager?: string;
}

/** `code` is HTTP's. A Status may be the body of what went well, too. */
export type ApiAnswer =
  | {
      readonly ok: true;
      readonly code: number;
      readonly body: Json;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly status: Status; readonly warnings: readonly string[] };

type Answered = Answer<Json> & { readonly code?: number };

export function answerRequest(client: Client, request: ApiRequest): ApiAnswer {
  const answer = answered(client, request);
  const { warnings = [] } = answer;
  if (!answer.ok) return { ok: false, status: answer.status, warnings };
  return { ok: true, code: answer.code ?? 200, body: answer.value, warnings };
}

/** A resource of a request, and the object of it that is meant. */
export interface Target {
  readonly kind: KindInfo;
  /** As the client knows it. */
  readonly resource: string;
  /** Absent: all namespaces, or none. */
  readonly namespace?: string;
}

interface Named extends Target {
  readonly name: string;
  readonly subresource: Subresource;
}

type Subresource = "" | "scale" | "status" | "eviction";

function answered(client: Client, request: ApiRequest): Answered {
  const [path = "", search = ""] = request.path.split("?");
  const query = new URLSearchParams(search);
  const found = targetOf(client, path);
  if (found === undefined) return refused(unknownPath());
  const { name } = found;
  if (name === undefined) return onCollection(client, found, request, query);
  const named = { ...found, name };
  switch (request.method) {
    case "GET":
      return get(client, named);
    case "POST":
      return named.subresource === "eviction" ? evict(client, named, request) : notAllowed();
    case "PUT":
      return replace(client, named, request, query);
    case "PATCH":
      return patch(client, named, request, query);
    case "DELETE":
      return named.subresource === "" ? remove(client, named, request, query) : notAllowed();
    default:
      return notAllowed();
  }
}

function onCollection(
  client: Client,
  target: Target,
  request: ApiRequest,
  query: URLSearchParams,
): Answered {
  switch (request.method) {
    case "GET":
      return listAnswer(client, target, query);
    case "POST":
      return create(client, target, request, query);
    case "DELETE":
      return removeAll(client, target, request, query);
    default:
      return notAllowed();
  }
}

function refused(status: Status): Answered {
  return { ok: false, status };
}

function unknownPath(): Status {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

function notAllowed(): Answered {
  const why = "the server does not allow this method on the requested resource";
  return refused(failure(405, "MethodNotAllowed", why, {}));
}

const PATH =
  /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/(scale|status|eviction))?$/;

function targetOf(
  client: Client,
  path: string,
): (Omit<Named, "name"> & { readonly name: string | undefined }) | undefined {
  // A namespace is an object itself, and so is its status.
  const match = PATH.exec(path.replace(/\/namespaces\/([^/]+)\/status$/, "/ns/$1/status"));
  if (match === null) return undefined;
  const [, core, group = "", version = core, namespace, plural = "", name, subresource = ""] =
    match;
  const resource = plural === "ns" ? "namespaces" : plural;
  const kind = client
    .kinds()
    .find((k) => k.resource === resource && k.group === group && k.version === version);
  if (kind === undefined || !hasSubresource(kind, subresource)) return undefined;
  return {
    kind,
    resource: group === "" ? resource : `${resource}.${group}`,
    ...(namespace === undefined || !kind.namespaced ? {} : { namespace }),
    name,
    subresource: subresource as Subresource,
  };
}

const SCALED = ["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"];
const WITHOUT_STATUS = ["ConfigMap", "Secret", "Event", "LimitRange", "Endpoints", "EndpointSlice"];

function hasSubresource({ kind }: KindInfo, subresource: string): boolean {
  switch (subresource) {
    case "scale":
      return SCALED.includes(kind);
    case "status":
      return !WITHOUT_STATUS.includes(kind);
    case "eviction":
      return kind === "Pod";
    default:
      return true;
  }
}

/** An object as it is sent, with what its controllers own. */
function shown(answer: Answer<KubeObject>, { subresource }: Named, code = 200): Answered {
  if (!answer.ok) return answer;
  const object = subresource === "scale" ? scaleOf(answer.value) : withControllers(answer.value);
  return { ...answer, value: { ...object }, code };
}

function get(client: Client, named: Named): Answered {
  if (named.subresource === "eviction") return notAllowed();
  return shown(client.get(named), named);
}

function create(
  client: Client,
  target: Target,
  { body, fieldManager = "" }: ApiRequest,
  query: URLSearchParams,
): Answered {
  const options = readWriteOptions(query, fieldManager, "CreateOptions");
  if (!options.ok) return options;
  const read = bodyFor(target, body);
  if (!read.ok) return read;
  const answer = client.create(read.value, options.value);
  return shown(answer, { ...target, name: "", subresource: "" }, 201);
}

/** The body of a POST or PUT as an object of the kind that the path says, in its namespace. */
function bodyFor({ kind, namespace }: Target, body: unknown): Answer<KubeObject> {
  const served = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  if (body === undefined) {
    const why =
      "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)";
    const unread = `the object provided is unrecognized (must be of type ${kind.kind}): ${why}`;
    return { ok: false, status: failure(400, "BadRequest", unread) };
  }
  const json = asRecord(body);
  const apiVersion = asString(json["apiVersion"]) || served;
  const given = asString(json["kind"]) || kind.kind;
  if (given !== kind.kind || apiVersion !== served) {
    const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
    const why = `${given} in version "${version}" cannot be handled as a ${kind.kind}`;
    const other = wrongKind({ apiVersion, kind: given }, kind);
    return { ok: false, status: failure(400, "BadRequest", `${why}: ${other}`) };
  }
  const metadata = json["metadata"] ?? {};
  if (!isRecord(metadata)) {
    return { ok: true, value: { ...json, apiVersion, kind: given } as unknown as KubeObject };
  }
  const wanted = asString(metadata["namespace"]);
  if (namespace !== undefined && wanted !== "" && wanted !== namespace) {
    const sent = "the namespace sent on the request";
    const why = `the namespace of the provided object does not match ${sent}`;
    return mistaken({ ...json, apiVersion, kind: given }, failure(400, "BadRequest", why));
  }
  const place = namespace === undefined ? {} : { namespace };
  const object = { ...json, apiVersion, kind: given, metadata: { ...metadata, ...place } };
  return { ok: true, value: object as unknown as KubeObject };
}

/** What is wrong with a body is told before what is wrong with its place. */
function mistaken(body: Json, status: Status): Extract<Answer<KubeObject>, { ok: false }> {
  const decoded = decodeObject(body);
  return decoded.ok ? warned({ ok: false, status }, decoded.warnings) : decoded;
}

function replace(
  client: Client,
  named: Named,
  request: ApiRequest,
  query: URLSearchParams,
): Answered {
  const { name, subresource } = named;
  const options = readWriteOptions(query, request.fieldManager ?? "", "UpdateOptions");
  if (!options.ok) return options;
  if (subresource === "eviction") return notAllowed();
  if (subresource === "scale") return rescale(client, named, request.body, options.value);
  const read = bodyFor(named, request.body);
  if (!read.ok) return read;
  const wrong = misnamed(read.value, name);
  if (wrong !== undefined) return mistaken(read.value, wrong);
  const status = subresource === "status" ? { subresource } : {};
  const missing = !client.get(named).ok;
  if (missing && isRecord(read.value.metadata) && MADE_BY_PUT.includes(named.kind.kind)) {
    const { resourceVersion: _, ...metadata } = read.value.metadata;
    return shown(client.create({ ...read.value, metadata }, options.value), named, 201);
  }
  return shown(client.update(read.value, { ...options.value, ...status }), named);
}

function misnamed({ metadata }: KubeObject, name: string): Status | undefined {
  // What is no name at all is found when the body is decoded.
  const given: unknown = isRecord(metadata) ? (metadata["name"] ?? "") : name;
  if (given === name || typeof given !== "string") return undefined;
  const why =
    given === ""
      ? `the name of the object (${name} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${given}) does not match the name on the URL (${name})`;
  return failure(400, "BadRequest", why);
}

function rescale(client: Client, named: Named, body: unknown, options: WriteOptions): Answered {
  const read = bodyFor({ ...named, kind: SCALE }, body);
  if (!read.ok) return read;
  const wrong = misnamed(read.value, named.name);
  if (wrong !== undefined) return refused(wrong);
  const { resourceVersion = "" } = read.value.metadata;
  const version = resourceVersion === "" ? {} : { metadata: { resourceVersion } };
  const { replicas = 0 } = asRecord(read.value["spec"]);
  const scale = { ...version, spec: { replicas } };
  const answer = client.patch(named, "merge", scale, { ...options, subresource: "scale" });
  return shown(answer, named);
}

function patch(
  client: Client,
  named: Named,
  request: ApiRequest,
  query: URLSearchParams,
): Answered {
  const { patchType } = request;
  if (patchType === undefined) {
    return refused(failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", {}));
  }
  const options = readWriteOptions(query, request.fieldManager ?? "", "PatchOptions", patchType);
  if (!options.ok) return options;
  const { subresource } = named;
  if (subresource === "eviction") return notAllowed();
  const part = subresource === "" ? {} : { subresource };
  const isNew = patchType === "apply" && !client.get(named).ok;
  const answer = client.patch(named, patchType, request.body, { ...options.value, ...part });
  return shown(answer, named, isNew ? 201 : 200);
}

function evict(client: Client, named: Named, { body }: ApiRequest): Answered {
  const { name } = asRecord(asRecord(body)["metadata"]);
  if (name !== named.name) {
    return refused(
      failure(400, "BadRequest", "name in URL does not match name in Eviction object"),
    );
  }
  const answer = client.evict(named);
  return answer.ok ? { ok: true, value: { ...success, code: 201 }, code: 201 } : answer;
}

const success = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" } as const;

/** Kinds that answer a deletion with the object that is gone, not with a Status. */
const SHOWN_WHEN_GONE = [
  "Pod",
  "Service",
  "ServiceAccount",
  "Namespace",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "PodTemplate",
  "ResourceQuota",
];

function remove(
  client: Client,
  named: Named,
  request: ApiRequest,
  query: URLSearchParams,
): Answered {
  const options = readDeleteOptions(request.body, query);
  if (!options.ok) return options;
  const { kind, name } = named;
  const answer = client.delete(named, options.value);
  if (!answer.ok) return answer;
  const object = answer.value;
  const isMarked = object.metadata.deletionTimestamp !== undefined;
  const isThere = options.value.orphanDependents === false && client.get(named).ok;
  const code = isThere ? 202 : 200;
  if (isMarked || SHOWN_WHEN_GONE.includes(kind.kind)) return shown(answer, named, code);
  const group = kind.group === "" ? {} : { group: kind.group };
  const details = { name, ...group, kind: kind.resource, uid: object.metadata.uid };
  return { ...answer, value: { ...success, details } };
}

/** Answers the list of what was there. */
function removeAll(
  client: Client,
  target: Target,
  request: ApiRequest,
  query: URLSearchParams,
): Answered {
  const { kind, namespace } = target;
  if (kind.namespaced && namespace === undefined) return notAllowed();
  const options = readDeleteOptions(request.body, query);
  if (!options.ok) return options;
  const list = listAnswer(client, target, query);
  if (!list.ok) return list;
  for (const { metadata } of list.value["items"] as readonly KubeObject[]) {
    const answer = client.delete({ ...target, name: metadata.name }, options.value);
    if (!answer.ok && answer.status.code !== 404) return answer;
  }
  return list;
}
