/**
 * Requests against a Service while the cluster goes on: clients, proxies on nodes that learn late, pods that
 * listen, work, queue and stop. It watches the cluster through the public API and changes nothing in it.
 * Each request is accounted for in the ledger; causes.ts says for what.
 *
 * A pod goes on with work that its client has given up. Left out: what the network itself loses, load
 * balancers before the nodes, session affinity, hedging.
 */
import type { Client } from "../api/client.ts";
import type { Millis } from "../api/meta.ts";
import { Random } from "../engine/random.ts";
import { Agenda } from "./agenda.ts";
import { Backends } from "./backends.ts";
import { FAILURES, SLOWS, type FailureCause, type SlowCause } from "./causes.ts";
import { Source, type Connection } from "./clients.ts";
import { keyed } from "./draws.ts";
import { Ledger, type LedgerSnapshot } from "./ledger.ts";
import { micros, spreadOf, type Micros, type TrafficOptions } from "./options.ts";
import type { Server, UnderWay } from "./server.ts";

/** What traffic needs of a cluster; a Cluster is one. */
export interface TrafficWorld {
  readonly api: Client;
  readonly now: Millis;
  readonly options: { readonly seed?: string };
  /** Calls back when all that was to happen at an instant has happened. */
  on(kind: "instant", listener: (entry: { readonly at: Millis }) => void): () => void;
}

/** One request on its way through attempts. */
interface Attempt {
  readonly client: number;
  readonly ordinal: number;
  readonly attempt: number;
  /** Of the first attempt. */
  readonly start: Micros;
  /** Index of the first failed attempt's cause, or -1. */
  readonly firstCause: number;
}

type Plan =
  | { readonly do: "learn"; readonly view: number; readonly usable: readonly Server[] }
  | { readonly do: "sigterm"; readonly server: Server }
  | { readonly do: "retry"; readonly attempt: Attempt }
  | {
      readonly do: "ask";
      readonly client: number;
      readonly user: number;
      readonly turn: number;
    };

const cause = (name: FailureCause): number => FAILURES.indexOf(name);
const FAILURE = Object.fromEntries(FAILURES.map((name) => [name, cause(name)])) as Readonly<
  Record<FailureCause, number>
>;
const SLOW = Object.fromEntries(SLOWS.map((name, i) => [name, i])) as Readonly<
  Record<SlowCause, number>
>;
const NONE = -1;
/** Attempts of one request draw apart. */
const ATTEMPTS = 64;

export class Traffic {
  readonly #world: TrafficWorld;
  readonly #options: TrafficOptions;
  readonly #ledger = new Ledger();
  readonly #agenda = new Agenda<Plan>();
  readonly #backends: Backends;
  readonly #sources: readonly Source[];
  /** What each node's proxy takes for usable. */
  readonly #views: (readonly Server[])[];
  readonly #learnedAt: Micros[];
  readonly #draws: Readonly<
    Record<
      "endpoint" | "service" | "error" | "think" | "view" | "proxy",
      (a: number, b: number) => number
    >
  >;
  readonly #slow: Micros;
  readonly #noImage: number;
  readonly #stop: () => void;
  #changes = 0;
  /** All that was due before this is done. */
  #now: Micros;

