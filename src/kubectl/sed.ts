/** `sed -i` as an editor: what of GNU sed people write into KUBE_EDITOR. */
import { asString } from "../apiserver/json.ts";

/** The edited text; undefined when the words are no call of sed, or use more of it than is known here. */
export function sedEdited(words: readonly string[], text: string): string | undefined {
  const call = callOf(words);
  const commands = call === undefined ? undefined : parse(call.script, call.syntax);
  return call === undefined || commands === undefined
    ? undefined
    : run(commands, call.silent, text);
}

interface SedCall {
  readonly script: string;
  readonly silent: boolean;
  readonly syntax: Syntax;
}

/** Of regular expressions: POSIX' basic ones, or with -E its extended ones. */
type Syntax = "basic" | "extended";

function callOf([program, ...args]: readonly string[]): SedCall | undefined {
  if (program !== "sed") return undefined;
  const scripts: string[] = [];
  const rest: string[] = [];
  let inPlace = false;
  let silent = false;
  let syntax: Syntax = "basic";
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? "";
    const long = /^--expression=([^]*)$/.exec(arg)?.[1];
    if (long !== undefined) scripts.push(long);
    else if (/^(-i|--in-place)/.test(arg)) inPlace = true;
    else if (/^(--quiet|--silent)$/.test(arg)) silent = true;
    else if (/^(--regexp-extended|--posix|--separate)$/.test(arg)) syntax = extendedBy(arg, syntax);
    else if (/^-([nErsz]+(i.*)?|[nErsz]*e)$/.test(arg)) {
      silent ||= /^-\w*n/.test(arg);
      syntax = extendedBy(arg, syntax);
      inPlace ||= arg.includes("i");
      if (!arg.endsWith("e")) continue;
      i += 1;
      scripts.push(args[i] ?? "");
    } else if (arg.startsWith("-e")) scripts.push(arg.slice(2));
    else if (arg.startsWith("-")) return undefined;
    else rest.push(arg);
  }
  if (scripts.length === 0) scripts.push(rest.shift() ?? "");
  if (!inPlace || rest.length > 0) return undefined;
  return { script: scripts.join("\n"), silent, syntax };
}

function extendedBy(arg: string, syntax: Syntax): Syntax {
  return arg === "--regexp-extended" || /^-\w*[Er]/.test(arg) ? "extended" : syntax;
}

type Address =
  | { readonly line: number }
  | { readonly last: true }
  | { readonly pattern: RegExp }
  | { readonly more: number };

interface Command {
  readonly addresses: readonly Address[];
  readonly negated: boolean;
  readonly action: Action;
}

type Action =
  | { readonly do: "delete" | "print" }
  | {
      readonly do: "substitute";
      readonly pattern: RegExp;
      readonly by: string;
      /** From which match on. */
      readonly nth: number;
      readonly all: boolean;
      readonly print: boolean;
    }
  | { readonly do: "append" | "insert" | "change"; readonly text: string }
  | { readonly do: "group"; readonly commands: readonly Command[] };

/** What is left of a script to read. */
class Reader {
  rest: string;
  readonly syntax: Syntax;

  constructor(script: string, syntax: Syntax) {
    this.rest = script;
    this.syntax = syntax;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.rest);
    if (found === null || found.index !== 0) return undefined;
    this.rest = this.rest.slice(found[0].length);
    return found;
  }

  /** Up to the delimiter, which is taken, too; escaped it stands for itself. */
  until(delimiter: string): string | undefined {
    let text = "";
    for (let i = 0; i < this.rest.length; i += 1) {
      const c = this.rest[i] ?? "";
      if (c === delimiter) {
        this.rest = this.rest.slice(i + 1);
        return text;
      }
      if (c === "\\") {
        i += 1;
        const next = this.rest[i] ?? "";
        text += next === delimiter ? next : `\\${next}`;
      } else text += c;
    }
    return undefined;
  }
}

function parse(script: string, syntax: Syntax): readonly Command[] | undefined {
  const reader = new Reader(script, syntax);
  const commands = commandsIn(reader);
  return reader.rest === "" ? commands : undefined;
}

