/**
 * The routes that objects of the cluster make: readers by kind, asked in order. A reader turns what it knows
 * into `Route`s, or says that its objects have nothing to do with a target.
 */
import type { Client } from "../api/client.ts";
import type { RouteReader, RouteTarget } from "./route-reader.ts";
import type { Route } from "./route.ts";
import { httpRoutes } from "./routes/http-route.ts";
import { ingresses } from "./routes/ingress.ts";
import { trafficSplits } from "./routes/traffic-split.ts";
import { virtualServices } from "./routes/virtual-service.ts";

const READERS: readonly RouteReader[] = [virtualServices, httpRoutes, ingresses, trafficSplits];

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
