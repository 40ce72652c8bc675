/** Who sends requests: when the next one comes, and over which connection. */
import { exponential } from "./draws.ts";
import { micros, spreadOf, DEFAULT_TIMEOUT, type ClientOptions, type Micros } from "./options.ts";
import type { Server } from "./server.ts";

/** A connection that is kept open to one pod, as of an epoch of that pod. */
export interface Connection {
  server: Server | undefined;
  epoch: number;
}

export class Source {
  readonly options: ClientOptions;
  readonly timeout: Micros;
  readonly retries: number;
  readonly backoff: Micros;
  readonly connections: readonly Connection[];
  readonly until: Micros;
  /** Open loop only: start of the next request. */
  nextAt: Micros;
  /** Open loop: requests so far. */
  #ordinal = 0;
  /** Closed loop: requests of each user so far, and what each is to do next. */
  readonly #asked: number[] = [];
  readonly #turns: number[] = [];
  readonly #from: Micros;
  readonly #gap: Micros;
  readonly #arrivals: "fixed" | "poisson";
  readonly #draw: (ordinal: number) => number;
  /** Not rounded, so that the rate is kept. */
  #clock: Micros;

  /** `draw` gives 32 random bits for the gap before a request. */
  constructor(options: ClientOptions, now: Micros, draw: (ordinal: number) => number) {
    this.options = options;
    this.timeout = micros(options.timeout ?? DEFAULT_TIMEOUT);
    this.retries = options.retries?.attempts ?? 0;
    this.backoff = micros(options.retries?.backoff ?? 0);
    const connections = { length: options.connections ?? 0 };
    this.connections = Array.from(connections, () => ({ server: undefined, epoch: 0 }));
    this.#from = Math.max(now, micros(options.from ?? 0));
    this.until = options.until === undefined ? Infinity : micros(options.until);
    this.#draw = draw;
    this.#clock = this.#from;
    const open = options.loop === "open";
    this.#gap = open ? 1_000_000 / options.rate : Infinity;
    this.#arrivals = (open ? options.arrivals : undefined) ?? "poisson";
    this.nextAt = Infinity;
    if (open) this.#schedule();
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

  get users(): number {
    return this.options.loop === "closed" ? this.options.users : 0;
  }

  /** The next request of a user: its number, from which the user follows. */
  takeOf(user: number): number {
    const asked = this.#asked[user] ?? 0;
    this.#asked[user] = asked + 1;
    return asked * this.users + user;
  }

  userOf(ordinal: number): number {
    return ordinal % this.users;
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
    return options.loop === "closed" ? spreadOf(options.think ?? { delay: 1000 }, bits) : 0;
  }

  #schedule(): void {
    if (this.#arrivals === "fixed")
      this.nextAt = Math.round(this.#from + this.#ordinal * this.#gap);
    else {
      this.#clock += exponential(this.#draw(this.#ordinal)) * this.#gap;
      this.nextAt = Math.round(this.#clock);
    }
    if (this.nextAt > this.until) this.nextAt = Infinity;
  }
}
