/** Verbs that tell about the cluster and its one context. */
import { layTable } from "../columns/table.ts";
import type { Call } from "../call.ts";
import { fail } from "../errors.ts";
import { toYaml } from "../output/yaml.ts";
import { findKind } from "../resources.ts";
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

export function clusterInfo(call: Call): void {
  call.io.out(
    "Kubernetes control plane is running at https://rollsim\n\n" +
      "To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n",
  );
}

export function canI(call: Call): void {
  const [, resource] = call.args;
  if (call.flags.bool("list")) return listRights(call);
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

/** Everything: nobody is refused in rollsim. */
function listRights(call: Call): void {
  const rows = [
    ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"],
    ["*.*", "[]", "[]", "[*]"],
    ["", "[*]", "[]", "[*]"],
  ];
  call.io.out(layTable(call.flags.bool("no-headers") ? rows.slice(1) : rows));
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

export function top(call: Call): never {
  if (!["", "cpu", "memory"].includes(call.flags.text("sort-by"))) {
    fail("--sort-by accepts only cpu or memory");
  }
  return fail("Metrics API not available");
}

export function refuseVerb(call: Call): never {
  return fail(`kubectl ${call.command} is not supported in rollsim`);
}
