/**
 * An exploration taken apart: what is global (template, faults, pausing ...) and, for each ReplicaSet, its own words,
 * numbered. Between two syncs of the Deployment controller ReplicaSets do not see each other, so what one does by
 * itself is asked of the model once for each of its states, with the others away.
 */
import type { Exploration } from "./explore.ts";
import * as at from "./explore-layout.ts";
import { KeyIndex } from "./key-index.ts";
import { stepsFor } from "./packed.ts";
import { hasBit, withBit } from "./state-sets.ts";

/** With two revisions the third is a ReplicaSet that never is. */
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

/** The states of one ReplicaSet, by their numbers. */
interface Side {
  readonly numbers: KeyIndex;
  readonly words: number[];
  readonly copies: number[];
  /** The number of what a sync of the Deployment can see. */
  readonly sights: number[];
  readonly steps: (readonly number[])[];
  /** Those from which a pod that turns ready or available leads here. */
  readonly untilPods: number[][];
  readonly failures: (readonly number[])[];
  /** By fields: the state after they were written. */
  readonly written: Map<number, number>[];
  readonly closures: (Uint32Array | undefined)[];
}

export class LocalStates {
  readonly #model: Exploration;
  readonly #revisions: number;
  readonly #sides = Array.from({ length: SIDES }, newSide);
  readonly #sightNumbers = new Map<number, number>();
  readonly #state: Int32Array;
  readonly #into;
  #bits = new Uint32Array(16);
  /** By rank: a ReplicaSet that is not there, and that nobody takes to be there. */
  readonly #absent: readonly number[];

  constructor(model: Exploration) {
    this.#model = model;
    this.#revisions = model.config.revisions;
    this.#state = new Int32Array(model.lanes);
    this.#into = stepsFor(model);
    const copy = this.#isLagging ? at.freshBit : 0;
    this.#absent = this.#sides.map((_, rank) => this.#number(rank, 0, copy));
  }

