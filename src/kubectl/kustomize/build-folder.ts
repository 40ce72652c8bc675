/** A build for a command: -k of many verbs, and kubectl kustomize. */
import type { Call } from "../call.ts";
import { build, type BuildOptions, type Built } from "./build.ts";

export function buildFolder(
  call: Call,
  folder: string,
  options: Omit<BuildOptions, "readFile" | "warn"> = {},
): Built {
  return build(folder, {
    ...options,
    readFile: (path) => call.io.readFile(path),
    warn: (text) => call.io.err(`${text}\n`),
  });
}
