/**
 * `npm run mutants`: breaks one rule after the other in the compiled code and plays recorded traces of the real
 * controllers on it. Every mutant must be noticed. `-- 3 17` runs only those.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformWithOxc } from "vite";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const built = `${root}.build`;
const workshop = `${root}.build/mutant`;
const TIMEOUT_MS = 180_000;

async function compile({ file, find, replace, rule }: Mutant): Promise<string> {
  const source = readFileSync(`${root}src/${file}`, "utf8");
  const pieces = source.split(find);
  if (pieces.length !== 2) {
    throw new Error(`"${rule}": its text stands ${pieces.length - 1} times in src/${file}`);
  }
  const { code } = await transformWithOxc(pieces.join(replace), file, { sourcemap: false });
  return code.replaceAll(/(from\s*"[^"]+)\.ts"/g, '$1.js"');
}

/** The name of what noticed the mutant; undefined where nothing did. */
async function run(mutant: Mutant): Promise<string | undefined> {
  const target = `${workshop}/src/${mutant.file.replace(/\.ts$/, ".js")}`;
  const original = readFileSync(target);
  writeFileSync(target, await compile(mutant));
  const suite = [`${workshop}/test/mutants/suite.js`, `${root}test/conformance/data`];
  const child = spawnSync(process.execPath, suite, { encoding: "utf8", timeout: TIMEOUT_MS });
  writeFileSync(target, original);
  if (child.status === 0) return undefined;
  if (child.status === null) return "no end within the time limit";
  const [first = ""] = child.stdout.split("\n");
  return first === "" ? `it does not run: ${child.stderr.slice(0, 200)}` : first;
}

async function main(only: readonly string[]): Promise<number> {
  rmSync(workshop, { recursive: true, force: true });
  cpSync(`${built}/src`, `${workshop}/src`, { recursive: true });
  cpSync(`${built}/test`, `${workshop}/test`, { recursive: true });
  symlinkSync(`${root}node_modules`, `${workshop}/node_modules`);
  let survivors = 0;
  let count = 0;
  for (const [i, mutant] of mutants.entries()) {
    if (only.length > 0 && !only.includes(String(i))) continue;
    count++;
    const noticed = await run(mutant);
    if (noticed === undefined) survivors++;
    const verdict = noticed === undefined ? "SURVIVED" : `noticed by ${noticed}`;
    process.stdout.write(`${String(i).padStart(3)} ${mutant.rule}: ${verdict}\n`);
  }
  process.stdout.write(`${count} mutants, ${survivors} survivors\n`);
  return survivors === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
