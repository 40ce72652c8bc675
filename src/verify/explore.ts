/**
 * Every interleaving of a small Deployment's rollout, driven by the engine's own reconcile functions: syncs
 * of the Deployment and of each ReplicaSet, single pods turning ready and available, and what the user, chance
 * and a lagging cache may do. Left out: pods of one ReplicaSet are told apart only by their state (where
 * several would go, unready ones go first and every choice among the ready ones is followed); terminating
 * pods are gone at once; time has no length; the Deployment itself is always read as it is; a change back
 * may also be to a template that was never rolled out, and ReplicaSets are ranked by template.
 */
import type { PackedModel, Steps } from "./packed.ts";
import type { RolloutView, SetView } from "./properties.ts";
import { changesOf, type ExploreConfig, type Size } from "./explore-config.ts";
import { sizesOf } from "./explore-sizes.ts";
import * as at from "./explore-layout.ts";
import { deploymentSyncs, replicaSetSyncs, type Sight } from "./explore-syncs.ts";

export interface Exploration extends PackedModel {
  readonly config: ExploreConfig;
  /** The rollout as properties see it, in an object of its own. */
  view(states: Int32Array, place: number): RolloutView;
  isPaused(states: Int32Array, place: number): boolean;
  /** Whether a ReplicaSet with replicas was sized for another replica count. */
  isScalingEvent(states: Int32Array, place: number): boolean;
}

/** The transition system of one configuration; throws a RangeError if its numbers do not fit. */
export function exploration(config: ExploreConfig): Exploration {
  const sizes = sizesOf(config);
  const { revisions } = config;
  const lanes = config.cache === "lagging" ? 2 * revisions : revisions;
  const writer = new StepWriter(config, sizes, lanes);
  const scaledBy = (states: Int32Array, place: number) => (states[place]! >> at.scaledAt) & 1;
  return {
    config,
    lanes,
    judgedLanes: revisions,
    fanOut: revisions * (config.minReady === "positive" ? 22 : 7) + 4,
    initial: (into) => initial(config, lanes, into),
    next: (states, place, into) => writer.next(states, place, into),
    view: lastTwo(lanes, (states, place) => viewOf(config, sizes, states, place)),
    isPaused: (states, place) => ((states[place]! >> at.pauseAt) & 3) === 1,
    isScalingEvent: (states, place) => {
      for (let i = 0; i < revisions; i++) {
        const word = states[place + i]!;
        const hasPods = ((word >> at.specAt) & at.nibble) > 0;
        if (hasPods && ((word >> at.sizedAt) & 1) !== scaledBy(states, place)) return true;
      }
      return false;
    },
  };
}

/** The rollout of the first template is complete, and everybody has seen it. */
function initial(config: ExploreConfig, lanes: number, into: Steps): void {
  const { replicas, revisions } = config;
  const { words } = into;
  words.fill(0, 0, lanes);
  const pods = (replicas << at.specAt) | (replicas << at.availableAt) | (replicas << at.statusAt);
  const set = at.existsBit | pods;
  words[0] = set | (changesOf(config) << at.changesAt) | ((config.faults ?? 0) << at.faultsAt);
  for (let i = revisions; i < lanes; i++) words[i] = at.freshBit;
  if (lanes > revisions) words[revisions] = (set & at.readMask) | at.freshBit;
  into.count = 1;
}

/** Many laws look at one state, or at the two of one step. */
function lastTwo(lanes: number, view: Exploration["view"]): Exploration["view"] {
  const known = [0, 1].map(() => ({
    words: new Int32Array(lanes),
    view: undefined as RolloutView | undefined,
  }));
  let oldest = 0;
  const isOf = (words: Int32Array, states: Int32Array, place: number): boolean => {
    let lane = 0;
    while (lane < lanes && words[lane] === states[place + lane]) lane++;
    return lane === lanes;
  };
  return (states, place) => {
    for (const { words, view: found } of known) {
      if (found !== undefined && isOf(words, states, place)) return found;
    }
    const entry = known[oldest]!;
    oldest = 1 - oldest;
    for (let lane = 0; lane < lanes; lane++) entry.words[lane] = states[place + lane]!;
    entry.view = view(states, place);
    return entry.view;
  };
}

