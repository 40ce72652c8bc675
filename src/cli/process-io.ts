/** The real process as a CliIo. */
import { readFileSync, writeSync } from "node:fs";
import type { CliIo, Stream } from "./io.ts";

export function processIo(): CliIo {
  return {
    out: streamOf(process.stdout, 1),
    err: streamOf(process.stderr, 2),
    env: process.env,
    cwd: process.cwd(),
    readStdin: () => readFileSync(0),
    clock: () => performance.now(),
  };
}

/** Writes at once and in order, so that nothing is lost when the process ends. */
function streamOf(stream: NodeJS.WriteStream, descriptor: number): Stream {
  return {
    write: (text) => {
      writeAll(descriptor, Buffer.from(text));
    },
    isTTY: stream.isTTY,
    columns: stream.isTTY ? stream.columns : 80,
  };
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length;) {
    try {
      from += writeSync(descriptor, bytes, from);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(); // whoever reads has enough, as `head` does
      if (code !== "EAGAIN") throw error;
    }
  }
}