/** Up to the end, or to the brace that closes a group. */
function commandsIn(reader: Reader): readonly Command[] | undefined {
  const commands: Command[] = [];
  for (;;) {
    reader.take(/[\s;]+/);
    if (reader.rest === "" || reader.rest.startsWith("}")) return commands;
    const addresses = addressesIn(reader);
    const negated = reader.take(/\s*!\s*/) !== undefined;
    const action = addresses === undefined ? undefined : actionIn(reader);
    if (addresses === undefined || action === undefined) return undefined;
    commands.push({ addresses, negated, action });
  }
}

function addressesIn(reader: Reader): readonly Address[] | undefined {
  const first = addressIn(reader);
  if (first === undefined) return [];
  if (reader.take(/\s*,\s*/) === undefined) {
    reader.take(/\s+/);
    return [first];
  }
  const more = reader.take(/\+(\d+)/);
  const second = more === undefined ? addressIn(reader) : { more: Number(more[1]) };
  reader.take(/\s+/);
  return second === undefined ? undefined : [first, second];
}

function addressIn(reader: Reader): Address | undefined {
  const line = reader.take(/\d+/);
  if (line !== undefined) return { line: Number(line[0]) };
  if (reader.take(/\$/) !== undefined) return { last: true };
  const opened = reader.take(/\/|\\([^\n])/);
  if (opened === undefined) return undefined;
  const source = reader.until(opened[1] ?? "/");
  if (source === undefined) return undefined;
  const pattern = regExp(source, reader.syntax, reader.take(/I/) === undefined ? "" : "i");
  return pattern === undefined ? undefined : { pattern };
}

function actionIn(reader: Reader): Action | undefined {
  const name = reader.take(/[dpsaic{]/)?.[0];
  switch (name) {
    case "d":
      return { do: "delete" };
    case "p":
      return { do: "print" };
    case "s":
      return substitution(reader);
    case "a":
      return { do: "append", text: textIn(reader) };
    case "i":
      return { do: "insert", text: textIn(reader) };
    case "c":
      return { do: "change", text: textIn(reader) };
    case "{": {
      const commands = commandsIn(reader);
      return commands === undefined || reader.take(/\}/) === undefined
        ? undefined
        : { do: "group", commands };
    }
    default:
      return undefined;
  }
}

function substitution(reader: Reader): Action | undefined {
  const delimiter = reader.take(/[^\n\\]/)?.[0] ?? "";
  const source = reader.until(delimiter);
  const by = source === undefined ? undefined : reader.until(delimiter);
  const flags = reader.take(/[gpiIm\d]*/)?.[0] ?? "";
  if (source === undefined || by === undefined) return undefined;
  const pattern = regExp(source, reader.syntax, /i/i.test(flags) ? "gi" : "g");
  if (pattern === undefined) return undefined;
  const nth = Number(/\d+/.exec(flags)?.[0] ?? 1);
  const all = flags.includes("g");
  return { do: "substitute", pattern, by, nth, all, print: flags.includes("p") };
}

/** After a, i and c: up to the end of the line; a backslash keeps what follows it, also that end. */
function textIn(reader: Reader): string {
  reader.take(/[ \t]*(\\[ \t]*\n|\\(?=[ \t]))?/);
  if (!/^\s/.test(reader.rest)) reader.take(/\\(?=[^\n])/);
  const text = reader.take(/(?:\\[^]|[^\\\n])*/)?.[0] ?? "";
  return text.replaceAll(/\\([^])/g, (_, c: string) => ({ n: "\n", t: "\t" })[c] ?? c);
}

/** A POSIX expression in JavaScript's letters. */
function regExp(source: string, syntax: Syntax, flags: string): RegExp | undefined {
  const classes = source.replaceAll(
    /\[:(\w+):\]/g,
    (whole, name: string) => CLASSES[name] ?? whole,
  );
  // A bracket expression, an escaped character, or any other.
  const token = /\[\^?\]?[^\]]*\]|\\[^]|[^]/g;
  let at = 0;
  const text = classes.replaceAll(token, (part) => {
    const first = at === 0;
    at += 1;
    if (part.startsWith("[") && part.length > 1) return bracket(part);
    if (syntax === "extended") return part;
    if (/^\\[(){}|+?]$/.test(part)) return part.slice(1);
    if (/^[(){}|+?]$/.test(part)) return `\\${part}`;
    return part === "*" && first ? String.raw`\*` : part;
  });
  try {
    return new RegExp(text, flags);
  } catch {
    return undefined;
  }
}

