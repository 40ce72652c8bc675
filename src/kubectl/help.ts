/** Help in rollsim's own words: what a command does, its subcommands and its flags. */
import type { Command } from "./command-table.ts";
import type { FlagSpec } from "./flags.ts";

export function helpText(command: Command | undefined, children: readonly Command[]): string {
  const name = command === undefined ? "kubectl" : `kubectl ${command.path}`;
  const summary = command?.summary ?? "kubectl on a simulated cluster, as kubectl v1.37.2 does it";
  const parts = [`${summary}.`];
  if (children.length > 0) {
    const width = Math.max(13, ...children.map((child) => lastWord(child).length)) + 1;
    const rows = children.map((child) => `  ${lastWord(child).padEnd(width)}${child.summary}`);
    parts.push(`Available Commands:\n${rows.join("\n")}`);
  }
  if (command?.run !== undefined && command.flags.length > 0) {
    parts.push(`Options:\n${command.flags.map(flagLine).join("\n")}`);
  }
  const usage = command?.run === undefined ? `${name} SUBCOMMAND [options]` : `${name} [options]`;
  parts.push(`Usage:\n  ${usage}`);
  return `${parts.join("\n\n")}\n`;
}

function lastWord(command: Command): string {
  return command.path.split(" ").at(-1) ?? "";
}

function flagLine(flag: FlagSpec): string {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  const quoted = flag.type === "string" ? `'${flag.initial}'` : flag.initial;
  const value = flag.type === "list" || flag.type === "array" ? `[${flag.initial}]` : quoted;
  return `    ${short}--${flag.name}=${value}`;
}
