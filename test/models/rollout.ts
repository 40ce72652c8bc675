// A Deployment's rollout as counters, every interleaving: one step of the Deployment controller,
// one step per ReplicaSet, single pods turning ready and available, template changes by the user,
// and, if asked for, a scaling, pods that fail, a cache that lags. rollout.pml is the same in
// Promela; change both together. What is abstracted: pods of one set are told apart only by state,
// terminating pods are gone at once, time has no length, status holds available replicas only.
import type { PackedModel, Steps } from "../../src/verify/packed.ts";
import type { RolloutView } from "../../src/verify/properties.ts";
import { sizeOf, Sight, sync } from "./law.ts";
import type { Creation, Law, Mutant } from "./law.ts";

export interface RolloutConfig {
  readonly replicas: number;
  readonly surge: number | string;
  readonly unavailable: number | string;
  /** ReplicaSets, the first one included: 2 or 3. */
  readonly sets: 2 | 3;
  /** Template changes that the user may make. */
  readonly changes: number;
  readonly creation: Creation;
  /** Whether a change may go back to an earlier template; default `forward`. */
  readonly direction?: "forward" | "forward or back";
  /** minReadySeconds: with `positive` a ready pod turns available in a step of its own. */
  readonly minReady?: "zero" | "positive";
  /** The user may set this replica count once. */
  readonly scaleTo?: number;
  /** How many available pods may turn unready by themselves; at most 3. */
  readonly faults?: number;
  /** `lagging`: the Deployment controller reads ReplicaSets from copies, delivered one by one. */
  readonly cache?: "fresh" | "lagging";
  /**
   * With a lagging cache, a second write to one ReplicaSet in one step: `conflicts` (the recorded
   * model) or `lands` (v1.37.2, which goes on with the object that the first write returned).
   */
  readonly secondWrite?: "conflicts" | "lands";
  /** `never ready`: only the first template's pods turn ready. */
  readonly newPods?: "turn ready" | "never ready";
  /**
   * `on honest status`: the Deployment controller waits until no set reports more available pods
   * than it has and keeps. Default `at any time`.
   */
  readonly syncs?: "at any time" | "on honest status";
  readonly mutant?: Mutant;
}

// A set is one word, seven fields; the cached copies of all sets share one more word. What is
// global rides above the fields of set 0.
const four = 15;
const existsBit = 1;
const specAt = 1;
const unreadyAt = 5;
const readyAt = 9;
const availableAt = 13;
const statusAt = 17;
const annotatedAt = 21;
const currentAt = 22;
const changesAt = 24;
const faultsAt = 27;
const scaledAt = 29;
const copyBits = 10; // listed, spec, status, fresh
const copyListed = 1;
const copyFresh = 1 << 9;

/** Kinds of action; an action code is kind * 64 + set * 16 + detail. */
const kinds = [
  "user changes the template to set",
  "user scales",
  "Deployment controller syncs",
  "ReplicaSet controller syncs set",
  "pod turns ready in set",
  "pod turns available in set",
  "pod fails in set",
  "copy is delivered of set",
] as const;
type Kind = (typeof kinds)[number];

function code(kind: Kind, set = 0, detail = 0): number {
  return kinds.indexOf(kind) * 64 + set * 16 + detail;
}

const toChange = code("user changes the template to set");
const toScale = code("user scales");
const toSyncDeployment = code("Deployment controller syncs");
const toSyncSet = code("ReplicaSet controller syncs set");
const toReady = code("pod turns ready in set");
const toAvailable = code("pod turns available in set");
const toFail = code("pod fails in set");
const toDeliver = code("copy is delivered of set");

/** What an action code means, in words. */
export function describeAction(action: number): string {
  if (action < 0) return "start: complete";
  const kind = kinds[action >> 6]!;
  const set = (action >> 4) & 3;
  const detail = action & 15;
  const chosen = detail > 0 ? ` (deletes ${detail} ready but not available)` : "";
  return kind.endsWith("set") ? `${kind} ${set + 1}${chosen}` : kind;
}

/** Whether an action is the system's own: no user, no fault. */
export function isSystemAction(action: number): boolean {
  return action >= toSyncDeployment && (action < toFail || action >= toDeliver);
}

export function isDeploymentSync(action: number): boolean {
  return action === toSyncDeployment;
}

export interface RolloutModel extends PackedModel {
  readonly config: RolloutConfig;
  /** The rollout as properties see it; one object, overwritten by the next call. */
  view(states: Int32Array, at: number): RolloutView;
  /** Like `view`, in a second object, so that two states can be compared. */
  viewAfter(states: Int32Array, at: number): RolloutView;
  /** Whether a sync of the Deployment here takes the scaling path. */
  isScalingEvent(states: Int32Array, at: number): boolean;
  /** Every set has the size, pods and status that a finished rollout has. */
  isComplete(states: Int32Array, at: number): boolean;
  /** One line, for people. */
  show(states: Int32Array, at: number): string;
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

function viewsOf(
  config: RolloutConfig,
  law: Law,
): Omit<RolloutModel, keyof PackedModel | "config"> {
  const { sets, faults = 0 } = config;
  // Properties are judged against the true fenceposts, whatever a mutant makes of them.
  const sizes = law.sizes.map(({ replicas }) => sizeOf(replicas, config.surge, config.unavailable));
  const viewer = (): ((states: Int32Array, at: number) => RolloutView) => {
    const seen = Array.from({ length: sets }, () => ({
      spec: 0,
      active: 0,
      available: 0,
      status: 0,
    }));
    const view = { ...sizes[0]!, sets: seen, current: 0, lost: 0 };
    return (states, at) => {
      const first = states[at]!;
      const { replicas, surge, unavailable } = sizes[(first >> scaledAt) & 1]!;
      const current = (first >> currentAt) & 3;
      view.replicas = replicas;
      view.surge = surge;
      view.unavailable = unavailable;
      view.current = (states[at + current]! & existsBit) === 0 ? -1 : current;
      view.lost = faults - ((first >> faultsAt) & 3);
      for (let i = 0; i < sets; i++) {
        const word = states[at + i]!;
        const set = seen[i]!;
        set.spec = (word >> specAt) & four;
        set.available = (word >> availableAt) & four;
        set.active = set.available + ((word >> unreadyAt) & four) + ((word >> readyAt) & four);
        set.status = (word >> statusAt) & four;
      }
      return view;
    };
  };
  const view = viewer();
  const isComplete = (states: Int32Array, at: number): boolean => {
    const { current, replicas, sets: all } = view(states, at);
    return all.every(({ spec, active, available, status }, i) => {
      const size = i === current ? replicas : 0;
      return spec === size && active === size && available === size && status === size;
    });
  };
  const isScalingEvent = (states: Int32Array, at: number): boolean => {
    const scaled = (states[at]! >> scaledAt) & 1;
    return view(states, at).sets.some(
      ({ spec }, i) => spec > 0 && ((states[at + i]! >> annotatedAt) & 1) !== scaled,
    );
  };
  const show = (states: Int32Array, at: number): string => {
    const { current, sets: all } = view(states, at);
    const part = (i: number): string => {
      const { spec, active, available, status } = all[i]!;
      return `${i === current ? "*" : ""}spec ${spec} pods ${active} available ${available} status ${status}`;
    };
    return all.map((_, i) => part(i)).join(" | ");
  };
  return { view, viewAfter: viewer(), isScalingEvent, isComplete, show };
}
