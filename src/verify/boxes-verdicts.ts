/** Laws judged on all states of an exploration at once: on boxes. */
import { setViewOf, type Exploration } from "./explore.ts";
import type { ExploredBoxes } from "./explore-boxes.ts";
import { existsBit } from "./explore-layout.ts";
import { SIDES } from "./local-states.ts";
import type { StateLaw } from "./properties.ts";

type Law = Pick<StateLaw, "totals" | "left">;

/** Totals of a law's are added up as the digits of one number. */
const digit = 128;

/** Whether a law holds in all states. */
export function holdsInBoxes(model: Exploration, explored: ExploredBoxes, law: Law): boolean {
  const sides = new Sides(explored, law);
  for (const [global, boxes] of explored.boxes) {
    const seen = new Set<string>();
    const current = explored.local.currentOf(global);
    const view = viewOf(model, explored, global);
    for (const box of boxes) {
      const parts = box.map((set, rank) => sides.parts(set, rank === current));
      const key = parts.map(({ number }) => number).join();
      if (seen.has(key)) continue;
      seen.add(key);
      for (const total of sumsOf(parts.map(({ sums }) => sums))) {
        if (law.left(digitsOf(total, law.totals.length), view) < 0) return false;
      }
    }
  }
  return true;
}

/** What the states of a side may add to a law's totals, each kept once. */
class Sides {
  readonly #explored: ExploredBoxes;
  readonly #law: Law;
  readonly #bySet = new Map<
    number,
    { readonly number: number; readonly sums: readonly number[] }
  >();
  readonly #numbers = new Map<string, number>();

  constructor(explored: ExploredBoxes, law: Law) {
    this.#explored = explored;
    this.#law = law;
  }

  parts(
    set: number,
    isCurrent: boolean,
  ): { readonly number: number; readonly sums: readonly number[] } {
    const key = set * 2 + (isCurrent ? 1 : 0);
    let known = this.#bySet.get(key);
    if (known === undefined) {
      const added = this.#explored.sets.members(set).map((id) => this.#add(id, isCurrent));
      const sums = [...new Set(added)].sort((one, other) => one - other);
      const text = sums.join();
      if (!this.#numbers.has(text)) this.#numbers.set(text, this.#numbers.size);
      this.#bySet.set(key, (known = { number: this.#numbers.get(text)!, sums }));
    }
    return known;
  }

  #add(id: number, isCurrent: boolean): number {
    const word = this.#explored.local.wordOf(id);
    const set = setViewOf(word);
    const role = isCurrent && (word & existsBit) !== 0 ? "current" : "old";
    return this.#law.totals.reduce((sum, part) => sum * digit + part(set, role), 0);
  }
}

function sumsOf(sides: readonly (readonly number[])[]): Iterable<number> {
  return sides.reduce<Iterable<number>>(
    (sums, side) => new Set([...sums].flatMap((sum) => side.map((part) => sum + part))),
    [0],
  );
}

function digitsOf(total: number, count: number): number[] {
  const digits: number[] = [];
  for (let k = 0, rest = total; k < count; k++, rest = Math.floor(rest / digit)) {
    digits.unshift(rest % digit);
  }
  return digits;
}

function viewOf(
  model: Exploration,
  { local }: ExploredBoxes,
  global: number,
): Parameters<Law["left"]>[1] {
  const none = Array.from({ length: SIDES }, () => local.absent);
  return model.view(local.compose(global, none), 0);
}
