/** Verbs that tell about the cluster, and those that need what rollsim does not simulate. */
import type { KindInfo } from "../../api/client.ts";
import { isCustomGroup } from "../../apiserver/kinds.ts";
import { layTable } from "../columns/table.ts";
import type { Call } from "../call.ts";
import { exitWith, fail, failAll, failUsage, goQuote } from "../errors.ts";
import { compareText } from "../fields.ts";
import { toYaml } from "../output/yaml.ts";
import { resolve } from "../resolve.ts";
import { findKind, resourceName } from "../resources.ts";
import { clientVersion, kustomizeVersion, serverVersion } from "../version-info.ts";

export function version(call: Call): void {
  const format = call.flags.text("output");
  if (!["", "yaml", "json"].includes(format)) fail("--output must be 'yaml' or 'json'");
  const whole = {
    clientVersion,
    kustomizeVersion,
    ...(call.flags.bool("client") ? {} : { serverVersion }),
  };
  const short = [
    `Client Version: ${clientVersion.gitVersion}\nKustomize Version: ${kustomizeVersion}\n`,
    ...(call.flags.bool("client") ? [] : [`Server Version: ${serverVersion.gitVersion}\n`]),
  ];
  // The encoder ends its text with a line of its own.
  const texts = { json: `${JSON.stringify(whole, undefined, 2)}\n`, yaml: `${toYaml(whole)}\n` };
  call.io.out(format === "json" || format === "yaml" ? texts[format] : short.join(""));
}

const groupVersion = (kind: KindInfo): string =>
  kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;

/** The kinds that rollsim serves: fewer than a real cluster's. */
export function apiResources(call: Call): void {
  const { flags, io } = call;
  if (call.args.length > 0) {
    failUsage(`unexpected arguments: [${call.args.join(" ")}]`, "api-resources");
  }
  const output = flags.text("output");
  if (!["", "wide", "name"].includes(output)) fail(`--output ${output} is not available`);
  const categories = flags.list("categories");
  const shown = io.client
    .kinds()
    .filter((kind) => !isCustomGroup(kind.group) || hasObjects(call, kind))
    .filter((kind) => !flags.changed("api-group") || kind.group === flags.text("api-group"))
    .filter((kind) => !flags.changed("namespaced") || kind.namespaced === flags.bool("namespaced"))
    .filter((kind) => categories.every((category) => kind.categories.includes(category)))
    .toSorted((a, b) => compareText(a.group, b.group) || compareText(a.resource, b.resource));
  if (output === "name") {
    for (const kind of shown) {
      io.out(`${kind.group === "" ? kind.resource : `${kind.resource}.${kind.group}`}\n`);
    }
    return;
  }
  const rows = shown.map((kind) => [
    kind.resource,
    kind.shortNames.join(","),
    groupVersion(kind),
    String(kind.namespaced),
    kind.kind,
  ]);
  const headers = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
  io.out(layTable(flags.bool("no-headers") ? rows : [headers, ...rows]));
}

/** Custom kinds that rollsim knows need no definition; they are not listed before there is an object. */
function hasObjects({ io: { client } }: Call, kind: KindInfo): boolean {
  return client.list(resourceName(client, kind)).length > 0;
}

export function apiVersions(call: Call): void {
  const kinds = call.io.client.kinds();
  const shown = kinds.filter((kind) => !isCustomGroup(kind.group) || hasObjects(call, kind));
  const all = new Set(shown.map(groupVersion));
  for (const name of [...all].toSorted(compareText)) call.io.out(`${name}\n`);
}

export function clusterInfo(call: Call): void {
  call.io.out(
    "Kubernetes control plane is running at https://rollsim\n\n" +
      "To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n",
  );
}

export function canI(call: Call): void {
  const [, resource] = call.args;
  if (call.flags.bool("list")) fail("auth can-i --list is not supported in rollsim");
  if (call.args.length < 2) {
    fail(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
    );
  }
  const [type = ""] = (resource ?? "").split("/");
  if (findKind(call.io.client, type) === undefined) {
    call.warn([`the server doesn't have a resource type '${type}'\n`]);
  }
  if (!call.flags.bool("quiet")) call.io.out("yes\n");
}

export function whoAmI(call: Call): void {
  const rows = [
    ["ATTRIBUTE", "VALUE"],
    ["Username", "admin"],
    ["UID", "admin"],
    ["Groups", "[system:masters system:authenticated]"],
  ];
  call.io.out(layTable(rows));
}

/** The one context there is. */
export function configView(call: Call): void {
  const config = {
    apiVersion: "v1",
    clusters: [{ cluster: { server: "https://rollsim" }, name: "rollsim" }],
    contexts: [
      {
        context: { cluster: "rollsim", namespace: call.namespace, user: "admin" },
        name: "rollsim",
      },
    ],
    "current-context": "rollsim",
    kind: "Config",
    users: [{ name: "admin", user: {} }],
  };
  call.io.out(toYaml(config));
}

export function currentContext(call: Call): void {
  call.io.out("rollsim\n");
}

export function top(): never {
  return fail("Metrics API not available");
}

/** Containers run no programs here, so there is nothing to read. */
export function logs(call: Call): never {
  if (call.args.length === 0 && call.flags.text("selector") === "") {
    failUsage(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
      "logs",
    );
  }
  const [target = ""] = call.args;
  const args = target.includes("/") || target === "" ? call.args : ["pods", target];
  if (target !== "") {
    const { problems } = resolve(call, { bareType: "refused", args, selector: "" });
    const [problem] = problems;
    if (problem !== undefined && "status" in problem && target.includes("/")) {
      const where = `in namespace ${goQuote(call.namespace)}`;
      fail(`error from server (${problem.status.reason}): ${problem.status.message} ${where}`);
    }
    failAll(problems);
  }
  return notSimulated("logs: containers run no programs");
}

export function notSimulated(what: string): never {
  return exitWith(`error: rollsim does not simulate ${what}`);
}

const unsupported = "is not supported in rollsim";

export function refuseVerb(call: Call): never {
  return fail(`kubectl ${call.command} ${unsupported}`);
}
