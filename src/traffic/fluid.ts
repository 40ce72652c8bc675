/**
 * Requests as a flow: every 20 ms a number of them, spread evenly over views, pods and percentiles of work, in
 * whole requests, so that accounts stay exact. It costs the same at any rate.
 *
 * A pod is a queue that is emptied at concurrency / mean work: what waits, waits as long as the queue lasts.
 * Left out are chance (the queues that random arrivals make below capacity), retries, kept connections,
 * affinity, mirrors, and users.
 */
import { FAILURE, NONE, whyLate, whyNoConnection, whySlow } from "./charge.ts";
import { settleAll, type AttemptWorld, type Caller } from "./attempts.ts";
import { FLUID_STEP, type AppBehavior, type Micros } from "./options.ts";
import type { Server, UnderWay } from "./server.ts";
import { spread, warmth, workOf } from "./work.ts";

/** Requests of one step to one pod that end alike. */
export interface Portion extends UnderWay {
  readonly count: number;
}

export interface SavedFluid {
  readonly steps: number;
  readonly pools: readonly (readonly [number, Pool])[];
}

/** A pod as a queue. */
interface Pool {
  /** Requests that wait, or part of one. */
  waiting: number;
  /** As of when. */
  at: Micros;
  /** Those that end later, and some that have ended. */
  underWay: Portion[];
  /** So many are let be; beyond, those that have ended are forgotten. */
  most: number;
}

const FEW = 256;

/** How long requests to an app take, in parts of equal share. */
interface Work {
  readonly works: readonly Micros[];
  readonly parts: readonly (readonly [part: number, share: number])[];
  readonly mean: Micros;
}

/** Parts of equal share that work is told by. */
const PARTS = 8;
const GOLDEN = 0.618_033_988_749_894_9;

export class Fluid {
  readonly #world: AttemptWorld;
  readonly #pools: Map<number, Pool>;
  readonly #works = new Map<AppBehavior, Work>();
  /** Steps so far, of all callers: it makes the rounding of each fall elsewhere. */
  #steps: number;

  constructor(world: AttemptWorld, saved?: SavedFluid) {
    this.#world = world;
    this.#steps = saved?.steps ?? 0;
    this.#pools = new Map(saved?.pools.map(([number, pool]) => [number, copyOf(pool)]));
  }

