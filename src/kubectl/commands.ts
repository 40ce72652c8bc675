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

/** The order in which kubectl suggests commands: that of its groups. */
export const suggestionOrder: readonly string[] = (
  "create expose run set explain get edit delete rollout scale autoscale cluster-info top cordon " +
  "uncordon drain taint describe logs attach exec port-forward proxy cp auth debug events diff apply " +
  "patch replace wait kustomize label annotate completion config version api-versions api-resources"
).split(" ");
