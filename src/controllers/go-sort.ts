/**
 * The order that Go's sort.Sort leaves elements in that are alike, or whose order contradicts itself. It is not
 * stable, but it is always the same for the same input, and which of several alike pods is deleted decides on
 * which nodes the others are left. So this takes the same steps: pattern-defeating quicksort (Orson Peters), insertion sort up to 12 elements,
 * heap sort after too many bad pivots.
 */

type Less = (a: number, b: number) => boolean;

interface Data {
  readonly items: number[];
  readonly less: Less;
  readonly front: number;
}

const MAX_INSERTION = 12;
const SHORTEST_NINTHER = 50;
const MOST_SWAPS = 12;
const MOST_SHIFTS = 5;
const SHORTEST_SHIFTING = 50;

/** Sorts in place; `front`: so many of the first need be in order, the others are all behind them. Default: all. */
export function goSort(items: number[], less: Less, front = items.length): void {
  pdqsort({ items, less, front }, 0, items.length, bitLength(items.length));
}

function bitLength(n: number): number {
  return 32 - Math.clz32(n);
}

function isLess({ items, less }: Data, i: number, j: number): boolean {
  return less(items[i]!, items[j]!);
}

function swap({ items }: Data, i: number, j: number): void {
  const item = items[i]!;
  items[i] = items[j]!;
  items[j] = item;
}

function pdqsort(data: Data, from: number, to: number, badPivots: number): void {
  let [a, b, limit] = [from, to, badPivots];
  let balanced = true;
  let partitioned = true;
  for (;;) {
    const length = b - a;
    if (a >= data.front) return;
    if (length <= MAX_INSERTION) return insertionSort(data, a, b);
    if (limit === 0) return heapSort(data, a, b);
    if (!balanced) {
      breakPatterns(data, a, b);
      limit--;
    }
    let { pivot, swaps } = choosePivot(data, a, b);
    if (swaps === MOST_SWAPS) {
      reverse(data, a, b);
      pivot = b - 1 - (pivot - a);
      swaps = 0;
    }
    if (balanced && partitioned && swaps === 0 && partialInsertionSort(data, a, b)) return;
    if (a > 0 && !isLess(data, a - 1, pivot)) {
      a = partitionEqual(data, a, b, pivot);
      continue;
    }
    const cut = partition(data, a, b, pivot);
    partitioned = cut.already;
    const left = cut.at - a;
    const right = b - cut.at;
    balanced = Math.min(left, right) >= Math.floor(length / 8);
    if (left < right) {
      pdqsort(data, a, cut.at, limit);
      a = cut.at + 1;
    } else {
      pdqsort(data, cut.at + 1, b, limit);
      b = cut.at;
    }
  }
}

function insertionSort(data: Data, a: number, b: number): void {
  for (let i = a + 1; i < b; i++) {
    for (let j = i; j > a && isLess(data, j, j - 1); j--) swap(data, j, j - 1);
  }
}

function heapSort(data: Data, a: number, b: number): void {
  const size = b - a;
  for (let i = (size - 1) >> 1; i >= 0; i--) siftDown(data, i, size, a);
  for (let i = size - 1; i >= 0; i--) {
    swap(data, a, a + i);
    siftDown(data, 0, i, a);
  }
}

function siftDown(data: Data, low: number, size: number, first: number): void {
  let root = low;
  for (;;) {
    let child = 2 * root + 1;
    if (child >= size) return;
    if (child + 1 < size && isLess(data, first + child, first + child + 1)) child++;
    if (!isLess(data, first + root, first + child)) return;
    swap(data, first + root, first + child);
    root = child;
  }
}

/** Moves a few elements of the middle elsewhere, the same ones for the same length (xorshift, 64 bits). */
function breakPatterns(data: Data, a: number, b: number): void {
  const length = b - a;
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  let state = BigInt(length);
  const middle = a + (length >> 2) * 2;
  for (let i = middle - 1; i <= middle + 1; i++) {
    state = BigInt.asUintN(64, state ^ (state << 13n));
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    const drawn = Number(state & mask);
    swap(data, i, a + (drawn >= length ? drawn - length : drawn));
  }
}

/** No swaps: the samples stood in order; MOST_SWAPS: in reverse. */
function choosePivot(data: Data, a: number, b: number): { pivot: number; swaps: number } {
  const length = b - a;
  const quarter = Math.floor(length / 4);
  let swaps = 0;
  const median = (x: number, y: number, z: number): number => {
    let [low, mid, high] = [x, y, z];
    if (isLess(data, mid, low)) [low, mid, swaps] = [mid, low, swaps + 1];
    if (isLess(data, high, mid)) [mid, high, swaps] = [high, mid, swaps + 1];
    if (isLess(data, mid, low)) [low, mid, swaps] = [mid, low, swaps + 1];
    return mid;
  };
  let samples: [number, number, number] = [a + quarter, a + quarter * 2, a + quarter * 3];
  if (length >= SHORTEST_NINTHER) {
    const [i, j, k] = samples;
    samples = [median(i - 1, i, i + 1), median(j - 1, j, j + 1), median(k - 1, k, k + 1)];
  }
  const pivot = median(...samples);
  return { pivot, swaps };
}

function reverse(data: Data, a: number, b: number): void {
  for (let i = a, j = b - 1; i < j; i++, j--) swap(data, i, j);
}

/** True where the range is sorted now. */
function partialInsertionSort(data: Data, a: number, b: number): boolean {
  let i = a + 1;
  for (let shift = 0; shift < MOST_SHIFTS; shift++) {
    while (i < b && !isLess(data, i, i - 1)) i++;
    if (i === b) return true;
    if (b - a < SHORTEST_SHIFTING) return false;
    swap(data, i, i - 1);
    if (i - a >= 2) {
      for (let j = i - 1; j >= 1 && isLess(data, j, j - 1); j--) swap(data, j, j - 1);
    }
    if (b - i >= 2) {
      for (let j = i + 1; j < b && isLess(data, j, j - 1); j++) swap(data, j, j - 1);
    }
  }
  return false;
}

/** Smaller ones to the left of the pivot; answers where the pivot came to stand. */
function partition(
  data: Data,
  a: number,
  b: number,
  pivot: number,
): { at: number; already: boolean } {
  swap(data, a, pivot);
  let [i, j] = [a + 1, b - 1];
  let already = true;
  for (;;) {
    while (i <= j && isLess(data, i, a)) i++;
    while (i <= j && !isLess(data, j, a)) j--;
    if (i > j) break;
    already = false;
    swap(data, i++, j--);
  }
  swap(data, j, a);
  return { at: j, already };
}

/** Those equal to the pivot to the left; answers where the greater ones begin. */
function partitionEqual(data: Data, a: number, b: number, pivot: number): number {
  swap(data, a, pivot);
  let [i, j] = [a + 1, b - 1];
  for (;;) {
    while (i <= j && !isLess(data, a, i)) i++;
    while (i <= j && isLess(data, a, j)) j--;
    if (i > j) return i;
    swap(data, i++, j--);
  }
}
