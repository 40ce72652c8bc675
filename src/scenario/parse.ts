/**
 * From text to a Scenario. All problems of a file are found in one go: YAML, the Scenario's shape, what
 * its values mean, and the manifests.
 */
import type { GenericSchema } from "valibot";
import type { Millis } from "../api/meta.ts";
import { defaults } from "../cluster/options.ts";
import { featureGates } from "../features.ts";
import { milliOfQuantity as milliCpu } from "../apiserver/quantity.ts";
import type { Behavior, CpuPoint, Fault, ReadyDelay } from "../kubelet/behavior.ts";
import { metricRule, webhookRule } from "./analysis-schema.ts";
import { nodeShapes, type NodeGroup } from "../scheduler/node-object.ts";
import { compileSteps, stepNames } from "./compile-steps.ts";
import { compileExpectations, type Compiler } from "./compile-expectations.ts";
import {
  appOf,
  compileTraffic,
  compileTrafficThresholds,
  serviceTimeProblem,
} from "./compile-traffic.ts";
import { unknownServices } from "./check-services.ts";
import { defined } from "./defined.ts";
import { durationOf } from "../api/duration.ts";
import { readManifest } from "./manifest.ts";
import { foldNotSimulated } from "./not-simulated.ts";
import { problemAt, ScenarioError, type Problem, type Source } from "./problem.ts";
import type { ClusterSettings, Manifest, Scenario } from "./scenario.ts";
import {
  featureGateNames,
  scenarioSchema,
  type BehaviorInput,
  type DelayInput,
  type ScenarioInput,
} from "./schema.ts";
import { checkShape, fits } from "./shape.ts";
import { foldTemplates } from "./unrendered.ts";
import { fromCluster } from "./from-cluster.ts";
import { grantedTo, tellGranted } from "./granted.ts";
import { refusedManifests } from "./validate.ts";
import { readYaml, type Located, type YamlDocument } from "./yaml.ts";

export interface ParseOptions {
  /** Gives the text of a file that a step names, relative to the scenario; undefined: not there. */
  readonly readFile?: (path: string) => string | undefined;
}

export interface ScenarioCheck {
  /** Absent if there are errors. */
  readonly scenario?: Scenario;
  /** Errors and warnings in the order of the text. */
  readonly problems: readonly Problem[];
}

/**
 * Reads a scenario file: a Scenario followed by manifests, or manifests only.
 * Throws ScenarioError, with all its problems, if it cannot be run.
 */
export function parseScenario(
  text: string,
  file = "scenario.yaml",
  options: ParseOptions = {},
): Scenario {
  const { scenario, problems } = checkScenario(text, file, options);
  if (scenario === undefined) throw new ScenarioError(problems);
  return scenario;
}

/** Like `parseScenario`, with the problems as a value, warnings too. */
export function checkScenario(
  text: string,
  file: string,
  options: ParseOptions = {},
): ScenarioCheck {
  const { source, documents, problems: syntax } = readYaml(text, file);
  const problems: Problem[] = [...syntax];
  const [first, ...rest] = documents;
  if (first === undefined) {
    if (problems.length === 0) {
      const message = "the file holds neither a Scenario nor a manifest";
      problems.push(problemAt(source, { start: 0, end: 0 }, { code: "empty", message }));
    }
    return { problems: foldTemplates(problems) };
  }
  const head = isScenario(first.root) ? first : undefined;
  const bodies = head === undefined ? documents : rest;
  const read = bodies.flatMap((document) => manifestsOf(document, source, problems));
  const { manifests, problems: leftOut } = fromCluster(read);
  problems.push(...leftOut);
  const body = head === undefined ? emptyBody(file) : bodyOf(head, source, problems);
  const scenario = compile(body, head?.root, source, manifests, problems, options);
  if (!problems.some(isError)) {
    const requests = head?.root.entries?.get("traffic")?.node;
    problems.push(
      ...refusedManifests(scenario),
      ...tellGranted(scenario),
      ...unknownServices(scenario, requests, source),
    );
  }
  const folded = foldTemplates(foldNotSimulated(problems));
  folded.sort((a, b) => a.line - b.line || a.column - b.column);
  return folded.some(isError) ? { problems: folded } : { scenario, problems: folded };
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}

