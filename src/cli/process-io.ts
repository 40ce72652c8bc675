/** The real process as a CliIo. */
import { fstatSync, readFileSync, writeSync } from "node:fs";
import { UsageError, type CliIo, type Stream } from "./io.ts";

export function processIo(): CliIo {
  return {
    out: streamOf("stdout", 1),
    err: streamOf("stderr", 2),
    env: process.env,
    cwd: process.cwd(),
    readStdin: () => readFileSync(0),
    clock: () => performance.now(),
  };
}

/** Writes at once and in order, so that nothing is lost when the process ends. */
function streamOf(name: "stdout" | "stderr", descriptor: number): Stream {
  // Node loads its sockets for a pipe's stream, 5 ms of a start, and a pipe is no terminal.
  const stream = isDevice(descriptor) ? process[name] : { isTTY: false, columns: 80 };
  return {
    write: (text) => {
      writeAll(descriptor, Buffer.from(text));
    },
    isTTY: stream.isTTY,
    columns: columnsOf(stream),
  };
}

/** Terminals of containers and of CI may not know theirs: 0. */
export function columnsOf({ isTTY, columns }: Pick<Stream, "isTTY" | "columns">): number {
  return isTTY && columns > 0 ? columns : 80;
}

function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true; // closed: Node knows what to do
  }
}

export function writeAll(descriptor: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length;) {
    try {
      from += writeSync(descriptor, bytes, from);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") continue;
      if (descriptor === 2) return; // nobody can be told; the exit code still says it
      if (code === "EPIPE") process.exit(); // whoever reads has enough, as `head` does
      const why = message.replace(/^\w+: /u, "").replace(/, write$/u, "");
      throw new UsageError(`standard output: ${why}`, { cause: error });
    }
  }
}
