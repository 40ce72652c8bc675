/**
 * Lists as the API server sends them: selected, and in pages where a limit is given. Mirrors apiserver
 * pkg/endpoints/handlers/get.go and storage/continue.go (v0.37.2). Pages show what is there now, not what was there when
 * the first one was asked for.
 */
import type { Client, KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { base64Of, base64Text } from "../api/base64.ts";
import { failure, type Answer } from "../api/status.ts";
import { fieldProblem, parseFieldSelector } from "./field-selectors.ts";
import { withControllers } from "./field-managers/controllers.ts";
import { asString, type Json } from "./json.ts";
import { refusedOptions } from "./request-options.ts";
import { parseRequirements } from "./selector-parser.ts";
import { forbidden, goJson, notSupported, type Causes } from "./validation/errors.ts";

interface Listed {
  readonly kind: KindInfo;
  readonly resource: string;
  readonly namespace?: string;
}

export function listAnswer(
  client: Client,
  { kind, resource, namespace }: Listed,
  query: URLSearchParams,
): Answer<Json> {
  const read = readListOptions(kind, query);
  if (!read.ok) return read;
  const { labelSelector, fieldSelector, limit, from, version } = read.value;
  const place = namespace === undefined ? {} : { namespace };
  const all = client.list(resource, { ...place, labelSelector, fieldSelector });
  const keyOf = ({ metadata }: KubeObject): string =>
    kind.namespaced && namespace === undefined
      ? `${metadata.namespace}/${metadata.name}`
      : metadata.name;
  const left = from === "" ? all : all.filter((item) => keyOf(item) >= from);
  const page = limit > 0 ? left.slice(0, limit) : left;
  const rest = left.length - page.length;
  // A list is as new as its newest member: the client tells of no other version.
  const newest = Math.max(1, ...all.map((item) => Number(item.metadata.resourceVersion)));
  const resourceVersion = version === 0 ? newest : version;
  const last = page.at(-1);
  const start = last === undefined ? "" : `${keyOf(last)}\u0000`;
  const selected = labelSelector !== "" || fieldSelector !== "";
  const metadata = {
    resourceVersion: String(resourceVersion),
    ...(rest === 0
      ? {}
      : {
          continue: tokenText({ v: "meta.k8s.io/v1", rv: resourceVersion, start }),
          ...(selected ? {} : { remainingItemCount: rest }),
        }),
  };
  const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  const items = page.map((item) => {
    const { kind: _, apiVersion: __, ...members } = withControllers(item);
    return members;
  });
  return { ok: true, value: { kind: `${kind.kind}List`, apiVersion, metadata, items } };
}

/** Base64 as it stands in addresses, without padding. */
function tokenText(token: object): string {
  const text = base64Of(JSON.stringify(token));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "");
}

interface ListRequest {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** 0: all. */
  readonly limit: number;
  /** The key that this page begins with; "" for the first. */
  readonly from: string;
  /** Of the first page; 0 on that. */
  readonly version: number;
}

function readListOptions(kind: KindInfo, query: URLSearchParams): Answer<ListRequest> {
  const text = (name: string): string => query.get(name) ?? "";
  const labelSelector = text("labelSelector");
  const fieldSelector = text("fieldSelector");
  for (const name of ["limit", "timeoutSeconds"]) {
    if (query.has(name) && !/^[+-]?\d+$/u.test(text(name))) {
      return badRequest(`strconv.ParseInt: parsing ${goJson(text(name))}: invalid syntax`);
    }
  }
  const labels = parseRequirements(labelSelector);
  if (!labels.ok) return badRequest(labels.error);
  const fields = parseFieldSelector(fieldSelector);
  if (!fields.ok) return badRequest(fields.error);
  const refused = refusedOptions("ListOptions", versionCauses(query));
  if (refused !== undefined) return refused;
  const wrong = fieldProblem(kind.kind, fields.value);
  if (wrong !== undefined) return badRequest(wrong);
  const resourceVersion = text("resourceVersion");
  const page = readToken(text("continue"));
  if (!page.ok) return page;
  if (page.value.version > 0 && !["", "0"].includes(resourceVersion)) {
    return badRequest("specifying resource version is not allowed when using continue");
  }
  if (!/^\d*$/u.test(resourceVersion)) {
    const why = `strconv.ParseUint: parsing ${goJson(resourceVersion)}: invalid syntax`;
    return badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${goJson(resourceVersion)}: ${why}`,
    );
  }
  // Asked for anything at all, the cache answers, which knows no limit.
  const limit = resourceVersion === "0" ? 0 : Number(text("limit"));
  return { ok: true, value: { labelSelector, fieldSelector, limit, ...page.value } };
}

function versionCauses(query: URLSearchParams): Causes {
  const match = query.get("resourceVersionMatch") ?? "";
  const version = query.get("resourceVersion") ?? "";
  const field = "resourceVersionMatch";
  const initial = query.has("sendInitialEvents")
    ? [forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")]
    : [];
  if (match === "") return initial;
  return [
    ...(version === ""
      ? [forbidden(field, `${field} is forbidden unless resourceVersion is provided`)]
      : []),
    ...((query.get("continue") ?? "") === ""
      ? []
      : [forbidden(field, `${field} is forbidden when continue is provided`)]),
    ...(["Exact", "NotOlderThan"].includes(match)
      ? []
      : [notSupported(field, match, ["Exact", "NotOlderThan", ""])]),
    ...(match === "Exact" && version === "0"
      ? [forbidden(field, `${field} "exact" is forbidden for resourceVersion "0"`)]
      : []),
    ...initial,
  ];
}

function badRequest(message: string): Extract<Answer<never>, { ok: false }> {
  return { ok: false, status: failure(400, "BadRequest", message) };
}

/** Where a page begins: the key that follows the last one's. */
function readToken(token: string): Answer<Pick<ListRequest, "from" | "version">> {
  if (token === "") return { ok: true, value: { from: "", version: 0 } };
  const bad = (why: string): Answer<never> =>
    badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const place = [...token].findIndex((letter) => !/[\w-]/u.test(letter));
  if (place >= 0 || token.length % 4 === 1) {
    return bad(`illegal base64 data at input byte ${place >= 0 ? place : token.length - 1}`);
  }
  let read: Json;
  try {
    read = JSON.parse(base64Text(token.replaceAll("-", "+").replaceAll("_", "/"))) as Json;
  } catch {
    return bad("the token is not JSON");
  }
  const version = Number(read["rv"] ?? 0);
  if (version === 0) {
    return bad("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  return { ok: true, value: { from: asString(read["start"]).replace(/^\//u, ""), version } };
}
