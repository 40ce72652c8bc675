/** Commands on a living cluster, and what follows from a manifest alone. */
import type { Argv } from "yargs";
import type { CliIo, ExitCode } from "./io.ts";
import { oneForm, oneText } from "./one-value.ts";

/** What to do once the whole line is parsed. */
export type Answer = (command: () => Promise<ExitCode>) => void;

/** Tells yargs of one command. */
export type Registration = (parser: Argv, io: CliIo, answer: Answer) => Argv;

export const moreRegistrations: Readonly<Record<string, Registration>> = {
  shell: withShell,
  kubectl: withKubectl,
  quiz: withQuiz,
  compare: withComparison,
  sweep: withSweep,
  diff: withDiff,
  guarantees: withGuarantees,
  verify: withVerify,
  export: withExport,
};

export const moreExamples = {
  shell: [
    ["rollsim shell scenarios/rolling-update.yaml", "its manifests, your steps"],
    ["rollsim shell docs/lessons/pods.yaml", "to type along with docs/lessons"],
  ],
  kubectl: [
    [
      "rollsim kubectl scenarios/bad-image.yaml --at 100s -- get pods -o wide",
      "one look at a scenario's cluster",
    ],
  ],
  quiz: [
    ["rollsim quiz scenarios/rolling-update.yaml", "what will the controller do?"],
    ["rollsim quiz scenarios/scale-in-mid-rollout.yaml --answers", "a sheet for a class"],
  ],
  compare: [
    ["rollsim compare scenarios/compare-strategies.yaml", "a bad version under each strategy"],
    [
      "rollsim compare scenarios/compare-strategies.yaml --success 95% --seeds 20",
      "how often it is caught",
    ],
  ],
  sweep: [
    ["rollsim sweep scenarios/rolling-update.yaml --seeds 10", "which surge, which unavailable"],
    [
      "rollsim sweep scenarios/no-pre-stop.yaml --pre-stop 0s,5s --output markdown",
      "with a sleep before pods stop, for a pull request",
    ],
  ],
  diff: [
    [
      "rollsim diff docs/pull-requests/before.yaml docs/pull-requests/after.yaml",
      "what a pull request will do",
    ],
  ],
  guarantees: [["rollsim guarantees scenarios/rolling-update.yaml", "what its settings promise"]],
  verify: [
    ["rollsim verify --replicas 4 --revisions 2 --allow undo", "undo drops below the floor: CE1"],
  ],
  export: [
    [
      "rollsim export scenarios/bad-image.yaml --to bad-image",
      "a folder for a real control plane, with KWOK for kubelets",
    ],
  ],
} as const;

function shown(command: keyof typeof moreExamples): string {
  const lines = moreExamples[command].map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  return `Examples:\n${lines.join("\n")}`;
}

function withShell(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "shell [file]",
    "A session on a living cluster: kubectl, step, run until ready, why, rewind",
    (command) =>
      command
        .positional("file", { type: "string", describe: "A scenario or manifests to begin with" })
        .option("seed", { ...oneText, describe: "Instead of the scenario's own" })
        .option("schedule", { ...oneText, describe: "fresh, random, or recorded letters" })
        .option("until", { ...oneText, hidden: true })
        .epilogue(shown("shell")),
    (args) => answer(async () => (await import("./shell.ts")).shell(args, io)),
  );
}

function withKubectl(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "kubectl <file> [line..]",
    "Play a scenario up to a time, then run one kubectl line on its cluster",
    (command) =>
      command
        .positional("file", { type: "string", demandOption: true, describe: "A scenario" })
        .positional("line", { type: "string", array: true, describe: "After --, as for kubectl" })
        .option("at", { ...oneText, describe: "Virtual time; default: the end of the run" })
        .option("seed", { ...oneText, describe: "Instead of the scenario's own" })
        .option("schedule", { ...oneText, describe: "fresh, random, or recorded letters" })
        .option("until", { ...oneText, hidden: true })
        .parserConfiguration({ "populate--": true })
        .epilogue(shown("kubectl")),
    (args) => {
      const line = (args["--"] ?? args.line ?? []) as readonly string[];
      answer(async () => (await import("./one-line.ts")).oneLine({ ...args, line }, io));
    },
  );
}

function withQuiz(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "quiz <file>",
    "Questions about the rollouts of a scenario: how many pods after this sync?",
    (command) =>
      command
        .positional("file", { type: "string", demandOption: true, describe: "A scenario" })
        .option("count", { ...oneText, describe: "So many questions; default 5" })
        .option("seed", { ...oneText, describe: "Instead of the scenario's own" })
        .option("answers", { type: "boolean", default: false, describe: "Print them, ask nothing" })
        .epilogue(shown("quiz")),
    (args) => answer(() => import("./quiz.ts").then(({ quiz }) => quiz(args, io))),
  );
}

