/**
 * kubectl argo rollouts get rollout: head and tree. Mirrors argo-rollouts
 * pkg/kubectl-argo-rollouts/cmd/get/get_rollout.go, without colours.
 */
import type { AnalysisRun } from "../../api/analysis.ts";
import type { Experiment } from "../../api/experiment.ts";
import type { KubeObject } from "../../api/meta.ts";
import { parseTimestamp } from "../../api/time.ts";
import type { Call } from "../call.ts";
import { ageOf, humanDuration } from "../duration.ts";
import { alignTabs } from "../tabwriter.ts";
import {
  analysisIcon,
  countersOf,
  Icon,
  imagesOf,
  revisionOf,
  rolloutInfo,
  type ReplicaSetInfo,
  type RolloutInfo,
} from "./rollout-info.ts";
import { theRollout, usage } from "./rollouts.ts";

const TABS = { minWidth: 0, padding: 2 };

export function getRollout(call: Call): void {
  const [name] = call.args;
  if (name === undefined || call.args.length !== 1) usage("get rollout ROLLOUT_NAME");
  call.io.out(rolloutText(call, rolloutInfo(call, theRollout(call, name, "by the lister"))));
}

function rolloutText(call: Call, info: RolloutInfo): string {
  const { rollout, icon, status, message, strategy } = info;
  const { name, namespace = "default" } = rollout.metadata;
  const lines: (readonly [string, string])[] = [
    ["Name:", name],
    ["Namespace:", namespace],
    ["Status:", `${icon} ${status}`],
  ];
  if (message !== "") lines.push(["Message:", message]);
  lines.push(["Strategy:", strategy]);
  if (strategy === "Canary") {
    lines.push(["  Step:", info.step], ["  SetWeight:", info.setWeight]);
    lines.push(["  ActualWeight:", info.actualWeight]);
  }
  imagesOf(info).forEach((image, i) => lines.push([i === 0 ? "Images:" : "", image]));
  const counters = countersOf(info).map(([label, count]) => [label, String(count)] as const);
  const row = ([label, value]: readonly [string, string]): string =>
    `${label.padEnd(17)}${value}\n`;
  const head = [...lines.map(row), "Replicas:\n", ...counters.map(row)].join("");
  return `${head}\n${alignTabs(treeText(call, info), TABS)}`;
}

function treeText(call: Call, info: RolloutInfo): string {
  const { rollout, icon, status } = info;
  const age = (object: KubeObject): string =>
    ageOf(object.metadata.creationTimestamp, call.io.client.wallClockMs);
  const lines = [
    "NAME\tKIND\tSTATUS\tAGE\tINFO",
    `⟳ ${rollout.metadata.name}\tRollout\t${icon} ${status}\t${age(rollout)}\t`,
  ];
  const revisions = new Set(
    [...info.sets.map(({ set }) => set), ...info.experiments, ...info.runs].map(revisionOf),
  );
  const sorted = [...revisions].toSorted((a, b) => b - a);
  sorted.forEach((revision, i) => {
    const [prefix, below] = prefixes(i === sorted.length - 1, "");
    lines.push(`${prefix}# revision:${revision}\t\t \t\t`);
    const sets = info.sets.filter((each) => each.revision === revision);
    const experiments = info.experiments.filter((each) => revisionOf(each) === revision);
    const runs = info.runs.filter((each) => revisionOf(each) === revision);
    const children = [
      ...sets.map((set) => (at: Place) => setLines(call, set, at, age)),
      ...experiments.map((experiment) => (at: Place) => experimentLines(experiment, at, age)),
      ...runs.map((run) => (at: Place) => runLines(run, at, age)),
    ];
    children.forEach((child, at) =>
      lines.push(...child(prefixes(at === children.length - 1, below))),
    );
  });
  return `${lines.join("\n")}\n`;
}

type Place = readonly [prefix: string, below: string];
type Age = (object: KubeObject) => string;

function prefixes(isLast: boolean, above: string): Place {
  return isLast ? [`${above}└──`, `${above}   `] : [`${above}├──`, `${above}│  `];
}

function setLines(
  call: Call,
  { set, status, icon, tags, deadline, pods }: ReplicaSetInfo,
  [prefix, below]: Place,
  age: Age,
): readonly string[] {
  const facts = [...tags];
  if (deadline !== undefined && deadline !== "") {
    const left = parseTimestamp(deadline) - call.io.client.wallClockMs;
    facts.push(`delay:${left < 0 ? "passed" : humanDuration(left)}`);
  }
  const { name } = set.metadata;
  return [
    `${prefix}⧉ ${name}\tReplicaSet\t${icon} ${status}\t${age(set)}\t${facts.join(",")}`,
    ...pods.map(({ pod, status: state, icon: sign, ready, restarts }, i) => {
      const [start] = prefixes(i === pods.length - 1, below);
      const more = restarts > 0 ? `,restarts:${restarts}` : "";
      return `${start}□ ${pod.metadata.name}\tPod\t${sign} ${state}\t${age(pod)}\tready:${ready}${more}`;
    }),
  ];
}

function experimentLines(experiment: Experiment, [prefix]: Place, age: Age): readonly string[] {
  const { phase = "" } = experiment.status ?? {};
  const { name } = experiment.metadata;
  const state = `${analysisIcon(phase)} ${phase}`;
  return [`${prefix}Σ ${name}\tExperiment\t${state}\t${age(experiment)}\t`];
}

function runLines(run: AnalysisRun, [prefix, below]: Place, age: Age): readonly string[] {
  const { phase = "", metricResults = [] } = run.status ?? {};
  const count = (key: "successful" | "failed" | "inconclusive" | "error"): number =>
    metricResults.reduce((sum, result) => sum + (result[key] ?? 0), 0);
  const counts = [
    [Icon.ok, count("successful")],
    [Icon.bad, count("failed")],
    [Icon.unknown, count("inconclusive")],
    [Icon.warning, count("error")],
  ] as const;
  const facts = counts.filter(([, number]) => number > 0).map((each) => each.join(" "));
  const jobs = metricResults.flatMap(({ measurements = [] }) =>
    measurements.filter(({ metadata }) => metadata?.["job-name"] !== undefined),
  );
  const { name } = run.metadata;
  return [
    `${prefix}α ${name}\tAnalysisRun\t${analysisIcon(phase)} ${phase}\t${age(run)}\t${facts.join(",")}`,
    ...jobs.map(({ metadata, phase: state, startedAt }, i) => {
      const [start] = prefixes(i === jobs.length - 1, below);
      const job: KubeObject = {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
          name: "",
          ...(startedAt === undefined ? {} : { creationTimestamp: startedAt }),
        },
      };
      return `${start}⊞ ${metadata?.["job-name"] ?? ""}\tJob\t${analysisIcon(state)} ${state}\t${age(job)}\t`;
    }),
  ];
}
