/** The files that the recorder writes (test/conformance/recorder): one trace a line, JSON, perhaps gzipped. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { RefusalReason } from "../../src/apiserver/refusals.ts";
import type { KubeObject } from "../../src/api/meta.ts";

/** Seconds, all of them. */
export interface RecordedBehavior {
  readonly schedule?: number;
  readonly start?: number;
  readonly ready?: number;
  readonly extra?: readonly number[];
  readonly stop?: number;
  readonly neverReady?: boolean;
  readonly neverRun?: boolean;
  readonly unreadyAt?: number;
  readonly readyAgain?: number;
  readonly failAt?: number;
  readonly restarts?: readonly number[];
}

export interface RecordedAction {
  readonly at: number;
  readonly do: string;
  readonly deployment?: KubeObject;
  readonly replicaSet?: KubeObject;
  readonly name?: string;
  readonly patch?: unknown;
  readonly toRevision?: number;
  readonly propagation?: "Orphan" | "Foreground";
  readonly verb?: string;
  readonly resource?: string;
  readonly reason?: RefusalReason;
  readonly skip?: number;
  readonly pod?: number;
  readonly n?: number;
}

export interface RecordedCase {
  readonly name: string;
  readonly seed?: number;
  readonly schedule: "fresh" | "random";
  /** Seconds; a random schedule is fresh before. */
  readonly from?: number;
  readonly moves?: string;
  readonly nodes?: number;
  readonly images: Readonly<Record<string, RecordedBehavior>>;
  readonly actions: readonly RecordedAction[];
  readonly until: number;
}

export interface RecordedSync {
  readonly c: string;
  readonly key: string;
  readonly writes?: readonly string[];
  readonly events?: readonly string[];
  readonly after?: readonly number[];
}

export interface RecordedFrame {
  readonly t: number;
  readonly actions?: readonly string[];
  readonly syncs?: readonly RecordedSync[];
  readonly deployments?: readonly unknown[];
  readonly replicaSets?: readonly unknown[];
  readonly pods?: Readonly<Record<string, number>>;
}

export interface RecordedTrace {
  readonly kubernetes: string;
  readonly case: RecordedCase;
  readonly frames: readonly RecordedFrame[];
  /** Cut after 100,000 syncs: the last frames are not whole. */
  readonly tooLong?: boolean;
  /** The real controller panicked at the instant after the last frame. */
  readonly crashed?: string;
}

/** The lines as they stand: to parse only some of them. */
export function readTexts(file: string): string[] {
  const raw = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8");
  return text.split("\n").filter((line) => line.trim() !== "");
}

export function readLines(file: string): unknown[] {
  return readTexts(file).map((line) => JSON.parse(line) as unknown);
}

export function readTraces(file: string): RecordedTrace[] {
  return readLines(file) as RecordedTrace[];
}

/** The recordings that come with the project; compiled files lie elsewhere than sources. */
export const DATA = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts") ? "data/" : "../../../test/conformance/data/",
    import.meta.url,
  ),
);

/** `--case=NAME`, `--limit=N` (cases at the most), and files. */
export function options(args: readonly string[]): {
  readonly files: readonly string[];
  readonly only: string | undefined;
  readonly limit: number;
} {
  const value = (flag: string): string | undefined =>
    args.find((arg) => arg.startsWith(`--${flag}=`))?.slice(flag.length + 3);
  return {
    files: args.filter((arg) => !arg.startsWith("--")),
    only: value("case"),
    limit: Number(value("limit") ?? Infinity),
  };
}
