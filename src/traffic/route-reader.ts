/** What reads routes from objects of the cluster, each kind by its own reader. */
import type { Client } from "../api/client.ts";
import type { Route } from "./route.ts";

/** What clients send to: a Service, or a host. */
export interface RouteTarget {
  readonly namespace: string;
  readonly service?: string;
  readonly host?: string;
}

export interface RouteReader {
  /** Plural, such as `ingresses`: objects whose changes may change routes. */
  readonly resources: readonly string[];
  /** In order of precedence, the first that matches counts. Undefined: none of its objects is about it. */
  routes(api: Client, target: RouteTarget): readonly Route[] | undefined;
}
