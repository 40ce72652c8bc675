/**
 * From text to a Scenario. All problems of a file are found in one go: YAML, the Scenario's shape, what
 * its values mean, and the manifests.
 */
import type { GenericSchema } from "valibot";
import { callable, shape, text as isText } from "../api/check-shape.ts";
import { durationOf } from "../api/duration.ts";
import { defaults } from "../cluster/options.ts";
import { nodeShapes } from "../scheduler/node-object.ts";
import { metricRule, webhookRule } from "./analysis-schema.ts";
import { danglingReferences } from "./check-references.ts";
import { unknownServices } from "./check-services.ts";
import { compileBehaviors } from "./compile-behaviors.ts";
import { compileCluster } from "./compile-cluster.ts";
import { compileExpectations, type ReadApplied } from "./compile-expectations.ts";
import { compileSteps, stepNames } from "./compile-steps.ts";
import { compileTraffic, compileTrafficThresholds } from "./compile-traffic.ts";
import { readManifest } from "./manifest.ts";
import { foldNotSimulated } from "./not-simulated.ts";
import { problemAt, ScenarioError, type Problem, type Source } from "./problem.ts";
import type { Manifest, Scenario } from "./scenario.ts";
import { scenarioSchema, type ScenarioInput } from "./schema.ts";
import { checkShape, fits } from "./shape.ts";
import { unmeasuredMetrics } from "./unmeasured.ts";
import { foldTemplates } from "./unrendered.ts";
import { fromCluster, goesOn, type FromCluster } from "./from-cluster.ts";
import { behaviorsWith, clusterWith } from "./fitted.ts";
import { grantedTo, tellGranted } from "./granted.ts";
import { refusedManifests } from "./validate.ts";
import { readYaml, type Located, type YamlDocument } from "./yaml.ts";

export interface ParseOptions {
  /**
   * Gives the text of a file that a step applies, relative to the scenario, or the files of a folder;
   * undefined: not there. Without it steps apply no files.
   */
  readonly readFile?: ReadApplied;
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
  file = "scenario.yaml",
  options: ParseOptions = {},
): ScenarioCheck {
  isText("text", text);
  isText("file", file);
  shape({ readFile: callable }, "option")("options", options);
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
  const body = head === undefined ? emptyBody(file) : bodyOf(head, source, problems);
  const found = fromCluster(read, body.cluster?.startTime);
  problems.push(...found.problems);
  if (head === undefined && found.fit !== undefined)
    problems.push(goesOn(found.manifests, found.fit));
  const scenario = compile(body, head?.root, source, found, problems, options);
  if (!problems.some(isError)) {
    const requests = head?.root.entries?.get("traffic")?.node;
    problems.push(
      ...refusedManifests(scenario),
      ...tellGranted(scenario),
      ...unknownServices(scenario, requests, source),
      ...danglingReferences(scenario),
    );
  }
  const unmeasured = problems.some(isError) ? [] : unmeasuredMetrics(scenario);
  const folded = foldTemplates([...foldNotSimulated(problems), ...unmeasured]);
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
  { manifests, fit }: FromCluster,
  problems: Problem[],
  options: ParseOptions,
): Scenario {
  const compiler = { source, problems, readFile: options.readFile };
  const part = (name: string): Located | undefined => root?.entries?.get(name)?.node;
  const until = durationOf(body.until ?? "1h");
  const namespace = body.namespace ?? fit?.namespace ?? "default";
  const own = compileCluster(compiler, body.cluster ?? {}, part("cluster"));
  const cluster = clusterWith(fit, own);
  const shapes = nodeShapes(cluster.nodes ?? defaults.nodes, defaults.podsPerNode);
  const nodes = shapes.map(({ name: called }) => called);
  const steps = compileSteps(compiler, part("steps"), until, nodes);
  const names = stepNames(part("steps"));
  const expect = compileExpectations(compiler, part("expect"), names);
  const { traffic, thresholds } = compileTraffic(
    compiler,
    body.traffic ?? [],
    part("traffic"),
    namespace,
    names,
  );
  const limits = part("expect")?.entries?.get("thresholds")?.node;
  return {
    file: source.file,
    name: body.metadata.name,
    labels: body.metadata.labels ?? {},
    seed: body.seed ?? "0",
    schedule: scheduleOf(body.schedule ?? "fresh"),
    namespace,
    until,
    cluster,
    ...behaviorsWith(fit, compileBehaviors(compiler, body.behaviors ?? [], part("behaviors"))),
    ...(fit === undefined ? {} : { taken: [`it is ${fit.startTime}`, ...fit.told] }),
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
