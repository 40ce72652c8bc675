/** What a benchmark is: cases that run in turn, each in a process of its own, and what one run measured. */

export interface Case {
  /** Whose work it is. */
  readonly who: string;
  /** How much of it, in the words of the benchmark: replicas, events pending, requests a second. */
  readonly size: number;
}

/** By name; the name says the unit. */
export type Run = Readonly<Record<string, number>>;

export interface Measured extends Case {
  readonly runs: readonly Run[];
}

export interface Bench {
  readonly title: string;
  readonly repetitions: number;
  readonly cases: readonly Case[];
  /** Sizes that take minutes: run once, and with `--large` only. */
  readonly large?: readonly number[];
  /** What must be equal in all runs of one size, whoever does the work. */
  readonly equal: readonly string[];
  /** One run, warm-up included; undefined where what it needs is not installed. */
  readonly measure: (of: Case) => Run | undefined | Promise<Run>;
}

/** `npm run bench -- --write` stores this in results.json; docs/performance.md is made of it. */
export interface Results {
  readonly machine: {
    readonly node: string;
    readonly cpu: string;
    readonly cores: number;
    /** Processes that wanted to run, on average of a minute: before, and at the end. */
    readonly load: readonly [before: number, after: number];
  };
  readonly benches: Readonly<Record<string, readonly Measured[]>>;
}
