/**
 * The append-only record of a run, told to listeners while it grows. A listener that throws changes
 * nothing in the run; its error is kept.
 */
import { EventEmitter } from "eventemitter3";
import type { TraceEntry } from "../api/trace.ts";

export type TraceListener<K extends TraceEntry["kind"]> = (
  entry: Extract<TraceEntry, { kind: K }>,
) => void;

export class Trace {
  readonly #entries: TraceEntry[];
  readonly #emitter = new EventEmitter();
  readonly #listenerErrors: unknown[] = [];

  constructor(entries: readonly TraceEntry[] = []) {
    this.#entries = [...entries];
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  /** What listeners threw, in order. */
  get listenerErrors(): readonly unknown[] {
    return this.#listenerErrors;
  }

  on<K extends TraceEntry["kind"]>(kind: K, listener: TraceListener<K>): () => void {
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
    const last = this.#entries.at(-1);
    if (entry.kind === "pods" && last?.kind === "pods" && isSameChange(last, entry)) {
      this.#entries[this.#entries.length - 1] = { ...last, count: last.count + entry.count };
    } else {
      this.#entries.push(entry);
    }
    this.#emitter.emit(entry.kind, entry);
  }
}

type Pods = Extract<TraceEntry, { kind: "pods" }>;

function isSameChange(a: Pods, b: Pods): boolean {
  return a.at === b.at && a.change === b.change && a.key === b.key && a.by === b.by;
}
