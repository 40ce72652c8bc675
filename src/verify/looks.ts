/** What laws can see of all states of an exploration that were taken together. */
import type { ExploredTogether } from "./explore-together.ts";
import { SIDES } from "./local-states.ts";
import type { ReachedStates } from "./reached-states.ts";
import { withBit } from "./state-sets.ts";

/** Room for 65,536 looks. */
const LOOKS = 2 ** 16;

/** States in which the same is global, as far as somebody looks. */
export interface LooksAlike {
  /** One of what is global. */
  readonly global: number;
  /** For each two looks of the first two ReplicaSets, as one key: those of the third, as bits. */
  readonly thirds: Map<number, Uint32Array>;
}

/** Each ReplicaSet's word without what nobody looks at, numbered; and which are met together. */
export class Looks {
  /** By look: the word. */
  readonly words: number[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #explored: ExploredTogether;
  /** By rank and state: the look. */
  readonly #looks: readonly (readonly number[])[];

  /** `lookOf`: of a ReplicaSet's word. */
  constructor(explored: ExploredTogether, lookOf: (word: number) => number) {
    const { local } = explored;
    this.#explored = explored;
    this.#looks = Array.from({ length: SIDES }, (_, rank) =>
      Array.from({ length: local.count(rank) }, (__, id) =>
        this.#number(lookOf(local.wordOf(rank, id))),
      ),
    );
  }

  /** `groupOf`: the same for all that is global and looks the same. One group at a time is held: they are large. */
  *groups(groupOf: (global: number) => string): Iterable<LooksAlike> {
    const { reached } = this.#explored;
    const globals = new Map<string, number[]>();
    for (const global of reached.keys()) {
      const key = groupOf(global);
      const known = globals.get(key);
      if (known === undefined) globals.set(key, [global]);
      else known.push(global);
    }
    for (const alike of globals.values()) {
      const thirds = new Map<number, Uint32Array>();
      for (const global of alike) addLooks(reached.get(global)!, this.#looks, thirds);
      yield { global: alike[0]!, thirds };
    }
  }

  #number(word: number): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.words.length);
    return this.words.push(word) - 1;
  }
}

/** The looks of the first two ReplicaSets. */
export function looksOfKey(key: number): readonly [number, number] {
  return [Math.floor(key / LOOKS), key % LOOKS];
}

function addLooks(
  states: ReachedStates,
  looks: readonly (readonly number[])[],
  thirds: Map<number, Uint32Array>,
): void {
  const known: Uint32Array[] = [];
  states.each((first, second, set) => {
    const seen = (known[set] ??= bitsOf(states.sets.members(set).map((id) => looks[2]![id]!)));
    const key = looks[0]![first]! * LOOKS + looks[1]![second]!;
    const before = thirds.get(key);
    if (before === undefined || before.length < seen.length) {
      const room = seen.slice();
      before?.forEach((word, k) => (room[k]! |= word));
      thirds.set(key, room);
    } else for (let k = 0; k < seen.length; k++) before[k]! |= seen[k]!;
  });
}

function bitsOf(ids: readonly number[]): Uint32Array {
  return ids.reduce<Uint32Array>(withBit, new Uint32Array(8));
}
