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
  /** For commands that follow the cluster: ms since the start of the command, and text, as printed. */
  readonly lines?: readonly (readonly [number, string])[];
  readonly killed?: string;
  readonly note?: string;
}

/** The commands of a `.jsonl` or `.jsonl.gz` file, in order of their start. */
export function readRecording(path: string): readonly RecordedCommand[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own recordings
  const commands = lines.map((line) => JSON.parse(line) as RecordedCommand);
  return commands.toSorted((a, b) => a.at_ms - b.at_ms || a.seq - b.seq);
}

/**
 * Wall-clock ms at which a scenario may have begun, as far as its outputs tell: no time that a command
 * printed lies after that command, and the first object is not older than the first command. That leaves
 * a good second open, of which some instants are given.
 */
export function possibleStarts(commands: readonly RecordedCommand[]): readonly number[] {
  const stamps = commands.flatMap(({ stdout, at_ms, ms }) =>
    [...stdout.matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g)].map(([text]) => ({
      time: Date.parse(text),
      printed: at_ms + ms,
    })),
  );
  // Names depend on the clock only through `rollout restart`, which writes the time into the template.
  const restarts = commands.some(({ args }) => args[1] === "restart");
  if (stamps.length === 0) return [Date.parse("2026-11-23T08:00:00Z")];
  const earliest = Math.max(...stamps.map(({ time, printed }) => time - printed));
  if (!restarts) return [earliest + 500];
  return Array.from({ length: 28 }, (_, i) => earliest + 25 + 50 * i);
}
