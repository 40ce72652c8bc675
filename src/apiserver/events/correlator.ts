/**
 * How one component folds the events that it records together before the API server sees them. Mirrors
 * client-go tools/record/events_cache.go (v0.37.2): the same event again is counted; from the tenth
 * distinct message of one source, object and reason within ten minutes on, there is one combined event;
 * a source may write 25 events about an object, and one more every five minutes.
 */
import type { Millis } from "../../api/meta.ts";
import { Lru } from "./lru.ts";

/** An event as a component reports it. */
export interface ReportedEvent {
  readonly source: { readonly component: string; readonly host?: string };
  readonly about: InvolvedObject;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface InvolvedObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

/** What becomes of it: an Event object to create, or to change. */
export interface CorrelatedEvent {
  readonly reported: ReportedEvent;
  readonly message: string;
  readonly combined: boolean;
  /** Name of the Event object. */
  readonly name: string;
  readonly count: number;
  /** ms since 1970. */
  readonly firstMs: Millis;
  readonly lastMs: Millis;
}

interface Observed {
  readonly name: string;
  readonly count: number;
  readonly firstMs: Millis;
}

interface Similar {
  readonly messages: readonly string[];
  readonly lastMs: Millis;
}

/** A token bucket: so many events are left, as of a time. */
interface Budget {
  readonly tokens: number;
  readonly atMs: Millis;
}

export interface SavedCorrelator {
  readonly similar: readonly (readonly [string, Similar])[];
  readonly observed: readonly (readonly [string, Observed])[];
  readonly budgets: readonly (readonly [string, Budget])[];
}

const REMEMBERED = 4096;
const DISTINCT_MESSAGES = 10;
const SIMILAR_FOR_MS = 600_000;
const BURST = 25;
const MS_PER_EVENT = 300_000;

export class EventCorrelator {
  readonly #similar: Lru<Similar>;
  readonly #observed: Lru<Observed>;
  readonly #budgets: Lru<Budget>;

  constructor(saved?: SavedCorrelator) {
    this.#similar = new Lru(REMEMBERED, saved?.similar);
    this.#observed = new Lru(REMEMBERED, saved?.observed);
    this.#budgets = new Lru(REMEMBERED, saved?.budgets);
  }

  save(): SavedCorrelator {
    return {
      similar: this.#similar.save(),
      observed: this.#observed.save(),
      budgets: this.#budgets.save(),
    };
  }

  /** Undefined where there were too many events about the object: it is counted, but not written. */
  correlate(
    reported: ReportedEvent,
    nowMs: Millis,
    newName: () => string,
  ): CorrelatedEvent | undefined {
    const combined = this.#isOneOfMany(reported, nowMs);
    const { message, about } = reported;
    const key = combined
      ? similarKey(reported)
      : `${similarKey(reported)}/${about.fieldPath ?? ""}/${message}`;
    const before = this.#observed.get(key);
    const observed = {
      name: before?.name ?? newName(),
      count: (before?.count ?? 0) + 1,
      firstMs: before?.firstMs ?? nowMs,
    };
    this.#observed.set(key, observed);
    if (!this.#isWithinBudget(reported, nowMs)) return undefined;
    return {
      ...observed,
      reported,
      combined,
      message: combined ? `(combined from similar events): ${message}` : message,
      lastMs: nowMs,
    };
  }

  /** Counts so many more of which none is written, as `correlate` would: all combined with this one. */
  countUnwritten(reported: ReportedEvent, events: number): void {
    const key = similarKey(reported);
    const before = this.#observed.get(key);
    if (before !== undefined) {
      this.#observed.set(key, { ...before, count: before.count + events });
    }
  }

  #isOneOfMany(reported: ReportedEvent, nowMs: Millis): boolean {
    const key = similarKey(reported);
    const known = this.#similar.get(key);
    const recent = known !== undefined && nowMs - known.lastMs <= SIMILAR_FOR_MS;
    const messages = new Set(recent ? known.messages : []);
    messages.add(reported.message);
    const many = messages.size >= DISTINCT_MESSAGES;
    // Go takes any of them out again; here it is this one, so that what was single before stays so.
    if (many) messages.delete(reported.message);
    this.#similar.set(key, { messages: [...messages], lastMs: nowMs });
    return many;
  }

  #isWithinBudget(reported: ReportedEvent, nowMs: Millis): boolean {
    const key = sourceKey(reported);
    const { tokens, atMs } = this.#budgets.get(key) ?? { tokens: BURST, atMs: nowMs };
    const now = Math.min(BURST, tokens + (nowMs - atMs) / MS_PER_EVENT);
    const within = now >= 1;
    this.#budgets.set(key, { tokens: within ? now - 1 : now, atMs: nowMs });
    return within;
  }
}

function sourceKey({ source, about, type }: ReportedEvent): string {
  const { kind, namespace, name, uid, apiVersion } = about;
  return [source.component, source.host, kind, namespace, name, uid, apiVersion, type].join("/");
}

function similarKey(reported: ReportedEvent): string {
  return `${sourceKey(reported)}/${reported.reason}`;
}
