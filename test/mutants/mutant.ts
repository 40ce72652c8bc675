/**
 * Rules, each broken in one way. `find` stands exactly once in the file; recorded traces or tests must notice
 * every one of them (main.ts).
 */

export interface Mutant {
  /** What is wrong, in words. */
  readonly rule: string;
  /** Under src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Test files, under test/, one of which must notice; absent: recorded traces must. */
  readonly tests?: readonly string[];
}

export const deployment = "controllers/deployment/";
export const replicaset = "controllers/replicaset/";

export function mutant(rule: string, file: string, find: string, replace: string): Mutant {
  return { rule, file: `${file}.ts`, find, replace };
}

/** Mutants that these test files, under test/, must notice. */
export function noticedBy(
  tests: readonly string[],
  rules: readonly Parameters<typeof mutant>[],
): readonly Mutant[] {
  return rules.map((rule) => ({ ...mutant(...rule), tests }));
}

/** The text of a file with the rule broken. */
export function broken({ rule, file, find, replace }: Mutant, source: string): string {
  const pieces = source.split(find);
  if (pieces.length === 2) return pieces.join(replace);
  throw new Error(`"${rule}": its text stands ${pieces.length - 1} times in src/${file}`);
}
