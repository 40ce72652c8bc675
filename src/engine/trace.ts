/**
 * The append-only record of a run, told to listeners while it grows. A listener that throws changes
 * nothing in the run; its error is kept.
 */
import { EventEmitter } from "eventemitter3";
import { callable, refuseUnknown } from "../api/check-shape.ts";
import type { Millis } from "../api/meta.ts";
import type { Actor, PodsEntry, TraceEntry } from "../api/trace.ts";

export type TraceListener<K extends TraceEntry["kind"]> = (
  entry: Extract<TraceEntry, { kind: K }>,
) => void;

const KINDS: Readonly<Record<TraceEntry["kind"], true>> = {
  write: true,
  decision: true,
  event: true,
  sync: true,
  pods: true,
  step: true,
  output: true,
  expectation: true,
  instant: true,
  requests: true,
  end: true,
};

export class Trace {
  readonly #entries: TraceEntry[];
  readonly #limit: number;
  readonly #emitter = new EventEmitter();
  readonly #listenerErrors: unknown[] = [];
  /** The last entry, while nobody else can hold it: pods are counted up in it. */
  #open: OpenPods | undefined;

  /** `limit`: how many of the last entries are kept at least, and twice as many at most; default all. */
  constructor(entries: readonly TraceEntry[] = [], limit = Infinity) {
    this.#entries = [...entries];
    this.#limit = limit;
  }

  get entries(): readonly TraceEntry[] {
    this.#open = undefined;
    return this.#entries;
  }

  /** What listeners threw, in order. */
  get listenerErrors(): readonly unknown[] {
    return this.#listenerErrors;
  }

  /** Throws a RangeError for what no entry is. */
  on<K extends TraceEntry["kind"]>(kind: K, listener: TraceListener<K>): () => void {
    refuseUnknown("", { [kind]: true }, KINDS, "kind of entry");
    callable("listener", listener);
    const guarded = (entry: Extract<TraceEntry, { kind: K }>): void => {
      try {
        listener(entry);
      } catch (error) {
        this.#listenerErrors.push(error);
      }
    };
    this.#emitter.on(kind, guarded);
    return () => this.#emitter.off(kind, guarded);
  }

  add(entry: TraceEntry): void {
    const counted = entry.kind === "pods" && this.#countUp(entry, entry.count);
    if (!counted) {
      this.#open = undefined;
      this.#entries.push(entry);
      if (this.#entries.length >= 2 * this.#limit) this.#entries.splice(0, this.#limit);
    }
    this.#emitter.emit(entry.kind, entry);
  }

  /** As `add`, for one pod more. */
  addPod(at: Millis, by: Actor, change: PodsEntry["change"], key: string): void {
    const open = this.#open;
    const silent = this.#emitter.listenerCount("pods") === 0;
    if (silent && open?.at === at && open.change === change && open.key === key && open.by === by) {
      open.count++;
    } else {
      this.add({ kind: "pods", at, by, change, key, count: 1 });
    }
  }

  /** The same as happened last, to so many more pods: true. */
  #countUp({ at, change, key, by }: PodsEntry, count: number): boolean {
    const last = this.#entries.at(-1);
    if (last?.kind !== "pods" || last.at !== at || last.change !== change) return false;
    if (last.key !== key || last.by !== by) return false;
    if (this.#open !== last) this.#open = { ...last };
    this.#open.count += count;
    this.#entries[this.#entries.length - 1] = this.#open;
    return true;
  }
}

type OpenPods = { -readonly [K in keyof PodsEntry]: PodsEntry[K] };
