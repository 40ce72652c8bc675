/**
 * Rules of the control law, each broken in one way. `find` stands exactly once in the file; the suite must
 * notice every one of them (main.ts).
 */

export interface Mutant {
  /** What is wrong, in words. */
  readonly rule: string;
  /** Under src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const deployment = "controllers/deployment/";
export const replicaset = "controllers/replicaset/";

export function mutant(rule: string, file: string, find: string, replace: string): Mutant {
  return { rule, file: `${file}.ts`, find, replace };
}
