/** A copy of the compiled code in which one rule at a time is broken, and recorded traces to play on it. */
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { transformWithOxc } from "vite";
import { run } from "./child.ts";
import { broken, type Mutant } from "./mutant.ts";

/** A mutant may take so many times as long as unbroken code: a loop without end is noticed too. */
const PATIENCE = 8;

export class Workshop {
  /** How long a mutant may take at most; one workshop finds out for all. */
  static #patienceMs: Promise<number> | undefined;
  readonly #root: string;
  readonly #place: string;
  #isOpen = false;

  constructor(root: string, number: number) {
    this.#root = root;
    this.#place = `${root}.build/mutant/${number}`;
  }

  /** The name of what noticed the mutant, or undefined where nothing did. */
  async run(mutant: Mutant): Promise<string | undefined> {
    if (!this.#isOpen) this.#open();
    const patienceMs = await (Workshop.#patienceMs ??= this.#measure());
    const target = `${this.#place}/src/${mutant.file.replace(/\.ts$/, ".js")}`;
    const original = readFileSync(target);
    writeFileSync(target, await compile(this.#root, mutant));
    try {
      return await this.#play(patienceMs);
    } finally {
      writeFileSync(target, original);
    }
  }

  #open(): void {
    rmSync(this.#place, { recursive: true, force: true });
    for (const part of ["src", "test"]) {
      cpSync(`${this.#root}.build/${part}`, `${this.#place}/${part}`, { recursive: true });
    }
    symlinkSync(`${this.#root}node_modules`, `${this.#place}/node_modules`);
    this.#isOpen = true;
  }

  /** Nothing may be noticed where nothing is broken. */
  async #measure(): Promise<number> {
    const began = Date.now();
    const noticed = await this.#play(Infinity);
    if (noticed !== undefined) throw new Error(`unbroken code fails: ${noticed}`);
    return PATIENCE * (Date.now() - began);
  }

  async #play(timeoutMs: number): Promise<string | undefined> {
    const suite = `${this.#place}/test/mutants/suite.js`;
    const args = [suite, `${this.#root}test/conformance/data`];
    const { status, stdout, stderr } = await run(args, { timeoutMs, cwd: this.#root });
    if (status === 0) return undefined;
    if (status === undefined) return "no end within the time limit";
    const [first = ""] = stdout.split("\n");
    return first === "" ? `it does not run: ${stderr.slice(0, 200)}` : first;
  }
}

async function compile(root: string, mutant: Mutant): Promise<string> {
  const source = readFileSync(`${root}src/${mutant.file}`, "utf8");
  const { code } = await transformWithOxc(broken(mutant, source), mutant.file, {
    sourcemap: false,
  });
  return code.replaceAll(/(from\s*"[^"]+)\.ts"/g, '$1.js"');
}
