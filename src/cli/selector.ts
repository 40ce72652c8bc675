/** `--selector topic=basics,!slow`: which scenarios to play, by their labels. */
import type { StringMap } from "../api/meta.ts";
import { UsageError } from "./io.ts";

export function selectorOf(text: string | undefined): (labels: StringMap) => boolean {
  if (text === undefined) return () => true;
  const terms = text.split(",").map((term) => termOf(term.trim()));
  return (labels) => terms.every((term) => term(labels));
}

function termOf(term: string): (labels: StringMap) => boolean {
  const [, not, key = "", operator, value = ""] =
    /^(!?)([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*))?$/u.exec(term) ?? [];
  if (key === "" || (not === "!" && operator !== undefined)) {
    throw new UsageError(
      `--selector ${JSON.stringify(term)}: use key=value, key!=value, key or !key`,
    );
  }
  if (operator === undefined) return (labels) => Object.hasOwn(labels, key) === (not !== "!");
  return (labels) => (labels[key] === value) === (operator !== "!=");
}
