/**
 * The command line: parses it, lets the command answer, and turns what went wrong into an exit code. A
 * user's mistake is one line on stderr, without a stack.
 */
import yargs from "yargs";
import about from "../../package.json" with { type: "json" };
import { commandNames, commands } from "./commands.ts";
import { exitCodes, standardInput, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { TooManyPods } from "../apiserver/too-many-pods.ts";
import { ScheduleMismatch } from "../controllers/schedule.ts";
import { nearest } from "../scenario/nearest.ts";

const NO_COMMAND = "what to do? See rollsim --help";
const ONE_COMMAND = "one command at a time";

/** What the user can mend. */
const usageErrors = [UsageError, ScheduleMismatch, TooManyPods];

/** Runs one command line, without the program's name, and answers with the exit code. */
export async function main(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  try {
    return await dispatch(withoutHelp(argv), io);
  } catch (error) {
    if (usageErrors.some((kind) => error instanceof kind)) {
      io.err.write(`rollsim: ${(error as Error).message}\n`);
      return exitCodes.usage;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.err.write(`rollsim: internal error, please report it with these lines\n${text}\n`);
    return exitCodes.internal;
  }
}

async function dispatch(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let asked: (() => Promise<ExitCode>) | undefined;
  const answer = (command: () => Promise<ExitCode>): void => {
    asked = command;
  };
  const parser = commands(yargs(), io, answer, argv[0] ?? "")
    .scriptName("rollsim")
    .locale("en")
    .wrap(80)
    .version(about.version)
    .alias("help", "h")
    .parserConfiguration({
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "dot-notation": false,
    })
    .strict()
    .check(() => yesOrNo(argv, parser))
    .demandCommand(1, 1, NO_COMMAND, ONE_COMMAND)
    .exitProcess(false)
    .fail((message: string | null, error) => {
      if (message === null) throw error;
      throw new UsageError(betterMessage(message, argv, Object.keys(optionsOf(parser).key)));
    });
  let printed = "";
  await parser.parseAsync(wordsOf(argv), {}, (_error, _argv, output) => {
    printed = output;
  });
  if (printed !== "") io.out.write(`${printed}\n`);
  return asked === undefined ? exitCodes.fine : asked();
}

/** `help run` and `version`, as kubectl has them. */
function withoutHelp(argv: readonly string[]): readonly string[] {
  const [command, ...rest] = argv;
  if (command === "help") return [...rest, "--help"];
  return command === "version" ? ["--version"] : argv;
}

/** What follows `--` are names of files, but for kubectl, whose line it is; yargs would leave them out. */
function wordsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  const before = end < 0 ? argv : argv.slice(0, end);
  const after = end < 0 ? [] : argv.slice(end + 1);
  const words = before.map((word) => (word === "-" ? standardInput : word));
  if (argv[0] === "kubectl") return end < 0 ? words : [...words, "--", ...after];
  const names = after.map((word) => (word.startsWith("-") ? `./${word}` : word));
  return [...words, ...names];
}

/** yargs takes whatever else an option has that is there or not for a yes. */
function yesOrNo(argv: readonly string[], parser: unknown): true {
  const { boolean: flags } = optionsOf(parser);
  for (const [i, word] of argv.entries()) {
    if (word === "--") break;
    const next = argv[i + 1] ?? "";
    if (
      /^-?\d+\w*$/u.test(next) &&
      word.startsWith("-") &&
      flags.includes(word.replace(/^--?/u, ""))
    ) {
      throw new UsageError(`${word} takes no value: got ${JSON.stringify(next)}`);
    }
    const [, dashes = "", name = "", value] = /^(--?)([\w-]+)=(.*)$/su.exec(word) ?? [];
    if (value === undefined || value === "true" || value === "false") continue;
    if (flags.includes(name)) {
      throw new UsageError(`${dashes}${name}: got ${JSON.stringify(value)}; use true, false`);
    }
  }
  return true;
}

interface Options {
  /** By name. */
  readonly key: object;
  /** Those that are there or not. */
  readonly boolean: readonly string[];
}

/** Of the command at hand; yargs' types leave this method out. */
function optionsOf(parser: unknown): Options {
  return (parser as { getOptions(): Options }).getOptions();
}

/** yargs names options and files in one breath; people want to hear about the option. */
function betterMessage(
  message: string,
  argv: readonly string[],
  options: readonly string[],
): string {
  const [command = ""] = argv;
  if (!command.startsWith("-") && !commandNames.includes(command) && command !== "") {
    const best = meant(command, commandNames, "rollsim ");
    return `unknown command ${command}${best === "" ? "; see rollsim --help" : best}`;
  }
  if (message === NO_COMMAND && command !== "") {
    return `unknown option ${command}${meant(command.replace(/^-+/u, ""), options, "--")}`;
  }
  if (message.startsWith("Not enough non-option")) {
    // What follows an option that is not known is taken for its value, and no file is left.
    const unknown = unknownOption(argv, options);
    if (unknown !== undefined) return unknownOptionMessage(unknown, options);
    return `${command} needs a file; see rollsim --help`;
  }
  const [, bare] = /^Not enough arguments following: (.*)$/u.exec(message) ?? [];
  if (bare !== undefined) return `${bare.length === 1 ? "-" : "--"}${bare} needs a value`;
  const [, name = "", given = "", choices] =
    /Argument: ([\w-]+), Given: "(.*)", Choices: (.*)$/mu.exec(message) ?? [];
  if (choices !== undefined) {
    const known = choices.replaceAll('"', "").split(", ");
    return `--${name}: got "${given}"; use ${known.join(", ")}${meant(given, known, "")}`;
  }
  if (message === ONE_COMMAND) return `unknown argument ${argv.slice(1).join(" ")}`;
  if (!message.startsWith("Unknown argument")) {
    return message.slice(0, 1).toLowerCase() + message.slice(1).replaceAll("\n", " ");
  }
  const names = message.replace(/^[^:]*: /u, "").split(", ");
  const wrong = argv.find((word) => {
    const name = word.replace(/^--?/u, "").replace(/=.*$/u, "");
    return word.startsWith("-") && names.includes(name);
  });
  if (wrong !== undefined) return unknownOptionMessage(wrong, options);
  return `unknown argument ${names.join(", ")}`;
}

function unknownOption(argv: readonly string[], options: readonly string[]): string | undefined {
  const end = argv.indexOf("--");
  return (end < 0 ? argv : argv.slice(0, end)).find((word) => {
    const [, name] = /^--(?:no-)?([^=]+)/u.exec(word) ?? [];
    return name !== undefined && !options.includes(name) && !options.includes(`no-${name}`);
  });
}

function unknownOptionMessage(given: string, options: readonly string[]): string {
  const word = given.replace(/=.*$/u, "");
  return `unknown option ${word}${meant(word.replace(/^-+/u, ""), options, "--")}`;
}

function meant(word: string, known: readonly string[], prefix: string): string {
  const best = nearest(word, known);
  return best === undefined ? "" : `; did you mean ${prefix}${best}?`;
}