const scenarioKeys = ["steps", "expect", "behaviors"];

function isScenario({ entries }: Located): boolean {
  const apiVersion = entries?.get("apiVersion")?.node.value;
  const kind = entries?.get("kind")?.node.value;
  if (typeof apiVersion === "string" && apiVersion.startsWith("rollsim.dev/")) return true;
  if (kind === "Scenario") return true;
  return kind === undefined && scenarioKeys.some((key) => entries?.has(key) === true);
}

function manifestsOf(
  document: YamlDocument,
  source: Source,
  problems: Problem[],
): readonly Manifest[] {
  if (isScenario(document.root)) {
    const message = "a file has one Scenario, and it comes first";
    problems.push(problemAt(source, document.root.span, { code: "two-scenarios", message }));
    return [];
  }
  for (const { name, span } of document.duplicates) {
    const message = `"${name}" is given twice; the last one counts, as for kubectl`;
    problems.push(problemAt(source, span, { severity: "warning", code: "duplicate-key", message }));
  }
  const read = readManifest(document.root, source);
  problems.push(...read.problems);
  return read.manifests;
}

function emptyBody(file: string): ScenarioInput {
  const base = file.replace(/^.*[\\/]/u, "").replace(/\.[^.]*$/u, "");
  const name = base
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replaceAll(/^-|-$/gu, "");
  return {
    apiVersion: "rollsim.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name: name === "" ? "manifests" : name },
  };
}

/** The Scenario's body without the parts that have mistakes, which are reported. */
function bodyOf(
  { root, duplicates }: YamlDocument,
  source: Source,
  problems: Problem[],
): ScenarioInput {
  for (const { name, span } of duplicates) {
    const message = `the key "${name}" is given twice`;
    problems.push(problemAt(source, span, { code: "duplicate-key", message }));
  }
  const shape = checkShape(scenarioSchema, root, source);
  problems.push(...shape);
  if (shape.length === 0) return root.value as ScenarioInput;
  const good = [...(root.entries ?? [])].filter(([name, { node }]) => {
    const schemas: Readonly<Record<string, GenericSchema>> = scenarioSchema.entries;
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    return schema !== undefined && fits(schema, node, source);
  });
  const values = good.map(([name, { node }]) => [name, node.value] as const);
  return { ...emptyBody(source.file), ...(Object.fromEntries(values) as Partial<ScenarioInput>) };
}

function compile(
  body: ScenarioInput,
  root: Located | undefined,
  source: Source,
  manifests: readonly Manifest[],
  problems: Problem[],
  options: ParseOptions,
): Scenario {
  const compiler = { source, problems, readFile: options.readFile };
  const until = durationOf(body.until ?? "1h");
  const list = root?.entries?.get("steps")?.node;
  const cluster = settingsOf(body.cluster ?? {});
  const nodes = nodeShapes(cluster.nodes ?? defaults.nodes, defaults.podsPerNode).length;
  const steps = compileSteps(compiler, list, until, nodes);
  const expected = root?.entries?.get("expect")?.node;
  const expect = compileExpectations(compiler, expected, stepNames(list));
  const namespace = body.namespace ?? "default";
  const requests = root?.entries?.get("traffic")?.node;
  const names = stepNames(list);
  const { traffic, thresholds } = compileTraffic(
    compiler,
    body.traffic ?? [],
    requests,
    namespace,
    names,
  );
  const limits = expected?.entries?.get("thresholds")?.node;
  checkServiceTimes(compiler, body, root);
  checkVersion(body, root, source, problems);
  return {
    file: source.file,
    name: body.metadata.name,
    labels: body.metadata.labels ?? {},
    seed: body.seed ?? "0",
    schedule: scheduleOf(body.schedule ?? "fresh"),
    namespace,
    until,
    cluster,
    behaviors: (body.behaviors ?? []).map(behaviorOf),
    apps: (body.behaviors ?? []).map(appOf),
    traffic,
    metrics: (body.metrics ?? []).map(metricRule),
    webhooks: (body.webhooks ?? []).map(webhookRule),
    manifests,
    granted: grantedTo(manifests, steps, namespace),
    steps,
    expect: { ...expect, traffic: [...compileTrafficThresholds(compiler, limits), ...thresholds] },
  };
}

