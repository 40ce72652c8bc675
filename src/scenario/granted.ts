/** What a scenario's manifests name and nobody makes is there from the start; whoever plays it is told, once. */
import type { KubeObject } from "../api/meta.ts";
import { takenForGranted } from "../cluster/taken-for-granted.ts";
import { problemAt, type Problem } from "./problem.ts";
import type { Manifest, Scenario, Step } from "./scenario.ts";

/** Not what a kubectl line names: it may be what makes it, or shows that it is missing. */
export function grantedTo(
  manifests: readonly Manifest[],
  steps: readonly Step[],
  namespace: string,
): readonly KubeObject[] {
  const lines = linesIn(steps);
  const objects = [...manifests, ...appliedIn(steps)].map(({ object }) => object);
  const isNamed = ({ metadata: { name } }: KubeObject): boolean =>
    lines.some((line) => line.includes(name));
  return takenForGranted(objects, namespace).filter((object) => !isNamed(object));
}

/** Where the first stands that names one of them. */
export function tellGranted({
  manifests,
  steps,
  namespace,
  granted,
}: Scenario): readonly Problem[] {
  const all = [...manifests, ...appliedIn(steps)];
  const first = all.find(({ object }) => takenForGranted([object], namespace).some(isGranted));
  if (first === undefined) return [];
  const names = granted.map(named).join(", ");
  const severity = "warning";
  const span = first.node.entries?.get("kind")?.node.span ?? first.node.span;
  const message = `named, and in none of the manifests: ${names}`;
  const hint = "taken to be there, as in the cluster that the manifests come from";
  return [problemAt(first.source, span, { severity, code: "taken-for-granted", message, hint })];

  function isGranted({ kind, metadata: { name } }: KubeObject): boolean {
    return granted.some((each) => each.kind === kind && each.metadata.name === name);
  }
}

/** What kubectl is told in steps, with what it reads from the lines below. */
export function linesIn(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    step.verb === "kubectl" ? step.commands.map(({ line, stdin = "" }) => line + stdin) : [],
  );
}

/** What steps apply. */
export function appliedIn(steps: readonly Step[]): readonly Manifest[] {
  return steps.flatMap((step) => (step.verb === "apply" ? step.manifests : []));
}

/** With what steps apply applied at the start, and no other steps. */
export function appliedAtOnce(scenario: Scenario): Scenario {
  const { manifests, steps } = scenario;
  return { ...scenario, manifests: [...manifests, ...appliedIn(steps)], steps: [] };
}

/** A class of priority is taken to be of the value that a pod names with it, else of none. */
function named({ kind, metadata: { name }, ...more }: KubeObject): string {
  return "value" in more ? `${kind} ${name} (of value ${String(more.value)})` : `${kind} ${name}`;
}
