/** What can be said on the command line. The code that answers is loaded when it is asked for. */
import type { Argv } from "yargs";
import { check } from "./check.ts";
import { oneForm, oneText } from "./one-value.ts";
import { outputs, type CliIo } from "./io.ts";
import {
  moreExamples,
  moreRegistrations,
  type Answer,
  type Registration,
} from "./more-commands.ts";
import { run } from "./run.ts";

const registrations: Readonly<Record<string, Registration>> = {
  run: withRun,
  check: withCheck,
  explain: withExplain,
  schema: withSchema,
  ...moreRegistrations,
};

export const commandNames = [...Object.keys(registrations), "completion"];

/** Shown by --help and run by a test; each with what it is for. */
export const examples = {
  rollsim: [
    ["rollsim run scenarios/rolling-update.yaml", "play a scenario"],
    ["rollsim explain scenarios/bad-image.yaml --at 90s", "why is it waiting?"],
  ],
  run: [
    ["rollsim run scenarios/rolling-update.yaml", "one scenario, with its timeline"],
    ["rollsim run 'scenarios/*.yaml' --quiet", "all of them, verdicts only"],
    ["rollsim run scenarios/undo.yaml --seed 7 --schedule random", "another interleaving"],
    ["rollsim run scenarios --output junit", "for a CI server"],
    [
      "rollsim run scenarios/undo.yaml --output html > undo.html",
      "a page with charts, for a screen",
    ],
    ["rollsim run - < scenarios/undo.yaml", "from standard input"],
  ],
  check: [["rollsim check scenarios", "all problems of all files at once"]],
  explain: [
    ["rollsim explain scenarios/bad-image.yaml --at 90s deployment/web", "a stalled rollout"],
    ["rollsim explain scenarios/bad-image.yaml --at 100s --try", "and the way out"],
    ["rollsim explain scenarios/no-pre-stop.yaml --traffic", "what would have saved requests"],
  ],
  schema: [["rollsim schema > scenario.schema.json", "for an editor"]],
  ...moreExamples,
} as const;

function shown(command: keyof typeof examples): string {
  const lines = examples[command].map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  return `Examples:\n${lines.join("\n")}`;
}

/** Tells yargs of the command that a line's first word names: a start has no time for the others. Of all, if it names none. */
export function commands(parser: Argv, io: CliIo, answer: Answer, word: string): Argv {
  const named = Object.entries(registrations).filter(([name]) => name === word);
  const told = named.length === 0 ? Object.entries(registrations) : named;
  return told
    .reduce((known, [, register]) => register(known, io, answer), parser)
    .completion("completion", "Print a completion script for bash or zsh")
    .usage("$0 plays Kubernetes rollouts in virtual time and says why each pod came and went.")
    .epilogue(shown("rollsim"))
    .epilogue("Exit codes: 0 all held, 1 an expectation failed, 2 wrong usage or file, 3 our bug.");
}

function withRun(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "run <file..>",
    "Play scenarios, print their timelines, check what they expect",
    (command) =>
      replayOptions(filesOf(command))
        .option("output", {
          ...oneForm(...outputs),
          describe: "Form of the report",
        })
        .option("quiet", {
          alias: "q",
          type: "boolean",
          default: false,
          describe: "Only verdicts, and what failed",
        })
        .option("hash", {
          type: "boolean",
          default: false,
          describe: "Print the SHA-256 of the whole trace: equal runs have equal hashes",
        })
        .option("selector", {
          alias: "l",
          ...oneText,
          describe: "Only scenarios with these labels, as in topic=basics",
        })
        .epilogue(shown("run")),
    (args) => answer(() => run({ ...args, files: args.file }, io)),
  );
}

function withCheck(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "check <file..>",
    "Read scenarios without playing them, and say what is wrong",
    (command) =>
      filesOf(command)
        .option("quiet", {
          alias: "q",
          type: "boolean",
          default: false,
          describe: "Only problems",
        })
        .epilogue(shown("check")),
    (args) => answer(async () => check({ ...args, files: args.file }, io)),
  );
}

function withExplain(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "explain <file> [object]",
    "Play a scenario up to a time and say why it is waiting there",
    (command) =>
      replayOptions(
        command
          .positional("file", { type: "string", demandOption: true, describe: "A scenario" })
          .positional("object", {
            type: "string",
            describe: "As in deployment/web or hpa/web; default: all that roll out",
          }),
      )
        .option("at", {
          ...oneText,
          describe: "Virtual time, as in 75s; default: the end of the run",
        })
        .option("try", {
          type: "boolean",
          default: false,
          describe: "Also what helps: undo, restart and others, each in a copy",
        })
        .option("traffic", {
          type: "boolean",
          default: false,
          describe: "Which settings would have saved requests: the run again with each alone",
        })
        .epilogue(shown("explain")),
    (args) =>
      answer(async () => {
        const { explain } = await import("./explain.ts");
        return explain(args, io);
      }),
  );
}

function withSchema(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "schema",
    "Print the JSON Schema of scenario files",
    (command) => command.epilogue(shown("schema")),
    () => answer(async () => (await import("./schema.ts")).printSchema(io)),
  );
}

function filesOf(command: Argv): Argv<{ file: string[] }> {
  return command.positional("file", {
    type: "string",
    array: true,
    demandOption: true,
    describe: "Files, folders or globs; - is standard input",
  });
}

function replayOptions<T>(command: Argv<T>) {
  return command
    .option("seed", {
      ...oneText,
      describe: "Instead of the scenario's own",
    })
    .option("schedule", {
      ...oneText,
      describe: "Order of watch events: fresh, random, or recorded letters",
    })
    .option("until", {
      ...oneText,
      describe: "End the run here at the latest, as in 5m",
    });
}
