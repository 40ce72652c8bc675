/** Regular expressions as Go's regexp takes them, with its words for those that are none. */

/** An expression, or why it is none. */
export function goRegExp(pattern: string): RegExp | string {
  // Where JavaScript tries every way to repeat what repeats, Go's time stays linear.
  if (/\([^()]*[*+{][^()]*\)[*+{]/u.test(pattern)) {
    return `error parsing regexp: repetitions of repetitions are left out of rollsim: \`${pattern}\``;
  }
  try {
    return new RegExp(pattern);
  } catch (error) {
    return `error parsing regexp: ${reason(pattern, (error as Error).message)}`;
  }
}

function reason(pattern: string, message: string): string {
  if (message.includes("Unterminated group")) return `missing closing ): \`${pattern}\``;
  if (message.includes("Unmatched ')'")) return `unexpected ): \`${pattern}\``;
  if (message.includes("Unterminated character class")) {
    return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf("["))}\``;
  }
  if (message.includes("Nothing to repeat")) {
    const [sign = "*"] = /[*+?]+/u.exec(pattern) ?? [];
    return `missing argument to repetition operator: \`${sign}\``;
  }
  return `invalid or unsupported Perl syntax: \`${pattern}\``;
}
