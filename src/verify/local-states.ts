/**
 * An exploration taken apart: what is global (template, faults, pausing ...) and, for each ReplicaSet, its own words,
 * numbered. Between two syncs of the Deployment controller ReplicaSets do not see each other, so what one does by
 * itself is asked of the model once for each of its states, with the others away.
 */
import type { Exploration } from "./explore.ts";
import * as at from "./explore-layout.ts";
import { KeyIndex } from "./key-index.ts";
import { stepsFor } from "./packed.ts";

/** Boxes have three sides; with two revisions the third is a ReplicaSet that never is. */
export const SIDES = 3;
/** Bits of a ReplicaSet's word below what is global. */
const ownBits = at.currentAt;
const ownMask = (1 << ownBits) - 1;

/** What users and faults do to what is global. */
export interface GlobalSteps {
  /** After each thing that users may do. */
  readonly users: readonly number[];
  /** After one more pod failed, or -1. */
  readonly fault: number;
}

export class LocalStates {
  readonly #model: Exploration;
  readonly #revisions: number;
  readonly #numbers = new KeyIndex();
  readonly #words: number[] = [];
  readonly #copies: number[] = [];
  readonly #steps = Array.from({ length: SIDES }, () => [] as (readonly number[])[]);
  readonly #state: Int32Array;
  readonly #into;
  /** Of a ReplicaSet that is not there, and that nobody takes to be there. */
  readonly absent: number;

  constructor(model: Exploration) {
    this.#model = model;
    this.#revisions = model.config.revisions;
    this.#state = new Int32Array(model.lanes);
    this.#into = stepsFor(model);
    this.absent = this.#number(0, this.#isLagging ? at.freshBit : 0);
  }

  /** A packed state, written over by the next call. */
  compose(global: number, sides: readonly number[]): Int32Array {
    const revisions = this.#revisions;
    const state = this.#state;
    for (let i = 0; i < revisions; i++) {
      state[i] = this.#words[sides[i]!]!;
      if (this.#isLagging) state[revisions + i] = this.#copies[sides[i]!]!;
    }
    state[0] = state[0]! | (global << ownBits);
    return state;
  }

  globalOf(words: Int32Array, place: number): number {
    return words[place]! >>> ownBits;
  }

  /** The number of a ReplicaSet's state within a packed one. */
  numberOf(words: Int32Array, place: number, rank: number): number {
    if (rank >= this.#revisions) return this.absent;
    const copy = this.#isLagging ? words[place + this.#revisions + rank]! : 0;
    return this.#number(words[place + rank]! & ownMask, copy);
  }

  wordOf(id: number): number {
    return this.#words[id]!;
  }

  /** What a sync of the Deployment can see of it: two states that look alike are treated alike. */
  sightOf(id: number): number {
    return this.listedOf(id) * 2 + (this.#words[id]! & at.existsBit);
  }

  /** What the cache has of it. */
  listedOf(id: number): number {
    return this.#isLagging ? this.#copies[id]! : this.#words[id]! & at.readMask;
  }

  /** The rank of the ReplicaSet that has, or will have, the Deployment's template. */
  currentOf(global: number): number {
    return ((global << ownBits) >> at.currentAt) & 3;
  }

  /** The same for all that is global and that a sync of the Deployment does not tell apart. */
  syncedAs(global: number): number {
    const first = global << ownBits;
    const paused = ((first >>> at.pauseAt) & 3) === 1 ? 8 : 0;
    return this.currentOf(global) | (((first >> at.scaledAt) & 1) << 2) | paused;
  }

  /** States to which its controller, its pods and its news lead in one step. */
  steps(rank: number, id: number): readonly number[] {
    const known = this.#steps[rank]!;
    return (known[id] ??= this.#after(rank, 0, id, (action) => isOwn(action)));
  }

  /** States in which one of its available pods has failed; `global` must allow it. */
  failures(rank: number, global: number, id: number): readonly number[] {
    return this.#after(rank, global, id, (action) => action === at.toFail);
  }

  /** After a sync of the Deployment has written these fields of it; -1: nothing. */
  written(id: number, fields: number): number {
    const word = this.#words[id]!;
    if (fields < 0 || fields === (word & at.writeMask)) return id;
    const copy = this.#copies[id]!;
    return this.#number((word & ~at.writeMask) | fields, copy & ~at.freshBit);
  }

  globalSteps(global: number): GlobalSteps {
    // Somebody has to be there to fail.
    const pod = at.existsBit | (1 << at.specAt) | (1 << at.availableAt);
    const someone = this.#number(pod, this.#isLagging ? at.freshBit : 0);
    const users: number[] = [];
    let fault = -1;
    this.#each(global, this.#alone(0, someone), (action, words, place) => {
      if (action < at.toSyncDeployment) users.push(this.globalOf(words, place));
      if (action === at.toFail) fault = this.globalOf(words, place);
    });
    return { users, fault };
  }

  /** The fields that a sync of the Deployment writes, by rank, -1 where it writes none; undefined: none at all. */
  synced(global: number, sides: readonly number[]): readonly number[] | undefined {
    let written: number[] | undefined;
    this.#each(global, sides, (action, words, place) => {
      if (action !== at.toSyncDeployment) return;
      written = sides.map((id, rank) => {
        if (rank >= this.#revisions) return -1;
        const fields = words[place + rank]! & at.writeMask;
        return fields === (this.#words[id]! & at.writeMask) ? -1 : fields;
      });
    });
    return written;
  }

  get #isLagging(): boolean {
    return this.#model.lanes > this.#revisions;
  }

  #number(word: number, copy: number): number {
    const key = word * 2 ** 23 + copy;
    const known = this.#numbers.find(key);
    if (known >= 0) return known;
    const id = this.#numbers.size;
    this.#numbers.add(key);
    this.#words.push(word);
    this.#copies.push(copy);
    return id;
  }

  #alone(rank: number, id: number): number[] {
    const sides = Array.from({ length: SIDES }, () => this.absent);
    sides[rank] = id;
    return sides;
  }

  #after(rank: number, global: number, id: number, isMeant: (kind: number) => boolean): number[] {
    const found: number[] = [];
    if (rank >= this.#revisions) return found;
    this.#each(global, this.#alone(rank, id), (kind, words, place, action) => {
      if (!isMeant(kind) || at.rankOfAction(action) !== rank) return;
      const to = this.numberOf(words, place, rank);
      if (to !== id) found.push(to);
    });
    return found;
  }

  #each(
    global: number,
    sides: readonly number[],
    visit: (kind: number, words: Int32Array, place: number, action: number) => void,
  ): void {
    const into = this.#into;
    into.count = 0;
    this.#model.next(this.compose(global, sides), 0, into);
    for (let k = 0; k < into.count; k++) {
      const action = into.actions[k]!;
      visit(at.kindOfAction(action), into.words, k * this.#model.lanes, action);
    }
  }
}

function isOwn(kind: number): boolean {
  return kind > at.toSyncDeployment && kind !== at.toFail;
}
