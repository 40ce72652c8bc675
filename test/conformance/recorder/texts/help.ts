/**
 * Writes help-data.json, the help of every command of the real kubectl, and help-topics.json: see README.md.
 * `node .build/test/conformance/recorder/texts/help.js KUBECTL FOLDER`
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , kubectl = "kubectl", folder = "."] = process.argv;
const options: string[] = [];
const texts: Record<string, string> = {};

const env = { HOME: "$HOME", PATH: "/usr/bin", TZ: "UTC" };
const run = (...words: readonly string[]): string =>
  execFileSync(kubectl, words, { env, encoding: "utf8" });

/** The help of a command and of those that it lists. */
function visit(path: readonly string[]): void {
  const text = run(...path, "--help");
  texts[path.join(" ")] = withoutOptions(text);
  for (const [, rows = ""] of text.matchAll(/^[\w() ]*Commands[\w() ]*:\n((?: {2}\w.*\n)*)/gmu)) {
    for (const [, word = ""] of rows.matchAll(/^ {2}([\w-]+)/gmu)) visit([...path, word]);
  }
}

/** Options that many commands have are written down once. */
function withoutOptions(text: string): string {
  return text.replaceAll(/^ {4}(?:-\w, )?--[\w-]+=.*:\n\t.*$/gmu, (option) => {
    if (!options.includes(option)) options.push(option);
    return `    @${options.indexOf(option)}`;
  });
}

visit([]);
texts["options"] = withoutOptions(run("options"));
const write = (file: string, value: unknown): void =>
  writeFileSync(join(folder, file), `${JSON.stringify(value, undefined, 2)}\n`);
write("help-data.json", { options, texts });
write("help-topics.json", Object.keys(texts));
