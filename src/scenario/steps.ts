/** How each verb of a step is carried out. A step that fails says why; the run then ends. */
import type { Cluster } from "../cluster.ts";
import type { Client } from "../api/client.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import { kindOfObject, storeName } from "../apiserver/kinds.ts";
import { unreachable } from "../engine/assert.ts";
import type { KubectlIo } from "../kubectl/io.ts";
import { runKubectl } from "../kubectl/cluster-io.ts";
import { formatDuration } from "../api/duration.ts";
import { injectFault, type Remedy } from "./faults.ts";
import { mismatches } from "./partial.ts";
import { placeOf, type Place } from "./problem.ts";
import type {
  AssertStep,
  FaultStep,
  KubectlStep,
  Manifest,
  PartialObject,
  Step,
  WaitStep,
} from "./scenario.ts";
import { worldOf } from "./world.ts";

/** What steps need of the run that they belong to. */
export interface Stage {
  readonly cluster: Cluster;
  /** Of the scenario: where assertions and faults look. */
  readonly namespace: string;
  /** Of kubectl's context, which a line may change: where `apply`, `kubectl` and `wait` act. */
  contextNamespace: string;
  readonly readFile: KubectlIo["readFile"];
  /** Lets the next things happen, if they are not due after `limit`; else time stands at `limit`. */
  advance(limit: Millis): "stepped" | "idle";
  remedyLater(remedy: Remedy): void;
}

/** Why a step failed. */
export interface StepFailure {
  readonly message: string;
  readonly details: readonly string[];
  readonly place?: Place;
}

export function carryOut(stage: Stage, step: Step): StepFailure | undefined {
  switch (step.verb) {
    case "apply":
      return applyManifests(stage, step.manifests, step.path ?? named(step.manifests));
    case "kubectl":
      return runScript(stage, step);
    case "wait":
      return waitFor(stage, step);
    case "assert":
      return assertThat(stage, step);
    case "fault":
      return breakSomething(stage, step);
    default:
      return unreachable(step);
  }
}

/** An inline document has no path; what it holds says more. */
function named(manifests: readonly Manifest[]): string {
  const names = manifests.map(({ object }) => `${object.kind} ${object.metadata.name}`);
  return `- # ${names.join(", ")}`;
}

/** As `kubectl apply -f` would, so that later lines find the annotations that they expect. */
export function applyManifests(
  stage: Stage,
  manifests: readonly Manifest[],
  path: string,
): StepFailure | undefined {
  if (manifests.length === 0) return undefined; // all were of kinds that are left out
  const stdin = manifests.map(({ object }) => JSON.stringify(object)).join("\n---\n");
  const line = runLine(stage, "kubectl apply -f -", stdin, `kubectl apply -f ${path}`);
  if (line.code === 0) return undefined;
  return { message: "a manifest was refused", details: line.errors };
}

function runScript(stage: Stage, step: KubectlStep): StepFailure | undefined {
  const last = step.commands.at(-1);
  for (const command of step.commands) {
    const { line, stdin, place } = command;
    const wanted = command === last ? step.exitCode : 0;
    const { code, errors } = runLine(stage, line, stdin);
    if (code !== wanted) {
      const message = `"${line}" ended with ${code}, not ${wanted}`;
      return { message, details: errors, place };
    }
  }
  return undefined;
}

interface LineResult {
  readonly code: number;
  readonly errors: readonly string[];
}

function runLine(stage: Stage, line: string, stdin: string | undefined, shown = line): LineResult {
  const { cluster } = stage;
  let errors = "";
  const print = (stream: "stdout" | "stderr", text: string): void => {
    if (stream === "stderr") errors += text;
    cluster.trace.add({ kind: "output", at: cluster.now, stream, text });
  };
  const streams = {
    namespace: stage.contextNamespace,
    setNamespace: (namespace: string): void => {
      stage.contextNamespace = namespace;
    },
    customResources: "any" as const,
    ...(stdin === undefined ? {} : { stdin }),
    readFile: (path: string) => stage.readFile(path),
    out: (text: string) => {
      print("stdout", text);
    },
    err: (text: string) => {
      print("stderr", text);
    },
  };
  const advance = (untilMs: Millis): "stepped" | "idle" => stage.advance(untilMs);
  const { code } = runKubectl(cluster, line, streams, { name: shown, advance });
  return { code, errors: [...new Set(errors.trimEnd().split("\n"))].filter(Boolean) };
}

/** As typed. */
export function waitLine(step: WaitStep): string {
  const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const words = [`--for=${step.for}`, step.on, `--timeout=${formatDuration(step.timeout)}`];
  return `kubectl wait ${words.map((word) => (/^[\w=/.-]+$/u.test(word) ? word : quoted(word))).join(" ")}`;
}

function waitFor(stage: Stage, step: WaitStep): StepFailure | undefined {
  const { code, errors } = runLine(stage, waitLine(step), undefined);
  if (code === 0) return undefined;
  const message = `${step.for} did not come true for ${step.on} in ${formatDuration(step.timeout)}`;
  return { message, details: errors };
}

function assertThat(stage: Stage, step: AssertStep): StepFailure | undefined {
  const { cluster } = stage;
  const limit = cluster.now + step.within;
  for (;;) {
    const failure = check(cluster, stage.namespace, step);
    const that = "cel" in step.condition ? step.condition.cel.expression.text : step.name;
    const last = failure !== undefined && stage.advance(limit) === "idle";
    if (failure === undefined || last) {
      const final = failure && check(cluster, stage.namespace, step);
      const detail = final?.details.join("; ");
      const held = final === undefined;
      cluster.trace.add({
        kind: "expectation",
        at: cluster.now,
        that,
        held,
        ...(detail === undefined ? {} : { detail }),
      });
      return final;
    }
  }
}

function check(cluster: Cluster, namespace: string, step: AssertStep): StepFailure | undefined {
  if ("cel" in step.condition) {
    const { expression, place } = step.condition.cel;
    const verdict = expression.evaluate(worldOf(cluster, namespace));
    if (verdict.holds) return undefined;
    const values = verdict.values.map((shown) => `${shown.expression} is ${shown.value}`);
    const details = verdict.why === undefined ? values : [verdict.why, ...values];
    return { message: `${expression.text} does not hold`, details, place };
  }
  for (const example of step.condition.objects) {
    const failure = compareWith(cluster.api, namespace, example);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function compareWith(
  client: Client,
  defaultNamespace: string,
  example: PartialObject,
): StepFailure | undefined {
  const { kind, metadata, apiVersion } = example.node.value as KubeObject;
  const resource = storeName(kindOfObject({ apiVersion, kind }));
  const { name, namespace = defaultNamespace } = metadata;
  const found = client.get({ resource, namespace, name });
  if (!found.ok) return { message: found.status.message, details: [], place: example.place };
  const wrong = mismatches(example.node, found.value);
  const [first] = wrong;
  if (first === undefined) return undefined;
  return {
    message: `${kind} ${name} is not as expected`,
    details: wrong.map(({ path, expected, actual }) => `${path} is ${actual}, not ${expected}`),
    place: placeOf(example.source, first.span.start),
  };
}

function breakSomething(stage: Stage, step: FaultStep): StepFailure | undefined {
  const injected = injectFault(stage.cluster, stage.namespace, step);
  if (!injected.ok) return { message: injected.message, details: [] };
  if (injected.remedy !== undefined) stage.remedyLater(injected.remedy);
  return undefined;
}
