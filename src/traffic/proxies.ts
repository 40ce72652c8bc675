/**
 * The proxies of the nodes that clients come through, or a load balancer: what each takes for usable endpoints, which
 * it learns late and may check before it uses them, and for Services with session affinity which client goes where, as kube-proxy keeps it on each node.
 */
import type { Micros } from "./options.ts";

interface Stay {
  readonly server: number;
  readonly last: Micros;
}

export interface SavedProxies {
  /** By view, by Service: numbers of servers, and those of them that passed what is checked. */
  readonly known: readonly (readonly (readonly number[] | undefined)[])[];
  readonly usable: readonly (readonly (readonly number[] | undefined)[])[];
  readonly learnedAt: readonly (readonly Micros[])[];
  readonly stays: readonly (readonly [string, Stay])[];
}

const NOBODY: readonly number[] = [];

export class Proxies {
  readonly #known: (readonly number[] | undefined)[][];
  readonly #usable: (readonly number[] | undefined)[][];
  /** When the change that was announced last is, or was, learned: by view, by Service. */
  readonly #learnedAt: Micros[][];
  /** By Service, view and client. */
  readonly #stays: Map<string, Stay>;

  /** What `sharesOf` answered, until a view learns more. */
  readonly #shares = new Map<number, readonly (readonly [number, number])[]>();

  constructor(count: number, saved?: SavedProxies) {
    const views = Array.from({ length: count });
    this.#known = views.map((_, view) => [...(saved?.known[view] ?? [])]);
    this.#usable = views.map((_, view) => [...(saved?.usable[view] ?? [])]);
    this.#learnedAt = views.map((_, view) => [...(saved?.learnedAt[view] ?? [])]);
    this.#stays = new Map(saved?.stays);
  }

  get count(): number {
    return this.#usable.length;
  }

  usable(view: number, service: number): readonly number[] {
    return this.#usable[view]![service] ?? NOBODY;
  }

  /** What the view has learned of, whether it uses it yet or not. */
  known(view: number, service: number): readonly number[] {
    return this.#known[view]![service] ?? NOBODY;
  }

  /** Of new connections to a Service, what share goes to which server; -1: views that have none. */
  sharesOf(service: number): readonly (readonly [server: number, share: number])[] {
    const known = this.#shares.get(service);
    if (known !== undefined) return known;
    const shares = new Map<number, number>();
    for (let view = 0; view < this.count; view++) {
      const usable = this.usable(view, service);
      const all = usable.length === 0 ? [-1] : usable;
      for (const server of all) {
        shares.set(server, (shares.get(server) ?? 0) + 1 / (all.length * this.count));
      }
    }
    const found = [...shares];
    this.#shares.set(service, found);
    return found;
  }

  /** `usable`: those of the known ones that passed what is checked. */
  learn(
    view: number,
    service: number,
    known: readonly number[],
    usable: readonly number[] = known,
  ): void {
    this.#shares.delete(service);
    setAt(this.#known[view]!, service, known);
    setAt(this.#usable[view]!, service, usable);
  }

  /** When a view learns what it would learn `at`: never of an older change after a newer. */
  inTurn(view: number, service: number, at: Micros): Micros {
    const before = this.#learnedAt[view]![service] ?? 0;
    return (this.#learnedAt[view]![service] = Math.max(before, at));
  }

  /** Where a client went last, unless that was too long ago or is no longer usable. */
  stay(view: number, service: number, client: string, since: Micros): number | undefined {
    const stay = this.#stays.get(`${service} ${view} ${client}`);
    if (stay === undefined || stay.last < since) return undefined;
    return this.usable(view, service).includes(stay.server) ? stay.server : undefined;
  }

  remember(view: number, service: number, client: string, stay: Stay): void {
    this.#stays.set(`${service} ${view} ${client}`, stay);
  }

  save(): SavedProxies {
    return {
      known: this.#known.map((views) => [...views]),
      usable: this.#usable.map((views) => [...views]),
      learnedAt: this.#learnedAt.map((times) => [...times]),
      stays: [...this.#stays],
    };
  }
}

function setAt<T>(list: (T | undefined)[], place: number, value: T): void {
  while (list.length <= place) list.push(undefined);
  list[place] = value;
}
