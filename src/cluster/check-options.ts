/** What a cluster is told is looked at before it is built: who writes JavaScript has no types to warn him. */
import { podFaults, type Behavior } from "../kubelet/behavior.ts";
import { nameGivenTwice } from "../scheduler/node-object.ts";
import type { ClusterOptions } from "./options.ts";
import type { Snapshot } from "./snapshot.ts";

const KNOWN = {
  seed: true,
  schedule: true,
  nodes: true,
  podsPerNode: true,
  podAddresses: true,
  nodeCapacity: true,
  placement: true,
  controlPlane: true,
  kubernetesVersion: true,
  featureGates: true,
  behaviors: true,
  apps: true,
  traffic: true,
  startTime: true,
  traceLimit: true,
  meshProvider: true,
  webhooks: true,
  metricRules: true,
} as const satisfies Record<keyof ClusterOptions, true>;

const DELAYS = ["schedule", "pull", "start", "ready", "gates", "terminate"] as const;

const OF_BEHAVIORS = {
  match: true,
  schedule: true,
  pull: true,
  start: true,
  restarts: true,
  ready: true,
  listens: true,
  gates: true,
  terminate: true,
  fault: true,
  cpu: true,
  load: true,
  startCpu: true,
} as const satisfies Record<keyof Behavior, true>;

const OF_MATCHES = {
  image: true,
  labels: true,
  podSpec: true,
} as const satisfies Record<keyof NonNullable<Behavior["match"]>, true>;

/** Throws a RangeError that says which option is wrong, what it is, and what to use. */
export function checkOptions(options: ClusterOptions): void {
  refuseUnknown("", options, KNOWN, "option");
  const { seed = "", nodes = 1, podsPerNode = 1, podAddresses } = options;
  const { startTime, traceLimit, behaviors = [] } = options;
  if (typeof seed !== "string") refuse("seed", seed, 'a text, as in "7"');
  const isGroups = Array.isArray(nodes) && nodes.length > 0;
  if (!isGroups && !isCount(nodes, 1))
    refuse("nodes", nodes, "an integer >= 1, or groups of nodes");
  const twice = isGroups ? nameGivenTwice(nodes) : undefined;
  if (twice !== undefined) refuse("nodes", twice, "another name for one of the two");
  if (!isCount(podsPerNode, 1)) refuse("podsPerNode", podsPerNode, "an integer >= 1");
  if (podAddresses !== undefined && !isCount(podAddresses, 1)) {
    refuse("podAddresses", podAddresses, "an integer >= 1");
  }
  if (startTime !== undefined && Number.isNaN(Date.parse(startTime))) {
    refuse("startTime", startTime, "a time such as 2000-01-01T00:00:00Z");
  }
  if (traceLimit !== undefined && !isCount(traceLimit, 1)) {
    refuse("traceLimit", traceLimit, "an integer >= 1");
  }
  if (!Array.isArray(behaviors)) refuse("behaviors", behaviors, "a list");
  for (const [i, behavior] of behaviors.entries()) checkBehavior(`behaviors[${i}]`, behavior);
}

export function checkTime(method: string, at: unknown): void {
  if (typeof at !== "number" || Number.isNaN(at)) {
    refuse(method, at, "ms since the start of the run");
  }
}

export function checkSnapshot({ simulation }: Partial<Snapshot>): void {
  if (simulation !== undefined) return;
  throw new RangeError("this is no snapshot; use what Cluster.save() gave");
}

/** Each key of `known` is one that `given` may have. */
export function refuseUnknown(path: string, given: object, known: object, what: string): void {
  if (typeof given !== "object" || given === null) refuse(path || `${what}s`, given, "an object");
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  throw new RangeError(`${path}${unknown}: no such ${what}; use ${Object.keys(known).join(", ")}`);
}

function checkBehavior(path: string, behavior: Behavior): void {
  if (typeof behavior !== "object" || behavior === null) refuse(path, behavior, "an object");
  refuseUnknown(`${path}.`, behavior, OF_BEHAVIORS, "part of a behavior");
  refuseUnknown(`${path}.match.`, behavior.match ?? {}, OF_MATCHES, "match");
  const { fault } = behavior;
  if (fault !== undefined && !podFaults.includes(fault.type)) {
    refuse(`${path}.fault.type`, fault.type, `any of ${podFaults.join(", ")}`);
  }
  for (const name of DELAYS) {
    const delay: unknown = behavior[name];
    if (delay === undefined) continue;
    const where = `${path}.${name}`;
    if (typeof delay !== "object" || delay === null) refuse(where, delay, "{ delay: ms }");
    for (const [key, ms] of Object.entries(delay)) {
      if (key !== "extra" && !isCount(ms, 0)) refuse(`${where}.${key}`, ms, "whole ms, 0 or more");
    }
  }
}

function isCount(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least;
}

function refuse(name: string, got: unknown, use: string): never {
  const shown = typeof got === "number" ? String(got) : JSON.stringify(got);
  throw new RangeError(`${name}: got ${shown}; use ${use}`);
}
