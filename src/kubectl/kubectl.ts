/**
 * kubectl inside rollsim: one command line on a virtual cluster. What is written where, and the exit
 * code, are those of kubectl v1.37.2.
 */
import { commandNamed, globalFlags, type Command } from "./command-table.ts";
import { commands, suggestFor, suggestionOrder } from "./commands.ts";
import type { Call } from "./call.ts";
import { parseDuration } from "./duration.ts";
import { exitOf, exitWith, fail, failUsage, goQuote } from "./errors.ts";
import { parseFlags, type Flags, type FlagSpec } from "./flags.ts";
import { helpText } from "./help.ts";
import type { KubectlIo } from "./io.ts";
import { wordsOf } from "./script.ts";

/** Runs a line, with or without the leading word `kubectl`, or its words without it. */
export function kubectl(
  line: string | readonly string[],
  io: KubectlIo,
): { readonly code: number } {
  const words = typeof line === "string" ? wordsOf(line) : line;
  try {
    return runCommand(words, io);
  } catch (thrown) {
    const exit = exitOf(thrown);
    if (exit === undefined) throw thrown;
    if (exit.text !== "") io.err(exit.text.endsWith("\n") ? exit.text : `${exit.text}\n`);
    return { code: exit.code };
  }
}

function runCommand(words: readonly string[], io: KubectlIo): { readonly code: number } {
  const { command, rest } = findCommand(words);
  const path = command?.path ?? "";
  const specs = flagsOf(command);
  const parsed = parseFlags(rest, specs, path);
  for (const text of parsed.deprecations) io.err(`${text}\n`);
  if (parsed.help || command?.run === undefined) {
    return showHelp(command, parsed.args, parsed.help ? "asked" : "no verb", io);
  }
  const missing = command.required.filter((name) => !parsed.flags.changed(name));
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(", ");
    fail(`required flag(s) ${names} not set`);
  }
  const timeout = parsed.flags.text("request-timeout");
  if (timeout !== "" && !/^\d+$/u.test(timeout) && parseDuration(timeout) === undefined) {
    fail(
      "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a " +
        "corresponding time unit (e.g. 1s | 2m | 3h)",
    );
  }
  requireConfiguration(path, parsed.flags, io);
  const given = parsed.flags.text("namespace");
  const warned = new Set<string>();
  const call: Call = {
    io,
    flags: parsed.flags,
    args: parsed.args,
    command: path,
    namespace: given === "" ? (io.namespace ?? "default") : given,
    namespaceGiven: given !== "",
    warn(warnings) {
      for (const text of warnings ?? []) {
        if (!warned.has(text)) io.err(`Warning: ${text}\n`);
        warned.add(text);
      }
    },
  };
  const result = command.run(call) ?? { code: 0 };
  if (warned.size > 0 && parsed.flags.bool("warnings-as-errors")) {
    fail(warned.size === 1 ? "1 warning received" : `${warned.size} warnings received`);
  }
  return result;
}

/** Verbs that ask for a client before anything else: their words for a missing context are another's. */
const readsConfigurationEarly =
  /^(api-resources|api-versions|apply|autoscale|cluster-info|create|diff|explain|expose|replace|run|version|wait)\b/u;

/** diff keeps 1 for a difference. */
function failConfiguration(path: string, text: string): never {
  return exitWith(`error: ${text}`, path === "diff" ? 2 : 1);
}

/** There is one context, one cluster and one user; other names are refused as clientcmd does. */
function requireConfiguration(path: string, flags: Flags, io: KubectlIo): void {
  if (/^(config|help|options|completion|plugin|alpha)\b/u.test(path)) return;
  const file = flags.text("kubeconfig");
  if (file !== "" && io.readFile(file) === undefined)
    fail(`stat ${file}: no such file or directory`);
  const early = readsConfigurationEarly.test(path);
  const context = flags.text("context");
  if (context !== "" && context !== "rollsim") {
    if (early) failConfiguration(path, `context ${goQuote(context)} does not exist`);
    exitWith(`Error in configuration: context was not found for specified context: ${context}`);
  }
  const cluster = flags.text("cluster");
  if (cluster !== "" && cluster !== "rollsim") {
    if (early) failConfiguration(path, `cluster ${goQuote(cluster)} does not exist`);
    fail(`no server found for cluster ${goQuote(cluster)}`);
  }
  const user = ownUser.test(path) ? "" : flags.text("user");
  if (user !== "" && user !== "admin") fail(`auth info ${goQuote(user)} does not exist`);
}

/** A command's own flags come before global ones of the same name. */
function flagsOf(command: Command | undefined): readonly FlagSpec[] {
  return [...globalFlags, ...(command?.flags ?? [])];
}

/** Commands whose --user is not the one of the configuration. */
const ownUser = /^(?:create (?:cluster)?rolebinding|set subject)$/u;

interface Found {
  readonly command: Command | undefined;
  /** Everything but the words that name the command. */
  readonly rest: readonly string[];
}

/** Follows subcommands as long as words name them; flags may stand anywhere between. */
function findCommand(words: readonly string[]): Found {
  let found: Found = { command: undefined, rest: words };
  for (;;) {
    const children = childrenOf(found.command);
    const at = children.length === 0 ? -1 : firstArgument(found);
    const word = found.rest[at];
    if (word === undefined) return found;
    const child = commandNamed(children, word);
    if (child === undefined) {
      if (found.command === undefined) unknownCommand(word);
      return found;
    }
    found = { command: child, rest: found.rest.toSpliced(at, 1) };
  }
}

function childrenOf(parent: Command | undefined): readonly Command[] {
  const prefix = parent === undefined ? "" : `${parent.path} `;
  return commands.filter(
    ({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes(" "),
  );
}

/** Index of the first word that is neither a flag nor a flag's value; -1 without one. */
function firstArgument({ command, rest }: Found): number {
  const specs = flagsOf(command);
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i] ?? "";
    if (word === "--") return -1;
    if (!word.startsWith("-") || word === "-") return i;
    if (takesNext(word, specs)) i += 1;
  }
  return -1;
}

function takesNext(word: string, specs: readonly FlagSpec[]): boolean {
  if (word.includes("=")) return false;
  if (word.startsWith("--")) {
    const spec = specs.find(({ name }) => name === word.slice(2));
    return spec !== undefined && spec.bare === undefined;
  }
  if (word.length > 2) return false;
  const spec = specs.find(({ short }) => short === word[1]);
  return spec !== undefined && spec.bare === undefined;
}

function unknownCommand(word: string): never {
  const lower = word.toLowerCase();
  const similar = suggestionOrder().filter(
    (name) => distance(lower, name) <= 2 || name.startsWith(lower) || suggestFor[lower] === name,
  );
  const text = `unknown command ${goQuote(word)} for "kubectl"`;
  if (similar.length === 0) return fail(text);
  return fail(`${text}\n\nDid you mean this?\n${similar.map((name) => `\t${name}\n`).join("")}`);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Groups that are run without a verb: most print their help on stderr, some on stdout, some without failing. */
function showHelp(
  command: Command | undefined,
  args: readonly string[],
  why: "asked" | "no verb",
  io: KubectlIo,
): { readonly code: number } {
  const path = command?.path ?? "";
  const text = helpText(path) ?? "";
  if (why === "asked" || path === "" || path === "certificate") {
    io.out(text);
    return { code: 0 };
  }
  if (args.length > 0) failUsage(`unknown command ${goQuote(args.join(" "))}`, path);
  if (path === "rollout") io.out(text);
  return exitWith(path === "rollout" ? "" : text);
}
