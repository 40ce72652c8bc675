/** What the command line touches of its process; tests give their own. */

export interface Stream {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Characters in a line of the terminal; 80 when it is none. */
  readonly columns: number;
}

/** yargs takes a lone - for an empty text, so it travels under another name. */
export const standardInput = "\u{1}stdin";

/** Values of --output. */
export const outputs = ["text", "json", "junit", "github", "html", "svg", "csv"] as const;
export type Output = (typeof outputs)[number];

export interface CliIo {
  readonly out: Stream;
  readonly err: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** All of standard input. */
  readStdin(): Uint8Array;
  /** Wall-clock milliseconds, for progress only. */
  clock(): number;
}

/** What a command ends with; of several files the highest counts. */
export const exitCodes = { fine: 0, failed: 1, usage: 2, internal: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** How wide sentences are set: longer lines are hard to read, shorter ones hard to set. */
export function widthOf({ columns }: Stream): number {
  return Math.max(60, Math.min(columns, 120));
}

/** A mistake on the command line: printed without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Colours are for terminals, unless NO_COLOR is set (no-color.org) or FORCE_COLOR asks for them. */
export function wantsColour(stream: Stream, env: CliIo["env"]): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "") !== "") return env["FORCE_COLOR"] !== "0";
  return stream.isTTY && env["TERM"] !== "dumb";
}
