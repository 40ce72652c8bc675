/**
 * What becomes of a cluster on which one file stands when another one is applied: for each Deployment of either, which
 * fields change, whether that rolls it out, how long it takes, and how many pods there are meanwhile.
 */
import type { Deployment } from "../api/apps.ts";
import type { Millis } from "../api/meta.ts";
import type { TraceEntry } from "../api/trace.ts";
import { isComplete, revisionOf, Rollouts, type Rollout } from "../scenario/rollouts.ts";
import { grantedTo } from "../scenario/granted.ts";
import type { Result } from "../scenario/result.ts";
import { runScenario, type RunOptions } from "../scenario/run.ts";
import type { ApplyStep, KubectlStep, Scenario, Step } from "../scenario/scenario.ts";
import { changedFields, type ChangedField } from "./changed-fields.ts";
import { median } from "./median.ts";
import { CannotPlay } from "./play.ts";

export interface ChangeOptions {
  /** One world each. */
  readonly seeds: readonly string[];
  readonly run: Omit<RunOptions, "seed" | "stopAt" | "onInstant">;
}

/** From the moment at which the new file is applied. Of several worlds the median duration, and the worst of the rest. */
export interface Course {
  /** ms until all its pods are as it asks for; Infinity: never. */
  readonly duration: Millis;
  /** Pods; undefined: it was not there before. */
  readonly leastAvailable?: number;
  /** Terminating ones too. */
  readonly mostPods: number;
}

export interface DeploymentChange {
  /** `namespace/name`. */
  readonly key: string;
  /** `stays`: the new file does not have it, and apply deletes nothing. */
  readonly how: "created" | "rolled out" | "changed" | "unchanged" | "stays";
  /** As the API server has them when the new file is applied, and after; undefined: there is none. */
  readonly before: Deployment | undefined;
  readonly after: Deployment;
  /** 0: none yet. */
  readonly revisions: readonly [before: number, after: number];
  /** Of `spec`, with the API server's defaults. */
  readonly fields: readonly ChangedField[];
  readonly course: Course;
  readonly worlds: readonly (Course & { readonly seed: string })[];
}

export interface Change {
  readonly seeds: readonly string[];
  readonly deployments: readonly DeploymentChange[];
}

/** Throws CannotPlay where the API server refuses one of the files. */
export function changeOf(before: Scenario, after: Scenario, options: ChangeOptions): Change {
  const { seeds, run } = options;
  const scenario = together(before, after);
  const worlds = seeds.map((seed) => {
    const result = runScenario(scenario, { ...run, seed });
    checkApplied(result);
    return { seed, deployments: coursesOf(result, after) };
  });
  const [first] = worlds;
  const deployments = [...(first?.deployments ?? [])].map(([key, one]): DeploymentChange => {
    const courses = worlds.map(({ seed, deployments: all }) => ({ seed, ...all.get(key)!.course }));
    return { ...one, course: worstOf(courses), worlds: courses };
  });
  return { seeds, deployments };
}

/** The world of both: the new file's behaviors count before those of the old one. */
function together(before: Scenario, after: Scenario): Scenario {
  const place = { file: after.file, line: 1, column: 1 };
  const waits = before.manifests
    .filter(({ object, found }) => object.kind === "Deployment" && found !== true)
    .map(({ object: { metadata } }, i): KubectlStep => {
      const { name, namespace = before.namespace } = metadata;
      const line = `kubectl rollout status deployment/${name} --namespace=${namespace}`;
      const commands = [{ line, place }];
      return { verb: "kubectl", name: `wait-${i}`, after: 0, place, commands, exitCode: 0 };
    });
  const apply: ApplyStep = {
    verb: "apply",
    name: "apply",
    after: SETTLE_MS,
    place,
    manifests: after.manifests,
    path: after.file,
  };
  const steps: readonly Step[] = [...waits, apply];
  return {
    ...before,
    behaviors: [...after.behaviors, ...before.behaviors],
    apps: [...after.apps, ...before.apps],
    steps,
    traffic: [],
    granted: grantedTo(before.manifests, steps, before.namespace),
    expect: { always: [], finally: [], thresholds: [], traffic: [] },
  };
}

