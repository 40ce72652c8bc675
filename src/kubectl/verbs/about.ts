/** Verbs that tell about the cluster and its one context. */
import type { Call } from "../call.ts";
import { fail, failUsage, goQuote } from "../errors.ts";
import { toYaml } from "../output/yaml.ts";
import { clientVersion, kustomizeVersion, serverVersion } from "../version-info.ts";

export function version(call: Call): void {
  if (call.args.length > 0) fail(`extra arguments: [${call.args.join(" ")}]`);
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

export function top(call: Call): never {
  if (call.args.length > 1) {
    const what = call.command.split(" ").at(-1) ?? "";
    failUsage(`${what} [NAME | -l label]`, call.command);
  }
  if (!["", "cpu", "memory"].includes(call.flags.text("sort-by"))) {
    fail("--sort-by accepts only cpu or memory");
  }
  return fail("Metrics API not available");
}

export function refuseVerb(call: Call): never {
  return fail(`kubectl ${call.command} is not supported in rollsim`);
}

/** The scripts themselves are kubectl's own and long; what is asked wrongly is told of as by kubectl. */
export function completion(call: Call): never {
  const [shell, ...more] = call.args;
  if (shell === undefined) failUsage("Shell not specified.", "completion");
  if (more.length > 0) failUsage("Too many arguments. Expected only the shell type.", "completion");
  if (!["bash", "fish", "powershell", "zsh"].includes(shell)) {
    failUsage(`Unsupported shell type ${goQuote(shell)}.`, "completion");
  }
  return refuseVerb(call);
}

export function listPlugins(): never {
  return fail("unable to find any kubectl plugins in your PATH");
}
