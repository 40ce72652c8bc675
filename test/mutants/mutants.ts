/** All broken rules; the suite must notice every one of them (main.ts). */
import type { Mutant } from "./mutant.ts";
import { otherMutants } from "./other-mutants.ts";
import { rolloutMutants } from "./rollout-mutants.ts";

export const mutants: readonly Mutant[] = [...rolloutMutants, ...otherMutants];
