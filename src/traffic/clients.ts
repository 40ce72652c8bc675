/** Who sends requests: when the next one comes, from which user, and over which connection. */
import { exponential } from "./draws.ts";
import {
  FLUID_STEP,
  micros,
  spreadOf,
  DEFAULT_TIMEOUT,
  type ClientOptions,
  type Micros,
} from "./options.ts";

/** A connection that is kept open to one pod, as of an epoch of that pod. */
export interface Connection {
  /** Its number; -1: none. */
  server: number;
  epoch: number;
}

export interface SavedSource {
  readonly nextAt: Micros;
  readonly until: Micros;
  readonly clock: Micros;
  readonly ordinal: number;
  readonly from: Micros;
  readonly asked: readonly number[];
  readonly turns: readonly number[];
  readonly connections: readonly (readonly Readonly<Connection>[] | undefined)[];
}

export class Source {
  readonly options: ClientOptions;
  readonly timeout: Micros;
  readonly retries: number;
  readonly backoff: Micros;
  /** How many connections are kept; 0: one for each request. */
  readonly kept: number;
  /** Requests after that are not sent. */
  until: Micros;
  /** Requests come as a flow: `take` takes a step of it. */
  readonly isFluid: boolean;
  /** Open loop only: start of the next request. */
  nextAt: Micros;
  /** By Service. */
  readonly #connections: (Connection[] | undefined)[] = [];
  /** Open loop: requests so far. */
  #ordinal = 0;
  /** Closed loop: requests of each user so far, and what each is to do next. */
  #asked: number[] = [];
  #turns: number[] = [];
  readonly #from: Micros;
  readonly #gap: Micros;
  /** A step of a flow stands where its middle is. */
  readonly #offset: number;
  readonly #arrivals: "fixed" | "poisson";
  readonly #draw: (ordinal: number) => number;
  readonly #drawUser: (ordinal: number) => number;
  /** Not rounded, so that the rate is kept. */
  #clock: Micros;

  /** `draw` gives 32 random bits for the gap before a request, `drawUser` those for whose it is. */
  constructor(
    options: ClientOptions,
    now: Micros,
    draw: (ordinal: number) => number,
    drawUser: (ordinal: number) => number,
    saved?: SavedSource,
  ) {
    this.options = options;
    this.timeout = micros(options.timeout ?? DEFAULT_TIMEOUT);
    this.retries = options.retries?.attempts ?? 0;
    this.backoff = micros(options.retries?.backoff ?? 0);
    this.kept = options.connections ?? 0;
    this.#from = saved?.from ?? Math.max(now, micros(options.from ?? 0));
    this.until = options.until === undefined ? Infinity : micros(options.until);
    this.#draw = draw;
    this.#drawUser = drawUser;
    this.#clock = this.#from;
    const open = options.loop === "open";
    this.isFluid = options.loop === "open" && options.mode === "fluid";
    this.#gap = this.isFluid ? FLUID_STEP : open ? 1_000_000 / options.rate : Infinity;
    this.#offset = this.isFluid ? 0.5 : 0;
    this.#arrivals = this.isFluid ? "fixed" : ((open ? options.arrivals : undefined) ?? "poisson");
    this.nextAt = Infinity;
    if (saved !== undefined) this.#restore(saved);
    else if (open) this.#schedule();
  }

  get from(): Micros {
    return this.#from;
  }

  /** Takes the request that is due: its number. */
  take(): number {
    const ordinal = this.#ordinal++;
    this.#schedule();
    return ordinal;
  }

  /** How many requests a step of the flow has. */
  countOf(step: number): number {
    const { options } = this;
    const perStep = options.loop === "open" ? (options.rate * FLUID_STEP) / 1_000_000 : 0;
    return Math.floor((step + 1) * perStep) - Math.floor(step * perStep);
  }

  /** Closed loop only; else 0. */
  get users(): number {
    return this.options.loop === "closed" ? this.options.users : 0;
  }

  /** The same users come again. */
  get returns(): boolean {
    return this.options.users !== undefined;
  }

  /** The next request of a user: its number, from which the user follows. */
  takeOf(user: number): number {
    const asked = this.#asked[user] ?? 0;
    this.#asked[user] = asked + 1;
    return asked * this.users + user;
  }

  userOf(ordinal: number): number {
    const { options } = this;
    if (options.loop === "closed") return ordinal % options.users;
    return options.users === undefined ? ordinal : this.#drawUser(ordinal) % options.users;
  }

  /** What the user was to do next is no longer to be done. Answers the number of what is. */
  replan(user: number): number {
    return (this.#turns[user] = (this.#turns[user] ?? 0) + 1);
  }

  isPlanned(user: number, turn: number): boolean {
    return this.#turns[user] === turn;
  }

  /** How long a user thinks before a request. */
  thought(bits: number): Micros {
    const { options } = this;
    if (options.loop === "open") return 0;
    // Without a pause at all, a user whom nobody answers would ask for ever at one instant.
    return Math.max(1000, spreadOf(options.think ?? { delay: 1000 }, bits));
  }

  connection(service: number, number: number): Connection {
    const all = (this.#connections[service] ??= Array.from({ length: this.kept }, () => ({
      server: -1,
      epoch: 0,
    })));
    return all[number]!;
  }

  /** No request comes any more. */
  stop(now: Micros): void {
    this.nextAt = Infinity;
    this.until = Math.min(this.until, now);
  }

  save(): SavedSource {
    return {
      nextAt: this.nextAt,
      until: this.until,
      clock: this.#clock,
      ordinal: this.#ordinal,
      from: this.#from,
      asked: [...this.#asked],
      turns: [...this.#turns],
      connections: copied(this.#connections),
    };
  }

  #restore({ nextAt, until, clock, ordinal, asked, turns, connections }: SavedSource): void {
    this.nextAt = nextAt;
    this.until = until;
    this.#clock = clock;
    this.#ordinal = ordinal;
    this.#asked = [...asked];
    this.#turns = [...turns];
    this.#connections.push(...copied(connections));
  }

  #schedule(): void {
    if (this.#arrivals === "fixed")
      this.nextAt = Math.round(this.#from + (this.#ordinal + this.#offset) * this.#gap);
    else {
      this.#clock += exponential(this.#draw(this.#ordinal)) * this.#gap;
      this.nextAt = Math.round(this.#clock);
    }
    if (this.nextAt > this.until) this.nextAt = Infinity;
  }
}

function copied(connections: SavedSource["connections"]): (Connection[] | undefined)[] {
  return connections.map((all) => all?.map((connection) => ({ ...connection })));
}
