/** What of a scenario a real control plane with KWOK does not show, in words. */
import type { KubeObject } from "../api/meta.ts";
import { groupVersionOf, isCustomGroup } from "../apiserver/kinds.ts";
import { linesIn } from "../scenario/granted.ts";
import type { Scenario, Step } from "../scenario/scenario.ts";
import type { PodClass } from "./pod-classes.ts";
import { isPlugin } from "./play-script.ts";

/** Its definition may not be installed, nor its controller run. */
export function isCustom({ apiVersion }: KubeObject): boolean {
  return isCustomGroup(groupVersionOf(apiVersion).group);
}

export function leftOut(
  scenario: Scenario,
  classes: readonly PodClass[],
  objects: readonly KubeObject[],
  skipped: readonly Step[],
): readonly string[] {
  const { cluster, behaviors, expect } = scenario;
  const { nodes, podsPerNode: _, ...settings } = cluster;
  const isOff = typeof nodes === "object" && nodes.some(({ clock = 0 }) => clock !== 0);
  const faults = skipped.flatMap((step) => (step.verb === "fault" ? [step] : []));
  const checks =
    skipped.some(({ verb }) => verb === "assert") ||
    Object.values(expect).some((list: readonly unknown[]) => list.length > 0);
  const custom = objects.filter(isCustom).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const scalers = objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler");
  const drawn = classes.some(({ life }) =>
    [life.start, life.ready, life.terminate].some(({ least, most }) => most > least),
  );
  const told: readonly (readonly [unknown, string])[] = [
    [scenario.schedule !== "fresh", "schedule: the real controllers hear of changes as they do"],
    [drawn, "jitter: KWOK draws times of its own, from the same ranges"],
    [checks, "expectations and asserts: nothing is checked, compare with predicted.txt"],
    [scenario.traffic.length, "traffic: nobody sends requests, and no pod answers any"],
    [scenario.metrics.length, "metrics: no analysis asks for any"],
    [scenario.webhooks.length, "webhooks: no analysis calls any"],
    [isOff, "clocks of nodes: they are all those of KWOK"],
    [
      scalers.length,
      "HorizontalPodAutoscalers: they are applied, but nobody measures CPU for them",
    ],
    [
      behaviors.some(({ cpu, load, startCpu }) => cpu ?? load ?? startCpu),
      "CPU that pods use: nobody measures it",
    ],
    [custom.length, `custom resources: ${custom.join(", ")}`],
    [linesIn(scenario.steps).some(isPlugin), "lines of kubectl argo: they are comments in play.sh"],
    ...Object.keys(settings).map(
      (name) => [settings[name as keyof typeof settings], clusterText(name)] as const,
    ),
    ...faults.map(({ type, name }) => [true, `fault ${type} of ${name}: no counterpart`] as const),
    ...classes.map(
      ({ name, life }) =>
        [
          life.kill,
          `${name}: a ${life.kill?.probe} probe ends containers; they stay as they are`,
        ] as const,
    ),
  ];
  return told.flatMap(([is, text]) => (isSaid(is) ? [text] : []));
}

function clusterText(name: string): string {
  return `cluster.${name}: it is for whoever starts the cluster`;
}

/** Not of lists that are empty, and settings that are `{}`. */
function isSaid(value: unknown): boolean {
  return typeof value === "object" && value !== null
    ? Object.keys(value).length > 0
    : Boolean(value);
}
