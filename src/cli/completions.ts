/** What Tab offers in a session: words that move time, kubectl's commands and flags, kinds and names. */
import type { Client } from "../api/client.ts";
import { compareText } from "../api/order.ts";
import { commands } from "../kubectl/commands.ts";
import { findKind } from "../kubectl/resources.ts";

/** Words of the session itself, with what may follow them. */
export const sessionWords: Readonly<Record<string, readonly string[]>> = {
  events: [],
  exit: [],
  help: [],
  quit: [],
  requests: [],
  rewind: [],
  run: ["until", "ready"],
  step: [],
  time: [],
  try: [],
  why: [],
};

/** Kinds whose objects people mean when they type a name. */
const NAMED = ["deployments", "rollouts", "canaries"] as const;

/** Candidates for the last word of a line that is being typed, and that word. */
export function completionsOf(
  line: string,
  client: Client,
): { readonly candidates: readonly string[]; readonly word: string } {
  const typed = (line.split(/&&|;/).at(-1) ?? "").trimStart().split(/\s+/);
  const word = typed.at(-1) ?? "";
  const bare = typed[0] !== "kubectl" && typed[0] !== "k";
  const before = typed.slice(bare || typed.length === 1 ? 0 : 1, -1);
  const mine = bare ? sessionCandidates(before, client) : undefined;
  const all = [...new Set(mine ?? kubectlCandidates(before, word, client))];
  return { candidates: all.filter((each) => each.startsWith(word)).toSorted(compareText), word };
}

/** Undefined: a line of kubectl. */
function sessionCandidates(before: readonly string[], client: Client): string[] | undefined {
  const [first] = before;
  if (first === undefined) return ["kubectl", ...Object.keys(sessionWords), ...nextWords([])];
  const after = sessionWords[first];
  if (after === undefined) return undefined;
  if (first === "why" || first === "try") return before.length === 1 ? namedObjects(client) : [];
  const next = after[before.length - 1];
  return next === undefined ? [] : [next];
}

function kubectlCandidates(before: readonly string[], word: string, client: Client): string[] {
  const words = before.filter((each) => !each.startsWith("-"));
  const deepest = words.findLastIndex((_, i) => isPath(words.slice(0, i + 1))) + 1;
  const path = words.slice(0, deepest);
  const args = words.slice(deepest);
  if (word.startsWith("-")) {
    const flags = commands.find((command) => command.path === path.join(" "))?.flags ?? [];
    return flags.map(({ name }) => `--${name}`);
  }
  const next = args.length === 0 ? nextWords(path) : [];
  if (next.length > 0) return next;
  if (path.join(" ").startsWith("argo ")) return namesOf(client, "rollouts");
  const [kind] = word.split("/");
  if (word.includes("/")) return namesOf(client, kind!).map((name) => `${kind}/${name}`);
  const [first] = args;
  if (first !== undefined && !first.includes("/")) return namesOf(client, first);
  const kinds = client.kinds().map(({ resource }) => resource);
  return args.length === 0 ? [...kinds, ...namedObjects(client)] : [];
}

function isPath(words: readonly string[]): boolean {
  const path = words.join(" ");
  return commands.some((command) => command.path === path);
}

/** Words that commands go on with. */
function nextWords(path: readonly string[]): string[] {
  return commands.flatMap((command) => {
    const words = command.path.split(" ");
    const goesOn = words.length > path.length && path.every((word, i) => word === words[i]);
    return goesOn ? [words[path.length]!] : [];
  });
}

function namedObjects(client: Client): string[] {
  return NAMED.flatMap((resource) => {
    const singular = findKind(client, resource)?.singular ?? resource;
    return namesOf(client, resource).map((name) => `${singular}/${name}`);
  });
}

function namesOf(client: Client, typed: string): string[] {
  const kind = findKind(client, typed);
  if (kind === undefined) return [];
  return client.list(kind.resource).map(({ metadata }) => metadata.name);
}