  constructor(world: TrafficWorld, options: TrafficOptions) {
    this.#world = world;
    this.#options = options;
    const random = new Random(options.seed ?? world.options.seed ?? "0");
    const draw = (purpose: string) => keyed(random, purpose);
    this.#draws = {
      endpoint: draw("endpoint"),
      service: draw("service"),
      error: draw("error"),
      think: draw("think"),
      view: draw("view"),
      proxy: draw("proxy"),
    };
    this.#now = micros(world.now);
    this.#slow = options.slow === undefined ? Infinity : micros(options.slow);
    this.#noImage = this.#ledger.image("");
    const views = options.proxies?.count ?? 3;
    this.#views = Array.from({ length: views }, () => []);
    this.#learnedAt = Array.from({ length: views }, () => this.#now);
    this.#sources = options.clients.map(
      (client, i) =>
        new Source(
          client,
          this.#now,
          (
            (d) => (n) =>
              d(n, i)
          )(draw("arrival")),
        ),
    );
    this.#backends = new Backends(
      world.api,
      { service: options.service, namespace: options.namespace ?? "default" },
      options.apps ?? [],
      this.#ledger,
      this.#listener(),
    );
    this.#sources.forEach((source, client) => this.#askFirst(source, client));
    this.#stop = world.on("instant", ({ at }) => this.#catchUp(at));
  }

  /** The account as of now: requests that started before now, ended or not. */
  snapshot(): LedgerSnapshot {
    return this.#withoutUnderWay(() => this.#ledger.snapshot(this.#world.now));
  }

  /** All latencies so far: ms, and how many answers took so long, ascending; at most 1.6% too high. */
  latencies(): readonly { readonly value: Millis; readonly weight: number }[] {
    return this.#withoutUnderWay(() => this.#ledger.latencies());
  }

  /** No further requests, and the cluster is not watched any more. Answers the account. */
  stop(): LedgerSnapshot {
    const snapshot = this.snapshot();
    this.#stop();
    this.#backends.stop();
    return snapshot;
  }

  /** The ledger holds what requests are to become; what has not ended is left out while one looks. */
  #withoutUnderWay<T>(look: () => T): T {
    this.#catchUp(this.#world.now);
    const under = this.#backends
      .servers()
      .flatMap((server) => [...server.underWay(this.#now)].map((entry) => ({ server, entry })));
    for (const { server, entry } of under) this.#settle(server, entry, -1);
    const seen = look();
    for (const { server, entry } of under) this.#settle(server, entry, 1);
    return seen;
  }

  #listener(): ConstructorParameters<typeof Backends>[4] {
    return {
      started: (server, at) => server.start(at === undefined ? undefined : micros(at)),
      crashed: (server, at) => this.#end(server, micros(at), FAILURE.crashed),
      gone: (server, at) => this.#end(server, micros(at), FAILURE.killedInFlight),
      terminating: (server, at) =>
        this.#agenda.plan(micros(at + server.preStop), { do: "sigterm", server }),
      endpoints: (usable, at) => this.#publish(usable, micros(at)),
    };
  }

  /** Each proxy learns of a change after its own delay, and never of an older one after a newer. */
  #publish(usable: readonly Server[], at: Micros): void {
    const change = this.#changes++;
    const { delay } = this.#options.proxies ?? {};
    for (let view = 0; view < this.#views.length; view++) {
      if (change === 0 || delay === undefined) {
        this.#views[view] = usable;
        continue;
      }
      const late = spreadOf(delay, this.#draws.proxy(change, view));
      const when = Math.max(this.#learnedAt[view]!, at + late);
      this.#learnedAt[view] = when;
      this.#agenda.plan(when, { do: "learn", view, usable });
    }
  }

  #catchUp(until: Millis): void {
    this.#backends.catchUp((at) => this.#runUntil(micros(at)));
    this.#runUntil(micros(until));
  }

  /** All that is due before `until`. */
  #runUntil(until: Micros): void {
    for (;;) {
      let next = 0;
      let at = Infinity;
      for (let i = 0; i < this.#sources.length; i++) {
        const { nextAt } = this.#sources[i]!;
        if (nextAt < at) [next, at] = [i, nextAt];
      }
      if (Math.min(at, this.#agenda.nextAt) >= until) break;
      if (this.#agenda.nextAt <= at) this.#carryOut(this.#agenda.take());
      else this.#ask(next, this.#sources[next]!.take(), at);
    }
    this.#now = Math.max(this.#now, until);
  }

  #carryOut({ at, what }: { readonly at: Micros; readonly what: Plan }): void {
    switch (what.do) {
      case "learn":
        this.#views[what.view] = what.usable;
        return;
      case "sigterm":
        return this.#sigterm(what.server, at);
      case "retry":
        return this.#again(at, what.attempt);
      case "ask": {
        const source = this.#sources[what.client]!;
        if (at > source.until || !source.isPlanned(what.user, what.turn)) return;
        return this.#ask(what.client, source.takeOf(what.user), at);
      }
    }
  }

  #sigterm(server: Server, at: Micros): void {
    const { onSigterm = "finish" } = server.app;
    if (onSigterm === "finish") server.close();
    else if (onSigterm === "drop") this.#end(server, at, FAILURE.killedInFlight);
  }

  /** Users do not begin all at once. */
  #askFirst(source: Source, client: number): void {
    for (let user = 0; user < source.users; user++) this.#think(client, user, source.from);
  }

  #ask(client: number, ordinal: number, at: Micros): void {
    this.#ledger.requests++;
    this.#attempt(at, client, ordinal, 0, at, NONE);
  }

  #again(at: Micros, { client, ordinal, attempt, start, firstCause }: Attempt): void {
    this.#attempt(at, client, ordinal, attempt, start, firstCause);
  }

  // The fields of an `Attempt`, one by one: this is done for every request.
  #attempt(
    at: Micros,
    client: number,
    ordinal: number,
    attempt: number,
    start: Micros,
    firstCause: number,
  ): void {
    const salt = client * ATTEMPTS + Math.min(attempt, ATTEMPTS - 1);
    this.#ledger.attempts++;
    const { connections } = this.#sources[client]!;
    const number = connections.length === 0 ? 0 : ordinal % connections.length;
    const kept = connections[number];
    let server = kept?.server;
    let why = NONE;
    if (server !== undefined && server.epoch !== kept!.epoch) {
      const broken = server.lastClose === "broken" || server.epoch > kept!.epoch + 1;
      kept!.server = undefined;
      if (broken) why = FAILURE.reusedConnection;
      else server = undefined;
    }
    if (server === undefined) {
      const bits = kept === undefined ? this.#draws.view(ordinal, salt) : number;
      const usable = this.#views[bits % this.#views.length]!;
      const draw = this.#draws.endpoint(ordinal, salt) * usable.length;
      server = usable[Math.floor(draw / 0x1_0000_0000)];
      if (server === undefined || !server.listens(at)) why = this.#whyNot(server, at);
      else if (kept !== undefined) keep(kept, server);
    }
    if (why === NONE && server!.isFull(at)) {
      why = this.#backends.away > 0 ? FAILURE.overflowOthersAway : FAILURE.overflow;
    }
    if (why === NONE) this.#serve(at, client, ordinal, attempt, start, firstCause, server!);
    else {
      const broken = { client, ordinal, attempt, start, firstCause };
      this.#broke(at, broken, why, server?.image ?? this.#noImage);
    }
  }

  /** Why no connection came about. */
  #whyNot(server: Server | undefined, at: Micros): number {
    if (server?.truthReady === true && server.open && at < server.listensFrom)
      return FAILURE.tooSoon;
    return this.#backends.ready === 0 ? FAILURE.noEndpoint : FAILURE.staleView;
  }

  #serve(
    at: Micros,
    client: number,
    ordinal: number,
    attempt: number,
    start: Micros,
    firstCause: number,
    server: Server,
  ): void {
    const salt = client * ATTEMPTS + Math.min(attempt, ATTEMPTS - 1);
    const { timeout, users } = this.#sources[client]!;
    const { errorRate } = server.app;
    let end = server.accept(at, this.#draws.service(ordinal, salt));
    let failure = NONE;
    let slow = NONE;
    if (end > start + timeout) {
      end = start + timeout;
      failure = firstCause === NONE ? this.#whyLate(server, timeout) : firstCause;
    } else if (
      errorRate !== undefined &&
      this.#draws.error(ordinal, salt) < errorRate * 0x1_0000_0000
    ) {
      failure = firstCause === NONE ? FAILURE.versionError : firstCause;
    } else if (end - start > this.#slow) {
      slow = firstCause === NONE ? this.#whySlow(server) : SLOW.retried;
    }
    server.note(at, end, start, client, ordinal, attempt, firstCause, failure, slow);
    if (failure !== NONE) this.#ledger.fail(start, server.image, failure, 1);
    else this.#ledger.answer(start, end - start, server.image, slow, firstCause, 1);
    if (users > 0) this.#think(client, ordinal, end);
  }

  #whyLate({ base, work }: Server, timeout: Micros): number {
    if (base > timeout) return FAILURE.timeoutService;
    if (work > timeout) return FAILURE.timeoutCold;
    return this.#backends.away > 0 ? FAILURE.timeoutOthersAway : FAILURE.timeoutQueue;
  }

  #whySlow({ base, work }: Server): number {
    if (base > this.#slow) return SLOW.service;
    if (work > this.#slow) return SLOW.cold;
    return this.#backends.away > 0 ? SLOW.othersAway : SLOW.queue;
  }

  /** Enters what becomes of a request, or takes it back. */
  #settle(server: Server, { start, end, failure, slow, firstCause }: UnderWay, by: 1 | -1): void {
    if (failure !== NONE) this.#ledger.fail(start, server.image, failure, by);
    else this.#ledger.answer(start, end - start, server.image, slow, firstCause, by);
  }

  /** The server's process is gone, and with it what it worked on. */
  #end(server: Server, at: Micros, why: number): void {
    for (const entry of server.stop(at)) {
      const source = this.#sources[entry.client]!;
      if (source.users > 0) source.replan(source.userOf(entry.ordinal));
      this.#settle(server, entry, -1);
      this.#broke(at, entry, why, server.image);
    }
  }

  /** A connection failed: another attempt, or the end. */
  #broke(at: Micros, attempt: Attempt, why: number, image: number): void {
    const { client, ordinal, start } = attempt;
    const source = this.#sources[client]!;
    const firstCause = attempt.firstCause === NONE ? why : attempt.firstCause;
    const again = at + source.backoff;
    if (attempt.attempt < source.retries && again < start + source.timeout) {
      const next = { client, ordinal, start, attempt: attempt.attempt + 1, firstCause };
      this.#agenda.plan(again, { do: "retry", attempt: next });
      return;
    }
    this.#ledger.fail(start, image, firstCause, 1);
    if (source.users > 0) this.#think(client, ordinal, at);
  }

  #think(client: number, ordinal: number, from: Micros): void {
    const source = this.#sources[client]!;
    const user = source.userOf(ordinal);
    const turn = source.replan(user);
    const thought = source.thought(this.#draws.think(ordinal, client));
    this.#agenda.plan(from + thought, { do: "ask", client, user, turn });
  }
}

function keep(connection: Connection, server: Server): void {
  connection.server = server;
  connection.epoch = server.epoch;
}
