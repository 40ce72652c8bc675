#!/usr/bin/env node
/**
 * The `rollsim` command: runs cli/program.cjs, which the build makes of src/cli, and the files beside it that it asks for. To
 * compile it takes longer than a small run itself, so the first `rollsim run` leaves beside it what V8 made of it, as Python
 * does in __pycache__. V8 refuses what another version made; where nothing can be written, only time is lost.
 *
 * The build makes cli.cjs of this file, which is what npm links: Node starts a CommonJS script 4 ms sooner.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

type Part = (require: (id: string) => unknown, exports: object, __filename: string) => void;

// What suits a small run, and costs one of seconds nothing: the collector's threads take longer to wake than a young heap
// takes to copy, and Nodes 20 and 24 optimise so early that a small run ends before it pays.
const ONE_COLLECTOR = "--no-parallel-scavenge";
const flags: Readonly<Record<string, readonly string[]>> = {
  v20: [ONE_COLLECTOR, "--interrupt-budget=600000"],
  v22: [ONE_COLLECTOR],
  v24: [ONE_COLLECTOR, "--invocation-count-for-maglev=2000"],
};
const [major = ""] = process.version.split(".");
for (const flag of flags[major] ?? []) {
  process.getBuiltinModule("node:v8").setFlagsFromString(flag);
}

const folder = join(import.meta.dirname, "cli");
const parts = new Map<string, object>();
let memory = Buffer.alloc(0);
load("program.cjs");

/** A file of the folder, with what it exports; others are Node's business. */
function load(name: string): object {
  const known = parts.get(name);
  if (known !== undefined) return known;
  const exports = {};
  parts.set(name, exports);
  const filename = join(folder, name);
  const others = createRequire(filename);
  const require = (id: string): unknown => (id.startsWith("./") ? load(id.slice(2)) : others(id));
  (compiled(filename).runInThisContext() as Part)(require, exports, filename);
  return exports;
}

function compiled(filename: string): Script {
  const { mtimeMs } = statSync(filename);
  const cache = `${filename}.${process.version}-${process.arch}-${Math.floor(mtimeMs)}.cache`;
  const source = bytesOf(openSync(filename, "r")).toString("latin1");
  const cached = openIfThere(cache);
  const script = new Script(source, {
    filename,
    ...(cached === undefined ? {} : { cachedData: bytesOf(cached) }),
  });
  const refused = cached === undefined || script.cachedDataRejected === true;
  if (refused && process.argv[2] === "run") {
    process.once("exit", (code) => {
      if (code === 0) writeWhole(cache, script.createCachedData());
    });
  }
  return script;
}

/** Until the next file is read, in the same place: memory that nothing has touched yet takes longer than the reading. */
function bytesOf(file: number): Buffer {
  const { size } = fstatSync(file);
  if (memory.length < size) memory = Buffer.allocUnsafeSlow(2 * size);
  readSync(file, memory, 0, size, 0);
  closeSync(file);
  return memory.subarray(0, size);
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
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
