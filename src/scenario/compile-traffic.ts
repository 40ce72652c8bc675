/** From what a scenario says of requests to what the cluster plays, and to limits that a run can check. */
import { parseDuration } from "../api/duration.ts";
import { fluidProblem, nameOf, type ClientOptions } from "../traffic/options.ts";
import type { AbTestPlan } from "./ab-test.ts";
import { compileMoments, type Compiler } from "./compile-expectations.ts";
import { shareOf, spreadOf, timeOf } from "./compile-values.ts";
import { defined } from "./defined.ts";
import { placeOf, problemAt } from "./problem.ts";
import type { PlannedTraffic, TrafficThreshold } from "./scenario.ts";
import type { TrafficInput } from "./schema.ts";
import { limitPatterns, MOST_RPS, type TrafficMetricName } from "./traffic-schema.ts";
import type { Located } from "./yaml.ts";

export interface CompiledTraffic {
  readonly traffic: readonly PlannedTraffic[];
  readonly thresholds: readonly TrafficThreshold[];
}

/** `inputs` are those of `list`, in order; all fit their schema, or there are none. */
export function compileTraffic(
  compiler: Compiler,
  inputs: readonly TrafficInput[],
  list: Located | undefined,
  namespace: string,
  steps: readonly string[],
): CompiledTraffic {
  const names = new Set<string>();
  const compiled = inputs.map((input, index): CompiledTraffic => {
    const node = list!.items![index]!;
    const refuse = (key: string, message: string): CompiledTraffic => {
      const { span } = node.entries?.get(key)?.node ?? node;
      compiler.problems.push(problemAt(compiler.source, span, { code: "traffic", message }));
      return { traffic: [], thresholds: [] };
    };
    const [key, problem] = problemOf(input) ?? [];
    if (key !== undefined) return refuse(key, problem!);
    const moments = compileMoments(compiler, node, steps);
    if (input.mode !== inputs[0]!.mode) return refuse("mode", "all traffic is fluid, or none is");
    const options = optionsOf(input, namespace);
    const name = nameOf(options);
    if (names.has(name)) return refuse("name", `two traffics are named "${name}"; give one a name`);
    names.add(name);
    const limits = compileTrafficThresholds(compiler, node.entries?.get("expect")?.node, name);
    const abTest = input.abTest && abTestOf(input.abTest);
    const traffic = { options, ...moments, ...defined({ abTest }) };
    return { traffic: [traffic], thresholds: limits };
  });
  return {
    traffic: compiled.flatMap((each) => each.traffic),
    thresholds: compiled.flatMap((each) => each.thresholds),
  };
}

/** What is wrong with a traffic beyond its shape, and with which key. */
function problemOf(input: TrafficInput): readonly [key: string, message: string] | undefined {
  const { service, host, rps, users, think, arrivals } = input;
  if (service === undefined && host === undefined) {
    return ["", "traffic needs a service or a host to go to"];
  }
  if (service !== undefined && host !== undefined) {
    return ["host", "traffic goes to a service or to a host, not to both"];
  }
  if (rps === undefined && users === undefined) {
    return ["", "traffic needs rps (requests a second), or users who wait for answers"];
  }
  if (rps !== undefined && think !== undefined) {
    return ["think", "only users without rps think: they ask, wait and think"];
  }
  const { falsePositives } = input.abTest ?? {};
  if (
    falsePositives !== undefined &&
    !(shareOf(falsePositives) > 0 && shareOf(falsePositives) < 1)
  ) {
    return ["abTest", "falsePositives is above 0% and below 100%"];
  }
  if (rps === undefined && arrivals !== undefined) return ["arrivals", "arrivals go with rps"];
  if (rps !== undefined && rps > MOST_RPS && input.mode !== "fluid") {
    return ["rps", `at most ${MOST_RPS} requests a second are played one by one; use mode: fluid`];
  }
  const fluid = input.mode === "fluid" ? fluidProblem(clientOf(input)) : undefined;
  if (input.mode === "fluid" && input.abTest !== undefined) {
    return ["abTest", "with mode: fluid no request converts; leave the mode out"];
  }
  if (fluid !== undefined)
    return [fluid, `with mode: fluid requests have no ${fluid} of their own`];
  for (const part of ["headers", "cookies", "query"] as const) {
    for (const values of Object.values(input[part] ?? {})) {
      if (typeof values === "string") continue;
      const sum = values.reduce((total, value) => total + shareOf(value.share), 0);
      if (sum > 1 + 1e-9) return [part, `the shares of a value's variants add up to over 100%`];
    }
  }
  return undefined;
}

function optionsOf(input: TrafficInput, namespace: string): PlannedTraffic["options"] {
  const { name, service, host, proxies, router, slow } = input;
  const options = {
    name,
    namespace,
    clients: [clientOf(input)],
    proxies:
      proxies &&
      defined({
        count: proxies.count,
        delay: spreadOf(proxies),
        healthChecks: timeOf(proxies.healthChecks),
      }),
    router: router && { delay: spreadOf(router) },
    slow: timeOf(slow),
  };
  return service === undefined
    ? { host: host!, ...defined(options) }
    : { service, ...defined(options) };
}

