// The laws of src/verify/properties.ts as properties of the counter model, and which of their
// assumptions a configuration meets.
import { isGiven } from "../../src/verify/explore-laws.ts";
import { always, everyStep } from "../../src/verify/judge.ts";
import type { Property } from "../../src/verify/judge.ts";
import type { Assumption, RolloutView, StateLaw } from "../../src/verify/properties.ts";
import type { SyncFacts, SyncLaw } from "../../src/verify/sync-laws.ts";
import { toSyncDeployment } from "../../src/verify/explore-layout.ts";
import type { RolloutModel } from "./rollout.ts";
import type { RowConfig } from "./rows.ts";

/** The law in every reachable state, or in every sync of the Deployment controller. */
export function lawOn(model: RolloutModel, law: StateLaw | SyncLaw): Property {
  const name = `${law.id} ${law.name}`;
  if (law.form === "state") return always(name, (s, at) => law.margin(model.view(s, at)) >= 0);
  return everyStep(name, (before, beforeAt, after, afterAt, action) => {
    if (action !== toSyncDeployment) return true;
    const path = model.isScalingEvent(before, beforeAt) ? "scaling" : "rolling";
    const from = model.view(before, beforeAt);
    const to = model.viewAfter(after, afterAt);
    const facts: SyncFacts = { path, created: from.current < 0 && to.current >= 0 };
    return law.holds(from, to, facts);
  });
}

/** A claim about every state, in the words of a view. */
export function claim(
  model: RolloutModel,
  name: string,
  test: (view: RolloutView) => boolean,
): Property {
  return always(name, (states, at) => test(model.view(states, at)));
}

/** Whether every run of a configuration meets an assumption. */
export function meets(config: RowConfig, assumption: Assumption): boolean {
  if (assumption === "acc") return config.syncs === "on honest status";
  return isGiven({ ...config, revisions: config.sets }, assumption, "state");
}
