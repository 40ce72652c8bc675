/**
 * How kubectl ends early: an `Exit` carries the text for stderr and the exit code. Mirrors
 * kubectl/pkg/cmd/util/helpers.go (checkErr), v0.37.2.
 */
import type { Answer, Status } from "../api/status.ts";

export interface Exit {
  readonly kubectlExit: true;
  /** As printed on stderr, without the final newline; "" prints nothing. */
  readonly text: string;
  readonly code: number;
}

/** An error of one object among several; `status` when the API server refused. */
export type Problem = { readonly status: Status } | { readonly text: string };

class ExitError extends Error {
  readonly exit: Exit;
  constructor(exit: Exit) {
    super(exit.text);
    this.exit = exit;
  }
}

export function exitOf(thrown: unknown): Exit | undefined {
  return thrown instanceof ExitError ? thrown.exit : undefined;
}

/** Ends the command with exactly this text on stderr. */
export function exitWith(text: string, code = 1): never {
  throw new ExitError({ kubectlExit: true, text, code });
}

/** Ends the command with `error: text`, as for any error that the API server did not send. */
export function fail(text: string): never {
  return exitWith(text.startsWith("error: ") ? text : `error: ${text}`);
}

export function failUsage(text: string, command: string): never {
  return fail(`${text}\nSee 'kubectl ${command} -h' for help and examples`);
}

/** The text of a Status inside other texts and lists of errors. */
export function statusText(status: Status): string {
  return status.reason === undefined
    ? `Error from server: ${status.message}`
    : `Error from server (${status.reason}): ${status.message}`;
}

/** The text of a Status that alone ends a command. */
export function statusExitText(status: Status): string {
  if (status.reason !== "Invalid") return statusText(status);
  const details = status.details;
  if (details === undefined) return `The request is invalid: ${status.message}`;
  const causes = [...new Set((details.causes ?? []).map((c) => `${c.field}: ${c.message}`))];
  let head = "The request is invalid";
  if ((details.kind ?? "") !== "" || (details.name ?? "") !== "") {
    head = `The ${details.kind ?? ""} ${goQuote(details.name ?? "")} is invalid`;
  } else if (causes.length === 0) {
    head += `: ${status.message}`;
  }
  if (causes.length === 0) return head;
  // With a newline of its own, even after a cause that ends in one.
  if (causes.length === 1) return `${head}: ${causes[0]}\n`;
  return [`${head}: `, ...causes.map((cause) => `* ${cause}`)].join("\n");
}

export function failStatus(status: Status): never {
  return exitWith(statusExitText(status));
}

function problemText(problem: Problem): string {
  return "status" in problem ? statusText(problem.status) : problem.text;
}

/** Ends the command when there are problems: one as itself, several one per line. */
export function failAll(problems: readonly Problem[]): void {
  const [only] = problems;
  if (only === undefined) return;
  if (problems.length === 1) {
    if ("status" in only) failStatus(only.status);
    fail(only.text);
  }
  exitWith(problems.map((problem) => `${problemText(problem)}\n`).join(""));
}

/** What is wrong with files: beside problems of their objects it is one problem, in brackets where it is several. */
export function beside(others: readonly Problem[], read: readonly Problem[]): readonly Problem[] {
  if (others.length === 0 || read.length < 2) return read;
  return [{ text: `[${[...new Set(read.map(problemText))].join(", ")}]` }];
}

/** As failAll, but for a verb that takes one problem for several. */
export function failTogether(problems: readonly Problem[]): void {
  const [only] = problems;
  if (problems.length === 1 && only !== undefined && "text" in only) exitWith(only.text);
  failAll(problems);
}

/** The value of an answer; a refusal ends the command. */
export function must<T>(answer: Answer<T>): T {
  return answer.ok ? answer.value : failStatus(answer.status);
}

/** Go's %q for the texts that kubectl quotes. */
export function goQuote(text: string): string {
  return JSON.stringify(text);
}
