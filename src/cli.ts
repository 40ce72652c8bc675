#!/usr/bin/env node
/**
 * The `rollsim` command: runs cli/program.cjs, which the build makes of src/cli. To compile it takes longer
 * than a small run itself, so the first `rollsim run` leaves beside it what V8 made of it, as Python does in
 * __pycache__. V8 refuses what another version made; where nothing can be written, only time is lost.
 *
 * The build makes cli.cjs of this file, which is what npm links: Node starts a CommonJS script 4 ms sooner.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

type Program = (require: NodeJS.Require, exports: object, __filename: string) => void;

const LARGE_NEW_SPACE = "--semi-space-growth-factor=16";
// What suits a small run, and costs one of seconds a twentieth more at most. The heap's new space is made large at once:
// a dozen collections less. Nodes 20 and 24 optimise so early that a small run ends before it pays.
const flags: Readonly<Record<string, readonly string[]>> = {
  v20: [LARGE_NEW_SPACE, "--interrupt-budget=600000"],
  v22: [LARGE_NEW_SPACE],
  v24: [LARGE_NEW_SPACE, "--invocation-count-for-maglev=2000"],
};
const [major = ""] = process.version.split(".");
for (const flag of flags[major] ?? []) {
  process.getBuiltinModule("node:v8").setFlagsFromString(flag);
}

const filename = join(import.meta.dirname, "cli/program.cjs");
const { mtimeMs } = statSync(filename);
const cache = `${filename}.${process.version}-${process.arch}-${Math.floor(mtimeMs)}.cache`;
const cachedData = readIfThere(cache);
const script = new Script(readFileSync(filename, "latin1"), {
  filename,
  ...(cachedData === undefined ? {} : { cachedData }),
});
(script.runInThisContext() as Program)(createRequire(filename), {}, filename);

if (cachedData === undefined && process.argv[2] === "run") {
  process.once("exit", (code) => {
    if (code === 0) writeWhole(cache, script.createCachedData());
  });
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Under another name first: nobody reads half a file. */
function writeWhole(path: string, data: Buffer): void {
  const part = `${path}.${process.pid}`;
  try {
    writeFileSync(part, data);
    renameSync(part, path);
  } catch {
    // A folder of somebody else, a full disk: the next start compiles again.
  }
}
