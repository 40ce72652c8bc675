/** Errors that name the file they come from (kubectl/pkg/cmd/util AddSourceToErr, v0.37.2). */
import type { Status } from "../api/status.ts";
import { goQuote, type Problem } from "./errors.ts";
import type { Info } from "./resolve.ts";

export function withSource(status: Status, verb: string, source: string): Problem {
  if (source === "") return { status };
  return {
    status: { ...status, message: `error when ${verb} ${goQuote(source)}: ${status.message}` },
  };
}

/** Resource, kind, name and namespace, as apply's errors show an object. */
export function infoText({ kind, object, ref }: Info): string {
  const version = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  const group = kind.group === "" ? "/" + kind.version : version;
  return (
    `Resource: "${group}, Resource=${kind.resource}", GroupVersionKind: "${group}, Kind=${object.kind}"\n` +
    `Name: ${goQuote(object.metadata.name ?? "")}, Namespace: ${goQuote(ref.namespace ?? "")}`
  );
}
