/** Tests over sources in which the rule of mutant ROLLSIM_MUTANT is broken (test/mutants/run-tests.ts). */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { broken } from "./test/mutants/mutant.ts";
import { mutants } from "./test/mutants/mutants.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const mutant = mutants[Number(process.env["ROLLSIM_MUTANT"])]!;
const mutated = `${root}src/${mutant.file}`;

export default defineConfig({
  root,
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      transform: (code, id) => (id === mutated ? broken(mutant, code) : undefined),
      configureVitest: ({ experimental_defineCacheKeyGenerator: keep }) =>
        keep(({ id }) => (id === mutated ? false : undefined)),
    },
  ],
  test: {
    include: mutant.tests!.map((file) => `test/${file}`),
    bail: 1,
    // As elsewhere: a test that is slow on a busy machine has noticed nothing.
    testTimeout: 60_000,
    reporters: ["json"],
    pool: "threads",
    maxWorkers: 1,
    isolate: false,
    // Some 340 mutants read the same 400 files.
    experimental: { fsModuleCache: true },
  },
});
