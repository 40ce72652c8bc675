/**
 * Examples in README.md and docs/*.md are executed. A block is followed by what it prints:
 *
 *   ```js            (or ts)  runs as a module; what console.log prints is compared with the next ```text
 *   ```console       lines beginning with `$ npx rollsim` run in this process; the rest is what they print
 *
 *   ```session       lines `[5s] $ ...` of one session on a living cluster, which goes on from block to block;
 *                    it is begun as the page says, in a line `npx rollsim shell FILE`
 *
 * A block whose info string has `no-run` (```js no-run) is only shown.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import fc from "fast-check";
import type { Session } from "../../src/cli/session.ts";
import { beginSession } from "../../src/cli/shell.ts";
import * as library from "../../src/index.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { rollsim } from "../cli/fake-io.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Block {
  readonly file: string;
  /** 1-based line of the opening fence. */
  readonly line: number;
  readonly info: string;
  readonly body: string;
  /** Offsets of the body in the file. */
  readonly from: number;
  readonly to: number;
}

export function documents(): string[] {
  const docs = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" });
  return [
    "README.md",
    ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
  ];
}

export function blocks(file: string): Block[] {
  const text = readFileSync(`${root}${file}`, "utf8");
  return [...text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const from = match.index + 3 + match[1]!.length + 1;
    return {
      file,
      line: text.slice(0, match.index).split("\n").length,
      info: match[1]!.trim(),
      body: match[2]!,
      from,
      to: from + match[2]!.length,
    };
  });
}

/** What a block should be followed by, or contain, once it was run; undefined where nothing is to run. */
export interface Example {
  readonly title: string;
  readonly block: Block;
  readonly expected: string;
  run(): Promise<string>;
}

export function examples(file: string): Example[] {
  const all = blocks(file);
  const begun = all.flatMap(({ body }) => /^npx rollsim shell (\S+)$/m.exec(body)?.[1] ?? []);
  const session = begun.map(sessionOf)[0];
  return all.flatMap((block, i): Example[] => {
    const words = block.info.split(/\s+/);
    if (words.includes("no-run")) return [];
    const title = `${file}:${block.line}`;
    if (words[0] === "session") {
      if (session === undefined)
        throw new Error(`${title}: no \`npx rollsim shell FILE\` before it`);
      return [{ title, block, expected: block.body, run: () => runSession(session, block.body) }];
    }
    if (words[0] === "console") {
      return [{ title, block, expected: block.body, run: () => runConsole(block.body) }];
    }
    const next = all[i + 1];
    if ((words[0] === "js" || words[0] === "ts") && next?.info === "text") {
      return [{ title, block: next, expected: next.body, run: () => runModule(block.body) }];
    }
    return [];
  });
}

/** Puts what examples of one file printed into it. */
export function rewrite(file: string, found: readonly (readonly [Example, string])[]): void {
  const path = `${root}${file}`;
  let text = readFileSync(path, "utf8");
  for (const [{ block }, printed] of found.toReversed()) {
    text = text.slice(0, block.from) + printed + text.slice(block.to);
  }
  writeFileSync(path, text);
}

function sessionOf(file: string): Session {
  return beginSession(parseScenario(readFileSync(`${root}${file}`, "utf8"), file), {});
}

/** The typed lines of a block, and what the session answers now. */
function runSession(session: Session, body: string): Promise<string> {
  let printed = "";
  for (const line of body.split("\n")) {
    const [, typed] = /^(?:\[[^\]]*\] \$ |> )(.*)$/.exec(line) ?? [];
    if (typed === undefined) continue;
    printed += `${session.prompt}${typed}\n`;
    printed += session.execute(typed).text;
  }
  return Promise.resolve(printed);
}

async function runConsole(body: string): Promise<string> {
  let printed = "";
  for (const line of body.split("\n").filter((text) => text.startsWith("$ "))) {
    printed += `${line}\n`;
    const command = /^\$ (?:npx )?rollsim (.*)$/.exec(line)?.[1];
    if (command === undefined) throw new Error(`not a rollsim command: ${line}`);
    const { out, err } = await rollsim(command.split(/\s+/), { cwd: root });
    printed += out + err;
  }
  return printed;
}

type Print = (...values: unknown[]) => void;
type Run = (lib: unknown, verify: unknown, fc: unknown, print: Print) => Promise<void>;

async function runModule(body: string): Promise<string> {
  let printed = "";
  const print = (...values: unknown[]): void => {
    printed += `${format(...values)}\n`;
  };
  const source = body
    .replaceAll(/^import (\{[\s\S]*?\}) from "rollsim";?$/gm, "const $1 = lib;")
    .replaceAll(/^import (\{[\s\S]*?\}) from "rollsim\/verify";?$/gm, "const $1 = verify;")
    .replaceAll(/^import fc from "fast-check";?$/gm, "")
    .replaceAll("console.log(", "print(");
  const AsyncFunction = (async () => undefined).constructor as new (...args: string[]) => Run;
  const verify = source.includes("= verify;") ? await import("../../src/verify.ts") : undefined;
  await new AsyncFunction("lib", "verify", "fc", "print", source)(library, verify, fc, print);
  return printed;
}
