/** A run as text for people: what was played, the timeline, what held and what did not. */
import { formatDuration } from "../api/duration.ts";
import { compareText } from "../api/order.ts";
import { formatMeasure } from "../scenario/expectations.ts";
import type { Samples } from "../scenario/metrics.ts";
import type { Failure, Result } from "../scenario/result.ts";
import { momentsOf } from "./moments.ts";
import { printable, wrap, type Paint } from "./paint.ts";
import { legend } from "./pods.ts";
import { requestLines, silentLines } from "./requests.ts";
import { scaleOf, timelineOf } from "./timeline.ts";
import { waitingDrains } from "./waits.ts";

export interface TextOptions {
  readonly width: number;
  readonly paint: Paint;
}

/** The whole report, without the final newline. */
export function textReport(result: Result, options: TextOptions): string {
  const moments = momentsOf(result.trace);
  const { paint } = options;
  const scale = scaleOf(moments, options);
  const lines = [
    ...titleLines(result, options),
    ...[
      scale === "" ? legend : `${legend}  (${scale})`,
      "end: terminating  new: updated  | printed by rollout status  : it would print",
      ...(isFresh(result) ? [] : [BEHIND]),
    ].flatMap((line) => wrap(line, options.width, "", "").map((part) => paint.dim(part.trimEnd()))),
    "",
    ...timelineOf(moments, options),
    "",
    ...summaryLines(result, options),
  ];
  return lines.join("\n");
}

const BEHIND = "pods as statuses report them, which may be behind in this schedule";

function isFresh({ schedule }: Result): boolean {
  return schedule === "fresh";
}

/** One line, and what failed. */
export function verdictReport(result: Result, options: TextOptions): string {
  return [verdictLine(result, options), ...failureLines(result, options)].join("\n");
}

function titleLines(result: Result, { paint, width }: TextOptions): readonly string[] {
  const { name } = result.scenario;
  const schedule = result.schedule.length > 20 ? "recorded" : result.schedule;
  const how = `seed ${result.seed}, schedule ${schedule}`;
  const gap = Math.max(2, width - name.length - how.length);
  return [`${paint.bold(name)}${" ".repeat(gap)}${paint.dim(how)}`];
}

function summaryLines(result: Result, options: TextOptions): readonly string[] {
  const { paint, width } = options;
  const waits = waitingDrains(result.trace).flatMap((why) =>
    wrap(`a drain waits      ${why}`, width, "  ", " ".repeat(21)),
  );
  const lines = [...factLines(result, options), ...waits];
  const labels = { always: "always", finally: "finally", threshold: "metric" };
  const marks = { held: paint.good("✓"), failed: paint.bad("✗"), unchecked: paint.dim("-") };
  const expectations = result.expectations.flatMap(({ kind, text, outcome }, index) => {
    const whole = `${printable(text)}${measuredText(result, index)}`;
    const [first = "", ...rest] = wrap(whole, width, " ".repeat(12), " ".repeat(14));
    return [`  ${marks[outcome]} ${labels[kind].padEnd(7)} ${first.slice(12)}`, ...rest];
  });
  return [
    ...lines,
    ...requestLines(result.traffic, width),
    ...silentLines(result, width),
    ...(expectations.length > 0 ? ["", ...expectations] : []),
    "",
    verdictLine(result, options),
    ...failureLines(result, options),
  ];
}

/** Thresholds come last among the expectations, in the order in which they were measured. */
function measuredText({ expectations, measured }: Result, index: number): string {
  const one = measured[index - (expectations.length - measured.length)];
  if (one === undefined) return "";
  return ` (${formatMeasure(one)})`;
}

/** What was measured, a paragraph per Deployment if there are several. */
function factLines(result: Result, { width }: TextOptions): readonly string[] {
  const { samples, settledAt } = result;
  const all = Object.values(samples).flat();
  const names = [...new Set(all.map(({ of }) => of))].toSorted(compareText);
  const time = `  ${"virtual time".padEnd(18)} ${formatDuration(settledAt)}`;
  if (names.length < 2) {
    const lines = names.flatMap((name) => factsOf(result, name));
    return [...lines.map(([what, value]) => `  ${what.padEnd(18)} ${value}`), time];
  }
  const paragraphs = names.flatMap((name) => {
    const facts = factsOf(result, name).map(([what, value]) => `${what} ${value}`);
    return wrap(`${name}: ${facts.join("; ")}`, width, "  ", "    ");
  });
  return [...paragraphs, time];
}

function factsOf(result: Result, name: string): readonly (readonly [string, string])[] {
  const { samples } = result;
  const reported = isFresh(result) ? "" : "as reported";
  const values = (metric: keyof Samples): readonly number[] =>
    samples[metric].flatMap(({ of, value, weight }) => (of === name && weight > 0 ? [value] : []));
  const durations = values("rollout_duration").map((ms) =>
    ms === Infinity ? "unfinished" : formatDuration(ms),
  );
  const facts: (readonly [string, string])[] = [];
  if (durations.length > 0) facts.push(["rollouts took", durations.join(", ")]);
  const total = values("total_pods");
  if (total.length > 0) {
    const how = `(terminating ones too${reported === "" ? "" : `, ${reported}`})`;
    facts.push(["most pods", `${total.reduce((a, b) => Math.max(a, b))} ${how}`]);
  }
  const available = values("available_pods");
  if (available.length > 0) {
    const how = reported === "" ? "" : ` (${reported})`;
    facts.push(["least available", `${available.reduce((a, b) => Math.min(a, b))}${how}`]);
  }
  const [short = 0] = values("unavailable_seconds");
  if (short > 0) facts.push(["pods short", `${short / 1000} pod-seconds`]);
  return facts;
}

function verdictLine(result: Result, { paint }: TextOptions): string {
  const { passed, scenario, failures, expectations } = result;
  const { name, file } = scenario;
  if (!passed) return `${paint.bad("FAILED")} ${name}: ${count(failures.length, "failure")}`;
  const held = expectations.length;
  if (held > 0) return `${paint.good("PASSED")} ${name}: ${count(held, "expectation")} held`;
  const isOpen = result.samples.rollout_duration.some(({ value }) => value === Infinity);
  const why = isOpen ? `; a rollout did not end: rollsim explain ${file}` : "";
  return `${isOpen ? paint.warn("PLAYED") : paint.good("PLAYED")} ${name}: nothing was expected${why}`;
}

function failureLines(result: Result, options: TextOptions): readonly string[] {
  const { failures, scenario, seed, schedule } = result;
  if (failures.length === 0) return [];
  const lines = failures.flatMap((failure) => oneFailure(failure, options));
  const how = schedule === scenario.schedule ? "" : ` --schedule ${quoted(schedule)}`;
  return [...lines, `again: rollsim run ${scenario.file} --seed ${quoted(seed)}${how}`];
}

function quoted(word: string): string {
  return /^[\w.-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function oneFailure(failure: Failure, { paint, width }: TextOptions): readonly string[] {
  const { place, kind, name, message, details } = failure;
  const where = `${place.file}:${place.line}:${place.column}`;
  const head = `${where}: failed[${kind}]: ${printable(name)}: ${printable(message)}`;
  return [
    ...wrap(head, Math.max(width, where.length + 30), "", "    ").map(paint.bad),
    ...details.flatMap((detail) => wrap(printable(detail), width, "    ", "      ")),
  ];
}

function count(size: number, word: string): string {
  return `${size} ${word}${size === 1 ? "" : "s"}`;
}