/** Long recordings may be broken into lines. */
function scheduleOf(text: string): string {
  return /^[drpDR2-5.\s]+$/u.test(text) ? text.replaceAll(/\s/gu, "") : text;
}

function checkVersion(
  body: ScenarioInput,
  root: Located | undefined,
  source: Source,
  problems: Problem[],
): void {
  const wanted = body.cluster?.kubernetesVersion;
  if (wanted === undefined) return;
  try {
    featureGates(wanted);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const node = root?.entries?.get("cluster")?.node.entries?.get("kubernetesVersion")?.node;
    if (node === undefined) return;
    const { message } = error;
    problems.push(problemAt(source, node.span, { code: "wrong-version", message }));
  }
}

function settingsOf(cluster: NonNullable<ScenarioInput["cluster"]>): ClusterSettings {
  const { featureGates: gates = {}, controlPlane, nodes, ...rest } = defined(cluster);
  const renamed = Object.entries(featureGateNames).flatMap(([name, inner]) => {
    const value = (gates as Readonly<Record<string, boolean | undefined>>)[name];
    return value === undefined ? [] : [[inner, value] as const];
  });
  return defined({
    ...rest,
    nodes: typeof nodes === "object" ? nodes.map(nodeGroupOf) : nodes,
    controlPlane: controlPlane === undefined ? undefined : limitsOf(controlPlane),
    featureGates: Object.fromEntries(renamed),
  });
}

type NodesInput = NonNullable<NonNullable<ScenarioInput["cluster"]>["nodes"]>;

function nodeGroupOf(input: Exclude<NodesInput, number>[number]): NodeGroup {
  const { cpu, memory, taints, clock, ...rest } = input;
  return defined({
    ...defined(rest),
    cpu: cpu === undefined ? undefined : String(cpu),
    memory: memory === undefined ? undefined : String(memory),
    taints: taints?.map(defined),
    clock: clock === undefined ? undefined : clockOf(clock),
  });
}

type ControlPlaneInput = NonNullable<NonNullable<ScenarioInput["cluster"]>["controlPlane"]>;

function limitsOf(input: ControlPlaneInput): NonNullable<ClusterSettings["controlPlane"]> {
  if (typeof input === "string") return input;
  const { qps, burst, latency } = input;
  return defined({ qps, burst, latency: latency === undefined ? undefined : durationOf(latency) });
}

function checkServiceTimes(
  { source, problems }: Compiler,
  { behaviors = [] }: ScenarioInput,
  root: Located | undefined,
): void {
  const nodes = root?.entries?.get("behaviors")?.node.items ?? [];
  behaviors.forEach(({ serve }, index) => {
    const message = serve?.time === undefined ? undefined : serviceTimeProblem(serve.time);
    const node = nodes[index]?.entries?.get("serve")?.node.entries?.get("time")?.node;
    if (message === undefined || node === undefined) return;
    problems.push(problemAt(source, node.span, { code: "wrong-value", message }));
  });
}

function behaviorOf(input: BehaviorInput): Behavior {
  const { match, fault, serve } = input;
  return defined({
    match: match === undefined ? undefined : defined(match),
    ...delaysOf(input),
    listens: serve?.listens === undefined ? undefined : durationOf(serve.listens),
    fault: fault === undefined ? undefined : faultOf(fault),
    ...cpuOf(input),
  });
}

function faultOf(input: NonNullable<BehaviorInput["fault"]>): Fault {
  const { after, recover, ...rest } = input;
  return defined({
    ...rest,
    after: after === undefined ? undefined : durationOf(after),
    recover: recover === undefined ? undefined : durationOf(recover),
  });
}

type DelayName = "schedule" | "pull" | "start" | "ready" | "gates" | "terminate";
const delayNames: readonly DelayName[] = [
  "schedule",
  "pull",
  "start",
  "ready",
  "gates",
  "terminate",
];

function delaysOf(input: BehaviorInput): Partial<Record<DelayName, ReadyDelay>> {
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

/** `30s behind`: -30,000. */
function clockOf(offset: string): Millis {
  const [by = "0", way] = offset.split(" ");
  return way === "ahead" ? durationOf(by) : -durationOf(by);
}
