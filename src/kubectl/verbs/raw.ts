/** kubectl get --raw: the few paths that rollsim can answer. */
import type { Call } from "../call.ts";
import { exitWith, fail, must } from "../errors.ts";
import { compactJson, indentedJson } from "../output/gojson.ts";
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
  const path = flags.text("raw").replace(/\?.*$/, "");
  if (path === "/version") return io.out(indentedVersion());
  if (["/healthz", "/livez", "/readyz"].includes(path)) return io.out("ok");
  const match =
    /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(
      path,
    );
  const [, group = "", namespace, resource = "", name] = match ?? [];
  const kind = io.client.kinds().find((k) => k.resource === resource && k.group === group);
  if (match === null || kind === undefined) {
    return exitWith(
      "Error from server (NotFound): the server could not find the requested resource",
    );
  }
  const scope = namespace === undefined ? {} : { namespace };
  const full = kind.group === "" ? resource : `${resource}.${kind.group}`;
  if (name !== undefined) {
    return io.out(`${compactJson(must(io.client.get({ resource: full, ...scope, name })))}\n`);
  }
  const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  const items = io.client.list(full, scope);
  io.out(
    `${compactJson({ apiVersion, items, kind: `${kind.kind}List`, metadata: { resourceVersion: "" } })}\n`,
  );
}

function indentedVersion(): string {
  return serverVersionText();
}

/** The server writes its version with two spaces and in the order of its fields. */
export function serverVersionText(): string {
  const lines = Object.entries(serverVersion).map(
    ([key, value]) => `  ${indentedJson(key, "")}: ${indentedJson(value, "")}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}
