/** What a cluster is told, before it is built. */
import { parseQuantity } from "../apiserver/quantity.ts";
import type { ControlPlaneLimits } from "../controllers/token-bucket.ts";
import type { FeatureGates } from "../features.ts";
import { podFaults, type Behavior, type Delay, type Fault } from "../kubelet/behavior.ts";
import { nameGivenTwice, type NodeCapacity, type NodeGroup } from "../scheduler/node-object.ts";
import {
  anything,
  callable,
  flag,
  isWhole,
  list,
  number,
  oneOf,
  record,
  refuse,
  shape,
  text,
  whole,
  type Check,
  type Fields,
} from "../api/check-shape.ts";
import { appsCheck, trafficCheck } from "../traffic/check-options.ts";
import type { ClusterOptions } from "./options.ts";
import type { Snapshot } from "./snapshot.ts";

const ms = whole(0, "whole ms, 0 or more");
const count = whole(1);
const share = number(0, 1, "a share from 0 to 1");

const quantity: Check = (path, value) => {
  if (typeof value !== "string" || !parseQuantity(value).ok) {
    refuse(path, value, 'a quantity such as "4", "500m" or "8Gi"');
  }
};

const capacity: Fields<NodeCapacity> = { cpu: quantity, memory: quantity };

const group: Fields<NodeGroup> = {
  count,
  name: text,
  ...capacity,
  pods: whole(0),
  labels: record(text),
  taints: list(anything),
  clock: whole(Number.MIN_SAFE_INTEGER, "whole ms, negative for behind"),
};

const nodes: Check = (path, value) => {
  const isGroups = Array.isArray(value) && value.length > 0;
  if (!isGroups && !isWhole(value, 1)) refuse(path, value, "an integer >= 1, or groups of nodes");
  if (!isGroups) return;
  list(shape(group, "part of a group of nodes"))(path, value);
  const twice = nameGivenTwice(value as readonly NodeGroup[]);
  if (twice !== undefined) refuse(path, twice, "another name for one of the two");
};

const limits: Fields<ControlPlaneLimits> = {
  qps: number(Number.MIN_VALUE, Number.MAX_VALUE, "requests a second, more than 0"),
  burst: count,
  latency: ms,
};

const gates: Fields<FeatureGates> = {
  minor: anything,
  terminatingReplicas: flag,
  recreateWakesLate: flag,
  consistency: flag,
};

const spread: Fields<Delay> = { delay: ms, jitter: ms };
const delay = shape(spread, "part of a delay", ["delay"], "{ delay: ms }");
const cpu = list(
  shape({ at: ms, milli: number(0, Number.MAX_VALUE, "milli-CPU") }, "part of a point", [
    "at",
    "milli",
  ]),
);

const fault: Fields<Fault> = {
  type: oneOf(podFaults),
  after: ms,
  recover: ms,
  probability: share,
  first: whole(0),
};

const behavior: Fields<Behavior> = {
  match: shape({ image: text, labels: record(text), podSpec: anything }, "match"),
  schedule: delay,
  pull: delay,
  start: delay,
  restarts: list(whole(0)),
  ready: shape({ ...spread, extra: list(ms) }, "part of a delay", ["delay"], "{ delay: ms }"),
  listens: ms,
  gates: delay,
  terminate: delay,
  fault: shape(fault, "part of a fault", ["type"]),
  cpu,
  load: cpu,
  startCpu: shape({ milli: whole(0), for: ms }, "part of startCpu", ["milli", "for"]),
};

const options: Fields<ClusterOptions> = {
  seed: (path, value) => {
    if (typeof value !== "string") refuse(path, value, 'a text, as in "7"');
  },
  schedule: anything,
  nodes,
  podsPerNode: count,
  podAddresses: count,
  nodeCapacity: shape(capacity, "part of a node's capacity"),
  placement: oneOf(["spread", "round-robin"]),
  controlPlane: (path, value) => {
    if (value !== "ideal")
      shape(limits, "limit", ["qps", "burst"], "ideal, or { qps, burst }")(path, value);
  },
  kubernetesVersion: text,
  featureGates: shape(gates, "feature gate"),
  behaviors: list(shape(behavior, "part of a behavior")),
  apps: appsCheck,
  traffic: list(trafficCheck),
  startTime: (path, value) => {
    if (typeof value !== "string" || Number.isNaN(Date.parse(value))) {
      refuse(path, value, "a time such as 2000-01-01T00:00:00Z");
    }
  },
  traceLimit: count,
  meshProvider: text,
  webhooks: list(anything),
  metricRules: list(anything),
};

/** Throws a RangeError that says which option is wrong, what it is, and what to use. */
export function checkOptions(given: ClusterOptions): void {
  if (typeof given !== "object" || given === null) refuse("options", given, "an object");
  shape(options, "option")("", given);
}

export function checkAct(name: unknown, action: unknown): void {
  text("name", name);
  callable("action", action);
}

/** Not Infinity: kubelets renew their leases for ever. */
export function checkTime(method: string, at: unknown): void {
  if (typeof at !== "number" || !Number.isFinite(at)) {
    refuse(method, at, "ms since the start of the run");
  }
}

export function checkSnapshot({ simulation }: Partial<Snapshot>): void {
  if (simulation !== undefined) return;
  throw new RangeError("this is no snapshot; use what Cluster.save() gave");
}
