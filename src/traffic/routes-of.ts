/**
 * The routes that objects of the cluster make: readers by kind, asked in order. A reader turns what it knows
 * into `Route`s, or says that its objects have nothing to do with a target.
 */
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

const READERS: readonly RouteReader[] = [];

/** All whose changes are to be watched. */
export const routeResources: readonly string[] = READERS.flatMap(({ resources }) => resources);

/** As the objects are now. Without any about it, a Service gets its own requests, and a host's get nowhere. */
export function routesOf(api: Client, target: RouteTarget): readonly Route[] {
  for (const reader of READERS) {
    const routes = reader.routes(api, target);
    if (routes !== undefined) return routes;
  }
  const { service } = target;
  return service === undefined ? [] : [{ backends: [{ service, weight: 1 }] }];
}
