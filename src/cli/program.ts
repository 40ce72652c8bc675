/** The whole command line, from the process's arguments to its exit code. */
import { main } from "./main.ts";
import { processIo } from "./process-io.ts";

void main(process.argv.slice(2), processIo()).then((code) => {
  // All is written (process-io.ts). Left to end by itself, Node first waits for the collector's threads: 12 ms.
  process.exit(code);
});
