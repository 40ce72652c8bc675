// A Deployment's rollout as counters, every interleaving: one step of the Deployment controller,
// one step per ReplicaSet, single pods turning ready and available, template changes by the user,
// and, if asked for, a scaling, pods that fail, a cache that lags. rollout.pml is the same in
// Promela; change both together. What is abstracted: pods of one set are told apart only by state,
// terminating pods are gone at once, time has no length, status holds available replicas only.
import type { PackedModel } from "../../src/verify/packed.ts";
import type { RolloutConfig } from "./config.ts";
import {
  nibble,
  existsBit,
  specAt,
  availableAt,
  statusAt,
  changesAt,
  faultsAt,
} from "../../src/verify/explore-layout.ts";
import { copyBits, copyListed, copyFresh } from "./copies.ts";
import { sizeOf } from "./law.ts";
import type { Law } from "./law.ts";
import { StepWriter } from "./steps.ts";
import { viewsOf } from "./views.ts";
import type { RolloutViews } from "./views.ts";

export interface RolloutModel extends PackedModel, RolloutViews {
  readonly config: RolloutConfig;
}

/** Builds the model of one configuration; throws a RangeError if its numbers do not fit. */
export function rolloutModel(config: RolloutConfig): RolloutModel {
  const law = lawOf(config);
  const lanes = config.sets + (config.cache === "lagging" ? 1 : 0);
  const writer = new StepWriter(config, law, lanes);
  return {
    config,
    lanes,
    fanOut: config.sets * (config.minReady === "positive" ? 22 : 7) + 2,
    initial: initialOf(config, lanes),
    next: (states, at, into) => writer.next(states, at, into),
    ...viewsOf(config, law),
  };
}

function lawOf(config: RolloutConfig): Law {
  const { surge, unavailable, mutant, creation } = config;
  const first = sizeOf(config.replicas, surge, unavailable, mutant);
  const second =
    config.scaleTo === undefined ? first : sizeOf(config.scaleTo, surge, unavailable, mutant);
  for (const size of [first, second]) {
    if (size.replicas + size.surge + 1 > nibble) throw new RangeError("more than 14 pods in a set");
  }
  if (config.changes > 7 || (config.faults ?? 0) > 3) throw new RangeError("too many user steps");
  if (config.scaleTo !== undefined && config.cache === "lagging") {
    throw new RangeError("scaling under a lagging cache is not modelled: annotations have no copy");
  }
  return { sizes: [first, second], creation, mutant };
}

/** One initial state: the first template's rollout is complete and everybody has seen it. */
function initialOf(config: RolloutConfig, lanes: number): PackedModel["initial"] {
  const { replicas, changes, faults = 0, sets } = config;
  return (into) => {
    const { words } = into;
    words.fill(0, 0, lanes);
    const pods = (replicas << specAt) | (replicas << availableAt) | (replicas << statusAt);
    words[0] = existsBit | pods | (changes << changesAt) | (faults << faultsAt);
    if (config.cache === "lagging") {
      words[sets] = copyListed | (replicas << 1) | (replicas << 5) | copyFresh;
      for (let i = 1; i < sets; i++) words[sets] |= copyFresh << (i * copyBits);
    }
    into.count = 1;
  };
}
