/** Recorded cases that rollsim does not mean to reproduce, by class, each with its reason. */
import type { ValidationCase } from "./validation-play.ts";

export interface LeftOut {
  readonly title: string;
  readonly reason: string;
  readonly covers: (recorded: ValidationCase) => boolean;
}

export const leftOut: readonly LeftOut[] = [];
