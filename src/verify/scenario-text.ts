/** A run as a scenario file that `rollsim run` replays. */
import { formatDuration } from "../api/duration.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import type { Behavior, CpuPoint } from "../kubelet/behavior.ts";
import type { NodeGroup } from "../scheduler/node-object.ts";
import type { LawExpectation } from "./law-expectation.ts";

export interface ScenarioParts {
  readonly seed: string;
  /** As `schedule` of a scenario takes it. */
  readonly schedule: string;
  readonly behaviors: readonly Behavior[];
  readonly steps: readonly (readonly [at: Millis, step: object])[];
  readonly manifests: readonly KubeObject[];
  /** Default: as scenarios have. */
  readonly nodes?: number | readonly NodeGroup[];
  /** When the run ends, ms; default: as scenarios do. */
  readonly until?: Millis;
  /** What must be true from the first step on. */
  readonly always?: readonly LawExpectation[];
  /** What must be true at the end. */
  readonly finally?: readonly LawExpectation[];
  /** Default: `default`. */
  readonly namespace?: string | undefined;
}

/** YAML is a superset of JSON: what is given as objects goes in as it is. */
export function scenarioText(parts: ScenarioParts): string {
  const { seed, schedule, behaviors, steps, manifests, nodes, until, namespace } = parts;
  const { always = [], finally: atEnd = [] } = parts;
  const named = steps.map(([at, step], i) => ({
    ...(i === 0 && always.length > 0 ? { name: "begin" } : {}),
    at: formatDuration(at),
    ...step,
  }));
  return [
    "apiVersion: rollsim.dev/v1alpha1",
    "kind: Scenario",
    "metadata: { name: counterexample }",
    ...(namespace === undefined ? [] : [`namespace: ${JSON.stringify(namespace)}`]),
    `seed: ${JSON.stringify(seed)}`,
    `schedule: ${schedule}`,
    ...(nodes === undefined ? [] : [`cluster: { nodes: ${nodesText(nodes)} }`]),
    ...(until === undefined ? [] : [`until: ${formatDuration(until)}`]),
    "behaviors:",
    ...behaviors.map((behavior) => `  - ${JSON.stringify(asScenario(behavior), timed)}`),
    "steps:",
    ...named.map((step) => `  - ${JSON.stringify(step)}`),
    ...(always.length + atEnd.length === 0 ? [] : ["expect:"]),
    ...(always.length === 0 ? [] : ["  always:"]),
    ...always.map((law) => `    - ${JSON.stringify({ ...law, from: "begin" })}`),
    ...(atEnd.length === 0 ? [] : ["  finally:"]),
    ...atEnd.map((law) => `    - ${JSON.stringify(law)}`),
    ...manifests.flatMap((manifest) => ["---", JSON.stringify(manifest)]),
    "",
  ].join("\n");
}

function nodesText(nodes: number | readonly NodeGroup[]): string {
  if (typeof nodes === "number") return String(nodes);
  const clockOf = (ms: Millis) => `${formatDuration(Math.abs(ms))} ${ms < 0 ? "behind" : "ahead"}`;
  const groups = nodes.map(({ clock = 0, ...rest }) => {
    return clock === 0 ? rest : { ...rest, clock: clockOf(clock) };
  });
  return JSON.stringify(groups);
}

/** What scenarios tell in other words than behaviors do; `restarts` they have no word for. */
function asScenario(behavior: Behavior): object {
  const { listens, cpu, load, startCpu, restarts: _, ...rest } = behavior;
  return {
    ...rest,
    ...(listens === undefined ? {} : { serve: { listens: formatDuration(listens) } }),
    ...(cpu === undefined ? {} : { cpu: cpu.map(pointOf) }),
    ...(load === undefined ? {} : { load: load.map(pointOf) }),
    ...(startCpu === undefined
      ? {}
      : { startCpu: { cpu: `${startCpu.milli}m`, for: formatDuration(startCpu.for) } }),
  };
}

function pointOf({ at, milli }: CpuPoint): object {
  return { at: formatDuration(at), cpu: `${milli}m` };
}

/** Fields of behaviors that are durations. */
const TIMES: ReadonlySet<string> = new Set(["delay", "jitter", "after", "recover"]);

function timed(key: string, value: unknown): unknown {
  if (TIMES.has(key) && typeof value === "number") return formatDuration(value);
  return key === "extra" ? (value as readonly number[]).map(formatDuration) : value;
}
