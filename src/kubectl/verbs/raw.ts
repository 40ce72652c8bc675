/**
 * --raw of get, create, replace and delete: objects, lists with their selectors, scales, evictions, and the few other
 * paths that rollsim can answer. Lists come whole, whatever `limit` is.
 */
import type { KindInfo } from "../../api/client.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { Answer } from "../../api/status.ts";
import { fieldProblem, parseFieldSelector } from "../../apiserver/field-selectors.ts";
import { withController } from "../../apiserver/field-managers/track.ts";
import { scaleOf } from "../../apiserver/scale-subresource.ts";
import { parseRequirements } from "../../apiserver/selector-parser.ts";
import type { Call } from "../call.ts";
import { exitWith, fail, goQuote, must } from "../errors.ts";
import { isKubeObject, num, type JsonMap } from "../fields.ts";
import { compactJson, indentedJson } from "../output/gojson.ts";
import { inStructOrder } from "../output/struct-order.ts";
import { filesOf, textsOf } from "../files.ts";
import { serverVersion } from "../version-info.ts";

export function getRaw(call: Call): void {
  const { flags, io } = call;
  if (call.args.length > 0) fail("arguments may not be passed when --raw is specified");
  if (flags.bool("watch") || flags.bool("watch-only") || flags.text("selector") !== "") {
    fail(
      "--raw may not be specified with other flags that filter the server request or alter the output",
    );
  }
  if (flags.text("output") !== "") fail("--raw and --output are mutually exclusive");
  const { path, query } = pathOf(call);
  if (path === "/version") return io.out(serverVersionText());
  if (["/healthz", "/livez", "/readyz"].includes(path)) return io.out("ok");
  const found = resourceAt(call, path);
  const { name } = found;
  if (name === undefined) return io.out(listText(call, found, query));
  const object = must(io.client.get({ ...found.ref, name }));
  io.out(serverJson(found.subresource === "scale" ? scaleOf(object) : object));
}

function listText(call: Call, { kind, ref, scope }: Found, query: URLSearchParams): string {
  const { labelSelector, fieldSelector } = selectorsIn(kind, query);
  const items = call.io.client.list(ref.resource, { ...scope, labelSelector, fieldSelector });
  const members = items.map((item) => {
    const { kind: _, apiVersion: __, ...rest } = inStructOrder(withController(item));
    return rest;
  });
  // A list is as new as its newest member: the client tells of no other version.
  const newest = Math.max(1, ...items.map((item) => Number(item.metadata.resourceVersion)));
  const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  const metadata = { resourceVersion: String(newest) };
  return serverJson({ kind: `${kind.kind}List`, apiVersion, metadata, items: members });
}

function selectorsIn(kind: KindInfo, query: URLSearchParams) {
  const labelSelector = query.get("labelSelector") ?? "";
  const fieldSelector = query.get("fieldSelector") ?? "";
  const labels = parseRequirements(labelSelector);
  if (!labels.ok) badRequest(labels.error);
  const fields = parseFieldSelector(fieldSelector);
  if (!fields.ok) return badRequest(fields.error);
  const wrong = fieldProblem(kind.kind, fields.value);
  if (wrong !== undefined) badRequest(wrong);
  return { labelSelector, fieldSelector };
}

function badRequest(message: string): never {
  return exitWith(`Error from server (BadRequest): ${message}`);
}

/** What is sent carries the name of the program, as no other is given. */
const manager = { fieldManager: "kubectl" } as const;

/** `create --raw`: a POST to a collection, or to the eviction of a pod. */
export function createRaw(call: Call): void {
  const { client } = call.io;
  const { path } = pathOf(call);
  const body = bodyOf(call);
  const { ref, scope, name, subresource } = resourceAt(call, path);
  if (subresource === "eviction" && name !== undefined) {
    if (body.metadata.name !== name) {
      badRequest("name in URL does not match name in Eviction object");
    }
    must(client.evict({ ...ref, name }));
    return call.io.out(serverJson({ ...success, code: 201 }));
  }
  if (name !== undefined) notFoundHere();
  const metadata = { ...scope, ...body.metadata };
  answerWith(call, client.create({ ...body, metadata }, manager));
}

