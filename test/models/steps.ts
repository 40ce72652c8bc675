// What can follow a state of the counter model, written word by word.
import type { Steps } from "../../src/verify/packed.ts";
import type { RolloutConfig } from "./config.ts";
import { Sight, sync } from "./law.ts";
import type { Law } from "./law.ts";
import {
  nibble,
  existsBit,
  specAt,
  unreadyAt,
  readyAt,
  availableAt,
  statusAt,
  sizedAt,
  currentAt,
  changesAt,
  faultsAt,
  scaledAt,
  toChange,
  toScale,
  toSyncDeployment,
  toSyncSet,
  toReady,
  toAvailable,
  toFail,
  toDeliver,
} from "../../src/verify/explore-layout.ts";
import { copyBits, copyListed, copyFresh, copyOf } from "./copies.ts";

/** Writes the successors of states of one configuration. */
export class StepWriter {
  readonly #sets: number;
  readonly #law: Law;
  readonly #see: Sight;
  readonly #lanes: number;
  readonly #lagging: boolean;
  readonly #positive: boolean;
  readonly #brokenImage: boolean;
  readonly #readyFirst: boolean;
  readonly #readsPods: boolean;
  readonly #back: boolean;
  readonly #waits: boolean;
  readonly #canScale: boolean;
  // The state whose successors are being written, and where they go.
  #states: Int32Array = new Int32Array(0);
  #at = 0;
  #into: Steps = { words: this.#states, actions: this.#states, count: 0 };

  /** `law` is that of `config`; `lanes`: words in a state. */
  constructor(config: RolloutConfig, law: Law, lanes: number) {
    this.#sets = config.sets;
    this.#law = law;
    this.#lanes = lanes;
    this.#lagging = config.cache === "lagging";
    this.#positive = config.minReady === "positive";
    this.#brokenImage = config.newPods === "never ready";
    this.#readyFirst = config.mutant === "ready pods are deleted first";
    this.#readsPods = config.mutant === "status is always fresh";
    this.#back = config.direction === "forward or back";
    this.#waits = config.syncs === "on honest status";
    this.#canScale = config.scaleTo !== undefined;
    this.#see = new Sight(config.sets);
    if (this.#lagging && config.secondWrite !== "lands") {
      this.#see.ownWrites = "make the copy old";
    }
  }

