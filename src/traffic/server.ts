/**
 * One pod as a server: when it listens, how many requests it works on, who waits, and what is under way.
 * What becomes of a request is known when it arrives (work is done first come, first served), unless the pod
 * is stopped before.
 */
import { micros, type AppBehavior, type Micros } from "./options.ts";

/** How a request would end, kept until it has ended. */
export interface UnderWay {
  readonly end: Micros;
  /** Start of its first attempt. */
  readonly start: Micros;
  readonly client: number;
  readonly ordinal: number;
  readonly attempt: number;
  /** Index of the first failed attempt's cause, or -1. */
  readonly firstCause: number;
  readonly failure: number;
  readonly slow: number;
}

const FIELDS = 8;
const DEFAULT_CONCURRENCY = 100;

export class Server {
  readonly image: number;
  readonly app: AppBehavior;
  /** ms from the deletion to SIGTERM. */
  readonly preStop: number;
  /** The container runs. */
  running = false;
  /** It takes connections, from `listensFrom` on. */
  open = false;
  listensFrom: Micros = 0;
  startedAt: Micros = 0;
  /** Kept connections know the epoch in which they were made. */
  epoch = 0;
  lastClose: "clean" | "broken" = "clean";
  /** Of the request that was accepted last: work without warm-up, and with it. */
  base: Micros = 0;
  work: Micros = 0;
  /** The EndpointSlices say that it is ready. */
  truthReady = false;
  /** When each worker is free: a heap, the earliest first. */
  readonly #free: Float64Array;
  readonly #delay: Micros;
  /** Per 32-bit draw. */
  readonly #jitter: number;
  /** When waiting requests will be begun, in order. */
  #starts: number[] = [];
  #firstStart = 0;
  #underWay = new Float64Array(64 * FIELDS);
  #count = 0;

  constructor(image: number, app: AppBehavior, preStop: number) {
    this.image = image;
    this.app = app;
    this.preStop = preStop;
    const { delay, jitter = 0 } = app.serviceTime ?? { delay: 10 };
    this.#delay = micros(delay);
    this.#jitter = micros(jitter) / 0x1_0000_0000;
    this.#free = new Float64Array(app.concurrency ?? DEFAULT_CONCURRENCY);
  }

  /** The container runs since `at`; undefined: since long ago. */
  start(at: Micros | undefined): void {
    this.running = true;
    this.open = true;
    this.startedAt = at ?? -Infinity;
    this.listensFrom = at === undefined ? 0 : at + micros(this.app.listenAfter ?? 0);
    this.#free.fill(0);
    this.#starts = [];
    this.#firstStart = 0;
  }

  /** Takes no connections any more, and closes those that are idle. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.epoch++;
    this.lastClose = "clean";
  }

  /** The process is gone. Answers what it had under way. */
  stop(at: Micros): readonly UnderWay[] {
    if (this.open) {
      this.open = false;
      this.epoch++;
      this.lastClose = "broken";
    }
    this.running = false;
    const lost = [...this.underWay(at)];
    this.#count = 0;
    return lost;
  }

  listens(at: Micros): boolean {
    return this.open && at >= this.listensFrom;
  }

  /** Requests that wait for a worker. */
  waiting(at: Micros): number {
    const starts = this.#starts;
    while (this.#firstStart < starts.length && starts[this.#firstStart]! <= at) this.#firstStart++;
    if (this.#firstStart === starts.length) {
      this.#starts = [];
      this.#firstStart = 0;
      return 0;
    }
    return starts.length - this.#firstStart;
  }

  isFull(at: Micros): boolean {
    const { queue } = this.app;
    return queue !== undefined && this.#free[0]! > at && this.waiting(at) >= queue;
  }

  /** Answers when the work will be done, and keeps how long it takes in `base` and `work`. */
  accept(at: Micros, bits: number): Micros {
    const base = this.#delay + Math.round(this.#jitter * bits);
    const work = this.app.warmUp === undefined ? base : this.#warmed(base, at);
    const begin = Math.max(at, this.#free[0]!);
    const end = begin + work;
    this.base = base;
    this.work = work;
    this.#replaceEarliest(end);
    if (begin > at && this.app.queue !== undefined) {
      this.waiting(at);
      this.#starts.push(begin);
    }
    return end;
  }

  /** The fields of an `UnderWay`, one by one: an object for each request would cost more than the rest. */
  note(
    now: Micros,
    end: Micros,
    start: Micros,
    client: number,
    ordinal: number,
    attempt: number,
    firstCause: number,
    failure: number,
    slow: number,
  ): void {
    if (this.#count * FIELDS === this.#underWay.length) this.#makeRoom(now);
    const at = this.#count++ * FIELDS;
    const items = this.#underWay;
    items[at] = end;
    items[at + 1] = start;
    items[at + 2] = client;
    items[at + 3] = ordinal;
    items[at + 4] = attempt;
    items[at + 5] = firstCause;
    items[at + 6] = failure;
    items[at + 7] = slow;
  }

  /** Requests that end after `now`. */
  *underWay(now: Micros): Generator<UnderWay> {
    const items = this.#underWay;
    for (let at = 0; at < this.#count * FIELDS; at += FIELDS) {
      if (items[at]! <= now) continue;
      yield {
        end: items[at]!,
        start: items[at + 1]!,
        client: items[at + 2]!,
        ordinal: items[at + 3]!,
        attempt: items[at + 4]!,
        firstCause: items[at + 5]!,
        failure: items[at + 6]!,
        slow: items[at + 7]!,
      };
    }
  }

  #warmed(base: Micros, at: Micros): Micros {
    const warmUp = this.app.warmUp!;
    const age = (at - this.startedAt) / 1000;
    if (age >= warmUp.for) return base;
    return Math.round(base * (warmUp.factor - ((warmUp.factor - 1) * age) / warmUp.for));
  }

  #replaceEarliest(end: Micros): void {
    const free = this.#free;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= free.length) break;
      if (child + 1 < free.length && free[child + 1]! < free[child]!) child++;
      if (free[child]! >= end) break;
      free[i] = free[child]!;
      i = child;
    }
    free[i] = end;
  }

  /** Forgets what has ended; grows where that does not help. */
  #makeRoom(now: Micros): void {
    const items = this.#underWay;
    let kept = 0;
    for (let at = 0; at < items.length; at += FIELDS) {
      if (items[at]! <= now) continue;
      if (kept !== at) items.copyWithin(kept, at, at + FIELDS);
      kept += FIELDS;
    }
    this.#count = kept / FIELDS;
    if (kept * 2 <= items.length) return;
    this.#underWay = new Float64Array(items.length * 2);
    this.#underWay.set(items.subarray(0, kept));
  }
}
