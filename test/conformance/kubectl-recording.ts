/** Recordings of the real kubectl: one JSON object per line and command. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface RecordedCommand {
  readonly scenario: string;
  readonly seq: number;
  /** ms since the scenario began, when kubectl was started. */
  readonly at_ms: number;
  /** ms that it took. */
  readonly ms: number;
  readonly args: readonly string[];
  readonly stdin?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** Version, `v1.37.2`. */
  readonly kubectl: string;
  readonly killed?: string;
  readonly note?: string;
}

/** The commands of a `.jsonl` or `.jsonl.gz` file, in order of their start. */
export function readRecording(path: string): readonly RecordedCommand[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const commands = lines.map((line) => JSON.parse(line) as RecordedCommand);
  return commands.toSorted((a, b) => a.at_ms - b.at_ms || a.seq - b.seq);
}
