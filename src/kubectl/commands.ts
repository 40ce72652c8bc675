/** Every kubectl command, in order of its words. */
import { compareText } from "../api/order.ts";
import { exitWith } from "./errors.ts";
import type { Call } from "./call.ts";
import { argoCommands } from "./argo/commands.ts";
import type { Command } from "./command-table.ts";
import { readCommands } from "./commands-read.ts";
import { writeCommands } from "./commands-write.ts";
import { flagsInHelp, helpText, helpTopics } from "./help.ts";
import { completion, listPlugins, refuseVerb } from "./verbs/about.ts";
import { editLastApplied, setLastApplied } from "./verbs/apply-last-applied.ts";
import { getClusters, getContexts, getUsers, setContext, useContext } from "./verbs/config.ts";
import { createRegistrySecret, createSecret, createTlsSecret } from "./verbs/create-data.ts";
import { createDisruptionBudget, createQuota } from "./verbs/create-limits.ts";
import {
  createCronJob,
  createIngress,
  createJob,
  createPriorityClass,
  createServiceAccount,
} from "./verbs/create-others.ts";
import {
  createClusterRole,
  createClusterRoleBinding,
  createRole,
  createRoleBinding,
} from "./verbs/create-rbac.ts";
import { attach, copy, debug, exec, portForward } from "./verbs/inside-containers.ts";
import { run } from "./verbs/run.ts";
import { setSubject } from "./verbs/set-subject.ts";

const help: Command = { path: "help", aliases: [], flags: [], required: [], run: showHelpTopic };
const options: Command = {
  path: "options",
  aliases: [],
  flags: [],
  required: [],
  run(call) {
    call.io.out(helpText("options") ?? "");
  },
};
const simulated: readonly Command[] = [...readCommands, ...writeCommands, help, options];
const known: ReadonlySet<string> = new Set(simulated.map(({ path }) => path));

/** Commands whose flags are taken from their help as it is. */
const alpha: Command = {
  path: "alpha",
  aliases: [],
  flags: [],
  required: [],
  run(call) {
    call.io.err("No alpha commands are available in this version of kubectl\n");
  },
};

const runs: Readonly<Record<string, Command["run"]>> = {
  "apply edit-last-applied": editLastApplied,
  "apply set-last-applied": setLastApplied,
  attach,
  completion,
  "config get-clusters": getClusters,
  "config get-users": getUsers,
  "config get-contexts": getContexts,
  "config set-context": setContext,
  "config use-context": useContext,
  cp: copy,
  "create clusterrole": createClusterRole,
  "create clusterrolebinding": createClusterRoleBinding,
  "create cronjob": createCronJob,
  "create ingress": createIngress,
  "create job": createJob,
  "create poddisruptionbudget": createDisruptionBudget,
  "create priorityclass": createPriorityClass,
  "create quota": createQuota,
  "create role": createRole,
  "create rolebinding": createRoleBinding,
  "create secret docker-registry": createRegistrySecret,
  "create secret generic": createSecret,
  "create secret tls": createTlsSecret,
  "create serviceaccount": createServiceAccount,
  debug,
  exec,
  "plugin list": listPlugins,
  "port-forward": portForward,
  run,
  "set subject": setSubject,
};

const groups: ReadonlySet<string> = new Set(
  helpTopics.map((path) => path.slice(0, Math.max(0, path.lastIndexOf(" ")))),
);

const requiredFlags: Readonly<Record<string, readonly string[]>> = {
  "create clusterrolebinding": ["clusterrole"],
  "create cronjob": ["image", "schedule"],
  run: ["image"],
};

/** Most of these kubectl can do, and rollsim cannot; groups of commands only print their help. */
const others: readonly Command[] = helpTopics
  .filter((path) => path !== "" && !known.has(path))
  .map((path) => ({
    path,
    get aliases() {
      return aliasesOf(path);
    },
    get flags() {
      return groups.has(path) ? [] : flagsInHelp(path);
    },
    required: requiredFlags[path] ?? [],
    ...(groups.has(path) ? {} : { run: runs[path] ?? refuseVerb }),
  }));

export const commands: readonly Command[] = [
  ...simulated,
  ...argoCommands,
  ...others,
  alpha,
].toSorted((a, b) => compareText(a.path, b.path));

function aliasesOf(path: string): readonly string[] {
  const [, names = ""] = /^Aliases:\n(.*)$/mu.exec(helpText(path) ?? "") ?? [];
  return names.split(", ").slice(1);
}

/** `kubectl help rollout status`: as far as the words name commands. */
function showHelpTopic(call: Call): void {
  let path = "";
  for (const word of call.args) {
    const next = `${path} ${word}`.trimStart();
    if (helpText(next) === undefined) break;
    path = next;
  }
  if (path !== "" || call.args.length === 0) {
    call.io.out(helpText(path) ?? "");
    return;
  }
  const words = call.args.map((word) => `\`${word}\``).join(" ");
  const usage = (helpText("") ?? "").replace(/^[^]*?\n\n[^]*?\n\n/u, "");
  return exitWith(`Unknown help topic [${words}]\n\n\n${usage}`, 0);
}

/** Other words that people try, and the command they mean (cobra's SuggestFor). */
export const suggestFor: Readonly<Record<string, string>> = {
  list: "get",
  ls: "get",
  inspect: "describe",
  rm: "delete",
  remove: "delete",
  stats: "top",
};

/** The order in which kubectl suggests commands: that of its groups. */
export function suggestionOrder(): readonly string[] {
  const listed = (helpText("") ?? "").matchAll(/^ {2}([\w-]+) {2,}/gmu);
  return Array.from(listed, ([, name = ""]) => name);
}
