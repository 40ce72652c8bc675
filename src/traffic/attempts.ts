/** The way of one request: the Service, the proxy, the pod, what becomes of it there, and another attempt. */
import type { Agenda } from "./agenda.ts";
import { FAILURE, NONE, SLOW, whyLate, whyNoConnection, whySlow } from "./charge.ts";
import type { Source } from "./clients.ts";
import type { Meter } from "./meter.ts";
import { micros, type Micros } from "./options.ts";
import type { Server, UnderWay } from "./server.ts";
import type { Services } from "./services.ts";
import type { Stream } from "./stream.ts";

/** One client of one traffic. */
export interface Caller {
  readonly stream: Stream;
  readonly source: Source;
  /** Its number in the traffic. */
  readonly index: number;
}

/** One request on its way through attempts. */
export interface Attempt {
  /** Number of the caller. */
  readonly client: number;
  readonly ordinal: number;
  readonly attempt: number;
  /** Of the first attempt. */
  readonly start: Micros;
  /** Number of the first failed attempt's cause, or -1. */
  readonly firstCause: number;
}

/** What is planned besides new requests of open loops. */
export type AttemptPlan =
  | { readonly do: "retry"; readonly attempt: Attempt }
  | {
      readonly do: "ask";
      readonly client: number;
      readonly user: number;
      readonly turn: number;
    };

export interface AttemptWorld {
  readonly callers: readonly Caller[];
  readonly servers: readonly Server[];
  readonly services: Services;
  readonly meter: Meter;
  readonly agenda: Pick<Agenda<AttemptPlan>, "plan">;
}

/** Attempts of one request draw apart. */
const ATTEMPTS = 64;
const NO_SERVER = -1;
/** Of requests that no pod was found for. */
const NO_VERSION = 0;

export class Attempts {
  readonly #world: AttemptWorld;

  constructor(world: AttemptWorld) {
    this.#world = world;
  }

  /** A new request. */
  ask(client: number, ordinal: number, at: Micros): void {
    const { stream, source, index } = this.#world.callers[client]!;
    stream.ledger.requests++;
    if (stream.router.mirrors) {
      const user = source.userOf(ordinal);
      for (const service of stream.router.mirrorsOf(index, ordinal, user)) {
        this.#copy(at, client, service, ordinal);
      }
    }
    this.#attempt(at, client, ordinal, 0, at, NONE);
  }

  again(at: Micros, { client, ordinal, attempt, start, firstCause }: Attempt): void {
    this.#attempt(at, client, ordinal, attempt, start, firstCause);
  }

  /** The server's process is gone, and with it what it worked on. */
  end(number: number, at: Micros, why: number): void {
    const server = this.#world.servers[number]!;
    for (const entry of server.stop(at)) {
      this.#meter(server, entry, -1);
      this.#world.meter.fail(entry.service, server.version, at, 1);
      if (entry.ordinal < 0) continue;
      const caller = this.#world.callers[entry.client]!;
      const { source } = caller;
      if (source.users > 0) source.replan(source.userOf(entry.ordinal));
      settle(caller, server, entry, -1);
      this.#broke(at, entry, why, server.version);
    }
  }

