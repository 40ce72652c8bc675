/** `KEY=VALUE` and `KEY-` arguments. Mirrors kubectl/pkg/cmd/util/helpers.go (v0.37.2). */
import { fail, goQuote } from "./errors.ts";

export interface Pairs {
  /** What stands before the first pair. */
  readonly resources: readonly string[];
  readonly set: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

function isPair(word: string): boolean {
  return (word.includes("=") && !word.startsWith("=")) || (word.endsWith("-") && word !== "-");
}

/** Resources first, then words that set or remove; `noun` names them in errors. */
export function splitPairs(
  args: readonly string[],
  noun: string,
): { readonly resources: readonly string[]; readonly words: readonly string[] } {
  const first = args.findIndex(isPair);
  if (first < 0) return { resources: args, words: [] };
  const stray = args.slice(first).find((word) => !isPair(word));
  if (stray !== undefined) fail(`all resources must be specified before ${noun} changes: ${stray}`);
  return { resources: args.slice(0, first), words: args.slice(first) };
}

export function readPairs(
  args: readonly string[],
  noun: string,
  removal: "removes" | "does not remove",
): Pairs {
  const { resources, words } = splitPairs(args, noun);
  const set = new Map<string, string>();
  const removed: string[] = [];
  const invalid: string[] = [];
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals > 0) set.set(word.slice(0, equals), word.slice(equals + 1));
    else if (removal === "removes" && word.endsWith("-")) removed.push(word.slice(0, -1));
    else invalid.push(word);
  }
  if (invalid.length > 0) fail(`invalid ${noun} format: ${invalid.join(", ")}`);
  return { resources, set, removed };
}

/** A variable's name that is none ends the command (apimachinery's IsEnvVarName). */
export function refuseVariableName(name: string): void {
  const wrong: string[] = [];
  if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/u.test(name)) {
    wrong.push(
      "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', " +
        "and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex " +
        "used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
    );
  }
  if (name === "." || name === "..") wrong.push(`must not be '${name}'`);
  else if (name.startsWith("..")) wrong.push("must not start with '..'");
  if (wrong.length > 0) fail(`${goQuote(name)} is not a valid key name: ${wrong.join(";")}`);
}
