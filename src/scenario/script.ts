/**
 * The commands of a kubectl step: lines as typed or pasted, and documents that a line takes from below
 * itself (`kubectl apply -f - <<EOF`).
 */
import { splitScript } from "../kubectl/script.ts";

export interface ScriptCommand {
  /** As pasted, but always with `kubectl` in front, and without the document. */
  readonly line: string;
  readonly stdin?: string;
}

export type ScriptAnswer =
  | { readonly ok: true; readonly commands: readonly ScriptCommand[] }
  | { readonly ok: false; readonly message: string };

const hereDocument = /<<-?\s*(['"]?)(\w+)\1\s*$/u;

export function readScript(text: string): ScriptAnswer {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const commands: ScriptCommand[] = [];
  let plain: string[] = [];
  const flush = (): void => {
    commands.push(...splitScript(plain.join("\n")).map(({ line }) => ({ line: named(line) })));
    plain = [];
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const [marker, , word] = hereDocument.exec(line) ?? [];
    if (marker === undefined || line.trimStart().startsWith("#")) {
      plain.push(line);
      continue;
    }
    const end = lines.findIndex((other, at) => at > index && other.trim() === word);
    if (end === -1) return { ok: false, message: `the document after <<${word} has no end` };
    flush();
    const stdin = `${lines.slice(index + 1, end).join("\n")}\n`;
    const [command] = splitScript(line.slice(0, -marker.length));
    if (command !== undefined) commands.push({ line: named(command.line), stdin });
    index = end;
  }
  flush();
  if (commands.length === 0) return { ok: false, message: "no command in these lines" };
  return { ok: true, commands };
}

function named(line: string): string {
  return /^(kubectl|k)\s/u.test(line) ? line : `kubectl ${line}`;
}
