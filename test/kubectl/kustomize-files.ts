/** Files in memory, as the command line gives them to kubectl: a folder as the manifests in it. */
import type { ManifestFile } from "../../src/kubectl/io.ts";
import { cleanPath } from "../../src/kubectl/kustomize/folders.ts";

export function filesInMemory(
  files: Readonly<Record<string, string>>,
): (path: string) => readonly ManifestFile[] | undefined {
  const names = Object.keys(files);
  return (asked) => {
    const path = cleanPath(asked);
    const text = files[path];
    if (text !== undefined) return [{ name: path, text }];
    const folder = path === "." ? "" : `${path}/`;
    const below = names.filter((name) => name.startsWith(folder));
    if (below.length === 0) return undefined;
    return below
      .filter((name) => /^[^/]+\.(?:json|ya?ml)$/u.test(name.slice(folder.length)))
      .map((name) => ({ name, text: files[name] ?? "" }));
  };
}
