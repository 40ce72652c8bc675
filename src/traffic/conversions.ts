/**
 * Which answered requests ended in what the business is after, by version of the pod and by the second in which
 * they started: the batches that an A/B test looks at. Only versions that say how often they convert count.
 */
import type { Count } from "../statistics/proportion.ts";
import type { Micros } from "./options.ts";

const SECOND: Micros = 1_000_000;

/** Answered and converted by second, of one version. */
type Seconds = [trials: number, successes: number][];

export type SavedConversions = readonly (readonly [version: number, seconds: Seconds])[];

export class Conversions {
  readonly #byVersion: Map<number, Seconds>;

  constructor(saved: SavedConversions = []) {
    this.#byVersion = new Map(saved.map(([version, seconds]) => [version, copyOf(seconds)]));
  }

  /** `by` is 1, or -1 to take an entry back. */
  enter(start: Micros, version: number, outcome: "converts" | "leaves", by: 1 | -1): void {
    let seconds = this.#byVersion.get(version);
    if (seconds === undefined) this.#byVersion.set(version, (seconds = []));
    const second = Math.floor(start / SECOND);
    while (seconds.length <= second) seconds.push([0, 0]);
    const counts = seconds[second]!;
    counts[0] += by;
    if (outcome === "converts") counts[1] += by;
  }

  /** Of an image, by second since the start of the run. */
  of(image: string, imageOf: (version: number) => string): readonly Count[] {
    const sums: { trials: number; successes: number }[] = [];
    for (const [version, seconds] of this.#byVersion) {
      if (imageOf(version) !== image) continue;
      seconds.forEach(([trials, successes], second) => {
        while (sums.length <= second) sums.push({ trials: 0, successes: 0 });
        sums[second]!.trials += trials;
        sums[second]!.successes += successes;
      });
    }
    return sums;
  }

  save(): SavedConversions {
    return [...this.#byVersion].map(([version, seconds]) => [version, copyOf(seconds)]);
  }
}

function copyOf(seconds: Seconds): Seconds {
  return seconds.map(([trials, successes]) => [trials, successes]);
}
