/**
 * Schedules of CronJobs (github.com/robfig/cron/v3 ParseStandard, v3.0.1): five fields or a name such as `@daily`.
 * Left out: time zones in the schedule, which the API server refuses anyway.
 */
import { parseDuration } from "../../api/duration.ts";

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const DAYS = "sun mon tue wed thu fri sat".split(" ");
const FIELDS: readonly Bounds[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 6, names: DAYS },
];
const NAMED = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const EVERY = "@every ";

/** What is wrong with a schedule, in the parser's words; undefined if nothing is. */
export function scheduleFault(schedule: string): string | undefined {
  const text = schedule.replace(/^(?:CRON_)?TZ=\S* +/, "");
  if (text.startsWith("@")) return namedFault(text);
  const fields = text.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== FIELDS.length) {
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  }
  for (const [index, bounds] of FIELDS.entries()) {
    for (const range of fields[index]!.split(",").filter((each) => each !== "")) {
      const fault = rangeFault(range, bounds);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function namedFault(text: string): string | undefined {
  if (NAMED.includes(text)) return undefined;
  if (!text.startsWith(EVERY)) return `unrecognized descriptor: ${text}`;
  const duration = text.slice(EVERY.length);
  if (parseDuration(duration.replace(/^[-+]/, "")).ok) return undefined;
  return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
}

function rangeFault(range: string, { least, most, names }: Bounds): string | undefined {
  const [span = "", step, ...slashes] = range.split("/");
  const [low = "", high, ...hyphens] = span.split("-");
  const isAny = low === "*" || low === "?";
  const start = isAny ? least : numberOf(low, least, names);
  if (typeof start === "string") return start;
  if (!isAny && hyphens.length > 0) return `too many hyphens: ${range}`;
  const given = isAny ? most : high === undefined ? start : numberOf(high, least, names);
  if (typeof given === "string") return given;
  if (slashes.length > 0) return `too many slashes: ${range}`;
  const by = step === undefined ? 1 : numberOf(step, 0, []);
  if (typeof by === "string") return by;
  const end = step !== undefined && high === undefined ? most : given;
  if (start < least) return `beginning of range (${start}) below minimum (${least}): ${range}`;
  if (end > most) return `end of range (${end}) above maximum (${most}): ${range}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`;
  return by === 0 ? `step of range should be a positive number: ${range}` : undefined;
}

/** A number, or one that a month or a weekday stands for; or why it is none. */
function numberOf(text: string, least: number, names: readonly string[]): number | string {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  if (!/^[-+]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const number = Number(text);
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}
