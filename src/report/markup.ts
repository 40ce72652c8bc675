/** What stands between the tags of HTML and SVG: names and outputs are of users, and cannot open any. */
import { printable } from "./paint.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Without control characters, which neither knows. */
export function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/gu, (char) => entities[char]!);
}
