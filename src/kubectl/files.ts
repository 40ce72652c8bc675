/** What -f and -k name: texts, with the name that errors give them. */
import type { Call } from "./call.ts";
import { fail, failAll, goQuote } from "./errors.ts";
import { filePattern } from "./file-pattern.ts";
import type { ManifestFile } from "./io.ts";
import { buildFolder } from "./kustomize/build-folder.ts";

/** What -f names, or the folder of -k. */
export function filesOf(call: Call): readonly string[] {
  const named = call.flags.has("filename") ? call.flags.list("filename") : [];
  const files = named.flatMap((path) => expanded(call, path));
  const folder = folderOf(call);
  if (folder === "") return files;
  if (files.length > 0) fail("only one of -f or -k can be specified");
  if (call.flags.has("recursive") && call.flags.bool("recursive")) {
    fail("the -k flag can't be used with -f or -R");
  }
  return [folder];
}

/** kubectl expands patterns itself, where a shell has not (resource.expandIfFilePattern). */
function expanded(call: Call, path: string): readonly string[] {
  if (isUrl(path) || path === "-" || call.io.readFile(path) !== undefined) return [path];
  if (filePattern(path) === undefined) {
    fail(`pattern ${goQuote(path)} is not valid: syntax error in pattern`);
  }
  const slash = path.lastIndexOf("/");
  const pattern = filePattern(path.slice(slash + 1));
  if (!/[*?[\\]/.test(path) || pattern === undefined) return [path];
  const folder = path.slice(0, Math.max(slash, 0));
  const names = (call.io.readFile(folder === "" ? "." : folder) ?? []).map(({ name }) => name);
  const found = names.filter((name) => pattern.test(name.slice(name.lastIndexOf("/") + 1)));
  return found.length === 0 ? [path] : found;
}

/** The folder of -k, "" without. */
function folderOf(call: Call): string {
  return call.flags.has("kustomize") ? call.flags.text("kustomize") : "";
}

/** What is seen of files before any is read. */
export function requirePaths(call: Call, paths: readonly string[]): void {
  if (folderOf(call) !== "") return; // what is missing is seen when it is built
  const problems = paths.flatMap((path, i) => {
    if (path === "-") {
      const again = paths.indexOf("-") < i;
      return again ? [{ text: "standard input cannot be used for multiple arguments" }] : [];
    }
    const found = isUrl(path) || call.io.readFile(path) !== undefined;
    return found ? [] : [{ text: `the path ${goQuote(path)} does not exist` }];
  });
  failAll(problems);
}

export function isUrl(path: string): boolean {
  return /^https?:\/\//.test(path);
}

export interface Source extends ManifestFile {
  readonly label: string;
  /** Why there is no text. */
  readonly error?: string;
}

export function sourcesOf(call: Call, paths: readonly string[]): readonly Source[] {
  const folder = folderOf(call);
  if (folder !== "") {
    const built = buildFolder(call, folder);
    const text = built.ok ? { text: built.yaml } : { text: "", error: built.error };
    return [{ name: folder, label: folder, ...text }];
  }
  return paths.flatMap((path) => {
    if (path === "-") return [{ name: "-", label: "STDIN", text: call.io.stdin ?? "" }];
    if (isUrl(path)) fail(`${goQuote(path)} is not read: rollsim opens no network`);
    const deep = call.flags.has("recursive") && call.flags.bool("recursive");
    const files =
      (deep ? call.io.readFile(`${path}/**`) : undefined) ?? call.io.readFile(path) ?? [];
    // Of a folder, manifests only.
    return files
      .filter(({ name }) => name === path || /\.(json|ya?ml)$/u.test(name))
      .map((file) => ({ ...file, label: file.name }));
  });
}

/** The texts of what -f names. */
export function textsOf(call: Call, paths: readonly string[]): readonly string[] {
  requirePaths(call, paths);
  return sourcesOf(call, paths).map(({ text, error }) =>
    error === undefined ? text : fail(error),
  );
}
