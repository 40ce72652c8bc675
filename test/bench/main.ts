/**
 * `npm run bench`: all benchmarks, one after the other. With names, only those: `npm run bench -- kernel`.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BENCHES = {
  "rolling-update": "a rolling update, per pod",
  kernel: "the event queue beside a heap of objects",
  startup: "the command line beside an empty program",
  traffic: "requests, each accounted for",
  checker: "the checker beside SPIN",
} as const;

function main(names: readonly string[]): number {
  let worst = 0;
  for (const [name, title] of Object.entries(BENCHES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stdout.write(`${name}: ${title}\n`);
    const script = fileURLToPath(new URL(`${name}.js`, import.meta.url));
    const { status } = spawnSync(process.execPath, [script], { stdio: "inherit" });
    process.stdout.write("\n");
    worst = Math.max(worst, status ?? 1);
  }
  return worst;
}

process.exitCode = main(process.argv.slice(2));