  /** Plans the next request of a user of a closed loop. */
  think(client: number, ordinal: number, from: Micros): void {
    const { stream, source, index } = this.#world.callers[client]!;
    const user = source.userOf(ordinal);
    const turn = source.replan(user);
    const thought = source.thought(stream.draws.think(ordinal, index));
    this.#world.agenda.plan(from + thought, { do: "ask", client, user, turn });
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
    const caller = this.#world.callers[client]!;
    const { stream, source, index } = caller;
    const service = stream.router.serviceFor(index, ordinal, source.userOf(ordinal));
    stream.ledger.attempts++;
    if (service < 0) return this.#fail(at, client, ordinal, start, FAILURE.noRoute, NO_VERSION);
    const kept = source.kept === 0 ? undefined : source.connection(service, ordinal % source.kept);
    let number = kept?.server ?? NO_SERVER;
    let why = NONE;
    if (number >= 0) {
      const { epoch, lastClose } = this.#world.servers[number]!;
      if (epoch !== kept!.epoch) {
        kept!.server = NO_SERVER;
        if (lastClose === "broken" || epoch > kept!.epoch + 1) why = FAILURE.reusedConnection;
        else number = NO_SERVER;
      }
    }
    if (number < 0) {
      number = this.#endpoint(at, caller, service, ordinal, attempt);
      const server = this.#world.servers[number];
      if (server === undefined || !server.listens(at)) {
        why = whyNoConnection(this.#world.services, service, number, server, at);
      } else if (kept !== undefined) {
        kept.server = number;
        kept.epoch = server.epoch;
      }
    }
    const server = this.#world.servers[number];
    if (why === NONE && server!.isFull(at)) {
      why = this.#isStrained(server!, service) ? FAILURE.overflowOthersAway : FAILURE.overflow;
    }
    if (why === NONE) {
      return this.#serve(at, client, service, ordinal, attempt, start, firstCause, server!);
    }
    const version = server?.version ?? NO_VERSION;
    this.#world.meter.fail(service, version, at, 1);
    this.#broke(at, { client, ordinal, attempt, start, firstCause }, why, version);
  }

  /** The pod that a new connection leads to, through the proxy of some node: its number, or -1. */
  #endpoint(
    at: Micros,
    { stream, source, index }: Caller,
    service: number,
    ordinal: number,
    attempt: number,
  ): number {
    const { draws, proxies } = stream;
    const salt = index * ATTEMPTS + Math.min(attempt, ATTEMPTS - 1);
    const affinity = source.returns ? this.#world.services.affinityOf(service) : undefined;
    if (affinity !== undefined) {
      // A client stays behind its node.
      const user = source.userOf(ordinal);
      const view = draws.view(user, index) % proxies.count;
      const client = `${index}/${user}`;
      const server =
        proxies.stay(view, service, client, at - micros(affinity)) ??
        picked(proxies.usable(view, service), draws.endpoint(ordinal, salt));
      if (server >= 0) proxies.remember(view, service, client, { server, last: at });
      return server;
    }
    const bits = source.kept === 0 ? draws.view(ordinal, salt) : ordinal % source.kept;
    const usable = proxies.usable(bits % proxies.count, service);
    return picked(usable, draws.endpoint(ordinal, salt));
  }

