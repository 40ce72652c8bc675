/**
 * A scenario as a folder for a real control plane: its manifests, KWOK's Stages in the place of kubelets, nodes, a
 * script with its steps, and what is not in it.
 */
import { stringify } from "yaml";
import type { PodTemplateSpec } from "../api/core.ts";
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { asRecord } from "../apiserver/json.ts";
import { Cluster } from "../cluster.ts";
import { wordWrap } from "../kubectl/word-wrap.ts";
import { appliedIn } from "../scenario/granted.ts";
import type { Result } from "../scenario/result.ts";
import type { Scenario, Step } from "../scenario/scenario.ts";
import { namespacesOf } from "../scenario/validate.ts";
import { isCustom, leftOut } from "./left-out.ts";
import { linesOf, playScript } from "./play-script.ts";
import { podClasses } from "./pod-classes.ts";
import { isCounted, nodeStages, podStages } from "./stages.ts";

export interface Folder {
  /** Texts by name, as in files/web.yaml. */
  readonly files: ReadonlyMap<string, string>;
  readonly leftOut: readonly string[];
}

/** `named`: texts of files that kubectl lines read in this run. Undefined: there are no pods to be seen. */
export function exportOf(
  { scenario, trace }: Result,
  named: ReadonlyMap<string, string>,
): Folder | undefined {
  const templates = templatesOf(scenario, trace);
  if (templates.length === 0) return undefined;
  const inside = [...named].filter(([name]) => isInside(name));
  const up = inside.length === 0 ? "" : "../";
  const classes = podClasses(scenario.behaviors, templates);
  const pods = classes.some(isCounted) ? "counted" : "alike";
  const { namespace, manifests, granted } = scenario;
  const namespaces = namespacesOf(namespace, [...manifests, ...appliedIn(scenario.steps)]);
  const before = [...namespaces.filter(({ metadata }) => metadata.name !== "default"), ...granted];
  const start = kept(scenario.manifests.map(({ object }) => object));
  const later = scenario.steps.map((step, index) => {
    const objects = step.verb === "apply" ? kept(step.manifests.map((each) => each.object)) : [];
    return [`step-${index + 1}.yaml`, documents(objects)] as const;
  });
  const applied = (step: Step): string | undefined => {
    const [file, text] = later[scenario.steps.indexOf(step)]!;
    return text === "" ? undefined : `${up}${file}`;
  };
  const skipped = scenario.steps.filter((step) => linesOf(step, applied) === undefined);
  const all = [...scenario.manifests, ...appliedIn(scenario.steps)].map(({ object }) => object);
  const told = [
    ...leftOut(scenario, classes, all, skipped),
    ...[...named.keys()].filter((name) => !isInside(name)).map((name) => `file ${name}`),
  ];
  const script = playScript({
    scenario,
    before: ["nodes.yaml", ...(before.length === 0 ? [] : ["before.yaml"])],
    start: start.length === 0 ? [] : [`${up}manifests.yaml`],
    applied,
    pods,
    folder: inside.length === 0 ? "." : "files",
  });
  const files: readonly (readonly [string, string])[] = [
    ["README.md", readme(scenario, told)],
    ["nodes.yaml", documents(nodesOf(scenario))],
    [
      "stages.yaml",
      documents([...nodeStages, ...classes.flatMap((each) => podStages(each, pods))]),
    ],
    ["before.yaml", documents(before)],
    ["manifests.yaml", documents(start)],
    ...later,
    ["play.sh", script],
    ...inside.map(([name, text]) => [`files/${name}`, text] as const),
  ];
  return { files: new Map(files.filter(([, text]) => text !== "")), leftOut: told };
}

/** Of all ReplicaSets of Deployments that there were, and of pods without one. */
function templatesOf(
  { manifests, steps }: Scenario,
  trace: Result["trace"],
): readonly PodTemplateSpec[] {
  const made = trace.flatMap((entry) =>
    entry.kind === "write" && entry.resource === "replicasets" && entry.verb === "create"
      ? (entry.object ?? [])
      : [],
  );
  const sets = made.filter(
    ({ metadata: { ownerReferences = [] } }) =>
      !ownerReferences.some(({ kind }) => kind === "Rollout"),
  );
  const bare = [...manifests, ...appliedIn(steps)].flatMap(({ object }) =>
    object.kind === "Pod" ? [object] : [],
  );
  const templates = sets.map((set) => asRecord(set["spec"])["template"]);
  return [...templates, ...bare] as unknown as readonly PodTemplateSpec[];
}

function kept(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.filter((object) => !isCustom(object));
}

function isInside(name: string): boolean {
  return !/^(?:[/\\]|[A-Za-z]:)/u.test(name) && !name.split(/[/\\]/u).includes("..");
}

function documents(objects: readonly KubeObject[]): string {
  return objects
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}

/** What their kubelets would tell of them when they register. */
function nodesOf({ cluster }: Scenario): readonly KubeObject[] {
  const { api } = new Cluster(cluster);
  return api.list("nodes").map(({ apiVersion, kind, metadata: { name, labels }, ...node }) => {
    const { capacity, allocatable, addresses, nodeInfo } = asRecord(node["status"]);
    const annotations = { "kwok.x-k8s.io/node": "fake" };
    const status = { capacity, allocatable, addresses, nodeInfo };
    const { taints } = asRecord(node["spec"]);
    const spec = taints === undefined ? {} : { taints };
    return {
      apiVersion,
      kind,
      metadata: { name, labels: labels ?? {}, annotations },
      spec,
      status,
    };
  });
}

function readme({ name, file }: Scenario, told: readonly string[]): string {
  const intro = `Written by \`rollsim export\` from ${file.replace(/^.*[\\/]/u, "")}, to be seen with the real controllers. KWOK (https://kwok.sigs.k8s.io, tried with v0.8.0) writes the statuses of nodes and pods; no container runs.`;
  const list = told.length === 0 ? ["Everything that it says is here."] : told;
  const items = list.map((text) => wordWrap(`- ${text}`, 90).replaceAll("\n", "\n  "));
  return `# ${name}

${wordWrap(intro, 90)}

    kwokctl create cluster --name rollsim --config stages.yaml
    sh play.sh kwok-rollsim
    kwokctl delete cluster --name rollsim

stages.yaml says how pods live: it is also for \`kwok --config stages.yaml\`, and for \`kubectl apply\`
where kwok runs with \`--enable-crds=Stage\`; no other Stages of pods may be there. play.sh
applies the rest and types the lines of the scenario, in real time, in the context that it is given.
predicted.txt is what \`rollsim run\` says of it.

## Not exported

${items.join("\n")}

## Otherwise

- The real kube-controller-manager sends 20 requests a second (30 at once) by default, and its
  caches lag as they do: what comes at one instant in predicted.txt comes one after the other.
- Times are Kubernetes' own, whole seconds in statuses. Names of pods, and of which of several
  equal ones goes, are drawn anew.
`;
}

/** Names of all files, in the order in which they are told. */
export function namesOf({ files }: Folder): readonly string[] {
  return [...files.keys()].toSorted(compareText);
}
