/**
 * All randomness comes from one seed. A draw is named by its purpose and its subject, so that one more
 * pod does not change another pod's luck.
 */
import seedrandom from "seedrandom";
import { assert } from "./assert.ts";

/** The state of one sequential stream (alea); plain data. Users of the package have no types of seedrandom. */
interface AleaState {
  readonly c: number;
  readonly s0: number;
  readonly s1: number;
  readonly s2: number;
}

export interface SavedRandom {
  readonly seed: string;
  readonly streams: Readonly<Record<string, AleaState>>;
}

export class Random {
  readonly seed: string;
  readonly #keys = new Map<string, number>();
  readonly #streams = new Map<string, seedrandom.StatefulPRNG<seedrandom.State.Alea>>();

  constructor(seed: string) {
    assert(typeof seed === "string", "a seed is a string");
    this.seed = seed;
  }

  /** Uniform in [0, 1), a function of (seed, purpose, subject, turn) alone. */
  draw(purpose: string, subject: number, turn = 0): number {
    let key = this.#keys.get(purpose);
    if (key === undefined) {
      key = seedrandom.alea(`${this.seed}/${purpose}`).int32();
      this.#keys.set(purpose, key);
    }
    return mix(key, subject, turn) / 0x1_0000_0000;
  }

  /** The next number below `bound` of a stream whose turns follow each other, such as a schedule. */
  next(stream: string, bound: number): number {
    let alea = this.#streams.get(stream);
    if (alea === undefined) {
      alea = seedrandom.alea(`${this.seed}/${stream}`, { state: true });
      this.#streams.set(stream, alea);
    }
    return Math.floor(alea() * bound);
  }

  save(): SavedRandom {
    const streams: Record<string, AleaState> = {};
    for (const [name, alea] of this.#streams) streams[name] = { ...alea.state() };
    return { seed: this.seed, streams };
  }

  static restore(saved: SavedRandom): Random {
    const random = new Random(saved.seed);
    for (const [name, state] of Object.entries(saved.streams)) {
      random.#streams.set(name, seedrandom.alea("", { state }));
    }
    return random;
  }
}

/** Spreads three integers over 32 bits (the finalizer of MurmurHash3, applied per word). */
function mix(a: number, b: number, c: number): number {
  let h = a | 0;
  for (const word of [b, c]) {
    h ^= word | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    h = (h + 0x9e3779b9) | 0;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}
