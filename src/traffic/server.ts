/**
 * One pod as a server: when it listens, how many requests it works on, who waits, and what is under way.
 * What becomes of a request is known when it arrives (work is done first come, first served), unless the pod
 * is stopped before.
 */
import type { Millis } from "../api/meta.ts";
import { micros, type AppBehavior, type Micros } from "./options.ts";
import { warmth, workOf } from "./work.ts";

/** How an attempt would end, kept until it has ended. */
export interface UnderWay {
  readonly end: Micros;
  /** Start of the request: of its first attempt. */
  readonly start: Micros;
  /** Start of this attempt. */
  readonly began: Micros;
  readonly client: number;
  /** The Service that it was sent to. */
  readonly service: number;
  /** Of the request; negative: the copy of one, for a mirror. */
  readonly ordinal: number;
  readonly attempt: number;
  /** Index of the first failed attempt's cause, or -1. */
  readonly firstCause: number;
  readonly failure: number;
  readonly slow: number;
}

const FIELDS = 10;
const DEFAULT_CONCURRENCY = 100;
const DEFAULT_APP: AppBehavior = {};
const SECOND: Micros = 1_000_000;
/** In the place of a time; as JSON has neither. */
export const NEVER: Micros = -1;
export const LONG_AGO: Micros = -1e15;

interface ServerState {
  running: boolean;
  containersReadyAt: Micros;
  open: boolean;
  listensFrom: Micros;
  startedAt: Micros;
  epoch: number;
  lastClose: "clean" | "broken";
  strained: boolean;
}

/** Plain data. */
export interface SavedServer extends Readonly<ServerState> {
  readonly version: number;
  readonly app: number;
  readonly preStop: Millis;
  readonly free: Float64Array;
  readonly starts: readonly Micros[];
  readonly underWay: Float64Array;
  readonly accepted: Micros;
  readonly flowLeft: Micros;
  readonly busy: readonly Micros[];
  readonly firstSecond: number;
}

/** What a pod is for traffic, from the start of its life to the end. */
export interface Being {
  /** Number of its image and template. */
  readonly version: number;
  /** Index of its app; -1: no app matches. */
  readonly app: number;
  /** From the deletion to SIGTERM. */
  readonly preStop: Millis;
}

export class Server implements ServerState {
  readonly version: number;
  readonly app: AppBehavior;
  readonly preStop: Millis;
  /** The container runs. */
  running = false;
  /** Since when all its containers are ready; NEVER: they are not. */
  containersReadyAt: Micros = NEVER;
  /** It takes connections, from `listensFrom` on. */
  open = false;
  listensFrom: Micros = 0;
  startedAt: Micros = 0;
  /** Kept connections know the epoch in which they were made. */
  epoch = 0;
  lastClose: "clean" | "broken" = "clean";
  /** Requests have waited without a break since others of the Service were away. */
  strained = false;
  /** Of the request that was accepted last: work without warm-up, and with it. */
  base: Micros = 0;
  work: Micros = 0;
  readonly #app: number;
  /** When each worker is free: a heap, the earliest first. */
  #free: Float64Array;
  readonly #workFor: (bits: number) => Micros;
  /** When waiting requests will be begun, in order. */
  #starts: number[] = [];
  #firstStart = 0;
  #underWay: Float64Array = new Float64Array(64 * FIELDS);
  #count = 0;
  /** Work taken on so far. */
  #accepted: Micros = 0;
  /** Of work that comes as a flow: what waited when it came last. */
  #flowLeft: Micros = 0;
  /** Work done by the end of each second, from `#firstSecond` on. */
  #busy: Micros[] = [];
  #firstSecond = -1;
  /** End of the second that is running. */
  #secondEnd: Micros = Infinity;

  constructor({ version, app, preStop }: Being, apps: readonly AppBehavior[]) {
    this.version = version;
    this.#app = app;
    this.app = apps[app] ?? DEFAULT_APP;
    this.preStop = preStop;
    this.#workFor = workOf(this.app);
    this.#free = new Float64Array(this.app.concurrency ?? DEFAULT_CONCURRENCY);
  }

