/** docs/performance.md: what the benchmarks measured, from test/bench/results.json. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Measured, Results } from "../bench/bench.ts";
import { deviation, median, ratioOf } from "../bench/statistics.ts";

const root = fileURLToPath(
  new URL(import.meta.url.includes(".build") ? "../../../" : "../../", import.meta.url),
);

export function performancePage(): string {
  const stored = JSON.parse(readFileSync(`${root}test/bench/results.json`, "utf8")) as Results;
  return renderPerformance(stored);
}

/** Cost of a pod in the dearest size of rollout, in costs of one in the cheapest. */
const FLAT = 1.5;
const MILLION = { replicas: 1_000_000, cpuMs: 2000, megabytes: 500 };

function renderPerformance({ machine, benches }: Results): string {
  const of = (name: string): readonly Measured[] => benches[name] ?? [];
  const [before, after] = machine.load.map((load) => load.toFixed(1));
  return [
    `# Performance

<!-- written by \`npm run docs\` from test/bench/results.json, which \`npm run bench -- --write\` writes -->

Measured on ${machine.cores} shared cores (${machine.cpu}), Node ${machine.node}, while other work wanted the same cores:
the load was ${before} before the last of them and ${after} after it. So what counts is CPU time, and of that the ratios: cases run in turn,
A B C A B C, each run in a process of its own. Tables show medians ± median absolute deviations; a ratio has
the middle 95 % of 2,000 bootstrap samples in brackets; cases ran three to seven times, so these are rough. CI compares no times with a clock: \`npm run bench:gate\` counts what
happens, and bytes, and compares ratios.`,
    rolling(of("rolling-update")),
    oneByOne(of("one-by-one"), of("one-by-one-again")),
    kernel(of("kernel"), of("queue")),
    peer(of("peer")),
    checker(of("checker")),
    startup(of("startup")),
    traffic(of("traffic")),
  ].join("\n\n");
}

function rolling(measured: readonly Measured[]): string {
  const perPod = "CPU us a pod";
  const medians = measured.map((one) => ({ one, cost: median(series(one, perPod)) }));
  const growth = medians
    .filter(({ one }) => one.size >= 1000)
    .flatMap(({ one, cost }) =>
      medians.filter((less) => less.one.size < one.size).map((less) => cost / less.cost),
    );
  const million = measured.find(({ size }) => size === MILLION.replicas)!;
  const [cpu, peak] = [median(series(million, "CPU ms")), median(series(million, "peak MB"))];
  const met = (value: number, goal: number): string => (value <= goal ? "met" : "**not** met");
  return `## A rolling update

One Deployment, default strategy, pods that are ready at once, all controllers' logic on, from the new image until the
rollout is complete. The JIT compiler is warm; "peak" is the most memory of the whole process.

${table(measured, ["CPU ms", perPod, "wall ms", "peak MB"])}

${flatness(measured, 10)} ${flatness(measured, 1000)} ${flatness(measured, 10_000)} What varies is the cost of small ones: a rollout of
1,000 replicas or more cost at most ${figure(Math.max(...growth))} times as much a pod as any smaller one. A rollout has a handful of syncs whatever its size, and ten pods must pay for them alone; so
small ones cost more a pod.

The goals for a million replicas are ${MILLION.cpuMs / 1000} s of CPU time, ${met(cpu, MILLION.cpuMs)} (${(cpu / 1000).toFixed(1)} s), and ${MILLION.megabytes} MB, ${met(peak, MILLION.megabytes)} (${peak.toFixed(0)} MB).`;
}

