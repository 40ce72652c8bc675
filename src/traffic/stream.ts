/** One traffic's own state: its clients, the router and proxies that they come through, and its account. */
import type { Millis } from "../api/meta.ts";
import { Random } from "../engine/random.ts";
import { Source, type SavedSource } from "./clients.ts";
import { keyed } from "./draws.ts";
import { Conversions, type SavedConversions } from "./conversions.ts";
import { Ledger, type SavedLedger } from "./ledger.ts";
import { micros, nameOf, spreadOf, type Micros, type TrafficOptions } from "./options.ts";
import { Proxies, type SavedProxies } from "./proxies.ts";
import type { Route } from "./route.ts";
import { Router } from "./router.ts";
import type { RouteTarget } from "./route-reader.ts";

export interface SavedStream {
  readonly options: TrafficOptions;
  readonly ledger: SavedLedger;
  readonly conversions: SavedConversions;
  readonly sources: readonly SavedSource[];
  readonly proxies: SavedProxies;
  readonly routes: readonly Route[];
  /** As announced, whether or not the router has learned of them. */
  readonly announced: readonly Route[];
  readonly routedAt: Micros;
  /** Changes of endpoints so far, by Service. */
  readonly changes: readonly (number | undefined)[];
}

const PURPOSES = ["endpoint", "service", "error", "think", "view", "copy", "convert"] as const;
type Draw = (a: number, b: number) => number;

const DEFAULT_VIEWS = 3;

export class Stream {
  readonly options: TrafficOptions;
  readonly name: string;
  readonly namespace: string;
  readonly target: RouteTarget;
  readonly ledger: Ledger;
  readonly conversions: Conversions;
  readonly sources: readonly Source[];
  readonly proxies: Proxies;
  readonly router: Router;
  /** 32 random bits for each purpose. */
  readonly draws: Readonly<Record<(typeof PURPOSES)[number], Draw>>;
  /** From this latency on an answer is slow. */
  readonly slow: Micros;
  readonly #random: Random;
  readonly #proxyDraws: Draw[] = [];
  readonly #changes: (number | undefined)[];
  readonly #routerDraw: Draw;
  #announced: readonly Route[];
  #routedAt: Micros;

  /** `seed` is the cluster's; `numberOf` names the Services of the traffic's namespace. */
  constructor(
    options: TrafficOptions,
    world: {
      readonly seed: string;
      readonly now: Micros;
      readonly numberOf: (namespace: string, service: string) => number;
    },
    saved?: SavedStream,
  ) {
    this.options = options;
    this.name = nameOf(options);
    this.namespace = options.namespace ?? "default";
    const { namespace } = this;
    this.target =
      "service" in options
        ? { namespace, service: options.service }
        : { namespace, host: options.host };
    this.slow = options.slow === undefined ? Infinity : micros(options.slow);
    this.#random = new Random(`${options.seed ?? world.seed}/${this.name}`);
    const draw = (purpose: string): Draw => keyed(this.#random, purpose);
    this.draws = Object.fromEntries(PURPOSES.map((purpose) => [purpose, draw(purpose)])) as Record<
      (typeof PURPOSES)[number],
      Draw
    >;
    const [arrival, user] = [draw("arrival"), draw("user")];
    this.#routerDraw = draw("router");
    this.ledger = saved === undefined ? new Ledger() : Ledger.restore(saved.ledger);
    this.conversions = new Conversions(saved?.conversions);
    this.proxies = new Proxies(options.proxies?.count ?? DEFAULT_VIEWS, saved?.proxies);
    this.sources = options.clients.map(
      (client, i) =>
        new Source(
          client,
          world.now,
          (ordinal) => arrival(ordinal, i),
          (ordinal) => user(ordinal, i),
          saved?.sources[i],
        ),
    );
    this.router = new Router(options.clients, this.#random, (service) =>
      world.numberOf(namespace, service),
    );
    this.#announced = saved?.announced ?? [];
    this.#routedAt = saved?.routedAt ?? 0;
    this.#changes = [...(saved?.changes ?? [])];
    if (saved !== undefined) this.router.learn(saved.routes);
  }

  /** Endpoints of a Service changed: when each view learns of it, by view. */
  endpointsKnownAt(service: number, serviceName: string, at: Micros): readonly Micros[] {
    const change = this.#changes[service] ?? 0;
    this.#changes[service] = change + 1;
    const { delay } = this.options.proxies ?? {};
    const draw = (this.#proxyDraws[service] ??= keyed(this.#random, `proxy/${serviceName}`));
    return Array.from({ length: this.proxies.count }, (_, view) => {
      const late = delay === undefined ? 0 : spreadOf(delay, draw(change, view));
      return this.proxies.inTurn(view, service, at + late);
    });
  }

  /** The first routes are known at once. */
  start(routes: readonly Route[]): void {
    this.#announced = routes;
    this.router.learn(routes);
  }

  /** Routes may have changed: when the router learns of it; undefined: they are what they were. */
  routesKnownAt(routes: readonly Route[], at: Micros): Micros | undefined {
    if (JSON.stringify(routes) === JSON.stringify(this.#announced)) return undefined;
    this.#announced = routes;
    const { delay } = this.options.router ?? {};
    const late = delay === undefined ? 0 : spreadOf(delay, this.#routerDraw(at / 1000, 0));
    this.#routedAt = Math.max(this.#routedAt, at + late);
    return this.#routedAt;
  }

  /** The last request of clients that say when; undefined: none says so. */
  get lastRequestAt(): Millis | undefined {
    const times = this.options.clients.flatMap(({ until }) => until ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  save(): SavedStream {
    return {
      options: this.options,
      ledger: this.ledger.save(),
      conversions: this.conversions.save(),
      sources: this.sources.map((source) => source.save()),
      proxies: this.proxies.save(),
      routes: this.router.routes,
      announced: this.#announced,
      routedAt: this.#routedAt,
      changes: [...this.#changes],
    };
  }
}
