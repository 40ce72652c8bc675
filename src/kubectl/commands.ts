/** Every kubectl command, in order of its words. */
import type { Command } from "./command-table.ts";
import { readCommands } from "./commands-read.ts";
import { writeCommands } from "./commands-write.ts";
import { compareText } from "./fields.ts";

export const commands: readonly Command[] = [...readCommands, ...writeCommands].toSorted((a, b) =>
  compareText(a.path, b.path),
);

/** Other words that people try, and the command they mean (cobra's SuggestFor). */
export const suggestFor: Readonly<Record<string, string>> = {
  list: "get",
  ls: "get",
  inspect: "describe",
  rm: "delete",
  remove: "delete",
  stats: "top",
};
