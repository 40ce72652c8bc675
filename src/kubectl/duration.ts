/** Durations: Go's spelling (`1h2m3s`, `500ms`) and the ages that kubectl prints. */
import { goQuote } from "./errors.ts";

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a Go duration such as `1m30s`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)(.*)$/.exec(text);
  const body = match?.[2] ?? "";
  if (body === "0") return 0;
  const parts = [...body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== body) return undefined;
  const total = parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * (unitMs[unit ?? ""] ?? 0),
    0,
  );
  return match?.[1] === "-" ? -total : total;
}

/** Why `parseDuration` refused, in the words of Go's time package. */
export function formatDurationError(text: string): string {
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) {
    return `time: missing unit in duration ${goQuote(text)}`;
  }
  const unit =
    /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)([^\d.]+)/.exec(text);
  if (unit !== null)
    return `time: unknown unit ${goQuote(unit[1] ?? "")} in duration ${goQuote(text)}`;
  return `time: invalid duration ${goQuote(text)}`;
}

/**
 * The short age of tables: `90s`, `3m5s`, `2d4h`. Mirrors apimachinery/pkg/util/duration
 * HumanDuration (v0.37.2).
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return joined(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return joined(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return joined(Math.trunc(hours / 24), "d", hours % 24, "h");
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 365 * 2) return `${days}d`;
  if (hours < 24 * 365 * 8) return joined(Math.trunc(days / 365), "y", days % 365, "d");
  return `${Math.trunc(days / 365)}y`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** The age of a timestamp at `wallClockMs`; `<unknown>` without one. */
export function ageOf(timestamp: unknown, wallClockMs: number): string {
  if (typeof timestamp !== "string" || timestamp === "") return "<unknown>";
  return humanDuration(wallClockMs - Date.parse(timestamp));
}

const dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"].concat([
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
]);

/** RFC 1123 with a numeric zone, as describe prints times: `Mon, 23 Nov 2026 07:54:17 +0000`. */
export function longTime(timestamp: unknown): string {
  if (typeof timestamp !== "string") return "<unknown>";
  const date = new Date(Date.parse(timestamp));
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  const day = `${dayNames[date.getUTCDay()]}, ${two(date.getUTCDate())}`;
  return `${day} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock} +0000`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
