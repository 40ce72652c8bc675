/**
 * The `behaviors` of a scenario: how pods of an image start, fail and end, what CPU they use, and how they answer
 * requests.
 */
import { durationOf } from "../api/duration.ts";
import { milliOfQuantity as milliCpu } from "../apiserver/quantity.ts";
import type { Behavior, CpuPoint, Fault, ReadyDelay } from "../kubelet/behavior.ts";
import type { AppBehavior } from "../traffic/options.ts";
import type { Compiler } from "./compile-expectations.ts";
import { shareOf, spreadOf, timeOf } from "./compile-values.ts";
import { defined } from "./defined.ts";
import { problemAt } from "./problem.ts";
import type { BehaviorInput, DelayInput } from "./schema.ts";
import { percentiles } from "./traffic-schema.ts";
import type { Located } from "./yaml.ts";

/** `inputs` are those of `list`, in order; all fit their schema, or there are none. */
export function compileBehaviors(
  compiler: Compiler,
  inputs: readonly BehaviorInput[],
  list: Located | undefined,
): { readonly behaviors: readonly Behavior[]; readonly apps: readonly AppBehavior[] } {
  inputs.forEach(({ serve }, index) => {
    const message = serve?.time === undefined ? undefined : serviceTimeProblem(serve.time);
    const node = list?.items?.[index]?.entries?.get("serve")?.node.entries?.get("time")?.node;
    if (message === undefined || node === undefined) return;
    const code = "wrong-value";
    compiler.problems.push(problemAt(compiler.source, node.span, { code, message }));
  });
  return { behaviors: inputs.map(behaviorOf), apps: inputs.map(appOf) };
}

function behaviorOf(input: BehaviorInput): Behavior {
  const { match, fault, serve } = input;
  return defined({
    match: match === undefined ? undefined : defined(match),
    ...delaysOf(input),
    listens: timeOf(serve?.listens),
    fault: fault === undefined ? undefined : faultOf(fault),
    ...cpuOf(input),
  });
}

function faultOf(input: NonNullable<BehaviorInput["fault"]>): Fault {
  const { after, recover, ...rest } = input;
  return defined({ ...rest, after: timeOf(after), recover: timeOf(recover) });
}

const delayNames = ["schedule", "pull", "start", "ready", "gates", "terminate"] as const;

function delaysOf(input: BehaviorInput): Partial<Record<(typeof delayNames)[number], ReadyDelay>> {
  const given = delayNames.flatMap((name) => {
    const delay = input[name];
    return delay === undefined ? [] : [[name, delayOf(delay)] as const];
  });
  return Object.fromEntries(given);
}

function delayOf({ delay, jitter, extra }: DelayInput): ReadyDelay {
  return {
    delay: durationOf(delay ?? "0s"),
    ...(jitter === undefined ? {} : { jitter: durationOf(jitter) }),
    ...(extra === undefined ? {} : { extra: extra.map(durationOf) }),
  };
}

function cpuOf({
  cpu,
  load,
  startCpu,
}: BehaviorInput): Pick<Behavior, "cpu" | "load" | "startCpu"> {
  return defined({
    cpu: cpu === undefined ? undefined : pointsOf(cpu),
    load: load === undefined ? undefined : pointsOf(load),
    startCpu:
      startCpu === undefined
        ? undefined
        : { milli: milliCpu(startCpu.cpu), for: durationOf(startCpu.for) },
  });
}

function pointsOf(series: NonNullable<BehaviorInput["cpu"]>): readonly CpuPoint[] {
  if (!Array.isArray(series)) return [{ at: 0, milli: milliCpu(series) }];
  const points = series.map(({ at, cpu }) => ({ at: durationOf(at), milli: milliCpu(cpu) }));
  return points.toSorted((a, b) => a.at - b.at);
}

/** How the pods of a behavior answer; the default way where it does not say. */
function appOf({ match, serve = {} }: BehaviorInput): AppBehavior {
  const { time, concurrency, queue, listens, warmUp, errorRate, onSigterm, conversionRate } = serve;
  return defined({
    ...defined(match ?? {}),
    serviceTime: time && serviceTimeOf(time),
    concurrency,
    queue,
    listenAfter: timeOf(listens),
    warmUp: warmUp && { for: durationOf(warmUp.for), factor: warmUp.factor },
    errorRate: errorRate === undefined ? undefined : shareOf(errorRate),
    conversionRate: conversionRate === undefined ? undefined : shareOf(conversionRate),
    onSigterm,
  });
}

type ServiceTimeInput = NonNullable<NonNullable<BehaviorInput["serve"]>["time"]>;

function serviceTimeOf(input: ServiceTimeInput): NonNullable<AppBehavior["serviceTime"]> {
  const given = Object.entries(percentiles).flatMap(([name, percent]) => {
    const value = input[name as keyof typeof percentiles];
    return value === undefined ? [] : [[percent, durationOf(value)] as const];
  });
  return given.length === 0 ? spreadOf(input) : { percentiles: given };
}

/** What is wrong with a behavior's service time beyond its shape. */
function serviceTimeProblem(input: ServiceTimeInput): string | undefined {
  const names = Object.keys(percentiles) as (keyof typeof percentiles)[];
  const values = names.flatMap((name) => timeOf(input[name]) ?? []);
  if (values.length === 0) return undefined;
  if (input.delay !== undefined || input.jitter !== undefined) {
    return "the time is told by delay and jitter, or by percentiles, not by both";
  }
  const falls = values.some((value, i) => i > 0 && value < values[i - 1]!);
  return falls ? "a percentile is not below the ones before it" : undefined;
}