  /** The container runs since `since`; undefined: since long before `now`. */
  start(since: Micros | undefined, now: Micros): void {
    this.running = true;
    this.open = true;
    this.startedAt = since ?? -Infinity;
    this.listensFrom = since === undefined ? 0 : since + micros(this.app.listenAfter ?? 0);
    this.#free.fill(0);
    this.#starts = [];
    this.#firstStart = 0;
    if (this.#firstSecond >= 0) return;
    this.#firstSecond = Math.floor(now / SECOND);
    this.#secondEnd = (this.#firstSecond + 1) * SECOND;
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
    this.#countSeconds(at);
    this.#accepted -= this.#left(at);
    this.#flowLeft = 0;
    this.#free.fill(0);
    this.strained = false;
    this.running = false;
    const lost = [...this.underWay(at)];
    this.#count = 0;
    return lost;
  }

  /** It will not start again: gives back what memory it has. */
  retire(): void {
    this.#underWay = new Float64Array(0);
    this.#free = new Float64Array(0);
    this.#busy = [];
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
    if (at >= this.#secondEnd) this.#countSeconds(at);
    const base = this.#workFor(bits);
    const slower = this.app.warmUp === undefined ? 1 : warmth(this.app, at - this.startedAt);
    const work = slower === 1 ? base : Math.round(base * slower);
    const begin = Math.max(at, this.#free[0]!);
    const end = begin + work;
    this.base = base;
    this.work = work;
    this.#accepted += work;
    this.#replaceEarliest(end);
    if (begin > at && this.app.queue !== undefined) {
      this.waiting(at);
      this.#starts.push(begin);
    }
    return end;
  }

  /** Requests that it works on at a time. */
  get concurrency(): number {
    return this.#free.length;
  }

  /** As a flow: so much work more, of which `left` is still to be begun. */
  takeOn(at: Micros, work: Micros, left: Micros): void {
    if (at >= this.#secondEnd) this.#countSeconds(at);
    this.#accepted += work;
    this.#flowLeft = left;
  }

  /** The fields of an `UnderWay`, one by one: an object for each request would cost more than the rest. */
  note(
    end: Micros,
    start: Micros,
    began: Micros,
    client: number,
    service: number,
    ordinal: number,
    attempt: number,
    firstCause: number,
    failure: number,
    slow: number,
  ): void {
    if (this.#count * FIELDS === this.#underWay.length) this.#makeRoom(began);
    const at = this.#count++ * FIELDS;
    const items = this.#underWay;
    items[at] = end;
    items[at + 1] = start;
    items[at + 2] = began;
    items[at + 3] = client;
    items[at + 4] = service;
    items[at + 5] = ordinal;
    items[at + 6] = attempt;
    items[at + 7] = firstCause;
    items[at + 8] = failure;
    items[at + 9] = slow;
  }

  /** Attempts that end after `now`. */
  *underWay(now: Micros): Generator<UnderWay> {
    const items = this.#underWay;
    for (let at = 0; at < this.#count * FIELDS; at += FIELDS) {
      if (items[at]! <= now) continue;
      yield {
        end: items[at]!,
        start: items[at + 1]!,
        began: items[at + 2]!,
        client: items[at + 3]!,
        service: items[at + 4]!,
        ordinal: items[at + 5]!,
        attempt: items[at + 6]!,
        firstCause: items[at + 7]!,
        failure: items[at + 8]!,
        slow: items[at + 9]!,
      };
    }
  }

  /** Busy time / (workers x time) over whole seconds until `now` at the latest; undefined: it does not run. */
  load(from: Millis, to: Millis, now: Micros): number | undefined {
    const [first, last] = [Math.floor(from / 1000), Math.floor(Math.min(to, now / 1000) / 1000)];
    if (!this.running || last <= first) return undefined;
    this.#countSeconds(now);
    const doneBy = (second: number): Micros => {
      const at = Math.min(second - this.#firstSecond, this.#busy.length) - 1;
      return this.#busy[at] ?? 0;
    };
    return (doneBy(last) - doneBy(first)) / ((last - first) * SECOND * this.#free.length);
  }

  save(): SavedServer {
    const { version, preStop, running, open, listensFrom, startedAt, epoch, lastClose } = this;
    const { strained, containersReadyAt } = this;
    return {
      version,
      preStop,
      running,
      open,
      listensFrom,
      startedAt,
      epoch,
      lastClose,
      strained,
      containersReadyAt,
      app: this.#app,
      free: this.#free.slice(),
      starts: this.#starts.slice(this.#firstStart),
      underWay: this.#underWay.slice(0, this.#count * FIELDS),
      accepted: this.#accepted,
      flowLeft: this.#flowLeft,
      busy: [...this.#busy],
      firstSecond: this.#firstSecond,
    };
  }

  static restore(saved: SavedServer, apps: readonly AppBehavior[]): Server {
    const server = new Server(saved, apps);
    const { running, open, listensFrom, startedAt, epoch, lastClose, strained } = saved;
    const { containersReadyAt } = saved;
    Object.assign(server, { running, open, listensFrom, startedAt, epoch, lastClose, strained });
    server.containersReadyAt = containersReadyAt;
    server.#free = saved.free.slice();
    server.#starts = [...saved.starts];
    server.#count = saved.underWay.length / FIELDS;
    server.#underWay = new Float64Array(Math.max(64 * FIELDS, saved.underWay.length));
    server.#underWay.set(saved.underWay);
    server.#accepted = saved.accepted;
    server.#flowLeft = saved.flowLeft;
    server.#busy = [...saved.busy];
    server.#firstSecond = saved.firstSecond;
    if (saved.firstSecond >= 0) {
      server.#secondEnd = (saved.firstSecond + saved.busy.length + 1) * SECOND;
    }
    return server;
  }

  /** Work that is begun or waits at that time, as far as it is still to be done. */
  #left(at: Micros): Micros {
    let left = this.#flowLeft;
    for (const free of this.#free) if (free > at) left += free - at;
    return left;
  }

  /** Nothing was accepted between the ends of these seconds and now, so what was left then is known. */
  #countSeconds(now: Micros): void {
    for (; this.#secondEnd <= now; this.#secondEnd += SECOND) {
      this.#busy.push(this.#accepted - this.#left(this.#secondEnd));
    }
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
    this.#underWay = new Float64Array(Math.max(64 * FIELDS, items.length * 2));
    this.#underWay.set(items.subarray(0, kept));
  }
}
