/**
 * --raw of get, create, replace and delete: requests as the API server answers them (apiserver/requests.ts), and the few
 * other paths that rollsim knows.
 */
import { answerRequest, type ApiRequest } from "../../apiserver/requests.ts";
import type { Call } from "../call.ts";
import { exitWith, fail, failStatus, goQuote } from "../errors.ts";
import { isMap, text, type JsonMap } from "../fields.ts";
import { filesOf, textsOf } from "../files.ts";
import { compactJson, indentedJson } from "../output/gojson.ts";
import { inStructOrder } from "../output/struct-order.ts";
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
  const path = pathOf(call).replace(/\?.*$/u, "");
  if (path === "/version") return io.out(serverVersionText());
  if (["/healthz", "/livez", "/readyz"].includes(path)) return io.out("ok");
  answerWith(call, { method: "GET", path: call.flags.text("raw") });
}

/** `create --raw`: a POST to a collection, or to the eviction of a pod. */
export function createRaw(call: Call): void {
  answerWith(call, { method: "POST", path: pathOf(call), body: bodyOf(call) });
}

/** `replace --raw`: a PUT of an object, its status or its scale. */
export function replaceRaw(call: Call): void {
  answerWith(call, { method: "PUT", path: pathOf(call), body: bodyOf(call) });
}

/** `delete --raw`: of one object, or of all of a collection. */
export function deleteRaw(call: Call): void {
  answerWith(call, { method: "DELETE", path: pathOf(call) });
}

/** What is sent carries the name of the program, as no other is given. */
function answerWith(call: Call, request: Omit<ApiRequest, "fieldManager">): void {
  const answer = answerRequest(call.io.client, { ...request, fieldManager: "kubectl" });
  call.warn(answer.warnings);
  if (!answer.ok) return failStatus(answer.status);
  call.io.out(serverJson(answer.body));
}

/** As the server writes an answer: in the order of the structs, on one line. */
function serverJson(object: JsonMap): string {
  const { items } = object;
  if (!Array.isArray(items)) return `${compactJson(inStructOrder(object), "as they come")}\n`;
  const { kind, apiVersion } = object;
  const member = text(object, "kind").replace(/List$/u, "");
  const members = items.filter(isMap).map((item) => {
    const ordered = inStructOrder({ ...item, apiVersion, kind: member });
    const { kind: _, apiVersion: __, ...rest } = ordered;
    return rest;
  });
  const { metadata } = object;
  const list = { kind, apiVersion, metadata, items: members };
  return `${compactJson(list, "as they come")}\n`;
}

function bodyOf(call: Call): unknown {
  const [text = "", ...more] = textsOf(call, filesOf(call));
  if (filesOf(call).length !== 1 || more.length > 0) {
    fail("--raw can only use a single local file or stdin");
  }
  try {
    return JSON.parse(text);
  } catch {
    return exitWith(
      "Error from server (BadRequest): json parse error: the body of the request is not JSON",
    );
  }
}

function pathOf(call: Call): string {
  const raw = call.flags.text("raw");
  if (!raw.startsWith("/") && !/^[a-z][a-z\d+.-]*:/iu.test(raw)) {
    fail(`--raw must be a valid URL path: parse ${goQuote(raw)}: invalid URI for request`);
  }
  return raw;
}

/** The server writes its version with two spaces and in the order of its fields. */
function serverVersionText(): string {
  const lines = Object.entries(serverVersion).map(
    ([key, value]) => `  ${indentedJson(key, "")}: ${indentedJson(value, "")}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}