  next(states: Int32Array, at: number, into: Steps): void {
    this.#states = states;
    this.#at = at;
    this.#into = into;
    this.#users(states[at]!);
    if (!this.#waits || this.#hasHonestStatus()) {
      this.#look();
      sync(this.#see, this.#law);
      this.#written();
    }
    for (let i = 0; i < this.#sets; i++) {
      const word = states[at + i]!;
      if ((word & existsBit) === 0) continue;
      this.#replicaSet(i, word);
      this.#kubelet(i, word);
      if (this.#lagging) this.#deliver(i, word);
    }
  }

  #emit(action: number, lane: number, word: number): void {
    const { words } = this.#into;
    const to = this.#into.count * this.#lanes;
    for (let k = 0; k < this.#lanes; k++) words[to + k] = this.#states[this.#at + k]!;
    words[to + lane] = word;
    this.#into.actions[this.#into.count++] = action;
  }

  #users(first: number): void {
    const current = (first >> currentAt) & 3;
    if (((first >> changesAt) & 7) > 0) {
      const fewer = first - (1 << changesAt);
      const last = Math.min(current + 1, this.#sets - 1);
      for (let i = this.#back ? 0 : current + 1; i <= last; i++) {
        if (i !== current) this.#emit(toChange + i * 16, 0, fewer + ((i - current) << currentAt));
      }
    }
    if (this.#canScale && ((first >> scaledAt) & 1) === 0)
      this.#emit(toScale, 0, first | (1 << scaledAt));
  }

  #hasHonestStatus(): boolean {
    for (let i = 0; i < this.#sets; i++) {
      const word = this.#states[this.#at + i]!;
      const kept = Math.min((word >> specAt) & nibble, (word >> availableAt) & nibble);
      if (((word >> statusAt) & nibble) > kept) return false;
    }
    return true;
  }

  /** What the Deployment controller reads. */
  #look(): void {
    const see = this.#see;
    const first = this.#states[this.#at]!;
    see.current = (first >> currentAt) & 3;
    see.size = (first >> scaledAt) & 1;
    const copies = this.#lagging ? this.#states[this.#at + this.#sets]! : 0;
    for (let i = 0; i < this.#sets; i++) {
      const word = this.#states[this.#at + i]!;
      see.exists[i] = word & existsBit;
      see.stored[i] = (word >> specAt) & nibble;
      see.annotated[i] = (word >> sizedAt) & 1;
      if (this.#lagging) {
        const copy = copies >> (i * copyBits);
        see.listed[i] = copy & copyListed;
        see.spec[i] = (copy >> 1) & nibble;
        see.status[i] = (copy >> 5) & nibble;
        see.fresh[i] = (copy & copyFresh) === 0 ? 0 : 1;
      } else {
        see.listed[i] = word & existsBit;
        see.spec[i] = see.stored[i]!;
        see.status[i] = (word >> (this.#readsPods ? availableAt : statusAt)) & nibble;
        see.fresh[i] = 1;
      }
    }
  }

  /** What the Deployment controller has written, as a step if it changes anything. */
  #written(): void {
    const see = this.#see;
    const copies = this.#lagging ? this.#states[this.#at + this.#sets]! : 0;
    let changed = 0;
    const out = this.#into.words;
    const to = this.#into.count * this.#lanes;
    for (let i = 0; i < this.#sets; i++) {
      const word = this.#states[this.#at + i]!;
      const cleared = word & ~(existsBit | (nibble << specAt) | (1 << sizedAt));
      const next =
        cleared | see.exists[i]! | (see.stored[i]! << specAt) | (see.annotated[i]! << sizedAt);
      out[to + i] = next;
      changed |= word ^ next;
    }
    if (this.#lagging) {
      out[to + this.#sets] = copies;
      for (let i = 0; i < this.#sets; i++) {
        const differs =
          (this.#states[this.#at + i]! ^ out[to + i]!) & (existsBit | (nibble << specAt));
        if (differs !== 0) out[to + this.#sets]! &= ~(copyFresh << (i * copyBits));
      }
    }
    if (changed !== 0) this.#into.actions[this.#into.count++] = toSyncDeployment;
  }

  #replicaSet(i: number, word: number): void {
    const spec = (word >> specAt) & nibble;
    const unready = (word >> unreadyAt) & nibble;
    const ready = (word >> readyAt) & nibble;
    const available = (word >> availableAt) & nibble;
    const excess = unready + ready + available - spec;
    // Status is counted from the pods as listed before this step's creations and deletions.
    const reported = (word & ~(nibble << statusAt)) | (available << statusAt);
    if (excess <= 0) return this.#report(i, word, reported - (excess << unreadyAt), 0);
    // Not ready goes first. Availability is no key: which of the ready ones go is open.
    const fromUnready = this.#readyFirst
      ? Math.max(0, excess - ready - available)
      : Math.min(excess, unready);
    const others = excess - fromUnready;
    const rest = reported - (fromUnready << unreadyAt);
    for (let k = Math.max(0, others - available); k <= Math.min(others, ready); k++) {
      this.#report(i, word, rest - (k << readyAt) - ((others - k) << availableAt), k);
    }
  }

  /** The ReplicaSet's step; a changed status makes the Deployment controller's copy old. */
  #report(i: number, before: number, after: number, detail: number): void {
    if (before === after) return;
    this.#emit(toSyncSet + i * 16 + detail, i, after);
    if (this.#lagging && ((before ^ after) & (nibble << statusAt)) !== 0) {
      this.#into.words[(this.#into.count - 1) * this.#lanes + this.#sets]! &= ~(
        copyFresh <<
        (i * copyBits)
      );
    }
  }

  #kubelet(i: number, word: number): void {
    const mayTurn = i === 0 || !this.#brokenImage;
    if (mayTurn && ((word >> unreadyAt) & nibble) > 0) {
      const to = this.#positive ? 1 << readyAt : 1 << availableAt;
      this.#emit(toReady + i * 16, i, word - (1 << unreadyAt) + to);
    }
    if (((word >> readyAt) & nibble) > 0) {
      this.#emit(toAvailable + i * 16, i, word - (1 << readyAt) + (1 << availableAt));
    }
    if (((this.#states[this.#at]! >> faultsAt) & 3) > 0 && ((word >> availableAt) & nibble) > 0) {
      this.#emit(toFail + i * 16, i, word - (1 << availableAt) + (1 << unreadyAt));
      this.#into.words[(this.#into.count - 1) * this.#lanes]! -= 1 << faultsAt;
    }
  }

  #deliver(i: number, word: number): void {
    const copies = this.#states[this.#at + this.#sets]!;
    const mask = ((1 << copyBits) - 1) << (i * copyBits);
    const after = (copies & ~mask) | (copyOf(word) << (i * copyBits));
    if (after !== copies) this.#emit(toDeliver + i * 16, this.#sets, after);
  }
}
