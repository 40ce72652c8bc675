/**
 * `npm run mutants`: breaks one rule after the other and lets recorded traces of the real controllers, or the
 * tests that a mutant names, look at it. Every mutant must be noticed. `-- 3 17` runs only those.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutants.ts";
import { runTests } from "./run-tests.ts";
import { Workshop } from "./workshop.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const TESTS_TIMEOUT_MS = 90_000;

async function main(only: readonly string[]): Promise<number> {
  const chosen = [...mutants.entries()].filter(
    ([i]) => only.length === 0 || only.includes(String(i)),
  );
  const count = chosen.length;
  let survivors = 0;
  const work = async (number: number): Promise<void> => {
    const workshop = new Workshop(root, number);
    // From both ends: those for the traces come first, and wait for one another at the start.
    const take = () => (number === 0 ? chosen.shift() : chosen.pop());
    for (let next = take(); next !== undefined; next = take()) {
      const [i, mutant] = next;
      const noticed =
        mutant.tests === undefined
          ? await workshop.run(mutant)
          : await runTests(root, i, mutant, TESTS_TIMEOUT_MS);
      if (noticed === undefined) survivors++;
      const verdict = noticed === undefined ? "SURVIVED" : `noticed by ${noticed}`;
      process.stdout.write(`${String(i).padStart(3)} ${mutant.rule}: ${verdict}\n`);
    }
  };
  const benches = Math.min(2, availableParallelism(), count);
  await Promise.all(Array.from({ length: benches }, (_, number) => work(number)));
  process.stdout.write(`${count} mutants, ${survivors} survivors\n`);
  return survivors === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
