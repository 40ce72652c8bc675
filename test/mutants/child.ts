/** A child process with a time limit. */
import { spawn } from "node:child_process";

export interface Ended {
  /** Undefined: it was stopped at its time limit. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(
  args: readonly string[],
  { timeoutMs, env = {}, cwd }: RunOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, cwd });
    const text = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text.stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text.stderr += chunk));
    const limit = Number.isFinite(timeoutMs)
      ? setTimeout(() => child.kill("SIGKILL"), timeoutMs)
      : undefined;
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(limit);
      resolve({ status: status ?? undefined, ...text });
    });
  });
}

interface RunOptions {
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
}
