/** The whole command line, from the process's arguments to its exit code. */
import { main } from "./main.ts";
import { processIo } from "./process-io.ts";

// Once all of the program is there: the files beside it ask for it (src/cli.ts).
queueMicrotask(() => void run());

async function run(): Promise<void> {
  const code = await main(process.argv.slice(2), processIo());
  // All is written (process-io.ts). Left to end by itself, Node first waits for the collector's threads: 12 ms.
  process.exit(code);
}
