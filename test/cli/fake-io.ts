/** A CliIo that keeps what is written and reads standard input from a text. */
import { fileURLToPath } from "node:url";
import type { CliIo } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";

export const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Circumstances {
  readonly stdin?: string | Uint8Array | (() => never);
  readonly tty?: "out" | "err";
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Wall-clock ms of each question. */
  readonly clock?: () => number;
}

/** Runs a command line in this process. */
export async function rollsim(
  argv: readonly string[],
  {
    stdin = "",
    tty,
    columns = 80,
    env = {},
    cwd = projectFolder,
    clock = () => 0,
  }: Circumstances = {},
): Promise<Said> {
  let out = "";
  let err = "";
  const io: CliIo = {
    out: { write: (text) => (out += text), isTTY: tty === "out", columns },
    err: { write: (text) => (err += text), isTTY: tty === "err", columns },
    env,
    cwd,
    readStdin: () => {
      if (typeof stdin === "function") return stdin();
      return typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
    },
    clock,
  };
  const code = await main(argv, io);
  return { code, out, err };
}
