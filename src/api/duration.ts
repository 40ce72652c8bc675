/**
 * Durations as Go writes them (`1m30s`, `250ms`, `1.5h`), in whole milliseconds: the resolution of
 * rollsim's clock. Bare numbers are refused, so that nobody has to guess the unit.
 */
import type { Millis } from "./meta.ts";

/** A duration read, or the sentence that says why not. */
export type DurationAnswer =
  { readonly ok: true; readonly ms: Millis } | { readonly ok: false; readonly why: string };

/** Nanoseconds in a unit (Go time.ParseDuration). */
const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** The longest time that a run can reach, about 290 years: Go's own limit. */
const maxNanos = 2n ** 63n - 1n;

const shape = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/u;
const part = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/gu;

/** Reads a duration that is not negative. `0` alone is fine, as in Go. */
export function parseDuration(text: string): DurationAnswer {
  if (text === "0") return { ok: true, ms: 0 };
  if (/^[-+]?[\d.]+$/u.test(text)) {
    return { ok: false, why: `"${text}" has no unit; write "${text}s" for seconds` };
  }
  if (text.startsWith("-")) return { ok: false, why: `"${text}" is negative` };
  if (text.length > 64 || !shape.test(text)) {
    return {
      ok: false,
      why: `${shown(text)} is not a duration; write it as in 90s, 1m30s or 250ms`,
    };
  }
  let nanos = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of text.matchAll(part)) {
    const scale = unitNanos[unit] ?? 0n;
    nanos += BigInt(whole === "" ? "0" : whole) * scale;
    if (fraction !== "") nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  if (nanos > maxNanos) return { ok: false, why: `"${text}" is longer than 290 years` };
  if (nanos % 1_000_000n !== 0n) {
    return { ok: false, why: `"${text}" is finer than the clock's millisecond` };
  }
  return { ok: true, ms: Number(nanos / 1_000_000n) };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}

/** The shortest Go-like spelling: `0s`, `250ms`, `12.5s`, `1m30s`, `2h`. */
export function formatDuration(ms: Millis): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms === 0) return "0s";
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  return (
    (hours > 0 ? `${hours}h` : "") +
    (minutes > 0 ? `${minutes}m` : "") +
    (seconds > 0 ? `${seconds}s` : "")
  );
}

/** What the clock of a run reads: seconds to ten minutes, then as in `10m15s`. */
export function clockReading(ms: Millis): string {
  return ms < 600_000 ? `${ms / 1000}s` : formatDuration(ms);
}

/** As Go prints a time.Duration: `250ms`, `1.5s`, `1m0s`, `1h0m0s`. */
export function goDuration(ms: Millis): string {
  if (ms < 60_000) return formatDuration(ms);
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  return `${hours > 0 ? `${hours}h` : ""}${minutes}m${(ms % 60_000) / 1000}s`;
}

/** A duration whose spelling was checked before. Throws on anything else. */
export function durationOf(text: string): Millis {
  const answer = parseDuration(text);
  if (!answer.ok) throw new RangeError(answer.why);
  return answer.ms;
}
