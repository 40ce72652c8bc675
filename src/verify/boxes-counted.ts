/** How many states lie in boxes that overlap, exactly. */
import type { Box } from "./boxes.ts";
import type { StateSets } from "./state-sets.ts";

export function statesIn(boxes: readonly Box[], sets: StateSets): number {
  // First sides that lie in the same boxes have the same states beside them.
  const around = new Map<number, Box[]>();
  for (const box of boxes) {
    for (const first of sets.members(box[0])) {
      const known = around.get(first);
      if (known === undefined) around.set(first, [box]);
      else known.push(box);
    }
  }
  const counted = new Map<string, number>();
  let total = 0;
  for (const beside of around.values()) {
    const pairs = new Map(
      beside.map(([, second, third]) => [`${second} ${third}`, [second, third]]),
    );
    const key = [...pairs.keys()].sort(byText).join();
    let count = counted.get(key);
    if (count === undefined) {
      count = pairsIn([...pairs.values()] as [number, number][], sets);
      counted.set(key, count);
    }
    total += count;
  }
  return total;
}

function pairsIn(rectangles: readonly (readonly [number, number])[], sets: StateSets): number {
  const beside = new Map<number, Set<number>>();
  for (const [second, third] of rectangles) {
    for (const id of sets.members(second)) {
      const known = beside.get(id);
      if (known === undefined) beside.set(id, new Set([third]));
      else known.add(third);
    }
  }
  const counted = new Map<string, number>();
  let total = 0;
  for (const thirds of beside.values()) {
    const key = [...thirds].sort((one, other) => one - other).join();
    let count = counted.get(key);
    if (count === undefined) {
      count = sets.sizeOfUnion([...thirds]);
      counted.set(key, count);
    }
    total += count;
  }
  return total;
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
