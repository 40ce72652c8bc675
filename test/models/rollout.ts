// A Deployment's rollout as counters, every interleaving: one step of the Deployment controller,
// one step per ReplicaSet, single pods turning ready and available, template changes by the user,
// and, if asked for, a scaling, pods that fail, a cache that lags. rollout.pml is the same in
// Promela; change both together. What is abstracted: pods of one set are told apart only by state,
// terminating pods are gone at once, time has no length, status holds available replicas only.
import type { PackedModel, Steps } from "../../src/verify/packed.ts";
import type { RolloutConfig } from "./config.ts";
import {
  four,
  existsBit,
  specAt,
  unreadyAt,
  readyAt,
  availableAt,
  statusAt,
  annotatedAt,
  currentAt,
  changesAt,
  faultsAt,
  scaledAt,
  copyBits,
  copyListed,
  copyFresh,
  toChange,
  toScale,
  toSyncDeployment,
  toSyncSet,
  toReady,
  toAvailable,
  toFail,
  toDeliver,
} from "./layout.ts";
import { sizeOf, Sight, sync } from "./law.ts";
import type { Law } from "./law.ts";
import { viewsOf } from "./views.ts";
import type { RolloutViews } from "./views.ts";

export interface RolloutModel extends PackedModel, RolloutViews {
  readonly config: RolloutConfig;
}

