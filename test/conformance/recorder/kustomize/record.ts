/**
 * Runs the real `kubectl kustomize` on folders: `node record.js KUBECTL < CASES > RECORDINGS`, a JSON object a
 * line. A case has a name, files (texts by path) and `runs`, each the words after `kubectl kustomize`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly runs: readonly (readonly string[])[];
}

const kubectl = process.argv[2] ?? "kubectl";
for (const line of readFileSync(0, "utf8").split("\n")) {
  if (line === "") continue;
  const { name, files, runs } = JSON.parse(line) as Case;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "kustomize-")));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const recorded = runs.map((args) => {
    const options = { cwd: folder, encoding: "utf8" } as const;
    const { stdout, stderr, status } = spawnSync(kubectl, ["kustomize", ...args], options);
    return { args, stdout, stderr: relative(stderr, folder), code: status };
  });
  rmSync(folder, { recursive: true });
  process.stdout.write(`${JSON.stringify({ name, files, runs: recorded })}\n`);
}

/** Paths as rollsim names them, from where kubectl runs, and no addresses in memory. */
function relative(text: string, folder: string): string {
  return text
    .replaceAll(`${folder}/`, "")
    .replaceAll(folder, ".")
    .replaceAll(new RegExp(`${dirname(folder)}(?=/)`, "gu"), "..")
    .replaceAll(/0x[0-9a-f]{6,}/gu, "0x0");
}
