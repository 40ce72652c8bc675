/** A run as a scenario file that `rollsim run` replays. */
import { formatDuration } from "../api/duration.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import type { Behavior } from "../kubelet/behavior.ts";
import type { LawExpectation } from "./law-expectation.ts";

export interface ScenarioParts {
  readonly seed: string;
  /** As `schedule` of a scenario takes it. */
  readonly schedule: string;
  readonly behaviors: readonly Behavior[];
  readonly steps: readonly (readonly [at: Millis, step: object])[];
  readonly manifests: readonly KubeObject[];
  /** Default: as scenarios have. */
  readonly nodes?: number;
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
    ...(nodes === undefined ? [] : [`cluster: { nodes: ${nodes} }`]),
    ...(until === undefined ? [] : [`until: ${formatDuration(until)}`]),
    "behaviors:",
    ...behaviors.map((behavior) => `  - ${JSON.stringify(behavior, timed)}`),
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

/** Fields of behaviors that are durations. */
const TIMES: ReadonlySet<string> = new Set(["delay", "jitter", "after", "recover"]);

function timed(key: string, value: unknown): unknown {
  if (TIMES.has(key) && typeof value === "number") return formatDuration(value);
  return key === "extra" ? (value as readonly number[]).map(formatDuration) : value;
}
