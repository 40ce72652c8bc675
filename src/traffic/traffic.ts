/**
 * Requests while the cluster goes on: clients, routes, proxies on nodes that learn late, pods that listen,
 * work, queue and stop. It watches the cluster through the public API and changes nothing in it. Each request
 * is accounted for in the ledger of its traffic; causes.ts says for what.
 *
 * A pod goes on with work that its client has given up. A node that is down is a kubelet that does nothing: its
 * containers go on answering. Left out: what the network itself loses, load
 * balancers before the nodes, hedging.
 */
import type { Client } from "../api/client.ts";
import type { Millis } from "../api/meta.ts";
import type { MetricsSource, RequestMetrics, RequestQuery } from "../api/metrics.ts";
import type { Count } from "../statistics/proportion.ts";
import { Agenda, type SavedAgenda } from "./agenda.ts";
import { Attempts, settle, settleAll, type AttemptPlan, type Caller } from "./attempts.ts";
import { FAILURE } from "./charge.ts";
import type { Source } from "./clients.ts";
import { EndpointNews, type NewsPlan } from "./endpoint-news.ts";
import { Fluid, type SavedFluid } from "./fluid.ts";
import { Feed, type Instant, type SavedFeed } from "./feed.ts";
import type { LedgerSnapshot } from "./ledger.ts";
import { Meter, type SavedMeter } from "./meter.ts";
import {
  fluidProblem,
  micros,
  type AppBehavior,
  type Micros,
  type TrafficOptions,
} from "./options.ts";
import { Pods, type PodListener, type SavedPods } from "./pods.ts";
import type { Route } from "./route.ts";
import { routeResources, routesOf } from "./routes-of.ts";
import { Services, type SavedServices } from "./services.ts";
import { Stream, type SavedStream } from "./stream.ts";

/** What traffic needs of a cluster. */
export interface TrafficWorld {
  readonly api: Client;
  readonly seed: string;
  /** How pods answer, whoever asks. */
  readonly apps: readonly AppBehavior[];
}

/** The account of one traffic, at any time. Looking changes nothing. */
export interface TrafficAccount {
  readonly name: string;
  /** As of now: requests that started before now, ended or not. */
  snapshot(): LedgerSnapshot;
  /** All latencies so far: ms, and how many answers took so long, ascending; at most 1.6% too high. */
  latencies(): readonly { readonly value: Millis; readonly weight: number }[];
  /** Answers of an image's pods and how many of them converted, by second since the start of the run. */
  conversions(image: string): readonly Count[];
  /** No further requests. Answers the account. */
  stop(): LedgerSnapshot;
}

type Plan =
  | AttemptPlan
  | NewsPlan
  | { readonly do: "reroute"; readonly stream: number; readonly routes: readonly Route[] }
  | { readonly do: "sigterm"; readonly server: number };

/** All traffic of a cluster; plain data. */
export interface SavedTraffic {
  readonly now: Micros;
  readonly agenda: SavedAgenda<Plan>;
  readonly feed: SavedFeed;
  readonly pods: SavedPods;
  readonly services: SavedServices;
  readonly meter: SavedMeter;
  readonly fluid: SavedFluid;
  readonly streams: readonly SavedStream[];
}

const RESOURCES = ["services", "pods", "endpointslices", ...routeResources];

export class Traffic implements MetricsSource {
  readonly #world: TrafficWorld;
  readonly #agenda: Agenda<Plan>;
  readonly #feed: Feed;
  readonly #pods: Pods;
  readonly #services: Services;
  readonly #meter: Meter;
  readonly #streams: Stream[] = [];
  readonly #callers: Caller[] = [];
  readonly #attempts: Attempts;
  readonly #fluid: Fluid;
  readonly #news: EndpointNews;
  /** All that was due before this is done. */
  #now: Micros;

