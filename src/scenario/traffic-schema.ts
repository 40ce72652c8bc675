/** The shape of what scenario files say of requests: who sends them, how they are answered, what is expected. */
import * as v from "valibot";
import { failureCauses, type FailureCause } from "../traffic/causes.ts";
import { delay, duration, most, natural, positive, share, text } from "./schema-values.ts";

/** Those that can be given, in their order. */
export const percentiles = { p0: 0, p50: 50, p90: 90, p95: 95, p99: 99, p100: 100 } as const;

/** Work per request: a delay with jitter, or its percentiles. */
const serviceTime = v.strictObject({
  ...delay.entries,
  ...(Object.fromEntries(
    Object.keys(percentiles).map((name) => [name, v.optional(duration)]),
  ) as Record<keyof typeof percentiles, v.OptionalSchema<typeof duration, undefined>>),
});

export const serveSchema = v.strictObject({
  time: v.optional(
    v.pipe(
      serviceTime,
      v.description("Work per request: delay and jitter, or p50, p99, ... Default 10ms."),
    ),
  ),
  concurrency: v.optional(
    v.pipe(positive, most(10_000), v.description("Requests worked on at a time. Default 100.")),
  ),
  queue: v.optional(
    v.pipe(natural, v.description("Requests that may wait; more are refused. Default: no limit.")),
  ),
  listens: v.optional(
    v.pipe(
      duration,
      v.description(
        "Container start to listening: until then probes fail, and may end the container. Default 0s.",
      ),
    ),
  ),
  warmUp: v.optional(
    v.pipe(
      v.strictObject({
        for: duration,
        factor: v.pipe(
          v.number(),
          v.minValue(1, "at least 1"),
          most(1000),
          v.description("How many times slower at first."),
        ),
      }),
      v.description("So many times slower at first, and less so until then."),
    ),
  ),
  errorRate: v.optional(
    v.pipe(share, v.description("Share of requests that are answered with an error: 0.1%.")),
  ),
  conversionRate: v.optional(
    v.pipe(share, v.description("Share of answers that convert: 4%. Counted for abTest.")),
  ),
  onSigterm: v.optional(
    v.pipe(
      v.picklist(["finish", "drop", "ignore"]),
      v.description(
        "finish (default): take no more and answer what there is; drop: exit; ignore: until killed.",
      ),
    ),
  ),
});

const carried = v.record(
  v.string(),
  v.union([
    text,
    v.pipe(v.array(v.strictObject({ value: v.string(), share })), v.minLength(1, "a value")),
  ]),
);

const limit = (pattern: RegExp, example: string) => {
  const one = v.pipe(v.string(), v.regex(pattern, example));
  return v.union([one, v.pipe(v.array(one), v.minLength(1, "a limit"))]);
};

const compare = String.raw`\s*(<=|>=|==|!=|<|>)\s*`;
export const limitPatterns = {
  errors: new RegExp(String.raw`^\s*(rate|count)${compare}(\d+(?:\.\d+)?)(%?)\s*$`, "u"),
  latency: new RegExp(String.raw`^\s*(avg|max|p\((\d{1,2}(?:\.\d+)?)\))${compare}(\S+)\s*$`, "u"),
  downtime: /^\s*(<=|<|==)?\s*([\d.]\S*)\s*$/u,
} as const;

const errors = limit(limitPatterns.errors, "a limit such as rate<0.1% or count<10");
const latency = limit(limitPatterns.latency, "a limit such as p(99)<300ms or max<1s");
const downtime = limit(limitPatterns.downtime, "a time such as 0s or <2s");
const atMost = v.pipe(natural, v.description("At most so many."));
const lost = v.union([
  atMost,
  v.record(v.picklist(Object.keys(failureCauses) as FailureCause[]), atMost),
]);

/** Of the requests of all traffic, or of one. */
export const trafficThresholds = v.strictObject({
  errors: v.optional(v.pipe(errors, v.description("Of requests: rate<0.1%, count<10."))),
  latency: v.optional(v.pipe(latency, v.description("Of answers: p(99)<300ms, avg, max."))),
  downtime: v.optional(
    v.pipe(downtime, v.description("At most so long, in windows of 100ms: 0s.")),
  ),
  lost_requests: v.optional(
    v.pipe(lost, v.description("Failed requests, at most so many; in all, or by cause.")),
  ),
});

