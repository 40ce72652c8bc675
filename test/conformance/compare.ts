/** Compares played frames with recorded ones, field by field; what cannot be meant is put in order first. */
import type { RecordedFrame, RecordedSync } from "./trace-file.ts";

export interface Difference {
  readonly path: string;
  readonly recorded: unknown;
  readonly played: unknown;
}

export function compareFrames(
  recorded: RecordedFrame | undefined,
  played: RecordedFrame | undefined,
): Difference[] {
  if (recorded === undefined || played === undefined) {
    return [{ path: "frame", recorded: recorded?.t, played: played?.t }];
  }
  const differences: Difference[] = [];
  diff("", canonical(recorded), canonical(played), differences);
  return differences;
}

/** How many values a frame holds: what "compared" counts. */
export function countFields(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, child) => sum + countFields(child), 0);
}

function canonical(frame: RecordedFrame): unknown {
  return {
    t: frame.t,
    actions: (frame.actions ?? []).map(withoutPatch),
    syncs: (frame.syncs ?? []).map(canonicalSync),
    deployments: frame.deployments ?? [],
    replicaSets: byName(frame.replicaSets ?? []),
    pods: withoutReadinessOfFailed(frame.pods ?? {}),
  };
}

/** The text of a patch is the case's own; what came of it counts, names that are chance aside. */
function withoutPatch(note: string): string {
  const [verb = ""] = note.split(" ");
  if (!verb.includes("patch")) return note;
  const arrow = note.indexOf(" -> ");
  return arrow < 0 ? verb : `${verb}${note.slice(arrow)}`;
}

/** Pods of one batch are written side by side: their order among themselves means nothing. */
function canonicalSync(sync: RecordedSync): unknown {
  const writes = [...(sync.writes ?? [])];
  for (let i = 0; i < writes.length;) {
    let j = i;
    const verb = podVerb(writes[i]!);
    while (verb !== undefined && j < writes.length && podVerb(writes[j]!) === verb) j++;
    if (j > i) writes.splice(i, j - i, ...writes.slice(i, j).toSorted(compareText));
    i = Math.max(j, i + 1);
  }
  const events = sync.c === "R" ? (sync.events ?? []).toSorted(compareText) : (sync.events ?? []);
  return {
    c: sync.c,
    key: sync.key,
    writes: counted(writes),
    events: counted(events),
    after: sync.after ?? [],
  };
}

/** The recorder's kubelet leaves pods that fail ready; a real one does not (kubelet/status/generate.go). */
function withoutReadinessOfFailed(pods: Readonly<Record<string, number>>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [text, count] of Object.entries(pods)) {
    const told = text.includes(" Failed")
      ? text.replace(/ (un)?ready|@\d+(?= created)/gu, "")
      : text;
    counts[told] = (counts[told] ?? 0) + count;
  }
  return counts;
}

/** `create pods web~1 x12`: runs of the same text in one line. */
function counted(lines: readonly string[]): string[] {
  const runs: { text: string; count: number }[] = [];
  for (const raw of lines) {
    const text = raw.replaceAll(/\s+/g, " ").replace(LONG_POD_NAME, "$1...").trim();
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  return runs.map(({ text, count }) => (count === 1 ? text : `${text} x${count}`));
}

/** Kubernetes chooses the end of a pod's name; some recorded texts are without it. */
const RANDOM_SUFFIX = /(Pod "[^"]*?)(?:-[a-z0-9]{5})?" is invalid/;

function sameText(recorded: unknown, played: unknown): boolean {
  if (typeof recorded !== "string" || typeof played !== "string") return false;
  const [a, b] = [recorded, played].map((text) => text.replace(RANDOM_SUFFIX, "$1"));
  return a === b;
}

/** Of a long name 58 characters count; their numbers are then not left out by every recorder. */
const LONG_POD_NAME = /((?:pods|pod:) \S{48})\S+/;

function podVerb(write: string): string | undefined {
  return /^(\w+) pods\b/.exec(write)?.[1];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byName(sets: readonly unknown[]): unknown {
  return Object.fromEntries(sets.map((rs) => [(rs as { name: string }).name, rs]));
}

function diff(path: string, recorded: unknown, played: unknown, out: Difference[]): void {
  if (Object.is(recorded, played) || sameText(recorded, played)) return;
  if (
    !isObject(recorded) ||
    !isObject(played) ||
    Array.isArray(recorded) !== Array.isArray(played)
  ) {
    out.push({ path, recorded, played });
    return;
  }
  const keys = new Set([...Object.keys(recorded), ...Object.keys(played)]);
  for (const key of keys) diff(`${path}/${key}`, recorded[key], played[key], out);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
