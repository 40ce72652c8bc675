/** Recordings of the real kubectl: one JSON object per line and command. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as v from "valibot";
import { wordsOf } from "../../src/kubectl/script.ts";

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
  /** Texts of files that it names. */
  readonly files?: Readonly<Record<string, string>>;
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

/** A file that is no recording: where and why. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

const texts = v.record(v.string(), v.string());
/** All but the words and what they printed may be missing. */
const shape = v.object({
  scenario: v.optional(v.string()),
  seq: v.optional(v.number()),
  at_ms: v.optional(v.number()),
  ms: v.optional(v.number()),
  args: v.union([v.array(v.string()), v.string()]),
  stdin: v.nullish(v.string()),
  env: v.nullish(texts),
  files: v.nullish(texts),
  stdout: v.nullish(v.string(), ""),
  stderr: v.nullish(v.string(), ""),
  code: v.nullish(v.number(), 0),
  kubectl: v.nullish(v.string(), "v1.37.2"),
  lines: v.nullish(v.array(v.tuple([v.number(), v.string()]))),
  killed: v.nullish(v.union([v.string(), v.boolean()])),
  note: v.nullish(v.string()),
});

/** What a command without times takes, and what lies between two of them. */
const usualMs = 60;
const pauseMs = 20;

/**
 * The commands of a file (`.jsonl`, `.json`, also with `.gz`) or of all such files of a folder, in order of their
 * start. Throws `RecordingError`.
 */
export function readRecording(path: string): readonly RecordedCommand[] {
  let clock = 0;
  const commands = entriesOf(path).map(({ where, value }, index) => {
    const parsed = v.safeParse(shape, value);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      const field = v.getDotPath(issue);
      throw new RecordingError(`${where}: ${field === null ? "" : `${field}: `}${issue.message}`);
    }
    const { args, stdin, env, files, lines, killed, note, ...rest } = parsed.output;
    const at_ms = rest.at_ms ?? clock;
    const ms = rest.ms ?? Math.max(usualMs, lines?.at(-1)?.[0] ?? 0);
    clock = at_ms + ms + pauseMs;
    const command: RecordedCommand = {
      ...rest,
      scenario: rest.scenario ?? basename(path).replace(/\..*$/u, ""),
      seq: rest.seq ?? index,
      at_ms,
      ms,
      args: typeof args === "string" ? wordsOf(args) : args,
      ...(stdin == null ? {} : { stdin }),
      ...(env == null ? {} : { env }),
      ...(files == null ? {} : { files }),
      ...(lines == null ? {} : { lines }),
      ...(killed == null || killed === false ? {} : { killed: String(killed) }),
      ...(note == null ? {} : { note }),
    };
    return command;
  });
  return commands.toSorted((a, b) => a.at_ms - b.at_ms || a.seq - b.seq);
}

interface Entry {
  readonly where: string;
  readonly value: unknown;
}

function entriesOf(path: string): readonly Entry[] {
  if (statOf(path).isDirectory()) {
    const names = readdirSync(path).filter((name) => /\.jsonl?(\.gz)?$/u.test(name));
    return names
      .toSorted((a, b) => (a < b ? -1 : 1))
      .flatMap((name) => entriesOf(join(path, name)));
  }
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  if (/\.json(\.gz)?$/u.test(path)) {
    const value = jsonOf(text, path);
    return (Array.isArray(value) ? value : [value]).map((item: unknown) => ({
      where: path,
      value: item,
    }));
  }
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const where = `${path}:${index + 1}`;
    return [{ where, value: jsonOf(line, where) }];
  });
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new RecordingError(`${path}: there is no such file`);
  return found;
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RecordingError(`${where}: not JSON: ${String(error)}`, { cause: error });
  }
}

/** Pods become available some whole seconds after the second in which they became ready. */
export function waitsForReady({ args, stdin, files }: RecordedCommand): boolean {
  const texts = [...args, stdin ?? "", ...Object.values(files ?? {})];
  return texts.some((text) => /minReadySeconds"?: *[1-9]/u.test(text));
}

/** As YAML has times, and as `describe` has them. */
const stamp = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/g;

/**
 * Wall-clock ms at which a scenario may have begun, as far as its outputs tell: no time that a command
 * printed lies after that command, and the first object is not older than the first command. That leaves
 * a good second open, or as many as passed before the first time was printed; the latest instants come first, as
 * what is printed was mostly made by the first command.
 */
export function possibleStarts(commands: readonly RecordedCommand[]): readonly number[] {
  const stamps = commands.flatMap(({ stdout, at_ms, ms }) =>
    [...stdout.matchAll(stamp)].map(([text]) => ({
      time: Date.parse(text),
      printed: at_ms + ms,
    })),
  );
  // Names depend on the clock only through `rollout restart`, which writes the time into the template.
  const restarts = commands.some((each) => each.args[1] === "restart" || waitsForReady(each));
  const times = stamps.map(({ time, printed }) => time - printed).filter(Number.isFinite);
  if (times.length === 0) return [Date.parse("2026-11-23T08:00:00Z")];
  const earliest = Math.max(...times);
  if (!restarts) return [earliest + 500];
  // What was made first, was made by a command: at_ms is when the first one began.
  const made = Math.min(...stamps.map(({ time }) => time).filter((time) => time >= earliest));
  const latest = made + 1000 - (commands[0]?.at_ms ?? 0);
  const steps = Math.min(1200, Math.max(28, Math.ceil((latest - earliest) / 50)));
  return Array.from({ length: steps }, (_, i) => earliest + 25 + 50 * (steps - 1 - i));
}
