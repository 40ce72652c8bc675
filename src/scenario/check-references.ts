/** Objects that point at nothing in the file: Services and budgets of no pod, autoscalers of no workload. All play, to no effect. */
import { matchesSelector } from "../api/label-selector.ts";
import type { KubeObject, LabelSelector, StringMap } from "../api/meta.ts";
import { asRecord, asString, type Json } from "../apiserver/json.ts";
import { specOf } from "../apiserver/strategy-parts.ts";
import { MAKERS } from "./check-services.ts";
import { appliedIn, linesIn } from "./granted.ts";
import { nearest } from "./nearest.ts";
import { problemAt, type Problem } from "./problem.ts";
import type { Manifest, Scenario } from "./scenario.ts";
import { placeOfField } from "./validate.ts";

/** kubectl lines after which there may be pods, or labels, that no manifest shows. */
const MAKES = /\s(?:apply|create|edit|expose|label|patch|replace|run|set selector)\s/u;

interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** Of its pods. */
  readonly labels: StringMap;
  /** What its containers call their ports. */
  readonly ports: readonly string[];
}

/** Warnings; none where a file has no workloads at all: they are elsewhere then. */
export function danglingReferences(scenario: Scenario): readonly Problem[] {
  const manifests = [...scenario.manifests, ...appliedIn(scenario.steps)];
  if (linesIn(scenario.steps).some((line) => MAKES.test(line))) return [];
  if (manifests.some(({ object }) => MAKERS.has(object.kind))) return [];
  const workloads = manifests.flatMap(({ object }) => workloadOf(object, scenario.namespace));
  return manifests.flatMap((manifest) => {
    const { namespace = scenario.namespace } = manifest.object.metadata;
    const near = workloads.filter((workload) => workload.namespace === namespace);
    if (near.length === 0) return [];
    return manifest.object.kind === "HorizontalPodAutoscaler"
      ? missingTarget(manifest, near)
      : selectsNothing(manifest, near);
  });
}

function workloadOf(object: KubeObject, namespace: string): readonly Workload[] {
  const { kind, metadata } = object;
  if (kind !== "Pod" && specOf(object)["template"] === undefined) return [];
  const template = kind === "Pod" ? object : asRecord(specOf(object)["template"]);
  const { labels } = asRecord(template["metadata"]);
  return [
    {
      kind,
      name: metadata.name,
      namespace: metadata.namespace ?? namespace,
      labels: asRecord(labels) as StringMap,
      ports: portNames(asRecord(template["spec"])),
    },
  ];
}

function portNames({ containers, initContainers }: Json): readonly string[] {
  const all = [containers, initContainers].flatMap((list) => (Array.isArray(list) ? list : []));
  const ports = all.flatMap((container) => asRecord(container)["ports"] ?? []);
  return ports.flatMap((port) => asString(asRecord(port)["name"]));
}

function missingTarget(manifest: Manifest, near: readonly Workload[]): readonly Problem[] {
  const { kind, name } = asRecord(specOf(manifest.object)["scaleTargetRef"]);
  const names = near.filter((workload) => workload.kind === kind).map((workload) => workload.name);
  if (typeof kind !== "string" || typeof name !== "string" || names.includes(name)) return [];
  const message = `there is no ${kind} ${JSON.stringify(name)}: nothing would be scaled`;
  const best = nearest(name, names);
  return [told(manifest, "spec.scaleTargetRef.name", message, best)];
}

function selectsNothing(manifest: Manifest, near: readonly Workload[]): readonly Problem[] {
  const selector = selectorOf(manifest.object);
  if (selector === undefined) return [];
  const selected = near.filter(({ labels }) => matchesSelector(selector, labels));
  if (selected.length > 0) return missingPorts(manifest, selected);
  const { kind } = manifest.object;
  const message = `no pod here has such labels: the ${kind} selects nothing`;
  const wanted = Object.entries(selector.matchLabels ?? {});
  const known = near.flatMap(({ labels }) => Object.entries(labels).map(labelled));
  const missing = wanted.map(labelled).find((label) => !known.includes(label));
  const best = missing === undefined ? undefined : nearest(missing, known);
  return [told(manifest, "spec.selector", message, best)];
}

/** Nothing is said of pods that have such a port in part: those are the Service's endpoints. */
function missingPorts(manifest: Manifest, selected: readonly Workload[]): readonly Problem[] {
  const { ports } = specOf(manifest.object);
  const known = selected.flatMap((workload) => workload.ports);
  return (Array.isArray(ports) ? ports : []).flatMap((port, index) => {
    const { targetPort } = asRecord(port);
    if (typeof targetPort !== "string" || known.includes(targetPort)) return [];
    const message = `no container that it selects has a port named ${JSON.stringify(targetPort)}: requests are refused`;
    const field = `spec.ports[${index}].targetPort`;
    return [told(manifest, field, message, nearest(targetPort, known))];
  });
}

/** What Services and PodDisruptionBudgets select; undefined for what selects nothing on purpose, or everything. */
function selectorOf(object: KubeObject): LabelSelector | undefined {
  const selector = asRecord(specOf(object)["selector"]);
  if (Object.keys(selector).length === 0) return undefined;
  if (object.kind === "Service") return { matchLabels: selector as StringMap };
  return object.kind === "PodDisruptionBudget" ? selector : undefined;
}

function told(
  { source, node }: Manifest,
  field: string,
  message: string,
  best: string | undefined,
): Problem {
  const what = { severity: "warning", code: "points-at-nothing", message } as const;
  const hint = best === undefined ? {} : { hint: `did you mean ${JSON.stringify(best)}?` };
  return problemAt(source, placeOfField(node, field), { ...what, ...hint });
}

function labelled([key, value]: readonly [string, string]): string {
  return `${key}: ${value}`;
}
