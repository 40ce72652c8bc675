/** What of a pasted line a shell would do, and rollsim does not: pipes, files, variables, open quotes. */

export interface ShellProblem {
  readonly message: string;
  /** The word at fault, as typed. */
  readonly word: string;
}

/** Of one command (script.ts has split the line); undefined: there is nothing for a shell to do. */
export function shellProblem(line: string): ShellProblem | undefined {
  const quotes = /'[^']*'|"(?:\\.|[^"\\])*"|\\./g;
  const open = line.replaceAll(quotes, (text) => "_".repeat(text.length));
  const unclosed = /['"]/.exec(open)?.[0];
  if (unclosed !== undefined)
    return { message: `a quote (${unclosed}) is not closed`, word: unclosed };
  const [, operator] = /(?:^|\s)(\|\|?|&(?!&)|\d?>>?|<(?!<))/.exec(open) ?? [];
  if (operator !== undefined) {
    const instead = operator.startsWith("|")
      ? "; -o jsonpath, -l and --field-selector pick what you want"
      : "";
    return {
      message: `"${operator}" is not supported: there is no shell here${instead}`,
      word: operator,
    };
  }
  const expanded = line.replaceAll(/'[^']*'|\\./g, (text) => "_".repeat(text.length));
  const variable = /\$(?:\([^)]*\)?|\{?[A-Za-z_]\w*\}?)|`[^`]*`?/.exec(expanded)?.[0];
  if (variable === undefined) return undefined;
  return {
    message: `${variable} is not expanded: there is no shell here; write the value`,
    word: variable,
  };
}
