/**
 * The kit under the test runners that people have: node --test, vitest and jest. Each gets a small project
 * beside the built package (`npm run build` first) with one test that must pass and one, of a rollout that
 * breaks its law, that must fail: `node .build/test/package/runners.js [RUNNER...]` after `npm run build:tests`.
 * vitest is the project's own; jest is installed for the occasion, from npm's registry or its cache.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const JEST = "jest@30.5.2";

interface Runner {
  /** Where `test` comes from, in a test file. */
  readonly imports: string;
  readonly command: readonly string[];
  /** One test passed, one failed. */
  readonly verdict: RegExp;
}

const runners: Readonly<Record<string, Runner>> = {
  node: {
    imports: 'import test from "node:test";',
    command: ["--test", "web.test.js"],
    verdict: /^(?:#|ℹ) pass 1\n(?:#|ℹ) fail 1$/m,
  },
  vitest: {
    imports: 'import { test } from "vitest";',
    command: ["node_modules/vitest/vitest.mjs", "run", "--no-color"],
    verdict: /Tests\s+1 failed \| 1 passed \(2\)/,
  },
  jest: {
    imports: 'import { test } from "@jest/globals";',
    // Jest runs ES modules behind this flag (https://jestjs.io/docs/ecmascript-modules).
    command: ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--no-color"],
    verdict: /Tests:\s+1 failed, 1 passed, 2 total/,
  },
};

const testFile = (imports: string): string => `
${imports}
import assert from "node:assert/strict";
import { checkRollout } from "rollsim/verify";

const web = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:v1" }] },
    },
  },
};

test("keeps its promises", () => {
  const { ok, failure } = checkRollout(web, { runs: 10 });
  assert.ok(ok, failure?.scenario);
});

test("breaks what is not promised: scaling up in one go", () => {
  const { ok, failure } = checkRollout(web, { runs: 100, allow: ["scale"], laws: ["P3"] });
  assert.ok(ok, failure?.scenario);
});
`;

/** Throws an Error with what the runner printed if it does not say what it should. */
function tryRunner(name: string, { imports, command, verdict }: Runner): void {
  const folder = mkdtempSync(join(tmpdir(), `rollsim-${name}-`));
  try {
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ private: true, type: "module", jest: { transform: {} } }),
    );
    if (name === "jest") install(folder, JEST);
    link(folder);
    writeFileSync(join(folder, "web.test.js"), testFile(imports));
    const ran = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
    const printed = `${ran.stdout}${ran.stderr}`;
    if (ran.status !== 1) throw new Error(`${name}: exit ${String(ran.status)}\n${printed}`);
    if (!verdict.test(printed)) throw new Error(`${name}: not one passed, one failed:\n${printed}`);
    if (!printed.includes("apiVersion: rollsim.dev")) {
      throw new Error(`${name}: the failure shows no scenario:\n${printed}`);
    }
    process.stdout.write(`ok: under ${name} the kit passes what holds and fails what does not\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function install(folder: string, what: string): void {
  const args = ["i", "--no-audit", "--no-fund", "--prefer-offline", what];
  const { status, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm i ${what}: exit ${String(status)}\n${stderr}`);
}

/** The package and what is installed beside it here, unless the folder has its own. */
function link(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(modules, { recursive: true });
  const own = new Set(readdirSync(modules));
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name.startsWith(".") || own.has(name)) continue;
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  symlinkSync(root, join(modules, "rollsim"));
}

const asked = process.argv.slice(2);
for (const [name, runner] of Object.entries(runners)) {
  if (asked.length === 0 || asked.includes(name)) tryRunner(name, runner);
}
