/** Options that take a value: they need one, and of several the last one counts. */

export const oneText = { type: "string", nargs: 1, coerce: last<string> } as const;

/** `--output`; the first form is the default. */
export function oneForm<const T extends string>(...choices: readonly [T, ...T[]]) {
  return { alias: "o", nargs: 1, choices, default: choices[0], coerce: last<T> } as const;
}

function last<T extends string>(value: T | readonly T[]): T {
  return typeof value === "string" ? value : value.at(-1)!;
}