  #serve(
    at: Micros,
    client: number,
    service: number,
    ordinal: number,
    attempt: number,
    start: Micros,
    firstCause: number,
    server: Server,
  ): void {
    const { stream, source, index } = this.#world.callers[client]!;
    const salt = index * ATTEMPTS + Math.min(attempt, ATTEMPTS - 1);
    const { timeout } = source;
    const { errorRate } = server.app;
    let end = server.accept(at, stream.draws.service(ordinal, salt));
    server.strained = end - server.work > at && this.#isStrained(server, service);
    let failure = NONE;
    let slow = NONE;
    if (end > start + timeout) {
      end = start + timeout;
      failure = firstCause === NONE ? whyLate(server, timeout) : firstCause;
    } else if (
      errorRate !== undefined &&
      stream.draws.error(ordinal, salt) < errorRate * 0x1_0000_0000
    ) {
      failure = firstCause === NONE ? FAILURE.versionError : firstCause;
    } else if (end - start > stream.slow) {
      slow = firstCause === NONE ? whySlow(server, stream.slow) : SLOW.retried;
    }
    const { version } = server;
    server.note(end, start, at, client, service, ordinal, attempt, firstCause, failure, slow);
    if (failure !== NONE) {
      stream.ledger.fail(start, version, failure, 1);
      this.#world.meter.fail(service, version, end, 1);
    } else {
      stream.ledger.answer(start, end - start, version, slow, firstCause, 1);
      convert(this.#world.callers[client]!, server, start, ordinal, 1);
      this.#world.meter.answer(service, version, end, end - at, 1);
    }
    if (source.users > 0) this.think(client, ordinal, end);
  }

  /** Whether a queue is there because others were away when it began, or are. */
  #isStrained({ strained }: Server, service: number): boolean {
    return strained || this.#world.services.hasOthersAway(service);
  }

  /** A copy of a request, sent to a mirror: it loads the pod and is metered, and is in no account. */
  #copy(at: Micros, client: number, service: number, original: number): void {
    const { stream, source, index } = this.#world.callers[client]!;
    const { draws, proxies, ledger } = stream;
    const salt = index * ATTEMPTS + ATTEMPTS - 1;
    const usable = proxies.usable(draws.view(original, salt) % proxies.count, service);
    const server = this.#world.servers[picked(usable, draws.copy(original, index))];
    ledger.mirrored++;
    if (server === undefined || !server.listens(at) || server.isFull(at)) {
      this.#world.meter.fail(service, server?.version ?? NO_VERSION, at, 1);
      return;
    }
    const { errorRate = 0 } = server.app;
    const end = Math.min(server.accept(at, draws.service(original, salt)), at + source.timeout);
    const late = end === at + source.timeout;
    const failed = late || draws.error(original, salt) < errorRate * 0x1_0000_0000;
    const failure = failed ? FAILURE.versionError : NONE;
    server.note(end, at, at, client, service, -1 - original, 0, NONE, failure, NONE);
    if (failed) this.#world.meter.fail(service, server.version, end, 1);
    else this.#world.meter.answer(service, server.version, end, end - at, 1);
  }

  /** A connection failed: another attempt, or the end. */
  #broke(at: Micros, attempt: Attempt, why: number, version: number): void {
    const { client, ordinal, start } = attempt;
    const { source } = this.#world.callers[client]!;
    const firstCause = attempt.firstCause === NONE ? why : attempt.firstCause;
    const again = at + source.backoff;
    if (attempt.attempt < source.retries && again < start + source.timeout) {
      const next = { client, ordinal, start, attempt: attempt.attempt + 1, firstCause };
      this.#world.agenda.plan(again, { do: "retry", attempt: next });
      return;
    }
    this.#fail(at, client, ordinal, start, firstCause, version);
  }

  #fail(
    at: Micros,
    client: number,
    ordinal: number,
    start: Micros,
    why: number,
    version: number,
  ): void {
    const { stream, source } = this.#world.callers[client]!;
    stream.ledger.fail(start, version, why, 1);
    if (source.users > 0) this.think(client, ordinal, at);
  }

  #meter({ version }: Server, { service, end, began, failure }: UnderWay, by: 1 | -1): void {
    if (failure !== NONE) this.#world.meter.fail(service, version, end, by);
    else this.#world.meter.answer(service, version, end, end - began, by);
  }
}

/** Enters what becomes of a request, or takes it back. */
export function settle(caller: Caller, server: Server, entry: UnderWay, by: 1 | -1): void {
  settleAll(caller.stream, server, entry, by);
  if (entry.failure === NONE) convert(caller, server, entry.start, entry.ordinal, by);
}

/** So many requests that end alike. */
export function settleAll(
  { ledger }: Stream,
  { version }: Server,
  { start, end, failure, slow, firstCause }: UnderWay,
  by: number,
): void {
  if (failure !== NONE) ledger.fail(start, version, failure, by);
  else ledger.answer(start, end - start, version, slow, firstCause, by);
}

/** Whether an answer converts is the request's luck: better versions convert it, and some more. */
function convert(
  { stream, index }: Caller,
  { app, version }: Server,
  start: Micros,
  ordinal: number,
  by: 1 | -1,
): void {
  const { conversionRate } = app;
  if (conversionRate === undefined) return;
  const converts = stream.draws.convert(ordinal, index) < conversionRate * 0x1_0000_0000;
  stream.conversions.enter(start, version, converts ? "converts" : "leaves", by);
}

function picked(usable: readonly number[], bits: number): number {
  return usable[Math.floor((bits / 0x1_0000_0000) * usable.length)] ?? NO_SERVER;
}
