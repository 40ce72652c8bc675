/**
 * The help of kubectl v1.37.2, command by command, and the flags that it tells of. The texts, help-data.json, are
 * Kubernetes' own; test/conformance/recorder/texts makes the table.
 */
import { flagSpec, type FlagSpec } from "./flags.ts";
import data from "./help-data.json" with { type: "json" };
import topics from "./help-topics.json" with { type: "json" };

/** Paths of all commands, `rollout status`; "" for kubectl itself. In a file of their own: few runs print a text. */
export const helpTopics: readonly string[] = topics;

/** Undefined where kubectl has no such command. */
export function helpText(path: string): string | undefined {
  const texts: Readonly<Record<string, string>> = data.texts;
  // Options that many commands have stand in a list of their own.
  return texts[path]?.replaceAll(
    /^ {4}@(\d+)$/gmu,
    (_, index) => data.options[Number(index)] ?? "",
  );
}

/** What flags mean that stand without a value; help does not tell. */
const bareValues: Readonly<Record<string, string>> = {
  cascade: "background",
  "dry-run": "unchanged",
  validate: "strict",
};

/** Flags that do not split their values at commas; help does not tell. */
const whole: readonly string[] = [
  "annotation",
  "annotations",
  "env",
  "from-literal",
  "group",
  "resource-name",
  "rule",
  "serviceaccount",
  "user",
];

/** The flags in the help of a command. */
export function flagsInHelp(path: string): readonly FlagSpec[] {
  const options = (helpText(path) ?? "").matchAll(/^ {4}(?:-(\w), )?--([\w-]+)=(.*):$/gmu);
  return Array.from(options, ([, short, name = "", value = ""]) => {
    const [, quoted, list] = /^(?:'(.*)'|\[(.*)\])$/u.exec(value) ?? [];
    const initial = quoted ?? list ?? value;
    const letter = short === undefined ? "" : `${short},`;
    const bare = bareValues[name];
    const spec = {
      ...flagSpec(`${letter}${name}:${whole.includes(name) ? "array" : typeOf(value)}`),
      initial,
    };
    return bare === undefined ? spec : { ...spec, bare };
  });
}

function typeOf(value: string): string {
  if (value.startsWith("[")) return "list";
  if (value === "true" || value === "false") return "bool";
  if (/^-?\d+$/u.test(value)) return "int";
  return /^(\d+[hms])+$/u.test(value) ? "duration" : "string";
}