/** Builds the model of one configuration; throws a RangeError if its numbers do not fit. */
export function rolloutModel(config: RolloutConfig): RolloutModel {
  const law = lawOf(config);
  const { sets } = config;
  const lagging = config.cache === "lagging";
  const positive = config.minReady === "positive";
  const brokenImage = config.newPods === "never ready";
  const readyFirst = config.mutant === "ready pods are deleted first";
  const readsPods = config.mutant === "status is always fresh";
  const back = config.direction === "forward or back";
  const waits = config.syncs === "on honest status";
  const canScale = config.scaleTo !== undefined;
  const lanes = sets + (lagging ? 1 : 0);
  const see = new Sight(sets);
  see.ownWrites = lagging && config.secondWrite !== "lands" ? "make the copy old" : "land";

  // The step being generated.
  let states: Int32Array = new Int32Array(lanes);
  let at = 0;
  let into: Steps = { words: states, actions: states, count: 0 };

  const emit = (action: number, lane: number, word: number): void => {
    const { words } = into;
    const to = into.count * lanes;
    for (let k = 0; k < lanes; k++) words[to + k] = states[at + k]!;
    words[to + lane] = word;
    into.actions[into.count++] = action;
  };

  const users = (first: number): void => {
    const current = (first >> currentAt) & 3;
    if (((first >> changesAt) & 7) > 0) {
      const fewer = first - (1 << changesAt);
      const last = Math.min(current + 1, sets - 1);
      for (let i = back ? 0 : current + 1; i <= last; i++) {
        if (i !== current) emit(toChange + i * 16, 0, fewer + ((i - current) << currentAt));
      }
    }
    if (canScale && ((first >> scaledAt) & 1) === 0) emit(toScale, 0, first | (1 << scaledAt));
  };

  const deployment = (): void => {
    const first = states[at]!;
    see.current = (first >> currentAt) & 3;
    see.size = (first >> scaledAt) & 1;
    const copies = lagging ? states[at + sets]! : 0;
    for (let i = 0; i < sets; i++) {
      const word = states[at + i]!;
      see.exists[i] = word & existsBit;
      see.stored[i] = (word >> specAt) & four;
      see.annotated[i] = (word >> annotatedAt) & 1;
      if (lagging) {
        const copy = copies >> (i * copyBits);
        see.listed[i] = copy & copyListed;
        see.spec[i] = (copy >> 1) & four;
        see.status[i] = (copy >> 5) & four;
        see.fresh[i] = (copy & copyFresh) === 0 ? 0 : 1;
      } else {
        see.listed[i] = word & existsBit;
        see.spec[i] = see.stored[i]!;
        see.status[i] = (word >> (readsPods ? availableAt : statusAt)) & four;
        see.fresh[i] = 1;
      }
    }
    sync(see, law);
    let changed = 0;
    const out = into.words;
    const to = into.count * lanes;
    for (let i = 0; i < sets; i++) {
      const word = states[at + i]!;
      const cleared = word & ~(existsBit | (four << specAt) | (1 << annotatedAt));
      const next =
        cleared | see.exists[i]! | (see.stored[i]! << specAt) | (see.annotated[i]! << annotatedAt);
      out[to + i] = next;
      changed |= word ^ next;
    }
    if (lagging) {
      out[to + sets] = copies;
      for (let i = 0; i < sets; i++) {
        const differs = (states[at + i]! ^ out[to + i]!) & (existsBit | (four << specAt));
        if (differs !== 0) out[to + sets]! &= ~(copyFresh << (i * copyBits));
      }
    }
    if (changed !== 0) into.actions[into.count++] = toSyncDeployment;
  };

  const hasHonestStatus = (): boolean => {
    for (let i = 0; i < sets; i++) {
      const word = states[at + i]!;
      const kept = Math.min((word >> specAt) & four, (word >> availableAt) & four);
      if (((word >> statusAt) & four) > kept) return false;
    }
    return true;
  };

  const replicaSet = (i: number, word: number): void => {
    const spec = (word >> specAt) & four;
    const unready = (word >> unreadyAt) & four;
    const ready = (word >> readyAt) & four;
    const available = (word >> availableAt) & four;
    const excess = unready + ready + available - spec;
    // Status is counted from the pods as listed before this step's creations and deletions.
    const reported = (word & ~(four << statusAt)) | (available << statusAt);
    if (excess <= 0) return report(i, word, reported - (excess << unreadyAt), 0);
    // Not ready goes first. Availability is no key: which of the ready ones go is open.
    const fromUnready = readyFirst
      ? Math.max(0, excess - ready - available)
      : Math.min(excess, unready);
    const others = excess - fromUnready;
    const rest = reported - (fromUnready << unreadyAt);
    for (let k = Math.max(0, others - available); k <= Math.min(others, ready); k++) {
      report(i, word, rest - (k << readyAt) - ((others - k) << availableAt), k);
    }
  };

  /** The ReplicaSet's step; a changed status makes the Deployment controller's copy old. */
  const report = (i: number, before: number, after: number, detail: number): void => {
    if (before === after) return;
    emit(toSyncSet + i * 16 + detail, i, after);
    if (lagging && ((before ^ after) & (four << statusAt)) !== 0) {
      into.words[(into.count - 1) * lanes + sets]! &= ~(copyFresh << (i * copyBits));
    }
  };

  const kubelet = (i: number, word: number): void => {
    const mayTurn = i === 0 || !brokenImage;
    if (mayTurn && ((word >> unreadyAt) & four) > 0) {
      const to = positive ? 1 << readyAt : 1 << availableAt;
      emit(toReady + i * 16, i, word - (1 << unreadyAt) + to);
    }
    if (((word >> readyAt) & four) > 0) {
      emit(toAvailable + i * 16, i, word - (1 << readyAt) + (1 << availableAt));
    }
    if (((states[at]! >> faultsAt) & 3) > 0 && ((word >> availableAt) & four) > 0) {
      emit(toFail + i * 16, i, word - (1 << availableAt) + (1 << unreadyAt));
      into.words[(into.count - 1) * lanes]! -= 1 << faultsAt;
    }
  };

  const deliver = (i: number, word: number): void => {
    const copies = states[at + sets]!;
    const spec = (word >> specAt) & four;
    const status = (word >> statusAt) & four;
    const copy = (word & existsBit) | (spec << 1) | (status << 5) | copyFresh;
    const mask = ((1 << copyBits) - 1) << (i * copyBits);
    const after = (copies & ~mask) | (copy << (i * copyBits));
    if (after !== copies) emit(toDeliver + i * 16, sets, after);
  };

  const next: PackedModel["next"] = (fromStates, fromAt, steps) => {
    states = fromStates;
    at = fromAt;
    into = steps;
    users(states[at]!);
    if (!waits || hasHonestStatus()) deployment();
    for (let i = 0; i < sets; i++) {
      const word = states[at + i]!;
      if ((word & existsBit) === 0) continue;
      replicaSet(i, word);
      kubelet(i, word);
      if (lagging) deliver(i, word);
    }
  };
  const fanOut = sets * (positive ? 22 : 7) + 2;
  return {
    config,
    lanes,
    fanOut,
    initial: initialOf(config, lanes),
    next,
    ...viewsOf(config, law),
  };
}

function lawOf(config: RolloutConfig): Law {
  const { surge, unavailable, mutant, creation } = config;
  const first = sizeOf(config.replicas, surge, unavailable, mutant);
  const second =
    config.scaleTo === undefined ? first : sizeOf(config.scaleTo, surge, unavailable, mutant);
  for (const size of [first, second]) {
    if (size.replicas + size.surge + 1 > four) throw new RangeError("more than 14 pods in a set");
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
