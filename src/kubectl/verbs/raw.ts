/** kubectl get --raw: the few paths that rollsim can answer. */
import type { Call } from "../call.ts";
import type { KindInfo } from "../../api/client.ts";
import { scaleOf } from "../../apiserver/scale-subresource.ts";
import { exitWith, fail, goQuote, must } from "../errors.ts";
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
  const raw = flags.text("raw");
  requirePath(raw);
  const path = raw.replace(/\?.*$/, "");
  if (path === "/version") return io.out(indentedVersion());
  if (["/healthz", "/livez", "/readyz"].includes(path)) return io.out("ok");
  const found = resourceAt(call, path);
  if (found === undefined) return notFoundHere();
  const { kind, full, scope, name, scale } = found;
  if (name !== undefined) {
    const object = must(io.client.get({ resource: full, ...scope, name }));
    if (!scale) return io.out(`${compactJson(object)}\n`);
    return io.out(`${JSON.stringify(inStructOrder(scaleOf(object)))}\n`);
  }
  const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  const items = io.client.list(full, scope);
  io.out(
    `${compactJson({ apiVersion, items, kind: `${kind.kind}List`, metadata: { resourceVersion: "" } })}\n`,
  );
}

/** `delete --raw`: of one object. */
export function deleteRaw(call: Call): void {
  const raw = call.flags.text("raw");
  requirePath(raw);
  const found = resourceAt(call, raw);
  if (found?.name === undefined || found.scale) return notFoundHere();
  const object = must(
    call.io.client.delete({ resource: found.full, ...found.scope, name: found.name }),
  );
  call.io.out(`${compactJson(object)}\n`);
}

function notFoundHere(): never {
  return exitWith("Error from server (NotFound): the server could not find the requested resource");
}

function requirePath(raw: string): void {
  if (raw.startsWith("/") || /^[a-z][a-z\d+.-]*:/iu.test(raw)) return;
  fail(`--raw must be a valid URL path: parse ${goQuote(raw)}: invalid URI for request`);
}

interface Found {
  readonly kind: KindInfo;
  readonly full: string;
  readonly scope: { readonly namespace?: string };
  /** Undefined for a list. */
  readonly name: string | undefined;
  readonly scale: boolean;
}

function resourceAt(call: Call, path: string): Found | undefined {
  const match =
    /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(\/scale)?$/.exec(
      path,
    );
  const [, group = "", namespace, resource = "", name, scale] = match ?? [];
  const kind = call.io.client.kinds().find((k) => k.resource === resource && k.group === group);
  if (match === null || kind === undefined) return undefined;
  const scope = namespace === undefined ? {} : { namespace };
  const full = kind.group === "" ? resource : `${resource}.${kind.group}`;
  return { kind, full, scope, name, scale: scale !== undefined };
}

function indentedVersion(): string {
  return serverVersionText();
}

/** The server writes its version with two spaces and in the order of its fields. */
function serverVersionText(): string {
  const lines = Object.entries(serverVersion).map(
    ([key, value]) => `  ${indentedJson(key, "")}: ${indentedJson(value, "")}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}
