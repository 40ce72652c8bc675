/** What a cluster is told of requests, and of how they are answered. */
import type { AppBehavior, ClosedLoop, HostTraffic, OpenLoop, ServiceTraffic } from "./options.ts";
import {
  anything,
  list,
  number,
  oneOf,
  record,
  shape,
  text,
  whole,
  type Fields,
} from "../api/check-shape.ts";

const time = number(0, Number.MAX_VALUE, "ms, 0 or more");
const share = number(0, 1, "a share from 0 to 1");
const spread = shape({ delay: time, jitter: time }, "part of a delay", ["delay"], "{ delay: ms }");

const app: Fields<AppBehavior> = {
  image: text,
  labels: record(text),
  serviceTime: anything,
  concurrency: whole(1),
  queue: whole(0),
  listenAfter: time,
  warmUp: anything,
  errorRate: share,
  conversionRate: share,
  onSigterm: oneOf(["finish", "drop", "ignore"]),
};

const client: Fields<Omit<OpenLoop, "loop"> & ClosedLoop> = {
  loop: oneOf(["open", "closed"]),
  rate: number(Number.MIN_VALUE, Number.MAX_VALUE, "requests a second, more than 0"),
  arrivals: oneOf(["fixed", "poisson"]),
  mode: oneOf(["discrete", "fluid"]),
  users: whole(1),
  think: spread,
  timeout: time,
  retries: shape({ attempts: whole(0), backoff: time }, "part of retries", ["attempts"]),
  connections: whole(1),
  from: time,
  until: time,
  headers: anything,
  cookies: anything,
  query: anything,
  method: text,
  path: text,
};

const traffic: Fields<ServiceTraffic & HostTraffic> = {
  name: text,
  namespace: text,
  clients: list(shape(client, "part of a client", ["loop"])),
  proxies: shape({ count: whole(1), delay: spread, healthChecks: time }, "part of proxies"),
  routes: anything,
  router: shape({ delay: spread }, "part of a router"),
  slow: time,
  seed: text,
  service: text,
  host: text,
};

export const appsCheck = list(shape(app, "part of an app"));
export const trafficCheck = shape(traffic, "part of traffic", ["clients"]);
