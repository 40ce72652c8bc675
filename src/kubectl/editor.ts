/**
 * The editor of `kubectl edit`: the edited document is given beforehand, on stdin, or KUBE_EDITOR makes it from the
 * one that is there with `sed -i`, or puts a file in its place with `cp`. There is no editor to open.
 */
import type { Call } from "./call.ts";
import { exitWith, fail, goQuote } from "./errors.ts";
import { sedEdited } from "./sed.ts";

const header = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

/** The document as the editor leaves it. */
export function editedText(call: Call, document: string): string {
  if (call.io.stdin !== undefined && call.io.stdin.trim() !== "") return call.io.stdin;
  const editor = (call.io.env?.["KUBE_EDITOR"] ?? call.io.env?.["EDITOR"] ?? "").trim();
  // The lines of what is to be edited are counted with those of the header.
  const file = `${header}${document}`;
  const words = withoutShell(shellWords(editor));
  const command = words.join(" ");
  if (command === "cat") call.io.out(file);
  if (command === "true" || command === "cat") return document;
  if (command === "false") fail(`there was a problem with the editor ${goQuote(editor)}`);
  const edited = copied(call, words) ?? sedEdited(words, file);
  return edited === undefined ? noEditor(words) : edited.replaceAll(/^#.*\n/gm, "");
}

/** `sh -c 'sed -i s/a/b/ "$1"' --` says more clearly `sed -i s/a/b/`: the file's name comes last of all words. */
function withoutShell(words: readonly string[]): readonly string[] {
  const [shell = "", flag, script = "", ...given] = words;
  if (!/^(\/bin\/)?(ba)?sh$/.test(shell) || flag !== "-c") return words;
  const own = shellWords(script);
  const file = given.length;
  const isFile = own.at(-1) === `$${file}` || (own.at(-1) === "$@" && file === 1);
  return isFile ? own.slice(0, -1) : words;
}

function copied(call: Call, [program, path = "", ...more]: readonly string[]): string | undefined {
  return program === "cp" && more.length === 0 ? call.io.readFile(path)?.[0]?.text : undefined;
}

function noEditor([program = "", ...args]: readonly string[]): never {
  if (program === "sed") fail(`the editor's script is not understood: ${args.join(" ")}`);
  return exitWith(
    "error: there is no editor in rollsim; give the edited document on stdin, " +
      "or KUBE_EDITOR='sed -i -e s/old/new/'",
  );
}

/** Words as a shell takes them from a line, without its quotes. */
function shellWords(line: string): readonly string[] {
  const words = line.match(/(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|[^\s'"\\])+/g) ?? [];
  const quoted = /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g;
  return words.map((word) =>
    word.replaceAll(quoted, (_, single?: string, double?: string, one?: string) =>
      double === undefined ? (single ?? one ?? "") : double.replaceAll(/\\([$`"\\])/g, "$1"),
    ),
  );
}