function viewOf(
  config: ExploreConfig,
  sizes: readonly Size[],
  states: Int32Array,
  place: number,
): RolloutView {
  const first = states[place]!;
  const current = (first >> at.currentAt) & 3;
  const { replicas, surge, unavailable } = sizes[(first >> at.scaledAt) & 1]!;
  const sets: SetView[] = [];
  for (let i = 0; i < config.revisions; i++) {
    sets.push(setViewOf(states[place + i]!));
  }
  return {
    replicas,
    surge,
    unavailable,
    sets,
    current: (states[place + current]! & at.existsBit) === 0 ? -1 : current,
    lost: (config.faults ?? 0) - ((first >> at.faultsAt) & 3),
  };
}

/** A ReplicaSet's word as properties see it. */
export function setViewOf(word: number): SetView {
  const available = (word >> at.availableAt) & at.nibble;
  const others = ((word >> at.unreadyAt) & at.nibble) + ((word >> at.readyAt) & at.nibble);
  return {
    spec: (word >> at.specAt) & at.nibble,
    active: available + others,
    available,
    status: (word >> at.statusAt) & at.nibble,
  };
}

class StepWriter {
  readonly #config: ExploreConfig;
  readonly #lanes: number;
  readonly #sets: number;
  readonly #lagging: boolean;
  readonly #syncDeployment: ReturnType<typeof deploymentSyncs>;
  readonly #syncSet: ReturnType<typeof replicaSetSyncs>;
  readonly #sight: Sight;
  #states: Int32Array = new Int32Array(0);
  #at = 0;
  #into: Steps = { words: this.#states, actions: this.#states, count: 0 };

  constructor(config: ExploreConfig, sizes: readonly Size[], lanes: number) {
    this.#config = config;
    this.#lanes = lanes;
    this.#sets = config.revisions;
    this.#lagging = config.cache === "lagging";
    this.#syncDeployment = deploymentSyncs(config, sizes);
    this.#syncSet = replicaSetSyncs(config, sizes);
    const zeros = (): number[] => Array.from({ length: config.revisions }, () => 0);
    this.#sight = { current: 0, size: 0, paused: 0, listed: zeros(), stored: zeros() };
  }