  /** A packed state, written over by the next call. */
  compose(global: number, sides: readonly number[]): Int32Array {
    const revisions = this.#revisions;
    for (let rank = 0; rank < revisions; rank++) {
      const { words, copies } = this.#sides[rank]!;
      this.#state[rank] = words[sides[rank]!]!;
      if (this.#isLagging) this.#state[revisions + rank] = copies[sides[rank]!]!;
    }
    this.#state[0]! |= global << ownBits;
    return this.#state;
  }

  /** The same of words of ReplicaSets, where the cache has no copies. */
  composeWords(global: number, words: readonly number[]): Int32Array {
    for (let rank = 0; rank < this.#revisions; rank++) this.#state[rank] = words[rank]!;
    this.#state[0]! |= global << ownBits;
    return this.#state;
  }

  /** A packed state without ReplicaSets. */
  composeAlone(global: number): Int32Array {
    return this.compose(global, this.#absent);
  }

  globalOf(words: Int32Array, place: number): number {
    return words[place]! >>> ownBits;
  }

  /** The number of a ReplicaSet's state within a packed one. */
  numberOf(words: Int32Array, place: number, rank: number): number {
    if (rank >= this.#revisions) return this.#absent[rank]!;
    const copy = this.#isLagging ? words[place + this.#revisions + rank]! : 0;
    return this.#number(rank, words[place + rank]! & ownMask, copy);
  }

  /** States of a ReplicaSet known so far. */
  count(rank: number): number {
    return this.#sides[rank]!.words.length;
  }

  wordOf(rank: number, id: number): number {
    return this.#sides[rank]!.words[id]!;
  }

  /** What a sync of the Deployment can see of it, as a number: two states that look alike are treated alike. */
  sightOf(rank: number, id: number): number {
    return this.#sides[rank]!.sights[id]!;
  }

  /** What the cache has of it. */
  listedOf(rank: number, id: number): number {
    const { copies, words } = this.#sides[rank]!;
    return this.#isLagging ? copies[id]! : words[id]! & at.readMask;
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
    const { steps, untilPods } = this.#sides[rank]!;
    const known = steps[id];
    if (known !== undefined) return known;
    for (const next of this.#after(rank, 0, id, isOfPod)) (untilPods[next] ??= []).push(id);
    return (steps[id] = this.#after(rank, 0, id, isOwn));
  }

  /** States from which a pod that turns ready or available leads here; those whose `steps` were asked for. */
  untilPods(rank: number, id: number): readonly number[] {
    return this.#sides[rank]!.untilPods[id] ?? [];
  }

  /** All its states known so far and those to which they lead, each before what it leads to (unless they go round). */
  order(rank: number): readonly number[] {
    const waiting: number[] = [];
    for (let id = 0; id < this.count(rank); id++) {
      for (const next of this.steps(rank, id)) waiting[next] = (waiting[next] ?? 0) + 1;
    }
    const order = new Set<number>();
    for (let id = 0; id < this.count(rank); id++) if ((waiting[id] ?? 0) === 0) order.add(id);
    for (const id of order) {
      for (const next of this.steps(rank, id)) if (--waiting[next]! === 0) order.add(next);
    }
    for (let id = 0; id < this.count(rank); id++) order.add(id);
    return [...order];
  }

  /** These and all states to which they lead by steps of its own, as bits; written over by the next call. */
  closed(rank: number, states: Iterable<number>): Uint32Array {
    let bits = this.#bits.fill(0);
    for (const id of states) {
      if (hasBit(bits, id)) continue;
      const closure = this.#closure(rank, id);
      if (closure.length > bits.length) {
        bits = new Uint32Array(closure.length * 2);
        bits.set(this.#bits);
        this.#bits = bits;
      }
      for (let k = 0; k < closure.length; k++) bits[k]! |= closure[k]!;
    }
    return bits;
  }

  /** States in which one of its available pods has failed; `global` must allow it. */
  failures(rank: number, global: number, id: number): readonly number[] {
    const known = this.#sides[rank]!.failures;
    return (known[id] ??= this.#after(rank, global, id, (kind) => kind === at.toFail));
  }

  /** After a sync of the Deployment has written these fields of it; -1: nothing. */
  written(rank: number, id: number, fields: number): number {
    if (fields < 0) return id;
    const { words, copies, written } = this.#sides[rank]!;
    const known = (written[id] ??= new Map<number, number>());
    let after = known.get(fields);
    if (after !== undefined) return after;
    const kept = words[id]! & ~at.writeMask;
    const isNew = fields !== (words[id]! & at.writeMask);
    after = isNew ? this.#number(rank, kept | fields, copies[id]! & ~at.freshBit) : id;
    known.set(fields, after);
    return after;
  }

  globalSteps(global: number): GlobalSteps {
    // Somebody has to be there to fail.
    const pod = at.existsBit | (1 << at.specAt) | (1 << at.availableAt);
    const someone = this.#number(0, pod, this.#isLagging ? at.freshBit : 0);
    const users: number[] = [];
    let fault = -1;
    this.#each(global, this.#absent.with(0, someone), (action, words, place) => {
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
        return fields === (this.wordOf(rank, id) & at.writeMask) ? -1 : fields;
      });
    });
    return written;
  }

  get #isLagging(): boolean {
    return this.#model.lanes > this.#revisions;
  }

  #number(rank: number, word: number, copy: number): number {
    const side = this.#sides[rank]!;
    const key = word * 2 ** 23 + copy;
    const known = side.numbers.find(key);
    if (known >= 0) return known;
    const id = side.numbers.size;
    side.numbers.add(key);
    side.words.push(word);
    side.copies.push(copy);
    const seen = this.listedOf(rank, id) * 2 + (word & at.existsBit);
    const sight = this.#sightNumbers.get(seen) ?? this.#sightNumbers.size;
    this.#sightNumbers.set(seen, sight);
    side.sights.push(sight);
    return id;
  }

  #closure(rank: number, id: number): Uint32Array {
    const known = this.#sides[rank]!.closures;
    return (known[id] ??= ((): Uint32Array => {
      const seen = new Set([id]);
      let bits: Uint32Array = new Uint32Array(16);
      for (const each of seen) {
        bits = withBit(bits, each);
        for (const next of this.steps(rank, each)) seen.add(next);
      }
      return bits;
    })());
  }

  #after(rank: number, global: number, id: number, isMeant: (kind: number) => boolean): number[] {
    const found: number[] = [];
    if (rank >= this.#revisions) return found;
    this.#each(global, this.#absent.with(rank, id), (kind, words, place, action) => {
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

function newSide(): Side {
  return {
    numbers: new KeyIndex(),
    words: [],
    copies: [],
    sights: [],
    steps: [],
    untilPods: [],
    failures: [],
    written: [],
    closures: [],
  };
}

function isOwn(kind: number): boolean {
  return kind > at.toSyncDeployment && kind !== at.toFail;
}

function isOfPod(kind: number): boolean {
  return kind === at.toReady || kind === at.toAvailable;
}
