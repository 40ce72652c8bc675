/**
 * What traffic there is and how it is answered. Times are ms and may be fractions; probabilities 0 to 1.
 */
import type { Millis, StringMap } from "../api/meta.ts";
import type { Route } from "./route.ts";

/** Uniform in [delay, delay + jitter]. */
export interface Spread {
  readonly delay: Millis;
  readonly jitter?: Millis;
}

/**
 * A duration by its percentiles (0 to 100, ascending, values too): straight lines between them, and beyond
 * the first and the last their values.
 */
export interface Percentiles {
  readonly percentiles: readonly (readonly [percent: number, value: Millis])[];
}

export interface Retries {
  /** After the first attempt. Only failed connections are tried again, never a timeout or an error. */
  readonly attempts: number;
  /** Default 0. */
  readonly backoff?: Millis;
}

/** A value that a share of the users carry. */
export interface SharedValue {
  readonly value: string;
  /** Of all users; of several values of one name, the shares add up to at most 1. */
  readonly share: number;
}

/** By name: the same for all, or by users' shares; users beyond all shares carry none. */
export type Carried = Readonly<Record<string, string | readonly SharedValue[]>>;

interface ClientBase {
  /** From the start of a request to giving up; default 30 s. */
  readonly timeout?: Millis;
  readonly retries?: Retries;
  /**
   * Connections that are kept open and reused in turn, each to one pod until it breaks or the pod closes
   * it; absent: one connection per request.
   */
  readonly connections?: number;
  /** Virtual ms of the first and last request; default from the start of the traffic, and for ever. */
  readonly from?: Millis;
  readonly until?: Millis;
  /** What routes match on. Names of headers are not case-sensitive. Default: none, `GET /`. */
  readonly headers?: Carried;
  readonly cookies?: Carried;
  readonly query?: Carried;
  readonly method?: string;
  readonly path?: string;
}

/** Requests come however long the answers take. */
export interface OpenLoop extends ClientBase {
  readonly loop: "open";
  /** Requests per second. */
  readonly rate: number;
  /** Default `poisson`. */
  readonly arrivals?: "fixed" | "poisson";
  /**
   * `fluid`: as a flow, at the same cost for any rate; see fluid.ts for what it leaves out. Default `discrete`:
   * each request on its own. All traffic of a cluster is of one mode.
   */
  readonly mode?: "discrete" | "fluid";
  /** Different users, each with an address and values of its own, that requests come from; default: all differ. */
  readonly users?: number;
}

/** Users who wait for each answer, then think. */
export interface ClosedLoop extends ClientBase {
  readonly loop: "closed";
  readonly users: number;
  /** Default 1 s; at least 1 ms. */
  readonly think?: Spread;
}

export type ClientOptions = OpenLoop | ClosedLoop;

/** How the containers of an image answer. */
export interface AppBehavior {
  /** A glob as in `behaviors`, and labels; all given must match. The first app that matches counts. */
  readonly image?: string;
  readonly labels?: StringMap;
  /** Work per request; default 10 ms. */
  readonly serviceTime?: Spread | Percentiles;
  /** Requests that are worked on at a time; default 100. */
  readonly concurrency?: number;
  /** Requests that wait for that; more are refused. Default: no limit. */
  readonly queue?: number;
  /** Container start to listening; default 0. */
  readonly listenAfter?: Millis;
  /** Work is `factor` times slower at first, and less so until `for` ms after the container start. */
  readonly warmUp?: { readonly for: Millis; readonly factor: number };
  /** Share of requests that are answered with an error. */
  readonly errorRate?: number;
  /** Share of answers that convert (end in a purchase, say); absent: they are not counted. */
  readonly conversionRate?: number;
  /**
   * After preStop: `finish` (default) stops listening, answers what it has, and closes idle connections;
   * `drop` exits at once; `ignore` goes on until it is killed.
   */
  readonly onSigterm?: "finish" | "drop" | "ignore";
}

interface TrafficBase {
  /** For reports; default the Service's name, or the host. Names differ. */
  readonly name?: string;
  /** Default `default`. */
  readonly namespace?: string;
  readonly clients: readonly ClientOptions[];
  /** Nodes whose proxies clients come through, or a load balancer. */
  readonly proxies?: {
    /** Default 3. */
    readonly count?: number;
    /** How late they learn of endpoints; default 0 ms. */
    readonly delay?: Spread;
    /**
     * From a pod's containers being ready until a load balancer's own checks have found it healthy, before which
     * it gets no requests; default 0 ms.
     */
    readonly healthChecks?: Millis;
  };
  /** Instead of those that objects of the cluster make. */
  readonly routes?: readonly Route[];
  /** How late the router between clients and Services learns of changed routes; default 0. */
  readonly router?: { readonly delay?: Spread };
  /** An answer that takes longer is slow; default: none is. */
  readonly slow?: Millis;
  /** Default: the seed of the cluster. */
  readonly seed?: string;
}

/** Requests to a Service, unless routes of the cluster send those for it elsewhere. */
export interface ServiceTraffic extends TrafficBase {
  readonly service: string;
}

/** Requests to a host, which routes of the cluster lead to Services. */
export interface HostTraffic extends TrafficBase {
  readonly host: string;
}

export type TrafficOptions = ServiceTraffic | HostTraffic;

/** What of a client a flow cannot have; undefined: nothing. */
export function fluidProblem(client: ClientOptions): string | undefined {
  if (client.loop === "closed" || client.users !== undefined) return "users";
  if (client.arrivals !== undefined) return "arrivals";
  if (client.retries !== undefined) return "retries";
  if (client.connections !== undefined) return "connections";
  return (["headers", "cookies", "query"] as const).find((part) =>
    Object.values(client[part] ?? {}).some((value) => typeof value !== "string"),
  );
}

export const DEFAULT_TIMEOUT: Millis = 30_000;

export function nameOf(options: TrafficOptions): string {
  return options.name ?? ("service" in options ? options.service : options.host);
}

/** Inside traffic, time is counted in whole microseconds since the start of the run. */
export type Micros = number;

export function micros(ms: Millis): Micros {
  return Math.round(ms * 1000);
}

export function spreadOf({ delay, jitter = 0 }: Spread, bits: number): Micros {
  return Math.round((delay + (jitter * bits) / 0x1_0000_0000) * 1000);
}

/** A step of a flow stands for the requests that start in it. */
export const FLUID_STEP: Micros = 20_000;
