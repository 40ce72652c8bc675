/** One command line on its way: streams, flags, arguments, namespace. Verbs get nothing else. */
import type { Answer } from "../api/status.ts";
import type { WriteOptions } from "../api/client.ts";
import { fail, goQuote } from "./errors.ts";
import type { Flags } from "./flags.ts";
import type { KubectlIo } from "./io.ts";

export interface Call {
  readonly io: KubectlIo;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** Words of the verb: `rollout status`. */
  readonly command: string;
  readonly namespace: string;
  /** Whether -n or --namespace was given: objects of another namespace are then refused. */
  readonly namespaceGiven: boolean;
  /** Prints the API server's warnings on stderr, each text once per command. */
  warn(warnings: readonly string[] | undefined): void;
}

/** The value of an answer after its warnings were printed; refusals are returned. */
export function heed<T>(call: Call, answer: Answer<T>): Answer<T> {
  call.warn(answer.warnings);
  return answer;
}

/** A line of kubectl's log (klog): severity, month and day, time, process, place. */
export function logLine(call: Call, severity: "W" | "E" | "F", place: string, text: string): void {
  const [date = "", time = ""] = new Date(call.io.client.wallClockMs).toISOString().split(/[TZ]/);
  const day = date.slice(5).replace("-", "");
  call.io.err(`${severity}${day} ${time}000       1 ${place}] ${text}\n`);
}

export type DryRun = "none" | "client" | "server";

/** --dry-run; the bare flag and booleans are kubectl's deprecated spellings. */
export function dryRunOf(call: Call): DryRun {
  const value = call.flags.has("dry-run") ? call.flags.text("dry-run") : "none";
  switch (value) {
    case "none":
    case "client":
    case "server":
      return value;
    case "unchanged":
      logLine(
        call,
        "W",
        "helpers.go:714",
        "--dry-run is deprecated and can be replaced with --dry-run=client.",
      );
      return "client";
    case "true":
    case "t":
    case "1":
    case "false":
    case "f":
    case "0": {
      const state = /^[t1]/.test(value) ? "client" : "none";
      const place = state === "client" ? "helpers.go:728" : "helpers.go:731";
      const hint = `--dry-run=${state === "client"} is deprecated (boolean value) and can be replaced with`;
      logLine(call, "W", place, `${hint} --dry-run=${state}.`);
      return state;
    }
    default:
      return fail(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
  }
}

export function dryRunSuffix(dryRun: DryRun): string {
  if (dryRun === "client") return " (dry run)";
  return dryRun === "server" ? " (server dry run)" : "";
}

/** --validate as the fieldValidation parameter of a write. */
export function validationOf(call: Call): NonNullable<WriteOptions["fieldValidation"]> {
  const value = call.flags.has("validate") ? call.flags.text("validate") : "strict";
  switch (value) {
    case "":
    case "strict":
    case "true":
    case "t":
    case "1":
      return "Strict";
    case "warn":
      return "Warn";
    case "ignore":
    case "false":
    case "f":
    case "0":
      return "Ignore";
    default:
      return fail(
        `invalid - validate option ${goQuote(value)}; must be one of: strict (or true), warn, ignore (or false)`,
      );
  }
}

export interface WriteContext {
  readonly dryRun: DryRun;
  readonly fieldManager: string;
}

export function writeOptions(context: WriteContext, more?: WriteOptions): WriteOptions {
  return {
    fieldManager: context.fieldManager,
    ...(context.dryRun === "server" ? { dryRun: "All" as const } : {}),
    ...more,
  };
}

/** The field manager: --field-manager, or the verb's own. */
export function fieldManagerOf(call: Call, standard: string): string {
  const given = call.flags.has("field-manager") ? call.flags.text("field-manager") : "";
  return given === "" ? standard : given;
}

/** Whether --record was given; it prints pflag's deprecation through the flag table. */
export function recordsChangeCause(call: Call): boolean {
  return call.flags.has("record") && call.flags.bool("record");
}

export const changeCauseKey = "kubernetes.io/change-cause";

/** The text that --record stores (kubectl/pkg/cmd/util ParseCommandArguments). */
export function changeCauseOf(call: Call): string {
  const flags = call.flags.given().map(({ name, value }) => `--${name}=${value}`);
  return ["kubectl", call.command, ...call.args, ...flags].join(" ");
}