/** What thresholds can be put on, and its unit; see traffic-metrics.ts. */
export const trafficMetrics = {
  errors: "share",
  latency: "time",
  downtime: "time",
  lost_requests: "requests",
} as const;
export type TrafficMetricName = keyof typeof trafficMetrics;

/** Played one by one, so there is a limit to what a file can ask for. */
export const MOST_RPS = 100_000;
/** As a flow they cost the same at any rate. */
const MOST_FLUID_RPS = 1_000_000_000;
const MOST_USERS = 100_000;

export const trafficSchema = v.strictObject({
  name: v.optional(v.pipe(text, v.description("For reports. Default the Service's, or the host."))),
  service: v.optional(v.pipe(text, v.description("A Service of the scenario's namespace."))),
  host: v.optional(v.pipe(text, v.description("A host that routes lead to Services."))),
  rps: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0.001, "at least 0.001"),
      most(MOST_FLUID_RPS),
      v.description("Requests a second, however long the answers take."),
    ),
  ),
  mode: v.optional(
    v.pipe(
      v.picklist(["discrete", "fluid"]),
      v.description("fluid: as a flow, for any rps. Default discrete: each request, up to 100000."),
    ),
  ),
  arrivals: v.optional(
    v.pipe(v.picklist(["poisson", "fixed"]), v.description("With rps. Default poisson.")),
  ),
  users: v.optional(
    v.pipe(
      positive,
      most(MOST_USERS),
      v.description(
        "Each asks, waits for the answer and thinks; with rps: whose requests they are.",
      ),
    ),
  ),
  think: v.optional(v.pipe(delay, v.description("Of users without rps. Default 1s."))),
  from: v.optional(
    v.pipe(
      text,
      v.description("A step's name, or a duration. Default: when an endpoint is ready first."),
    ),
  ),
  to: v.optional(v.pipe(text, v.description("A step's name, or a duration. Default: the end."))),
  timeout: v.optional(v.pipe(duration, v.description("Default 30s."))),
  slow: v.optional(v.pipe(duration, v.description("Answers that take longer are slow."))),
  retries: v.optional(
    v.pipe(
      v.strictObject({
        attempts: v.pipe(natural, most(10), v.description("After the first.")),
        backoff: v.optional(v.pipe(duration, v.description("Default 0s."))),
      }),
      v.description("Of failed connections. Default none."),
    ),
  ),
  connections: v.optional(
    v.pipe(
      positive,
      most(MOST_USERS),
      v.description("Kept open and reused in turn. Default: a new one for each request."),
    ),
  ),
  proxies: v.optional(
    v.pipe(
      v.strictObject({
        count: v.optional(v.pipe(positive, most(1000), v.description("Default 3."))),
        ...delay.entries,
        healthChecks: v.optional(
          v.pipe(
            duration,
            v.description(
              "Containers ready to a load balancer's own checks being passed: no requests before. Default 0s.",
            ),
          ),
        ),
      }),
      v.description("Of nodes that requests come through: how late they learn of endpoints."),
    ),
  ),
  router: v.optional(v.pipe(delay, v.description("How late it learns of routes. Default 0s."))),
  headers: v.optional(v.pipe(carried, v.description("A value, or values with shares of users."))),
  cookies: v.optional(v.pipe(carried, v.description("Like headers."))),
  query: v.optional(v.pipe(carried, v.description("Like headers."))),
  method: v.optional(v.pipe(text, v.description("Default GET."))),
  path: v.optional(v.pipe(text, v.description("Default /."))),
  abTest: v.optional(
    v.pipe(
      v.strictObject({
        control: v.pipe(text, v.description("An image, whose behavior has a conversionRate.")),
        variant: v.pipe(text, v.description("An image, likewise.")),
        falsePositives: v.optional(
          v.pipe(share, v.description("Bound on their rate, however often one looks. Default 5%.")),
        ),
        detect: v.optional(
          v.pipe(share, v.description("A difference of rates, for the sample size: 1%.")),
        ),
      }),
      v.description("Compares how two versions convert, second by second."),
    ),
  ),
  expect: v.optional(
    v.pipe(trafficThresholds, v.description("As expect.thresholds, of these requests alone.")),
  ),
});