function oneByOne(measured: readonly Measured[], again: readonly Measured[]): string {
  const run = measured.filter(({ runs }) => runs.length > 0);
  const once = run.filter(({ runs }) => runs.length === 1).map(({ size }) => count(size));
  const found =
    run.length === 0
      ? "Not measured yet."
      : `${table(run, ["CPU ms", "CPU us a pod", "wall ms", "peak MB"])}

${flatness(run, 10)}`;
  return `### Pods that are awaited one by one

The same with \`maxSurge: 1\`, \`maxUnavailable: 0\` and pods that are ready 10 ms after their start: each is awaited before the
next one is made, and makes the controllers sync some twenty times. What costs then is the sync, not the pod. The trace
keeps what happened last (\`traceLimit: 1000\`): all of it would have no room.${once.length === 0 ? "" : ` ${once.join(" and ")} replicas ran once (\`npm run bench -- one-by-one --large\`).`}

${found}${secondRollout(run, again)}`;
}

function secondRollout(first: readonly Measured[], again: readonly Measured[]): string {
  const perPod = "CPU us a pod";
  const costs = again.flatMap((one) => {
    const same = first.find(({ size }) => size === one.size);
    if (same === undefined || one.runs.length === 0) return [];
    return `${times(ratioOf(series(one, perPod), series(same, perPod)))} at ${count(one.size)} replicas`;
  });
  if (costs.length === 0) return "";
  return ` A second one, which meets pods of very many ages, costs so many times the first: ${costs.join(", ")}.`;
}

/** Whether the cost of a pod is the same from so many replicas on. */
function flatness(measured: readonly Measured[], least: number): string {
  const costs = measured
    .filter(({ size }) => size >= least)
    .map((one) => ({ size: one.size, runs: series(one, "CPU us a pod") }))
    .toSorted((a, b) => median(a.runs) - median(b.runs));
  const [cheapest, dearest] = [costs[0]!, costs.at(-1)!];
  const ratio = ratioOf(dearest.runs, cheapest.runs);
  const words = ratio.ratio <= FLAT ? "flat within" : "**not** flat within";
  return (
    `From ${count(least)} replicas the cost of a pod is ${words} ${FLAT} times: ${count(dearest.size)} replicas cost ` +
    `${times(ratio)} times as much a pod as ${count(cheapest.size)}.`
  );
}

function kernel(kernels: readonly Measured[], queues: readonly Measured[]): string {
  return `## The kernel

So many entities that each wait a random while, again and again, beside simjs, a kernel of SimPy's kind. Both took the
same events in the same order. (simscript, another one on npm, looks through the list of all that wait for each
event, and brings a compiler of 90 MB: left out.)

${table(kernels, ["events per CPU second"])}

${ratios(kernels, "rollsim", "simjs", "events per CPU second", "events", "times as many events a second as simjs")}

The queue alone, in which so many events are pending: take the next, put one back. All took the same events in the same
order, by time, rank and sequence; flatqueue gets the three in one number.

${table(queues, ["CPU ns a hold"])}

${["flatqueue", "tinyqueue", "heap-js"]
  .map((who) =>
    ratios(queues, who, "rollsim", "CPU ns a hold", "pending", `times the time of ours: ${who}`),
  )
  .join("\n")}`;
}

function peer(measured: readonly Measured[]): string {
  return `## The nearest peer

@ngrok/webernetes is a port of parts of Kubernetes, Deployments among them, to TypeScript for the browser. It does more for a pod
(a container runtime, a network, probes) and runs by the wall clock, mostly waiting; rollsim plays virtual time. Both
cold, as a user's first rollout is: from a settled Deployment until all new pods are available and no old one is left.

${table(measured, ["CPU ms", "wall ms", "peak MB"])}

${ratios(measured, "webernetes", "rollsim", "CPU ms", "replicas", "times the CPU time of ours")}`;
}

function checker(measured: readonly Measured[]): string {
  const [own, spin] = [measured[0]!, measured[1]!];
  const bytes = median(series(own, "bytes a state"));
  const wall = "states per second";
  return `## The checker

The abstract model of a rollout, ${count(own.size)} states, by the checker of \`rollsim verify\` and by SPIN (\`-O3 -DSAFETY -DNOREDUCE\`, a
table of fitting size) on its Promela twin, both in one thread and without properties. Both found the same states.

${table(measured, ["states per CPU second", wall])}

${ratios(measured, "rollsim", "SPIN", "states per CPU second", "states", "times as many states a CPU second as SPIN")}
By the wall clock: ${spin.runs.length > 0 ? times(ratioOf(series(own, wall), series(spin, wall))) : "-"} times. Memory: ${bytes.toFixed(0)} bytes a state (at most 40 is the goal).`;
}

function startup(measured: readonly Measured[]): string {
  const [empty, own] = measured.map((one) => median(series(one, "CPU ms")));
  const goal = 1.5 * empty! + 60;
  return `## Start-up

\`rollsim run\` of a small scenario from start to end, beside \`node -e 0\`.

${table(measured, ["CPU ms", "wall ms"], "none")}

The goal is 1.5 times the empty program plus 60 ms; in CPU time ${goal.toFixed(0)} ms, and it is ${own! <= goal ? "met" : "**not** met"}.`;
}

function traffic(measured: readonly Measured[]): string {
  return `## Traffic

Requests, each accounted for, to 100 pods during their rolling update and after, ten virtual minutes. The size is requests a
second; above 100,000 they are a flow (\`mode: fluid\`).

${table(measured, ["CPU ms", "CPU ns a request", "requests"])}`;
}

function series({ who, size, runs }: Measured, name: string): readonly number[] {
  const values = runs.flatMap((run) => run[name] ?? []);
  if (values.length === 0) throw new Error(`no ${name} of ${who}, ${size}, in results.json`);
  return values;
}

function table(
  measured: readonly Measured[],
  names: readonly string[],
  size: "shown" | "none" = "shown",
): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const first = size === "shown" ? ["", "size"] : [""];
  const rows = measured.map(({ who, size: of, runs }) => {
    const cells = names.map((name) => {
      const values = runs.flatMap((run) => run[name] ?? []);
      return values.length === 0
        ? "not installed"
        : `${figure(median(values))} ± ${figure(deviation(values))}`;
    });
    return row([who, ...(size === "shown" ? [count(of)] : []), ...cells]);
  });
  const align = [...first.map((_, at) => (at === 0 ? "---" : "--:")), ...names.map(() => "--:")];
  return [row([...first, ...names]), row(align), ...rows].join("\n");
}

/** "4.2 (4.0 to 4.4) at 100 events": a line for all sizes that both have. */
function ratios(
  measured: readonly Measured[],
  above: string,
  below: string,
  name: string,
  unit: string,
  words: string,
): string {
  const found = (who: string): readonly Measured[] =>
    measured.filter((one) => one.who === who && one.runs.length > 0);
  const pairs = found(above).flatMap((over) => {
    const under = found(below).find(({ size }) => size === over.size);
    if (under === undefined) return [];
    return [
      `${times(ratioOf(series(over, name), series(under, name)))} at ${count(over.size)} ${unit}`,
    ];
  });
  return pairs.length === 0 ? "" : `- ${words}: ${pairs.join(", ")}.`;
}

function times({ ratio, low, high }: ReturnType<typeof ratioOf>): string {
  return `${figure(ratio)} (${figure(low)} to ${figure(high)})`;
}

/** Three digits that count. */
function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 2 });
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
