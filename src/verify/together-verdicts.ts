/** Laws judged on all states of an exploration that were taken together. */
import { setViewOf, type Exploration } from "./explore.ts";
import type { ExploredTogether } from "./explore-together.ts";
import { existsBit } from "./explore-layout.ts";
import { SIDES } from "./local-states.ts";
import type { Role, RolloutView, SetView, StateLaw } from "./properties.ts";
import type { ReachedStates } from "./reached-states.ts";
import { membersOf, withBit } from "./state-sets.ts";

type Law = Pick<StateLaw, "totals" | "left">;

/** Totals of a law's are added up as the digits of one number. */
const digit = 128;

/** States of which laws see the same but for their ReplicaSets. */
interface Alike {
  readonly view: RolloutView;
  /** For each two looks of the first two ReplicaSets: those of the third, as bits. */
  readonly thirds: Map<number, Uint32Array>;
}

/** What laws can see of all states: of each ReplicaSet its counts and its role, together a look. */
export class SeenTogether {
  readonly #looks: (readonly [SetView, Role])[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #alike = new Map<string, Alike>();

  constructor(model: Exploration, explored: ExploredTogether) {
    const { local, reached } = explored;
    for (const [global, states] of reached) {
      const view = model.view(local.composeAlone(global), 0);
      const current = local.currentOf(global);
      const { sets: _, ...others } = view;
      const key = JSON.stringify([current, others]);
      let alike = this.#alike.get(key);
      if (alike === undefined) this.#alike.set(key, (alike = { view, thirds: new Map() }));
      this.#add(explored, states, current, alike.thirds);
    }
  }

  /** Whether a law holds in all states. */
  holds(law: Law): boolean {
    const parts = this.#looks.map(([set, role]) =>
      law.totals.reduce((sum, part) => sum * digit + part(set, role), 0),
    );
    return [...this.#alike.values()].every(({ view, thirds }) =>
      [...totalsIn(thirds, parts)].every(
        (total) => law.left(digitsOf(total, law.totals.length), view) >= 0,
      ),
    );
  }

  #add(
    { local }: ExploredTogether,
    states: ReachedStates,
    current: number,
    thirds: Map<number, Uint32Array>,
  ): void {
    const looks = Array.from({ length: SIDES }, (_, rank) =>
      Array.from({ length: local.count(rank) }, (__, id) =>
        this.#lookOf(local.wordOf(rank, id), rank === current),
      ),
    );
    const known: Uint32Array[] = [];
    states.each((first, second, set) => {
      const seen = (known[set] ??= bitsOf(states.sets.members(set).map((id) => looks[2]![id]!)));
      const key = looks[0]![first]! * 2 ** 16 + looks[1]![second]!;
      const before = thirds.get(key);
      if (before === undefined || before.length < seen.length) {
        const room = seen.slice();
        before?.forEach((word, k) => (room[k]! |= word));
        thirds.set(key, room);
      } else for (let k = 0; k < seen.length; k++) before[k]! |= seen[k]!;
    });
  }

  #lookOf(word: number, isCurrent: boolean): number {
    const role = isCurrent && (word & existsBit) !== 0 ? "current" : "old";
    const set = setViewOf(word);
    const counts = ((set.spec * 16 + set.active) * 16 + set.available) * 16 + set.status;
    const key = counts * 2 + (role === "current" ? 1 : 0);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#looks.length);
    return this.#looks.push([set, role]) - 1;
  }
}

/** What looks that are met together add up to, each once. */
function totalsIn(
  thirds: ReadonlyMap<number, Uint32Array>,
  parts: readonly number[],
): Iterable<number> {
  // By what the first two add: what the third does.
  const beside = new Map<number, Set<number>>();
  for (const [key, looks] of thirds) {
    const two = parts[Math.floor(key / 2 ** 16)]! + parts[key % 2 ** 16]!;
    let known = beside.get(two);
    if (known === undefined) beside.set(two, (known = new Set()));
    for (const look of membersOf(looks)) known.add(parts[look]!);
  }
  const totals = new Set<number>();
  for (const [two, of] of beside) for (const part of of) totals.add(two + part);
  return totals;
}

function bitsOf(ids: readonly number[]): Uint32Array {
  return ids.reduce<Uint32Array>(withBit, new Uint32Array(8));
}

function digitsOf(total: number, count: number): number[] {
  const digits: number[] = [];
  for (let k = 0, rest = total; k < count; k++, rest = Math.floor(rest / digit)) {
    digits.unshift(rest % digit);
  }
  return digits;
}