/** `replace --raw`: a PUT of an object, its status or its scale. */
export function replaceRaw(call: Call): void {
  const { client } = call.io;
  const { path } = pathOf(call);
  const body = bodyOf(call);
  const { ref, scope, name, subresource } = resourceAt(call, path);
  if (name === undefined) return notFoundHere();
  if (subresource === "scale") {
    const spec = { replicas: num(body, "spec", "replicas") };
    const options = { ...manager, subresource } as const;
    const scaled = must(client.patch({ ...ref, name }, "merge", { spec }, options));
    return call.io.out(serverJson(scaleOf(scaled)));
  }
  const metadata = { ...scope, ...body.metadata };
  const options =
    subresource === "status" ? { ...manager, subresource: "status" as const } : manager;
  answerWith(call, client.update({ ...body, metadata }, options));
}

/** `delete --raw`: of one object. */
export function deleteRaw(call: Call): void {
  const { path } = pathOf(call);
  const { kind, ref, name, subresource } = resourceAt(call, path);
  if (name === undefined || subresource !== undefined) return notFoundHere();
  const object = must(call.io.client.delete({ ...ref, name }));
  // What is only marked to be deleted comes back as it is.
  if (object.metadata.deletionTimestamp !== undefined) return call.io.out(serverJson(object));
  const group = kind.group === "" ? {} : { group: kind.group };
  const details = { name, ...group, kind: kind.resource, uid: object.metadata.uid };
  call.io.out(serverJson({ ...success, details }));
}

const success = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" } as const;

function answerWith(call: Call, answer: Answer<KubeObject>): void {
  call.io.out(serverJson(must(answer)));
}

/** As the server writes an answer: in the order of the structs, on one line. */
function serverJson(object: JsonMap | KubeObject): string {
  const whole: JsonMap = isKubeObject(object) ? withController(object) : object;
  return `${compactJson(inStructOrder(whole), "as they come")}\n`;
}

function bodyOf(call: Call): KubeObject {
  const [text = "", ...more] = textsOf(call, filesOf(call));
  if (filesOf(call).length !== 1 || more.length > 0) {
    fail("--raw can only use a single local file or stdin");
  }
  try {
    return JSON.parse(text) as KubeObject;
  } catch {
    const decoder = `json parse error: the body of the request is not JSON`;
    return badRequest(decoder);
  }
}

function notFoundHere(): never {
  return exitWith("Error from server (NotFound): the server could not find the requested resource");
}

function pathOf(call: Call): { readonly path: string; readonly query: URLSearchParams } {
  const raw = call.flags.text("raw");
  if (!raw.startsWith("/") && !/^[a-z][a-z\d+.-]*:/iu.test(raw)) {
    fail(`--raw must be a valid URL path: parse ${goQuote(raw)}: invalid URI for request`);
  }
  const path = raw.replace(/\?.*$/, "");
  return { path, query: new URLSearchParams(raw.slice(path.length)) };
}

interface Found {
  readonly kind: KindInfo;
  readonly scope: { readonly namespace?: string };
  readonly ref: { readonly resource: string; readonly namespace?: string };
  /** Undefined for a list. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

function resourceAt(call: Call, path: string): Found {
  const match =
    /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/(scale|status|eviction))?$/.exec(
      path,
    );
  if (match === null) return notFoundHere();
  const [, core, group = "", version = core, namespace, resource = "", name, subresource] = match;
  const kind = call.io.client
    .kinds()
    .find((k) => k.resource === resource && k.group === group && k.version === version);
  if (kind === undefined) return notFoundHere();
  const scope = namespace === undefined ? {} : { namespace };
  const full = kind.group === "" ? resource : `${resource}.${kind.group}`;
  return { kind, scope, ref: { resource: full, ...scope }, name, subresource };
}

/** The server writes its version with two spaces and in the order of its fields. */
function serverVersionText(): string {
  const lines = Object.entries(serverVersion).map(
    ([key, value]) => `  ${indentedJson(key, "")}: ${indentedJson(value, "")}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}