  next(states: Int32Array, place: number, into: Steps): void {
    this.#states = states;
    this.#at = place;
    this.#into = into;
    this.#users(states[place]!);
    this.#deployment(states[place]!);
    for (let i = 0; i < this.#sets; i++) {
      const word = states[place + i]!;
      if ((word & at.existsBit) === 0) continue;
      this.#replicaSet(i, word);
      this.#kubelet(i, word);
      if (this.#lagging) this.#deliver(i, word);
    }
  }

  #emit(action: number, lane: number, word: number): number {
    const { words, actions } = this.#into;
    const to = this.#into.count * this.#lanes;
    for (let k = 0; k < this.#lanes; k++) words[to + k] = this.#states[this.#at + k]!;
    words[to + lane] = word;
    actions[this.#into.count++] = action;
    return to;
  }

  /** Whether users or faults may act once more. */
  #mayAct(first: number): boolean {
    const { actions = Infinity, faults = 0 } = this.#config;
    const changes = changesOf(this.#config) - ((first >> at.changesAt) & 7);
    const failed = faults - ((first >> at.faultsAt) & 3);
    const paused = ((first >> at.pauseAt) & 3) === 0 ? 0 : 1;
    return changes + failed + paused + ((first >> at.scaledAt) & 1) < actions;
  }

  #users(first: number): void {
    if (((first >> at.pauseAt) & 3) === 1) {
      this.#emit(at.toResume, 0, (first & ~(3 << at.pauseAt)) | (2 << at.pauseAt));
    }
    if (!this.#mayAct(first)) return;
    const current = (first >> at.currentAt) & 3;
    const lowest = this.#config.direction === "forward or back" ? 0 : current + 1;
    const highest = Math.min(current + 1, this.#sets - 1);
    const mayChange = ((first >> at.changesAt) & 7) > 0;
    for (let i = lowest; mayChange && i <= highest; i++) {
      if (i === current) continue;
      const next = first - (1 << at.changesAt) + ((i - current) << at.currentAt);
      this.#emit(at.toChange + i * 16, 0, next);
    }
    const scaled = (first >> at.scaledAt) & 1;
    if (this.#config.scaleTo !== undefined && scaled === 0) {
      this.#emit(at.toScale, 0, first | (1 << at.scaledAt));
    }
    if (this.#config.pause === "once" && ((first >> at.pauseAt) & 3) === 0) {
      this.#emit(at.toPause, 0, first | (1 << at.pauseAt));
    }
  }

  #deployment(first: number): void {
    const sight = this.#sight;
    sight.current = (first >> at.currentAt) & 3;
    sight.size = (first >> at.scaledAt) & 1;
    sight.paused = ((first >> at.pauseAt) & 3) === 1 ? 1 : 0;
    for (let i = 0; i < this.#sets; i++) {
      const word = this.#states[this.#at + i]!;
      sight.stored[i] = word & at.existsBit;
      sight.listed[i] = this.#lagging
        ? this.#states[this.#at + this.#sets + i]!
        : (word & at.readMask) | at.freshBit;
    }
    const written = this.#syncDeployment(sight);
    if (!this.#changes(written)) return;
    const to = this.#emit(at.toSyncDeployment, 0, first);
    const { words } = this.#into;
    for (let i = 0; i < this.#sets; i++) {
      const fields = written[i]!;
      if (fields < 0 || fields === (words[to + i]! & at.writeMask)) continue;
      words[to + i] = (words[to + i]! & ~at.writeMask) | fields;
      if (this.#lagging) words[to + this.#sets + i]! &= ~at.freshBit;
    }
  }

  #changes(written: readonly number[]): boolean {
    for (let i = 0; i < this.#sets; i++) {
      const fields = written[i]!;
      if (fields >= 0 && fields !== (this.#states[this.#at + i]! & at.writeMask)) return true;
    }
    return false;
  }

  #replicaSet(i: number, word: number): void {
    const { created, deleted, status } = this.#syncSet(word);
    const unready = (word >> at.unreadyAt) & at.nibble;
    const ready = (word >> at.readyAt) & at.nibble;
    const available = (word >> at.availableAt) & at.nibble;
    const reported = (word & ~(at.nibble << at.statusAt)) | (status << at.statusAt);
    // Not ready goes first. Availability is no key: which of the ready ones go is open.
    const fromUnready = Math.min(deleted, unready);
    const others = deleted - fromUnready;
    const rest = reported + ((created - fromUnready) << at.unreadyAt);
    for (let k = Math.max(0, others - available); k <= Math.min(others, ready); k++) {
      const after = rest - (k << at.readyAt) - ((others - k) << at.availableAt);
      if (after === word) continue;
      const to = this.#emit(at.toSyncSet + i * 16 + k, i, after);
      const news = ((word ^ after) & (at.nibble << at.statusAt)) !== 0;
      if (this.#lagging && news) this.#into.words[to + this.#sets + i]! &= ~at.freshBit;
    }
  }

  #kubelet(i: number, word: number): void {
    const isHealthy = i === 0 || this.#config.newPods !== "never ready";
    if (isHealthy && ((word >> at.unreadyAt) & at.nibble) > 0) {
      const turned = this.#config.minReady === "positive" ? at.readyAt : at.availableAt;
      this.#emit(at.toReady + i * 16, i, word - (1 << at.unreadyAt) + (1 << turned));
    }
    const hasAvailable = ((word >> at.availableAt) & at.nibble) > 0;
    if (((word >> at.readyAt) & at.nibble) > 0) {
      const after = word - (1 << at.readyAt) + (1 << at.availableAt);
      this.#emit(at.toAvailable + i * 16, i, after);
    }
    const first = this.#states[this.#at]!;
    if (hasAvailable && ((first >> at.faultsAt) & 3) > 0 && this.#mayAct(first)) {
      const after = word - (1 << at.availableAt) + (1 << at.unreadyAt);
      const to = this.#emit(at.toFail + i * 16, i, after);
      this.#into.words[to]! -= 1 << at.faultsAt;
    }
  }

  #deliver(i: number, word: number): void {
    const lane = this.#sets + i;
    const newest = (word & at.readMask) | at.freshBit;
    if (newest !== this.#states[this.#at + lane]!) this.#emit(at.toDeliver + i * 16, lane, newest);
  }
}
