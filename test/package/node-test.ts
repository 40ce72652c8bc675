/**
 * The kit under Node's own test runner: a small project beside the built package (`npm run build` first), with
 * the dependencies linked, no network. `node .build/test/package/node-test.js` after `npm run build:tests`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const project = `
import assert from "node:assert/strict";
import test from "node:test";
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

test("finds what is not promised: scaling up in one go", () => {
  const { ok, failure } = checkRollout(web, { runs: 100, allow: ["scale"], laws: ["P3"] });
  assert.equal(ok, false);
  assert.match(failure.scenario, /^apiVersion: rollsim.dev/);
});
`;

/** Throws an Error with what the runner printed if it fails. */
function main(): void {
  const folder = mkdtempSync(join(tmpdir(), "rollsim-node-test-"));
  try {
    const modules = join(folder, "node_modules");
    mkdirSync(modules);
    for (const name of readdirSync(join(root, "node_modules"))) {
      if (name.startsWith(".") || name === "rollsim") continue;
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
    symlinkSync(root, join(modules, "rollsim"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    writeFileSync(join(folder, "web.test.js"), project);
    const { status, stdout, stderr } = spawnSync("node", ["--test", "web.test.js"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`node --test: exit ${String(status)}\n${stdout}${stderr}`);
    if (!/^(?:#|ℹ) pass 2$/m.test(stdout)) throw new Error(`not two tests passed:\n${stdout}`);
    process.stdout.write("ok: the kit works under node --test\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
