/** What ConfigMaps and Secrets are generated of. Mirrors api/kv (v0.21.1). */
import { refuse, within } from "./failure.ts";
import type { Folder } from "./folders.ts";
import type { GeneratorEntry } from "./kustomization.ts";

type Pair = readonly [key: string, value: string];

/** Of env files, literals and files, in this order. */
export function keyValues(
  folder: Folder,
  { name, envs, literals, files }: Pick<GeneratorEntry, "name" | "envs" | "literals" | "files">,
): ReadonlyMap<string, string> {
  const pairs = within("loading KV pairs", () => [
    ...within(`env source files: [${envs.join(" ")}]`, () => {
      return envs.flatMap((path) => pairsOfLines(folder.load(path)));
    }),
    ...within(`literal sources [${literals.join(" ")}]`, () => literals.map(literalPair)),
    ...within(`file sources: [${files.join(" ")}]`, () => {
      return files.map((source): Pair => {
        const [key, path] = fileSource(source);
        return [key, folder.load(path)];
      });
    }),
  ]);
  const known = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (known.has(key)) refuse(`configmap ${name} illegally repeats the key \`${key}\``);
    known.set(key, value);
  }
  return known;
}

function literalPair(source: string): Pair {
  const at = source.indexOf("=");
  if (at < 1) refuse(`invalid literal source ${source}, expected key=value`);
  const value = source.slice(at + 1);
  return [source.slice(0, at), /^(["']).*\1$/su.test(value) ? value.slice(1, -1) : value];
}

function fileSource(source: string): Pair {
  const parts = source.split("=");
  const [first = "", second = ""] = parts;
  const quoted = JSON.stringify(source);
  if (parts.length === 1) return [first.replace(/\/+$/u, "").split("/").at(-1) ?? "", first];
  if (parts.length > 2) refuse(`source ${quoted} key name or file path contains '='`);
  if (first === "") refuse(`missing key name for file path "${second}" in source ${quoted}`);
  if (second === "") refuse(`missing file path for key name "${first}" in source ${quoted}`);
  return [first, second];
}

function pairsOfLines(text: string): readonly Pair[] {
  const lines = text.replace(/^\ufeff/u, "").split(/\r?\n/u);
  return lines.flatMap((untrimmed): readonly Pair[] => {
    const line = untrimmed.trimStart();
    if (line === "" || line.startsWith("#")) return [];
    const at = line.indexOf("=");
    return [at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)]];
  });
}