  /** The requests of one step of a caller. */
  ask(client: number, count: number, at: Micros): void {
    const { stream, index } = this.#world.callers[client]!;
    this.#steps++;
    stream.ledger.requests += count;
    stream.ledger.attempts += count;
    for (const [service, n] of whole(stream.router.sharesOf(index), count, this.#dither(1))) {
      if (service < 0) stream.ledger.fail(at, 0, FAILURE.noRoute, n);
      else this.#toService(client, service, n, at);
    }
  }

  /** The server's process is gone, and with it what it worked on. */
  end(number: number, at: Micros, why: number): void {
    const pool = this.#pools.get(number);
    if (pool === undefined) return;
    this.#pools.delete(number);
    const server = this.#world.servers[number]!;
    for (const portion of pool.underWay) {
      const { client, service, start, count } = portion;
      if (portion.end <= at) continue;
      const { stream } = this.#world.callers[client]!;
      settleAll(stream, server, portion, -count);
      this.#meter(server, portion, -count);
      stream.ledger.fail(start, server.version, why, count);
      this.#world.meter.fail(service, server.version, at, count);
    }
  }

  /** What ends after `now`, with the server that works on it. */
  *underWay(now: Micros): Generator<readonly [Server, Portion]> {
    for (const [number, { underWay }] of this.#pools) {
      const server = this.#world.servers[number]!;
      for (const portion of underWay) if (portion.end > now) yield [server, portion];
    }
  }

  save(): SavedFluid {
    const pools = [...this.#pools].map(([number, pool]) => [number, copyOf(pool)] as const);
    return { steps: this.#steps, pools };
  }

  #toService(client: number, service: number, count: number, at: Micros): void {
    const caller = this.#world.callers[client]!;
    const shares = caller.stream.proxies.sharesOf(service);
    for (const [number, n] of whole(shares, count, this.#dither(2))) {
      const server = this.#world.servers[number];
      if (server?.listens(at) === true) this.#serve(client, service, number, server, n, at);
      else {
        const why = whyNoConnection(this.#world.services, service, number, server, at);
        this.#lose(caller, service, server?.version ?? 0, why, n, at);
      }
    }
  }

  #serve(
    client: number,
    service: number,
    number: number,
    server: Server,
    count: number,
    at: Micros,
  ): void {
    const caller = this.#world.callers[client]!;
    const { works, parts, mean: warmMean } = this.#workOf(server.app);
    const slower = warmth(server.app, at - server.startedAt);
    const mean = warmMean * slower;
    const perMicro = server.concurrency / Math.max(1, mean);
    const pool = this.#poolAt(number, at, perMicro);
    const { queue = Infinity } = server.app;
    // What a step brings is worked on in its course.
    const room = Math.floor(queue + perMicro * FLUID_STEP - pool.waiting);
    const taken = Math.max(0, Math.min(count, room));
    const away = (): boolean => this.#world.services.hasOthersAway(service);
    const wait = Math.round(pool.waiting / perMicro);
    server.strained = wait > 0 && (server.strained || away());
    if (taken < count) {
      const strained = server.strained || away();
      const why = strained ? FAILURE.overflowOthersAway : FAILURE.overflow;
      this.#lose(caller, service, server.version, why, count - taken, at);
    }
    pool.waiting += taken;
    server.takeOn(at, Math.round(taken * mean), Math.round(pool.waiting * mean));
    for (const [part, n] of whole(parts, taken, this.#dither(3))) {
      server.base = works[part]!;
      server.work = Math.round(server.base * slower);
      this.#finish(client, service, server, pool, n, at, at + wait + server.work);
    }
  }

  #workOf(app: AppBehavior): Work {
    let known = this.#works.get(app);
    if (known === undefined) {
      const works = spread(workOf(app), PARTS);
      const parts = works.map((_, i) => [i, 1 / works.length] as const);
      const mean = works.reduce((sum, work) => sum + work, 0) / works.length;
      known = { works, parts, mean };
      this.#works.set(app, known);
    }
    return known;
  }

  /** Enters what becomes of requests that would end at `done`. */
  #finish(
    client: number,
    service: number,
    server: Server,
    pool: Pool,
    count: number,
    at: Micros,
    done: Micros,
  ): void {
    const { stream, source } = this.#world.callers[client]!;
    const late = done > at + source.timeout;
    const slow = !late && done - at > stream.slow ? whySlow(server, stream.slow) : NONE;
    const wrong = late ? 0 : Math.floor(count * (server.app.errorRate ?? 0) + this.#dither(5));
    const end = Math.min(done, at + source.timeout);
    const enter = (failure: number, how: number, n: number): void => {
      const portion: Portion = {
        end,
        start: at,
        began: at,
        client,
        service,
        ordinal: 0,
        attempt: 0,
        firstCause: NONE,
        failure,
        slow: how,
        count: n,
      };
      settleAll(stream, server, portion, n);
      this.#meter(server, portion, n);
      pool.underWay.push(portion);
    };
    if (wrong > 0) enter(FAILURE.versionError, NONE, wrong);
    if (count > wrong) enter(late ? whyLate(server, source.timeout) : NONE, slow, count - wrong);
  }

  /** The queue as it is by now; what has ended is forgotten. */
  #poolAt(number: number, at: Micros, perMicro: number): Pool {
    let pool = this.#pools.get(number);
    if (pool === undefined) {
      pool = { waiting: 0, at, underWay: [], most: FEW };
      this.#pools.set(number, pool);
    }
    if (pool.at < at) {
      pool.waiting = Math.max(0, pool.waiting - perMicro * (at - pool.at));
      pool.at = at;
    }
    if (pool.underWay.length > pool.most) {
      pool.underWay = pool.underWay.filter(({ end }) => end > at);
      pool.most = FEW + 2 * pool.underWay.length;
    }
    return pool;
  }

  #lose(
    { stream }: Caller,
    service: number,
    version: number,
    why: number,
    count: number,
    at: Micros,
  ): void {
    stream.ledger.fail(at, version, why, count);
    this.#world.meter.fail(service, version, at, count);
  }

  #meter({ version }: Server, { service, end, began, failure }: UnderWay, by: number): void {
    if (failure !== NONE) this.#world.meter.fail(service, version, end, by);
    else this.#world.meter.answer(service, version, end, end - began, by);
  }

  /** A number in [0, 1) that runs evenly over all of them, step by step. */
  #dither(purpose: number): number {
    return (this.#steps * GOLDEN * purpose) % 1;
  }
}

function copyOf(pool: Pool): Pool {
  return { ...pool, underWay: [...pool.underWay] };
}

/** `count` in whole parts by shares that add up to 1; those that get none are left out. */
function whole(
  shares: readonly (readonly [number, number])[],
  count: number,
  dither: number,
): readonly (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  let sum = 0;
  let given = 0;
  for (let i = 0; i < shares.length; i++) {
    const [key, share] = shares[i]!;
    sum += share;
    const upTo = i === shares.length - 1 ? count : Math.floor(count * sum + dither);
    const n = Math.min(count, upTo) - given;
    given += n;
    if (n > 0) parts.push([key, n]);
  }
  return parts;
}
