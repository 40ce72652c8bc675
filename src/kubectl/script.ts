/** Pasted shell lines: prompts, comments, continuations, `&&` and `;`, quotes. */
import { parseArgsStringToArgv } from "string-argv";

export interface ScriptLine {
  /** As pasted, continuations joined, without prompt. */
  readonly line: string;
  /** Words after `kubectl`; the first word of any other command stays. */
  readonly words: readonly string[];
}

/** The commands of a pasted text, in order. */
export function splitScript(text: string): ScriptLine[] {
  const joined = text.replaceAll("\r\n", "\n").replaceAll(/\\\n\s*/g, " ");
  return joined.split("\n").flatMap((raw) =>
    commandsIn(raw.replace(/^\s*[$#%>]\s+(?=kubectl\b)/, "").replace(/^\s*\$\s+/, "")).map(
      (line) => ({
        line,
        words: wordsOf(line),
      }),
    ),
  );
}

/** Words with the shell's quotes taken off, without a leading `kubectl`. */
export function wordsOf(line: string): readonly string[] {
  const words = parseArgsStringToArgv(line);
  return words[0] === "kubectl" || words[0] === "k" ? words.slice(1) : words;
}

/** Splits at `&&` and `;` outside quotes and cuts a comment. */
function commandsIn(line: string): string[] {
  const commands = [""];
  let quote = "";
  for (let i = 0; i < line.length; i += 1) {
    const c = line[i] ?? "";
    const end = commands.length - 1;
    if (c === "\\" && quote !== "'") {
      commands[end] += c + (line[i + 1] ?? "");
      i += 1;
      continue;
    }
    if (quote === "" && (c === "'" || c === '"')) quote = c;
    else if (c === quote) quote = "";
    const bare = quote === "" && c !== "'" && c !== '"';
    const comment = bare && c === "#" && /(^|\s)$/.test(line.slice(0, i));
    if (comment) break;
    if (bare && (c === ";" || line.startsWith("&&", i))) {
      commands.push("");
      i += c === ";" ? 0 : 1;
    } else commands[end] += c;
  }
  return commands.map((command) => command.trim()).filter((command) => command !== "");
}
