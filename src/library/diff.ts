/** `diff` of the library: what becomes of a cluster on which one scenario's manifests stand when another one's are applied. */
import { callable, list, refuse, shape, text, type Fields } from "../api/check-shape.ts";
import { changeOf, type Change } from "../compare/change.ts";
import { appliedAtOnce } from "../scenario/granted.ts";
import { checkScenarioGiven, type RunOptions } from "../scenario/run.ts";
import type { Scenario } from "../scenario/scenario.ts";

export interface DiffOptions {
  /** One world each; default the seed of the first scenario. */
  readonly seeds?: readonly string[];
  /** Files that objects name; without it there are none. */
  readonly readFile?: NonNullable<RunOptions["readFile"]>;
}

const fields: Fields<DiffOptions> = { seeds: list(text), readFile: callable };

/**
 * Of each Deployment: which fields change, whether that rolls it out, how long it takes and how many pods there are meanwhile. What
 * steps apply counts as manifests, `behaviors` count, other steps and expectations do not. RangeError for options that are
 * none; CannotPlay where the API server refuses one of the manifests, or the first never roll out.
 */
export function diff(before: Scenario, after: Scenario, options: DiffOptions = {}): Change {
  for (const each of [before, after]) checkScenarioGiven(each);
  shape(fields, "option")("options", options);
  const { seeds = [before.seed], readFile } = options;
  if (seeds.length === 0) refuse("options.seeds", seeds, "one seed or more");
  const run = readFile === undefined ? {} : { readFile };
  return changeOf(appliedAtOnce(before), appliedAtOnce(after), { seeds, run });
}
