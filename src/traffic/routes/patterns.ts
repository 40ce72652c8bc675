/** Patterns of routers in the words of JavaScript. What cannot be said in them matches nothing. */
import type { StringMatch } from "../../api/canary.ts";
import type { RequestMatch, ValueMatch } from "../route.ts";

const NEVER = "(?!)";
const NEEDLESS_ESCAPE = /\\([^\w\s^$\\.*+?()[\]{}|/-])|\\-(?![^[]*\])/gu;

/** The pattern as it is written, found anywhere in a value (PCRE in nginx). */
export function found(source: string): string {
  for (const candidate of [source, source.replaceAll(NEEDLESS_ESCAPE, (text) => text.slice(1))]) {
    if (isPattern(candidate)) return candidate;
  }
  return NEVER;
}

/** The pattern of a whole value, as Envoy takes it (RE2). */
export function whole(source: string): string {
  const pattern = found(source);
  return pattern === NEVER ? NEVER : `^(?:${pattern})$`;
}

function prefix(text: string): string {
  return `^${text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`)}`;
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, "u").source !== "";
  } catch {
    return false;
  }
}

/** Istio's StringMatch of a value; without any rule the value has to be there. */
export function stringMatch(name: string, match: StringMatch): ValueMatch {
  if (match.exact !== undefined) return { name, exact: match.exact };
  if (match.prefix !== undefined) return { name, pattern: prefix(match.prefix) };
  if (match.regex !== undefined) return { name, pattern: whole(match.regex) };
  return { name, present: "yes" };
}

/** Istio's StringMatch of a path; prefixes are of characters, not of segments. */
export function pathMatch(match: StringMatch): NonNullable<RequestMatch["path"]> {
  if (match.exact !== undefined) return { exact: match.exact };
  if (match.prefix !== undefined) return { pattern: prefix(match.prefix) };
  return { pattern: match.regex === undefined ? "" : whole(match.regex) };
}
