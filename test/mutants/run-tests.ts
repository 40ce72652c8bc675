/** Runs the tests that a mutant names, over sources in which its rule is broken. */
import { fileURLToPath } from "node:url";
import { run } from "./child.ts";
import type { Mutant } from "./mutant.ts";

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const vitest = fileURLToPath(new URL("../vitest.mjs", import.meta.resolve("vitest")));

/** The name of the first test that fails, or undefined where all pass. */
export async function runTests(
  root: string,
  index: number,
  { tests = [] }: Mutant,
  timeoutMs: number,
): Promise<string | undefined> {
  const files = tests.map((file) => `test/${file}`);
  const args = [vitest, "run", "--config", "vitest.mutants.config.ts", ...files];
  const env = { ROLLSIM_MUTANT: String(index) };
  const ended = await run(args, { timeoutMs, env, cwd: root });
  if (ended.status === undefined) return "no end within the time limit";
  const start = ended.stdout.indexOf("{");
  if (start < 0) return `it does not run: ${ended.stderr.slice(0, 200)}`;
  const { testResults } = JSON.parse(ended.stdout.slice(start)) as Report;
  if (testResults.length === 0) throw new Error(`no tests in ${files.join(", ")}`);
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed"),
  );
  if (failed[0] !== undefined) return failed[0].fullName;
  if (ended.status === 0) return undefined;
  return `it does not run: ${testResults
    .map(({ message }) => message)
    .join(" ")
    .slice(0, 200)}`;
}
