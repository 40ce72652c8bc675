// Judges states. What properties look at is often only a part of a state, which many states share: each such part
// met lately is known with what was found, and only counted when it comes again.
import type { StateProperty } from "./judge.ts";
import { hash } from "./state-set.ts";

/** A power of two. */
const places = 1 << 17;

export class StateJudge {
  readonly #properties: readonly StateProperty[];
  readonly #counts: number[];
  /** Words of a state, from its first on, that properties look at. */
  readonly #lanes: number;
  /** By place: these words, how many such states came since, and 1 for each property that counts them. */
  readonly #words: Int32Array;
  readonly #states = new Uint32Array(places);
  readonly #found: Uint8Array;
  #breached = false;

  constructor(properties: readonly StateProperty[], lanes: number) {
    this.#properties = properties;
    this.#counts = properties.map(() => 0);
    this.#lanes = lanes;
    this.#words = new Int32Array(properties.length === 0 ? 0 : places * lanes);
    this.#found = new Uint8Array(places * properties.length);
  }

  /** Whether an `always` has failed so far. */
  get breached(): boolean {
    return this.#breached;
  }

  judge(states: Int32Array, at: number): void {
    if (this.#properties.length === 0) return;
    const place = hash(states, at, this.#lanes) & (places - 1);
    if (!this.#isKnown(place, states, at)) this.#look(place, states, at);
    this.#states[place]!++;
  }

  /** By property: states that breach an `always`, or that witness a `sometimes`. */
  counts(): readonly number[] {
    for (let place = 0; place < places; place++) this.#forget(place);
    return this.#counts;
  }

  #isKnown(place: number, states: Int32Array, at: number): boolean {
    const lanes = this.#lanes;
    for (let lane = 0; lane < lanes; lane++) {
      if (this.#words[place * lanes + lane] !== states[at + lane]) return false;
    }
    return true;
  }

  #look(place: number, states: Int32Array, at: number): void {
    this.#forget(place);
    for (let lane = 0; lane < this.#lanes; lane++) {
      this.#words[place * this.#lanes + lane] = states[at + lane]!;
    }
    const { length } = this.#properties;
    for (let which = 0; which < length; which++) {
      const { kind, test } = this.#properties[which]!;
      const isAlways = kind === "always";
      const counts = test(states, at) !== isAlways;
      this.#found[place * length + which] = counts ? 1 : 0;
      if (counts && isAlways) this.#breached = true;
    }
  }

  /** Adds up what is known of a place; its words stay. */
  #forget(place: number): void {
    const states = this.#states[place]!;
    this.#states[place] = 0;
    const { length } = this.#properties;
    for (let which = 0; which < length && states > 0; which++) {
      this.#counts[which]! += this.#found[place * length + which]! * states;
    }
  }
}