/** Nobody applies in the very millisecond in which the last rollout completes. */
const SETTLE_MS = 1000;

function checkApplied({ failures, scenario }: Result): void {
  const [failure] = failures;
  if (failure === undefined) return;
  const { kind, message, details } = failure;
  const why = [message, ...details].join("\n  ");
  if (kind === "kubectl") {
    throw new CannotPlay(
      `${scenario.file}: before the change its rollout does not complete: ${why}`,
    );
  }
  throw new CannotPlay(`${kind === "apply" ? failure.place.file : scenario.file}: ${why}`);
}

type One = Omit<DeploymentChange, "worlds">;

/** In order of their keys. */
function coursesOf({ trace, steps, scenario }: Result, after: Scenario): ReadonlyMap<string, One> {
  const { namespace } = scenario;
  const began = steps.at(-1)!.began;
  const rollouts = new Rollouts();
  const split = trace.findIndex(({ at }) => at >= began);
  for (const entry of trace.slice(0, split)) rollouts.feed(entry);
  const before = new Map(deploymentsOf(rollouts));
  const seen = watched(rollouts, trace.slice(split), began, before);
  const applied = new Set(
    after.manifests.map(({ object: { kind, metadata } }) => {
      return `${kind} ${metadata.namespace ?? namespace}/${metadata.name}`;
    }),
  );
  return new Map(
    deploymentsOf(rollouts).map(([key, rollout]) => {
      const was = before.get(key)?.deployment;
      const is = rollout.deployment;
      const fields = was === undefined ? [] : changedFields(was.spec, is.spec);
      const how = !applied.has(`Deployment ${key}`) ? "stays" : howOf(was, fields);
      const revisions = [was === undefined ? 0 : revisionOf(was), revisionOf(is)] as const;
      return [key, { key, how, before: was, after: is, revisions, fields, course: seen.get(key)! }];
    }),
  );
}

function howOf(
  was: Deployment | undefined,
  fields: readonly ChangedField[],
): DeploymentChange["how"] {
  if (was === undefined) return "created";
  if (fields.some(({ path }) => path.startsWith("template."))) return "rolled out";
  return fields.length > 0 ? "changed" : "unchanged";
}

/** Those of Argo Rollouts are none of Kubernetes' Deployments. */
function deploymentsOf(rollouts: Rollouts): (readonly [string, Rollout])[] {
  return rollouts
    .all()
    .filter(({ deployment }) => deployment.kind === "Deployment")
    .map((rollout) => [rollout.key, rollout]);
}

/** After each instant. */
function watched(
  rollouts: Rollouts,
  entries: readonly TraceEntry[],
  began: Millis,
  before: ReadonlyMap<string, Rollout>,
): ReadonlyMap<string, Course> {
  const seen = new Map<string, Course>();
  for (const entry of entries) {
    rollouts.feed(entry);
    if (entry.kind !== "instant") continue;
    for (const [key, { deployment }] of deploymentsOf(rollouts)) {
      const {
        availableReplicas: available = 0,
        replicas = 0,
        terminatingReplicas = 0,
      } = deployment.status;
      const { duration = Infinity, leastAvailable = Infinity, mostPods = 0 } = seen.get(key) ?? {};
      const was = before.get(key)?.deployment;
      const took = Math.min(duration, isComplete(deployment) ? entry.at - began : Infinity);
      seen.set(key, {
        duration: took,
        ...(was === undefined ? {} : { leastAvailable: Math.min(leastAvailable, available) }),
        mostPods: Math.max(mostPods, replicas + terminatingReplicas),
      });
    }
  }
  return seen;
}

function worstOf(courses: readonly Course[]): Course {
  const available = courses.flatMap(({ leastAvailable = [] }) => leastAvailable);
  return {
    duration: median(courses.map(({ duration }) => duration)),
    ...(available.length === 0 ? {} : { leastAvailable: Math.min(...available) }),
    mostPods: Math.max(...courses.map(({ mostPods }) => mostPods)),
  };
}
