/** `rollsim quiz`: plays a scenario, shows its Deployments before some syncs and asks what comes of them. */
import { formatDuration } from "../api/duration.ts";
import { withRelease } from "../compare/sweep.ts";
import { wrap } from "../report/paint.ts";
import { questionsOf, type Question } from "../report/quiz.ts";
import { runScenario } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { read } from "./files.ts";
import { exitCodes, standardInput, UsageError, widthOf, type CliIo, type ExitCode } from "./io.ts";
import { oneScenario } from "./one-scenario.ts";
import { linesAt, type Lines } from "./terminal.ts";
import { wholeNumber } from "./worlds.ts";

export interface QuizArguments {
  readonly file: string;
  readonly seed: string | undefined;
  readonly count: string | undefined;
  readonly answers: boolean;
}

const mostQuestions = 100;
const STEP = "kubectl: rollout restart deployment/NAME";

export async function quiz(args: QuizArguments, io: CliIo): Promise<ExitCode> {
  const { file, seed, answers } = args;
  const count = args.count === undefined ? 5 : wholeNumber("count", args.count, mostQuestions);
  if (file === standardInput && !answers) {
    throw new UsageError("the answers come from standard input: quiz takes a file, or --answers");
  }
  const found = oneScenario("quiz", file, io);
  if (found === undefined) return exitCodes.usage;
  const { scenario, readFile } = found;
  // What a controller whose cache lags has seen is not there to be shown.
  const options = { readFile, schedule: "fresh", ...(seed === undefined ? {} : { seed }) };
  const ask = (played: Scenario): readonly Question[] =>
    questionsOf(runScenario(played, options).trace, count);
  const deployments = scenario.manifests.filter(({ object }) => object.kind === "Deployment");
  let questions = ask(scenario);
  if (questions.length === 0 && scenario.steps.length === 0 && deployments.length > 0) {
    questions = ask(withRelease(scenario, ...deployments.map(({ object }) => object)));
  }
  if (questions.length === 0) {
    const what = `${scenario.file}: no Deployment is updated or scaled in this run`;
    io.err.write(`rollsim: ${what}; give it a step that does, as in ${STEP}\n`);
    return exitCodes.failed;
  }
  return answers ? tellAll(questions, io) : askAll(questions, io);
}

function tellAll(questions: readonly Question[], io: CliIo): ExitCode {
  for (const [i, question] of questions.entries()) {
    io.out.write(`${questionText(question, i + 1, questions.length, io)}\n`);
    io.out.write(`${because(`${question.answer}.`, question, io)}\n`);
  }
  return exitCodes.fine;
}

async function askAll(questions: readonly Question[], io: CliIo): Promise<ExitCode> {
  const lines = linesOf(io);
  let right = 0;
  let asked = 0;
  for (const question of questions) {
    io.out.write(`${questionText(question, asked + 1, questions.length, io)}\n`);
    const said = await numberFrom(lines, io);
    if (said === "quit") break;
    asked++;
    if (said === question.answer) right++;
    const verdict = said === question.answer ? "Right:" : said === "unknown" ? "It is" : "No,";
    io.out.write(`${because(`${verdict} ${question.answer}.`, question, io)}\n`);
  }
  lines.close();
  const left = questions.length - asked;
  io.out.write(`${right} of ${asked} right${left === 0 ? "" : `, ${left} left out`}\n`);
  return right === asked ? exitCodes.fine : exitCodes.failed;
}

/** Asks until it is a number, nothing at all, or `q`. */
async function numberFrom(lines: Lines, io: CliIo): Promise<number | "unknown" | "quit"> {
  for (;;) {
    const line = (await lines.next("> "))?.trim();
    if (line === undefined || line === "q") return "quit";
    if (line === "") return "unknown";
    if (/^\d{1,9}$/u.test(line)) return Number(line);
    io.out.write("A number of pods; Enter tells it, q ends.\n");
  }
}

/** From the terminal, or what was piped in, written down as if it had been typed. */
function linesOf(io: CliIo): Lines {
  if (process.stdin.isTTY && io.out.isTTY) {
    return linesAt({ input: process.stdin, output: process.stdout });
  }
  const text = new TextDecoder().decode(read("<stdin>", () => io.readStdin()));
  const rest = text === "" ? [] : text.replace(/\n$/u, "").split("\n");
  const next = (prompt: string): Promise<string | undefined> => {
    const line = rest.shift();
    io.out.write(`${prompt}${line ?? ""}\n`);
    return Promise.resolve(line);
  };
  return { next, close: () => {} };
}

function questionText(
  { at, about, sees, asks }: Question,
  i: number,
  of: number,
  io: CliIo,
): string {
  const width = widthOf(io.out);
  return [
    `Question ${i} of ${of}: deployment/${about} at ${formatDuration(at)}`,
    "",
    ...sees.flatMap((line) => wrap(line, width, "  ", "      ")),
    "",
    ...wrap(asks, width, "", ""),
  ].join("\n");
}

function because(verdict: string, { because: reasons }: Question, io: CliIo): string {
  const lines = reasons.flatMap((reason) => wrap(reason, widthOf(io.out), "  - ", "    "));
  return [verdict, ...lines, ""].join("\n");
}
