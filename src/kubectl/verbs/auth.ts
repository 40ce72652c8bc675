/** kubectl auth can-i and whoami: the one user of rollsim may do everything (kubectl/pkg/cmd/auth, v0.37.2). */
import { timestamp } from "../../api/time.ts";
import type { Call } from "../call.ts";
import { layTable } from "../columns/table.ts";
import { fail } from "../errors.ts";
import { writePrinter } from "../output/printer.ts";
import { findKind } from "../resources.ts";

const resourceVerbs: ReadonlySet<string> = new Set(
  "get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest".split(
    " ",
  ),
);
const pathVerbs: ReadonlySet<string> = new Set(
  "get put post head options delete patch *".split(" "),
);
/** Resources that no discovery tells of. */
const unlisted: ReadonlySet<string> = new Set(["users", "groups"]);

export function canI(call: Call): void {
  const { args, flags } = call;
  if (flags.bool("list")) return listRights(call);
  if (args.length !== 2) {
    fail(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
    );
  }
  const [verb = "", resource = ""] = args;
  if (resource.startsWith("/") && flags.text("subresource") !== "") {
    fail("--subresource can not be used with NonResourceURL");
  }
  const known = resource.startsWith("/") ? pathVerbs : resourceVerbs;
  const unknownVerb = known.has(verb) ? [] : [`verb '${verb}' is not a known verb\n`];
  if (!resource.startsWith("/") && !flags.bool("all-namespaces")) {
    call.warn(resourceWarnings(call, resource));
  }
  if (resource.startsWith("/") || !flags.bool("all-namespaces")) call.warn(unknownVerb);
  if (flags.bool("no-headers")) fail("--no-headers cannot be set without --list specified");
  if (!flags.bool("quiet")) call.io.out("yes\n");
}

function resourceWarnings(call: Call, resource: string): readonly string[] {
  const [type = ""] = resource.split("/");
  if (type === "*" || unlisted.has(type)) return [];
  const kind = findKind(call.io.client, type);
  if (kind === undefined) {
    const [name = "", ...group] = type.toLowerCase().split(".");
    const where = group.length === 0 ? "" : ` in group '${group.join(".")}'`;
    return [`the server doesn't have a resource type '${name}'${where}\n`];
  }
  if (kind.namespaced) return [];
  const where = kind.group === "" ? "" : ` in group '${kind.group}'`;
  return [`resource '${kind.resource}' is not namespace scoped${where}\n`];
}

/** Everything: nobody is refused in rollsim. */
function listRights(call: Call): void {
  const { args, flags } = call;
  if (args.length > 0) fail("list option must be specified with no arguments");
  if (flags.bool("quiet") || flags.bool("all-namespaces") || flags.text("subresource") !== "") {
    fail(
      "list option can't be specified with neither quiet, all-namespaces nor subresource options",
    );
  }
  const rows = [
    ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"],
    ["*.*", "[]", "[]", "[*]"],
    ["", "[*]", "[]", "[*]"],
  ];
  call.io.out(layTable(flags.bool("no-headers") ? rows.slice(1) : rows));
}

const groups = ["system:masters", "system:authenticated"];

export function whoAmI(call: Call): void {
  const printer = writePrinter(call);
  const creationTimestamp = timestamp(call.io.client.wallClockMs);
  if (printer !== undefined) {
    call.io.out(
      printer({
        apiVersion: "authentication.k8s.io/v1",
        kind: "SelfSubjectReview",
        metadata: { creationTimestamp },
        status: { userInfo: { username: "admin", uid: "admin", groups } },
      }),
    );
    return;
  }
  const rows = [
    ["ATTRIBUTE", "VALUE"],
    ["Username", "admin"],
    ["UID", "admin"],
    ["Groups", `[${groups.join(" ")}]`],
  ];
  call.io.out(layTable(rows));
}