function withComparison(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "compare <file>",
    "One release under several strategies, in the same worlds with the same requests",
    (command) =>
      command
        .positional("file", {
          type: "string",
          demandOption: true,
          describe: "A scenario with traffic and a set image step",
        })
        .option("strategies", {
          ...oneText,
          describe:
            "Of rolling (or rolling:1/0), recreate, blue-green, canary, flagger; with commas",
        })
        .option("seeds", { ...oneText, describe: "So many worlds; default 1" })
        .option("success", { ...oneText, describe: "Least share of successes; default 99%" })
        .option("interval", { ...oneText, describe: "Between measurements; default 10s" })
        .option("failures", { ...oneText, describe: "Bad measurements to take back; default 2" })
        .option("weights", { ...oneText, describe: "Canary steps in %; default 10,25,50" })
        .option("step", { ...oneText, describe: "Time at each of them; default 30s" })
        .option("output", oneForm("text", "markdown", "json"))
        .epilogue(shown("compare")),
    (args) => answer(() => import("./compare.ts").then(({ compare }) => compare(args, io))),
  );
}

function withSweep(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "sweep <file> [object]",
    "Many settings of a rolling update in the same worlds, and which no other one beats",
    (command) =>
      command
        .positional("file", {
          type: "string",
          demandOption: true,
          describe: "A scenario, or manifests: their pods are restarted once",
        })
        .positional("object", { type: "string", describe: "Of several, as in deployment/web" })
        .option("surge", { ...oneText, describe: "Default 0,1,25%,50%,100%" })
        .option("unavailable", { ...oneText, describe: "Default 0,1,25%,50%" })
        .option("min-ready", {
          ...oneText,
          describe: "minReadySeconds of at least; default as written",
        })
        .option("pre-stop", {
          ...oneText,
          describe: "Sleep of at least so long before pods stop; default as written",
        })
        .option("seeds", { ...oneText, describe: "So many worlds; default 1" })
        .option("output", oneForm("text", "markdown", "json"))
        .epilogue(shown("sweep")),
    (args) => answer(() => import("./sweep.ts").then(({ sweep }) => sweep(args, io))),
  );
}

function withDiff(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "diff <old> <new>",
    "What happens when the new manifests are applied to a cluster that has the old ones",
    (command) =>
      command
        .positional("old", {
          type: "string",
          demandOption: true,
          describe: "Manifests, a folder of them, or what kubectl get -o yaml printed",
        })
        .positional("new", {
          type: "string",
          demandOption: true,
          describe: "Manifests, or a folder of them",
        })
        .option("seeds", { ...oneText, describe: "So many worlds; default 1" })
        .option("output", oneForm("text", "markdown", "json"))
        .epilogue(shown("diff")),
    (args) => answer(() => import("./diff.ts").then(({ diff }) => diff(args, io))),
  );
}

function withGuarantees(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "guarantees <file>",
    "What a Deployment's settings promise, whatever happens, with the assumptions",
    (command) =>
      command
        .positional("file", { type: "string", demandOption: true, describe: "Manifests" })
        .option("output", oneForm("text", "json"))
        .epilogue(shown("guarantees")),
    (args) => answer(async () => (await import("./guarantees.ts")).guarantees(args, io)),
  );
}

function withVerify(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "verify [file] [object]",
    "Explore every interleaving of a small rollout: what holds, and the shortest way to what does not",
    (command) =>
      command
        .positional("file", { type: "string", describe: "Manifests, for their settings" })
        .positional("object", { type: "string", describe: "Of several, as in deployment/web" })
        .option("replicas", { ...oneText, describe: "Default: of the file, else 4" })
        .option("surge", { ...oneText, describe: "maxSurge; default: of the file, else 25%" })
        .option("unavailable", { ...oneText, describe: "maxUnavailable; default likewise" })
        .option("min-ready", { type: "boolean", describe: "minReadySeconds above 0" })
        .option("bad-image", { type: "boolean", describe: "New pods never turn ready" })
        .option("revisions", { ...oneText, describe: "2 or 3; default 3" })
        .option("allow", {
          ...oneText,
          describe: "Of undo, scale, pause, fail, lag: with commas",
        })
        .option("scale-to", { ...oneText, describe: "Default: half" })
        .option("actions", { ...oneText, describe: "How often users and faults act in all" })
        .option("states", { ...oneText, describe: "Most states to look at; default 10000000" })
        .option("scenario", {
          ...oneText,
          describe: "Print a run that breaks a law, such as P3 or CE1",
        })
        .option("output", oneForm("text", "json"))
        .epilogue(shown("verify")),
    (args) => answer(async () => (await import("./verify.ts")).verify(args, io)),
  );
}

function withExport(parser: Argv, io: CliIo, answer: Answer): Argv {
  return parser.command(
    "export <file>",
    "Write a scenario as a folder for a real control plane: manifests, KWOK Stages, a script",
    (command) =>
      command
        .positional("file", { type: "string", demandOption: true, describe: "A scenario" })
        .option("to", {
          ...oneText,
          demandOption: "export needs --to FOLDER",
          describe: "The folder; it is made",
        })
        .option("force", {
          type: "boolean",
          default: false,
          describe: "Write into a folder that is not empty",
        })
        .epilogue(shown("export")),
    (args) => answer(async () => (await import("./export.ts")).exportFolder(args, io)),
  );
}
