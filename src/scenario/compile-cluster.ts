/** The `cluster` of a scenario: its nodes, its version, what limits its control plane. */
import { durationOf } from "../api/duration.ts";
import type { Millis } from "../api/meta.ts";
import { featureGates } from "../features.ts";
import { nameGivenTwice, type NodeGroup } from "../scheduler/node-object.ts";
import type { Compiler } from "./compile-expectations.ts";
import { timeOf } from "./compile-values.ts";
import { defined } from "./defined.ts";
import { problemAt } from "./problem.ts";
import type { ClusterSettings } from "./scenario.ts";
import { featureGateNames, type ScenarioInput } from "./schema.ts";
import type { Located } from "./yaml.ts";

type ClusterInput = NonNullable<ScenarioInput["cluster"]>;

/** `input` is that of `node`; all of it fits its schema, or there is nothing. */
export function compileCluster(
  compiler: Compiler,
  input: ClusterInput,
  node: Located | undefined,
): ClusterSettings {
  checkVersion(compiler, input, node);
  const { featureGates: gates = {}, controlPlane, nodes, ...rest } = defined(input);
  const renamed = Object.entries(featureGateNames).flatMap(([name, inner]) => {
    const value = (gates as Readonly<Record<string, boolean | undefined>>)[name];
    return value === undefined ? [] : [[inner, value] as const];
  });
  checkNames(compiler, input, node);
  return defined({
    ...rest,
    nodes: typeof nodes === "object" ? nodes.map(nodeGroupOf) : nodes,
    controlPlane: controlPlane === undefined ? undefined : limitsOf(controlPlane),
    featureGates: Object.fromEntries(renamed),
  });
}

function checkNames(
  { source, problems }: Compiler,
  { nodes }: ClusterInput,
  cluster: Located | undefined,
): void {
  const twice = nameGivenTwice(typeof nodes === "object" ? nodes.map(nodeGroupOf) : []);
  const node = cluster?.entries?.get("nodes")?.node;
  if (twice === undefined || node === undefined) return;
  const message = `two nodes are called "${twice}"`;
  problems.push(problemAt(source, node.span, { code: "duplicate-name", message }));
}

function checkVersion(
  { source, problems }: Compiler,
  { kubernetesVersion: wanted }: ClusterInput,
  cluster: Located | undefined,
): void {
  if (wanted === undefined) return;
  try {
    featureGates(wanted);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const node = cluster?.entries?.get("kubernetesVersion")?.node;
    if (node === undefined) return;
    const { message } = error;
    problems.push(problemAt(source, node.span, { code: "wrong-version", message }));
  }
}

type NodesInput = NonNullable<ClusterInput["nodes"]>;

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

type ControlPlaneInput = NonNullable<ClusterInput["controlPlane"]>;

function limitsOf(input: ControlPlaneInput): NonNullable<ClusterSettings["controlPlane"]> {
  if (typeof input === "string") return input;
  const { qps, burst, latency } = input;
  return defined({ qps, burst, latency: timeOf(latency) });
}

/** `30s behind`: -30,000. */
function clockOf(offset: string): Millis {
  const [by = "0", way] = offset.split(" ");
  return way === "ahead" ? durationOf(by) : -durationOf(by);
}