  constructor(world: TrafficWorld, saved?: SavedTraffic) {
    this.#world = world;
    const { api } = world;
    this.#now = saved?.now ?? micros(api.now);
    this.#agenda = new Agenda(saved?.agenda);
    this.#feed = new Feed(api, RESOURCES, saved?.feed);
    this.#meter = new Meter(saved?.meter);
    const versionOf: Meter["version"] = (version) => this.#meter.version(version);
    this.#pods = new Pods(world.apps, versionOf, this.#listener(), saved?.pods);
    this.#services = new Services(
      this.#pods,
      (service, usable, at) => this.#news.publish(service, usable, micros(at)),
      saved?.services,
    );
    const parts = {
      streams: this.#streams,
      callers: this.#callers,
      servers: this.#pods.servers,
      services: this.#services,
      meter: this.#meter,
      agenda: this.#agenda,
    };
    this.#attempts = new Attempts(parts);
    this.#fluid = new Fluid(parts, saved?.fluid);
    this.#news = new EndpointNews(parts);
    if (saved === undefined) this.#look();
    else for (const stream of saved.streams) this.#join(stream.options, stream);
  }

  /** In the order in which they were added. */
  get accounts(): readonly TrafficAccount[] {
    return this.#streams.map((stream) => this.#accountOf(stream));
  }

  /** From now on. Throws a RangeError where the name is taken. */
  add(options: TrafficOptions): TrafficAccount {
    this.#runUntil(micros(this.#world.api.now));
    const stream = this.#join(options);
    this.#news.tellAll(this.#streams.indexOf(stream), this.#now);
    stream.start(this.#routesOf(stream));
    this.#callers.forEach(({ stream: mine, source }, client) => {
      if (mine !== stream) return;
      // Users do not begin all at once.
      for (let user = 0; user < source.users; user++) {
        this.#attempts.think(client, user, source.from);
      }
    });
    return this.#accountOf(stream);
  }

  metrics({ namespace = "default", ...query }: RequestQuery): RequestMetrics {
    const { now } = this.#world.api;
    this.#runUntil(micros(now));
    const { service, image, podTemplateHash, from, to } = query;
    return this.#meter.query(
      (number) => this.#services.isCalled(number, namespace, service),
      (version) =>
        (image === undefined || image === version.image) &&
        (podTemplateHash === undefined || podTemplateHash === version.podTemplateHash),
      from,
      Math.min(to, now),
    );
  }

  cpu(
    { namespace = "default", name }: { readonly namespace?: string; readonly name: string },
    from: Millis,
    to: Millis,
  ): number | undefined {
    const now = micros(this.#world.api.now);
    this.#runUntil(now);
    return this.#pods.named(namespace, name)?.load(from, to, now);
  }

  /** All that was to happen at this instant has happened. */
  instant(at: Millis): void {
    for (const instant of this.#feed.read()) {
      this.#runUntil(micros(instant.at));
      this.#take(instant);
    }
    this.#runUntil(micros(at));
  }

  /**
   * ms until all is learned and tried that is to be, and clients that say when they end have ended; what goes on
   * for ever does not count.
   */
  get busyUntil(): Millis {
    const plans = this.#agenda.planned.filter(({ what }) => what.do !== "ask");
    const planned = plans.map(({ at }) => Math.ceil(at / 1000) + 1);
    const ends = this.#streams.map(({ lastRequestAt = 0 }) => lastRequestAt + 1);
    return [...planned, ...ends].reduce((latest, at) => Math.max(latest, at), 0);
  }

  save(): SavedTraffic {
    return {
      now: this.#now,
      agenda: this.#agenda.save(),
      feed: this.#feed.save(),
      pods: this.#pods.save(),
      services: this.#services.save(),
      meter: this.#meter.save(),
      fluid: this.#fluid.save(),
      streams: this.#streams.map((stream) => stream.save()),
    };
  }

  /** What there is already. */
  #look(): void {
    const { api } = this.#world;
    const existing = { type: "ADDED" } as const;
    for (const object of api.list("services")) {
      this.#services.serviceChanged({ ...existing, object });
    }
    for (const pod of api.list("pods")) this.#pods.podChanged(pod, undefined);
    for (const object of api.list("endpointslices")) {
      this.#services.sliceChanged({ ...existing, object });
    }
    this.#services.publish(api.now);
  }

  #join(options: TrafficOptions, saved?: SavedStream): Stream {
    const { seed } = this.#world;
    const numberOf: Services["number"] = (namespace, name) =>
      this.#services.number(namespace, name);
    const stream = new Stream(options, { seed, now: this.#now, numberOf }, saved);
    if (this.#streams.some(({ name }) => name === stream.name)) {
      throw new RangeError(`traffic "${stream.name}" exists; give this one another name`);
    }
    this.#checkModes(stream);
    this.#streams.push(stream);
    stream.sources.forEach((source, index) => this.#callers.push({ stream, source, index }));
    return stream;
  }

  /** A flow and single requests would not see each other in a pod's queue. */
  #checkModes(stream: Stream): void {
    const sources = [...this.#callers.map(({ source }) => source), ...stream.sources];
    if (new Set(sources.map(({ isFluid }) => isFluid)).size > 1) {
      throw new RangeError("all traffic of a cluster is fluid, or none is");
    }
    for (const { isFluid, options } of stream.sources) {
      const problem = isFluid ? fluidProblem(options) : undefined;
      if (problem !== undefined) throw new RangeError(`fluid traffic has no ${problem} of its own`);
    }
  }

  #accountOf(stream: Stream): TrafficAccount {
    const imageOf = (version: number): string => this.#meter.imageOf(version);
    const snapshot = (): LedgerSnapshot =>
      this.#withoutUnderWay(stream, () => stream.ledger.snapshot(this.#world.api.now, imageOf));
    return {
      name: stream.name,
      snapshot,
      latencies: () => this.#withoutUnderWay(stream, () => stream.ledger.latencies()),
      conversions: (image) =>
        this.#withoutUnderWay(stream, () => stream.conversions.of(image, imageOf)),
      stop: () => {
        const account = snapshot();
        for (const source of stream.sources) source.stop(this.#now);
        return account;
      },
    };
  }

  /** The ledger holds what requests are to become; what has not ended is left out while one looks. */
  #withoutUnderWay<T>(stream: Stream, look: () => T): T {
    this.#runUntil(micros(this.#world.api.now));
    const under = [...this.#pods.present].flatMap(({ server: number }) => {
      const server = this.#pods.servers[number]!;
      return [...server.underWay(this.#now)]
        .filter((entry) => entry.ordinal >= 0 && this.#callers[entry.client]!.stream === stream)
        .map((entry) => ({ server, entry }));
    });
    const flows = [...this.#fluid.underWay(this.#now)].filter(
      ([, { client }]) => this.#callers[client]!.stream === stream,
    );
    const enter = (by: 1 | -1): void => {
      for (const { server, entry } of under) {
        settle(this.#callers[entry.client]!, server, entry, by);
      }
      for (const [server, portion] of flows) {
        settleAll(stream, server, portion, by * portion.count);
      }
    };
    enter(-1);
    const seen = look();
    enter(1);
    return seen;
  }

  #listener(): PodListener {
    return {
      started: (server, at) =>
        this.#pods.servers[server]!.start(at === undefined ? undefined : micros(at), this.#now),
      crashed: (server, at) => this.#endServer(server, micros(at), FAILURE.crashed),
      gone: (server, at) => this.#endServer(server, micros(at), FAILURE.killedInFlight),
      terminating: (server, at) => {
        const { preStop } = this.#pods.servers[server]!;
        this.#agenda.plan(micros(at + preStop), { do: "sigterm", server });
      },
    };
  }

  #take({ at, events }: Instant): void {
    let rerouted = false;
    for (const event of events) {
      if (event.resource === "services") this.#services.serviceChanged(event);
      else if (event.resource === "pods") this.#pods.apply(event);
      else if (event.resource === "endpointslices") this.#services.sliceChanged(event);
      else rerouted = true;
    }
    this.#services.publish(at);
    if (rerouted) this.#reroute(micros(at));
  }

  #routesOf({ options, target }: Stream): readonly Route[] {
    return options.routes ?? routesOf(this.#world.api, target);
  }

  #reroute(at: Micros): void {
    this.#streams.forEach((each, stream) => {
      const routes = this.#routesOf(each);
      const when = each.routesKnownAt(routes, at);
      if (when === undefined) return;
      if (when <= at) each.router.learn(routes);
      else this.#agenda.plan(when, { do: "reroute", stream, routes });
    });
  }

  /** All that is due before `until`. */
  #runUntil(until: Micros): void {
    const callers = this.#callers;
    for (;;) {
      let next = 0;
      let at = Infinity;
      for (let i = 0; i < callers.length; i++) {
        const { nextAt } = callers[i]!.source;
        if (nextAt < at) [next, at] = [i, nextAt];
      }
      if (Math.min(at, this.#agenda.nextAt) >= until) break;
      if (this.#agenda.nextAt <= at) this.#carryOut(this.#agenda.take());
      else this.#ask(next, callers[next]!.source, at);
    }
    this.#now = Math.max(this.#now, until);
  }

  #ask(client: number, source: Source, at: Micros): void {
    const ordinal = source.take();
    if (source.isFluid) this.#fluid.ask(client, source.countOf(ordinal), at);
    else this.#attempts.ask(client, ordinal, at);
  }

  /** The server's process is gone. */
  #endServer(server: number, at: Micros, why: number): void {
    this.#fluid.end(server, at, why);
    this.#attempts.end(server, at, why);
  }

  #carryOut({ at, what }: { readonly at: Micros; readonly what: Plan }): void {
    switch (what.do) {
      case "learn":
      case "check":
        return this.#news.carryOut(what, at);
      case "reroute":
        return this.#streams[what.stream]!.router.learn(what.routes);
      case "sigterm":
        return this.#sigterm(what.server, at);
      case "retry":
        return this.#attempts.again(at, what.attempt);
      case "ask": {
        const { source } = this.#callers[what.client]!;
        if (at > source.until || !source.isPlanned(what.user, what.turn)) return;
        return this.#attempts.ask(what.client, source.takeOf(what.user), at);
      }
    }
  }

  #sigterm(number: number, at: Micros): void {
    const server = this.#pods.servers[number]!;
    const { onSigterm = "finish" } = server.app;
    if (onSigterm === "finish") server.close();
    else if (onSigterm === "drop") this.#endServer(number, at, FAILURE.killedInFlight);
  }
}
