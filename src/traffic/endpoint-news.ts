/** What the proxies of all traffic learn of endpoints, when, and from when on they use them. */
import type { Agenda } from "./agenda.ts";
import { micros, type Micros } from "./options.ts";
import { NEVER, type Server } from "./server.ts";
import type { Services } from "./services.ts";
import type { Stream } from "./stream.ts";

/** One view of one traffic on one Service. */
interface View {
  readonly stream: number;
  readonly view: number;
  readonly service: number;
}

/** `check`: another of the endpoints that it knows may have passed its checks. */
export type NewsPlan =
  | ({ readonly do: "learn"; readonly known: readonly number[] } & View)
  | ({ readonly do: "check" } & View);

interface NewsWorld {
  readonly streams: readonly Stream[];
  readonly servers: readonly Server[];
  readonly services: Services;
  readonly agenda: Pick<Agenda<NewsPlan>, "plan">;
}

export class EndpointNews {
  readonly #world: NewsWorld;

  constructor(world: NewsWorld) {
    this.#world = world;
  }

  /** Each proxy learns of a change after its own delay. */
  publish(service: number, known: readonly number[], at: Micros): void {
    const { streams, services, agenda } = this.#world;
    const name = services.nameOf(service);
    streams.forEach((each, stream) => {
      each.endpointsKnownAt(service, name, at).forEach((when, view) => {
        const plan = { do: "learn", stream, view, service, known } as const;
        if (when <= at) this.carryOut(plan, at);
        else agenda.plan(when, plan);
      });
    });
  }

  /** What there is already when traffic begins is known at once. */
  tellAll(stream: number, at: Micros): void {
    const { streams, services } = this.#world;
    for (let service = 0; service < services.count; service++) {
      const known = services.usable(service);
      for (let view = 0; view < streams[stream]!.proxies.count; view++) {
        this.carryOut({ do: "learn", stream, view, service, known }, at);
      }
    }
  }

  carryOut(plan: NewsPlan, at: Micros): void {
    const { stream, view, service } = plan;
    const { proxies, options } = this.#world.streams[stream]!;
    const known = plan.do === "learn" ? plan.known : proxies.known(view, service);
    const { healthChecks } = options.proxies ?? {};
    if (healthChecks === undefined) return proxies.learn(view, service, known);
    const passedAt = known.map((server) => this.#passesAt(server, micros(healthChecks)));
    const usable = known.filter((_, i) => passedAt[i]! <= at);
    proxies.learn(view, service, known, usable);
    const next = Math.min(...passedAt.filter((when) => when > at));
    if (next < Infinity) this.#world.agenda.plan(next, { do: "check", stream, view, service });
  }

  /** A target is registered when its containers are ready, which may be before the pod is: by readiness gates. */
  #passesAt(server: number, checks: Micros): Micros {
    const { containersReadyAt } = this.#world.servers[server]!;
    return containersReadyAt === NEVER ? Infinity : containersReadyAt + checks;
  }
}
