/** Lines of a description: tab-separated, indented by levels. Mirrors kubectl/pkg/describe (v0.37.2). */
import { sortedKeys, type JsonMap } from "../fields.ts";

/** A line at a level of indentation (two spaces each). */
export function line(level: number, ...cells: readonly string[]): string {
  return `${"  ".repeat(level)}${cells.join("\t")}`;
}

/** `Title:<tab>a=1`, further labels below the first. */
export function labelLines(title: string, labels: JsonMap): string[] {
  const keys = sortedKeys(labels);
  if (keys.length === 0) return [`${title}:\t<none>`];
  return keys.map((key, i) => `${i === 0 ? `${title}:` : ""}\t${key}=${String(labels[key])}`);
}

const longestAnnotation = 140;
const hiddenAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** Like labels; long values on lines of their own, cut. */
export function annotationLines(title: string, annotations: JsonMap): string[] {
  const keys = sortedKeys(annotations).filter((key) => key !== hiddenAnnotation);
  if (keys.length === 0) return [`${title}:\t<none>`];
  return keys.flatMap((key, i) => {
    const head = i === 0 ? `${title}:\t` : "\t";
    const value = String(annotations[key]).replace(/\n$/, "");
    if (value.length + key.length + 2 <= longestAnnotation && !value.includes("\n")) {
      return [`${head}${key}: ${value}`];
    }
    return [`${head}${key}:`, ...value.split("\n").map((part) => `\t  ${shorten(part)}`)];
  });
}

function shorten(text: string): string {
  const room = longestAnnotation - 2;
  return text.length > room ? `${text.slice(0, room)}...` : text;
}

/** A line, or none when there is nothing to tell. */
export function optionalLine(title: string, value: string, level = 0): string[] {
  return value === "" || value === "0" ? [] : [line(level, title, value)];
}

export function trueFalse(value: unknown): string {
  return value === true ? "True" : "False";
}