function bracket(part: string): string {
  return part.replace(/^(\[\^?)\]/, String.raw`$1\]`).replaceAll(/\\(?![\]nt])/g, "\\\\");
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  digit: "0-9",
  lower: "a-z",
  space: "\\s",
  upper: "A-Z",
};

/** One pass over the lines. */
interface Pass {
  readonly out: string[];
  line: string;
  /** From 1. */
  number: number;
  last: boolean;
  readonly appended: string[];
  /** Ends of the ranges that are open, by command. */
  readonly open: Map<Command, number | RegExp>;
}

function run(commands: readonly Command[], silent: boolean, text: string): string {
  const ended = text.endsWith("\n");
  const lines = (ended ? text.slice(0, -1) : text).split("\n");
  const pass: Pass = { out: [], line: "", number: 0, last: false, appended: [], open: new Map() };
  for (const [index, line] of lines.entries()) {
    Object.assign(pass, { line, number: index + 1, last: index === lines.length - 1 });
    const fate = obey(commands, pass);
    if (fate === "kept" && !silent) pass.out.push(pass.line);
    pass.out.push(...pass.appended.splice(0));
  }
  return pass.out.join("\n") + (ended ? "\n" : "");
}

type Fate = "kept" | "deleted";

function obey(commands: readonly Command[], pass: Pass): Fate {
  const isDeleting = (command: Command): boolean =>
    isMeant(command, pass) !== command.negated && act(command, pass) === "deleted";
  return commands.some(isDeleting) ? "deleted" : "kept";
}

function act(command: Command, pass: Pass): Fate {
  const { action } = command;
  switch (action.do) {
    case "delete":
      return "deleted";
    case "print":
      pass.out.push(pass.line);
      return "kept";
    case "append":
      pass.appended.push(action.text);
      return "kept";
    case "insert":
      pass.out.push(action.text);
      return "kept";
    case "change":
      // A range is replaced as a whole, at its last line.
      if (!pass.open.has(command) || pass.last) pass.out.push(action.text);
      return "deleted";
    case "group":
      return obey(action.commands, pass);
    case "substitute": {
      const before = pass.line;
      pass.line = substituted(before, action);
      if (action.print && pass.line !== before) pass.out.push(pass.line);
      return "kept";
    }
  }
}

function substituted(line: string, action: Extract<Action, { do: "substitute" }>): string {
  let seen = 0;
  return line.replaceAll(action.pattern, (...found: readonly unknown[]) => {
    seen += 1;
    const whole = asString(found[0]);
    if (seen < action.nth || (seen > action.nth && !action.all)) return whole;
    return action.by.replaceAll(/\\([^])|&/g, (_, escaped: string | undefined) => {
      if (escaped === undefined) return whole;
      if (/\d/.test(escaped)) return asString(found[Number(escaped)]);
      return { n: "\n", t: "\t" }[escaped] ?? escaped;
    });
  });
}

function isMeant(command: Command, pass: Pass): boolean {
  const [from, to] = command.addresses;
  if (from === undefined) return true;
  if (to === undefined) return isAt(from, pass);
  const open = pass.open.get(command);
  if (open !== undefined) {
    const ends = typeof open === "number" ? pass.number >= open : open.test(pass.line);
    if (ends) pass.open.delete(command);
    return typeof open !== "number" || pass.number <= open;
  }
  // Of `0,/x/` the first line may be the end already.
  const atZero = "line" in from && from.line === 0;
  if (atZero ? pass.number !== 1 : !isAt(from, pass)) return false;
  const end = endOf(to, pass);
  const done = typeof end === "number" ? end <= pass.number : atZero && end.test(pass.line);
  if (!done) pass.open.set(command, end);
  return true;
}

function endOf(to: Address, { number }: Pass): number | RegExp {
  if ("pattern" in to) return to.pattern;
  if ("more" in to) return number + to.more;
  return "line" in to ? to.line : Infinity;
}

function isAt(address: Address, { line, number, last }: Pass): boolean {
  if ("last" in address) return last;
  if ("pattern" in address) return address.pattern.test(line);
  return "line" in address && number === address.line;
}
