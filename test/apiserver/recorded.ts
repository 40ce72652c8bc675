/** Reads the recorded data of a test folder: gzipped JSON, one value a line. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** The lines of a file beside the caller, `readLines(import.meta.url, "data/x.jsonl.gz", parse)`. */
export function readLines<T>(
  caller: string,
  file: string,
  parse: (line: string) => T,
): readonly T[] {
  const text = gunzipSync(readFileSync(new URL(file, caller))).toString("utf8");
  return text.trimEnd().split("\n").map(parse);
}
