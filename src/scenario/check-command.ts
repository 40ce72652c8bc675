/** What can be seen of a kubectl line before it is run: words and flags that kubectl does not know. */
import { commandNamed, globalFlags, lastWord, type Command } from "../kubectl/command-table.ts";
import { commands, suggestFor } from "../kubectl/commands.ts";
import { exitOf } from "../kubectl/errors.ts";
import { parseFlags } from "../kubectl/flags.ts";
import { wordsOf } from "../kubectl/script.ts";
import { shellProblem } from "../kubectl/shell-syntax.ts";
import { nearest } from "./nearest.ts";

export interface CommandProblem {
  readonly message: string;
  readonly hint?: string;
  /** The word at fault, as it stands in the line. */
  readonly word: string;
}

/** Undefined if the line looks right; what it does is seen when it is run. */
export function checkCommand(line: string): CommandProblem | undefined {
  const shell = shellProblem(line);
  if (shell !== undefined) return shell;
  const words = wordsOf(line);
  const [first = ""] = words;
  if (first === "" || first.startsWith("-")) return undefined;
  const verbs = commands.filter(({ path }) => !path.includes(" "));
  const verb = commandNamed(verbs, first);
  if (verb === undefined) {
    const meant = suggestFor[first] ?? nearest(first, namesOf(verbs));
    return unknown(first, "kubectl has no command", meant);
  }
  let command = verb;
  let used = 1;
  for (;;) {
    const prefix = `${command.path} `;
    const children = commands.filter(
      ({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes(" "),
    );
    const word = words[used] ?? "";
    const child = commandNamed(children, word);
    if (child === undefined) {
      if (!isGroup(command, children) || word.startsWith("-")) break;
      const meant = nearest(word, namesOf(children));
      return unknown(word, `kubectl ${command.path} has no command`, meant);
    }
    command = child;
    used++;
  }
  return checkFlags(command, words.slice(used));
}

/** A word that needs another: those of plugins say so themselves. */
function isGroup(command: Command, children: readonly Command[]): boolean {
  return children.length > 0 && (command.run === undefined || /^argo\b/.test(command.path));
}

function checkFlags(command: Command, words: readonly string[]): CommandProblem | undefined {
  try {
    parseFlags(words, [...command.flags, ...globalFlags], command.path);
    return undefined;
  } catch (thrown) {
    const exit = exitOf(thrown);
    if (exit === undefined) throw thrown;
    const [message = ""] = exit.text.replace(/^error: /u, "").split("\n");
    const flag = /--?[\w-]+/u.exec(message)?.[0] ?? "";
    const known = [...command.flags, ...globalFlags].map(({ name }) => `--${name}`);
    const best = message.startsWith("unknown flag") ? nearest(flag, known) : undefined;
    return {
      message,
      word: flag,
      ...(best === undefined ? {} : { hint: `did you mean "${best}"?` }),
    };
  }
}

function namesOf(among: readonly Command[]): readonly string[] {
  return among.flatMap((command) => [lastWord(command), ...command.aliases]);
}

function unknown(word: string, message: string, meant: string | undefined): CommandProblem {
  const hint = meant === undefined ? {} : { hint: `did you mean "${meant}"?` };
  return { message: `${message} ${JSON.stringify(word)}`, word, ...hint };
}
