/** A build for a command: -k of many verbs, and kubectl kustomize. */
import type { Call } from "../call.ts";
import { fail } from "../errors.ts";
import { build, type BuildOptions } from "./build.ts";

/** What the kustomization of a folder makes, as YAML. */
export function buildFolder(
  call: Call,
  folder: string,
  options: Omit<BuildOptions, "readFile" | "warn"> = {},
): string {
  const built = build(folder, {
    ...options,
    readFile: (path) => call.io.readFile(path),
    warn: (text) => call.io.err(`${text}\n`),
  });
  return built.ok ? built.yaml : fail(built.error);
}