function abTestOf({
  control,
  variant,
  falsePositives,
  detect,
}: NonNullable<TrafficInput["abTest"]>): AbTestPlan {
  return {
    control,
    variant,
    falsePositives: falsePositives === undefined ? 0.05 : shareOf(falsePositives),
    ...(detect !== undefined && shareOf(detect) > 0 ? { detect: shareOf(detect) } : {}),
  };
}

function clientOf(input: TrafficInput): ClientOptions {
  const { rps, users, arrivals, think, connections, retries, method, path } = input;
  const base = defined({
    timeout: timeOf(input.timeout),
    retries: retries && defined({ attempts: retries.attempts, backoff: timeOf(retries.backoff) }),
    connections,
    headers: carriedOf(input.headers),
    cookies: carriedOf(input.cookies),
    query: carriedOf(input.query),
    method,
    path,
  });
  return rps === undefined
    ? { loop: "closed", users: users!, ...base, ...defined({ think: think && spreadOf(think) }) }
    : { loop: "open", rate: rps, ...base, ...defined({ arrivals, users, mode: input.mode }) };
}

/** Limits of all traffic, or of the one that is named. */
export function compileTrafficThresholds(
  compiler: Compiler,
  limits: Located | undefined,
  traffic?: string,
): readonly TrafficThreshold[] {
  const of = traffic === undefined ? {} : { traffic };
  const nodes = (metric: TrafficMetricName): readonly Located[] => {
    const node = limits?.entries?.get(metric)?.node;
    return node === undefined ? [] : (node.items ?? [node]);
  };
  const read = (metric: "errors" | "latency" | "downtime"): readonly TrafficThreshold[] =>
    nodes(metric).flatMap((node) => {
      const text = String(node.value).trim();
      const limit = limitOf(metric, text);
      if (typeof limit === "object") {
        return [
          { ...of, metric, ...limit, text, place: placeOf(compiler.source, node.span.start) },
        ];
      }
      if (limit !== undefined) {
        const what = { code: "wrong-value", message: `${metric} ${text}: ${limit}` };
        compiler.problems.push(problemAt(compiler.source, node.span, what));
      }
      return [];
    });
  const lost = nodes("lost_requests").flatMap((node) => {
    const causes: readonly (readonly [string | undefined, Located])[] =
      node.entries === undefined
        ? [[undefined, node]]
        : [...node.entries].map(([cause, entry]) => [cause, entry.node] as const);
    return causes.flatMap(([cause, { value, span }]): TrafficThreshold[] =>
      typeof value === "number"
        ? [
            {
              ...of,
              ...(cause !== undefined && { cause }),
              metric: "lost_requests",
              aggregate: "count",
              compare: "<=",
              limit: value,
              text: `<=${value}`,
              place: placeOf(compiler.source, span.start),
            },
          ]
        : [],
    );
  });
  return [...read("errors"), ...read("latency"), ...read("downtime"), ...lost];
}

type Limit = Pick<TrafficThreshold, "aggregate" | "compare" | "limit">;

/** A limit; what is wrong with its value; undefined: it does not fit the schema, which says so. */
function limitOf(
  metric: "errors" | "latency" | "downtime",
  text: string,
): Limit | string | undefined {
  const found = limitPatterns[metric].exec(text);
  if (found === null) return undefined;
  if (metric === "errors") {
    const [, aggregate, compare, value, percent] = found;
    if (aggregate === "count" && percent !== "") return "a count has no %";
    return {
      aggregate: aggregate as "rate" | "count",
      compare: compare as Limit["compare"],
      limit: percent === "" ? Number(value) : Number(value) / 100,
    };
  }
  const value = found.at(-1)!;
  const duration = parseDuration(value);
  if (!duration.ok) return duration.why;
  if (metric === "downtime") {
    const compare = (found[1] ?? "<=") as Limit["compare"];
    return { aggregate: "sum", compare, limit: duration.ms };
  }
  const [, aggregate, percentile, compare] = found;
  return {
    aggregate:
      percentile === undefined ? (aggregate as "avg" | "max") : { percentile: Number(percentile) },
    compare: compare as Limit["compare"],
    limit: duration.ms,
  };
}

type CarriedInput = TrafficInput["headers"];

function carriedOf(input: CarriedInput): ClientOptions["headers"] {
  if (input === undefined) return undefined;
  const entries = Object.entries(input).map(([name, values]) => [
    name,
    typeof values === "string"
      ? values
      : values.map(({ value, share }) => ({ value, share: shareOf(share) })),
  ]);
  return Object.fromEntries(entries) as NonNullable<ClientOptions["headers"]>;
}
