/** What stands between one traffic's clients and Services: the routes as it knows them. */
import type { Random } from "../engine/random.ts";
import { Contents } from "./content.ts";
import { keyed } from "./draws.ts";
import type { ClientOptions } from "./options.ts";
import { matchingRoute, pickByWeight, type Route } from "./route.ts";

export class Router {
  readonly #contents: readonly Contents[];
  readonly #numberOf: (service: string) => number;
  readonly #pick: (a: number, b: number) => number;
  readonly #mirror: (a: number, b: number) => number;
  #routes: readonly Route[] = [];
  /** By client, by what is carried: the index of the route. */
  #known: Map<number, number>[] = [];
  /** Where all requests go, when they all go to one Service. */
  #only: number | undefined;
  /** Some route has a mirror. */
  mirrors = false;

  constructor(
    clients: readonly ClientOptions[],
    random: Random,
    numberOf: (service: string) => number,
  ) {
    this.#contents = clients.map((client, i) => new Contents(client, i, random));
    this.#numberOf = numberOf;
    this.#pick = keyed(random, "route");
    this.#mirror = keyed(random, "mirror");
  }

  get routes(): readonly Route[] {
    return this.#routes;
  }

  learn(routes: readonly Route[]): void {
    this.#routes = routes;
    this.#known = this.#contents.map(() => new Map<number, number>());
    this.mirrors = routes.some(({ mirrors = [] }) => mirrors.length > 0);
    const [first] = routes;
    const [backend, ...more] = (first?.backends ?? []).filter(({ weight }) => weight > 0);
    const one = first?.matches === undefined && backend !== undefined && more.length === 0;
    this.#only = one ? this.#numberOf(backend.service) : undefined;
  }

  /** The number of the Service that a request goes to; -1: no route takes it, or none has a weight. */
  serviceFor(client: number, ordinal: number, user: number): number {
    if (this.#only !== undefined) return this.#only;
    const route = this.#routeFor(client, user);
    if (route === undefined) return -1;
    const subject = route.split === "by user" ? user : ordinal;
    const service = pickByWeight(route.backends, this.#pick(subject, client));
    return service === undefined ? -1 : this.#numberOf(service);
  }

  /** Of requests of a client whose users all carry the same: what share goes to which Service; -1: to none. */
  sharesOf(client: number): readonly (readonly [service: number, share: number])[] {
    const { backends = [] } = this.#routeFor(client, 0) ?? {};
    const total = backends.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return [[-1, 1]];
    return backends.map(({ service, weight }) => [this.#numberOf(service), weight / total]);
  }

  /** Numbers of the Services that get a copy of a request. */
  mirrorsOf(client: number, ordinal: number, user: number): readonly number[] {
    const { mirrors = [] } = this.#routeFor(client, user) ?? {};
    const bits = this.#mirror(ordinal, client) / 0x1_0000_0000;
    return mirrors
      .filter(({ share = 1 }) => bits < share)
      .map(({ service }) => this.#numberOf(service));
  }

  #routeFor(client: number, user: number): Route | undefined {
    const kind = this.#contents[client]!.kindOf(user);
    const known = this.#known[client]!;
    let index = known.get(kind);
    if (index === undefined) {
      index = matchingRoute(this.#routes, this.#contents[client]!.content(kind));
      known.set(kind, index);
    }
    return this.#routes[index];
  }
}
