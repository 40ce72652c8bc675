/** From what stands on the command line to texts: files, folders, globs, and - for standard input. */
import { compareText } from "../api/order.ts";
import { readdirSync, readFileSync, statSync, type Stats } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import picomatch from "picomatch";
import { standardInput, UsageError, type CliIo } from "./io.ts";

export interface InputFile {
  /** As it is named in messages: relative to where the command runs, or `<stdin>`. */
  readonly name: string;
  readonly text: string;
  /** Files that a scenario names are looked for here. */
  readonly folder: string;
}

/** Larger files are not even read. */
const mostBytes = 8 * 1024 * 1024;

/** What is not there or not readable is told, and the others are read; without `tell` it is thrown, as a UsageError. */
export function inputFiles(
  names: readonly string[],
  io: CliIo,
  tell?: (error: UsageError) => void,
): readonly InputFile[] {
  const files: InputFile[] = [];
  const seen = new Set<string>();
  const attempt = (take: () => void): void => {
    try {
      take();
    } catch (error) {
      if (tell === undefined || !(error instanceof UsageError)) throw error;
      tell(error);
    }
  };
  const takeFile = (name: string, path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const shown = relative(io.cwd, path);
    const text = readText(path, shown);
    files.push({ name: shown.startsWith("..") ? name : shown, text, folder: dirname(path) });
  };
  for (const name of names) {
    attempt(() => {
      if (name === "-" || name === standardInput) {
        const bytes = read("<stdin>", () => io.readStdin());
        files.push({ name: "<stdin>", text: decode(bytes, "<stdin>"), folder: io.cwd });
        return;
      }
      for (const path of expand(name, io.cwd)) attempt(() => takeFile(name, path));
    });
  }
  return files;
}

/** For files that a scenario names; undefined when there is none. Folders give their manifests. */
export function readBeside(
  folder: string,
  path: string,
): readonly { readonly name: string; readonly text: string }[] | undefined {
  const deep = path.endsWith("/**");
  const asked = deep ? path.slice(0, -3) : path;
  const full = resolve(folder, asked);
  const found = statOf(full);
  if (found === undefined || (deep && !found.isDirectory())) return undefined;
  const list = deep ? filesBelow : filesOf;
  const paths = found.isDirectory() ? list(full, manifests) : [full];
  return paths.map((file) => ({
    name: file === full ? asked : join(asked, relative(full, file)),
    text: readText(file, asked),
  }));
}

/** As a walk meets them: the entries of each folder in order of their names. */
function filesBelow(folder: string, names: RegExp): readonly string[] {
  const entries = read(folder, () => readdirSync(folder, { withFileTypes: true }));
  return entries
    .toSorted((a, b) => compareText(a.name, b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path, names);
      return names.test(entry.name) ? [path] : [];
    });
}

export function isFolder(name: string, cwd: string): boolean {
  return statOf(resolve(cwd, name))?.isDirectory() === true;
}

/** Undefined: nothing is there, not even where a part of the path is a file. */
function statOf(path: string): Stats | undefined {
  return read(path, () => {
    try {
      return statSync(path);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(code)) return undefined;
      throw error;
    }
  });
}

const unreadable: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "is a folder",
  ELOOP: "a symbolic link that leads to itself",
};

/** What the system refuses is no mistake of ours. */
export function read<T>(shown: string, take: () => T): T {
  try {
    return take();
  } catch (error) {
    const why = unreadable[(error as NodeJS.ErrnoException).code ?? ""];
    if (why === undefined) throw error;
    throw new UsageError(`${shown}: ${why}`, { cause: error });
  }
}

function expand(name: string, cwd: string): readonly string[] {
  if (name === "") throw new UsageError("an empty name of a file; . is this folder");
  const path = resolve(cwd, name);
  const found = statOf(path);
  if (found?.isDirectory() === true) {
    const files = filesOf(path, scenarios);
    if (files.length === 0) throw new UsageError(`${name}: no .yaml or .yml file in this folder`);
    return files;
  }
  if (found !== undefined) return [path];
  if (!/[*?[\]{}]/u.test(name)) throw new UsageError(`${name}: no such file`);
  const files = matching(name, cwd);
  if (files.length === 0) throw new UsageError(`${name}: no file matches`);
  return files;
}

/** A glob that the shell left alone, because of quotes or because it has none. */
function matching(pattern: string, cwd: string): readonly string[] {
  const { base, glob } = picomatch.scan(pattern);
  const root = resolve(cwd, base);
  const entries = statOf(root)?.isDirectory()
    ? readdirSync(root, { recursive: glob.includes("/") || glob.includes("**") }).map(String)
    : [];
  const matches = picomatch(glob);
  return entries
    .filter((entry) => matches(entry.replaceAll("\\", "/")))
    .map((entry) => join(root, entry))
    .filter((path) => statSync(path).isFile())
    .toSorted(compareText);
}

const scenarios = /\.ya?ml$/u;
/** What kubectl reads of a folder. */
const manifests = /\.(json|ya?ml)$/u;

function filesOf(folder: string, names: RegExp): readonly string[] {
  const found = read(folder, () => readdirSync(folder)).filter((entry) => names.test(entry));
  return found.map((entry) => join(folder, entry)).toSorted(compareText);
}

function readText(path: string, shown: string): string {
  const bytes = read(shown, () => {
    const stats = statSync(path);
    const { size } = stats;
    // /dev/zero never ends; /dev/stdin does.
    if (stats.isCharacterDevice() && !/^\/dev\/(stdin|null|fd\/\d+)$/u.test(path)) {
      throw new UsageError(`${shown}: a device, not a file`);
    }
    if (size > mostBytes) {
      const mebibytes = (size / 1024 / 1024).toFixed(0);
      throw new UsageError(`${shown}: ${mebibytes} MiB is too large; the most is 8 MiB: split it`);
    }
    return readFileSync(path);
  });
  return decode(bytes, shown);
}

function decode(bytes: Uint8Array, shown: string): string {
  if (bytes.length > mostBytes) throw new UsageError(`${shown}: too large`);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UsageError(`${shown}: UTF-16 text; save it as UTF-8`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const { line, column } = firstBadByte(bytes);
    const message = `${shown}:${line}:${column}: error[not-text]: not valid UTF-8`;
    throw new UsageError(message, { cause: error });
  }
}

function firstBadByte(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isText(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  const before = new TextDecoder("utf-8").decode(bytes.subarray(0, good), { stream: true });
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

/** An unfinished character at the end is no mistake yet. */
function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
