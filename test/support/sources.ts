/** The project's own source files, and what each imports. */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  /** From the root, with slashes: `src/engine/random.ts`. */
  readonly path: string;
  readonly text: string;
  /** Without comments, and without what strings say. */
  readonly code: string;
  /** Paths of own files, names of packages. */
  readonly imports: readonly string[];
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s*["']([^"']+)["']/g;

export function sourcesIn(folder: string): SourceFile[] {
  const names = readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" });
  return names
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts"))
    .toSorted()
    .map(read);
}

function read(path: string): SourceFile {
  const text = readFileSync(`${root}/${path}`, "utf8");
  const imports = [...text.matchAll(IMPORT)].map(([, a, b, c]) => a ?? b ?? c ?? "");
  return {
    path,
    text,
    code: withoutStrings(text),
    imports: imports.map((name) =>
      name.startsWith(".") ? posix.join(posix.dirname(path), name) : name,
    ),
  };
}

/** Strings, templates and comments blanked; lines stay where they are. */
function withoutStrings(text: string): string {
  const parts =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;
  return text.replaceAll(parts, (part) => part.replaceAll(/[^\n]/g, " "));
}
