/** A scenario as it is run: everything read, checked and in milliseconds. Made by `parseScenario`. */
import type { KubeObject, Millis, StringMap } from "../api/meta.ts";
import type { WebhookRule } from "../controllers/canary/webhooks.ts";
import type { MetricRule } from "../controllers/metric-rules.ts";
import type { ControlPlaneLimits } from "../controllers/token-bucket.ts";
import type { FeatureGates } from "../features.ts";
import type { Behavior } from "../kubelet/behavior.ts";
import type { AppBehavior, TrafficOptions } from "../traffic/options.ts";
import type { NodeGroup } from "../scheduler/node-object.ts";
import type { AbTestPlan } from "./ab-test.ts";
import type { CelExpression } from "./cel.ts";
import type { Place, Source } from "./problem.ts";
import type { MetricName, stepFaults, Verb } from "./schema.ts";
import type { ScriptCommand } from "./script.ts";
import type { TrafficMetricName } from "./traffic-schema.ts";
import type { Located } from "./yaml.ts";

export interface ClusterSettings {
  readonly nodes?: number | readonly NodeGroup[];
  readonly podsPerNode?: number;
  readonly podAddresses?: number;
  readonly kubernetesVersion?: string;
  readonly controlPlane?: "ideal" | ControlPlaneLimits;
  readonly featureGates?: Partial<FeatureGates>;
  readonly meshProvider?: string;
  readonly startTime?: string;
}

/** An object as it was written, and where. */
export interface Manifest {
  readonly object: KubeObject;
  readonly source: Source;
  readonly node: Located;
  readonly place: Place;
  /** A cluster gave it, with all that its controllers had made: it stands from the start, as it was. */
  readonly found?: true;
}

interface StepBase {
  readonly verb: Verb;
  /** As given, or `step-N` counted from 1. */
  readonly name: string;
  /** Virtual time since the start; else `after` counts from the end of the previous step. */
  readonly at?: Millis;
  readonly after: Millis;
  /** Of the verb's value. */
  readonly place: Place;
}

export interface ApplyStep extends StepBase {
  readonly verb: "apply";
  readonly manifests: readonly Manifest[];
  /** The path as written, for a step that names a file. */
  readonly path?: string;
}

export interface KubectlStep extends StepBase {
  readonly verb: "kubectl";
  readonly commands: readonly (ScriptCommand & { readonly place: Place })[];
  readonly exitCode: number;
}

export interface WaitStep extends StepBase {
  readonly verb: "wait";
  readonly for: string;
  readonly on: string;
  readonly timeout: Millis;
}

/** A part of an object that must be equal; `node` tells where each field is written. */
export interface PartialObject {
  readonly node: Located;
  readonly source: Source;
  readonly place: Place;
}

export interface AssertStep extends StepBase {
  readonly verb: "assert";
  readonly within: Millis;
  readonly condition: { readonly cel: Condition } | { readonly objects: readonly PartialObject[] };
}

export interface FaultStep extends StepBase {
  readonly verb: "fault";
  readonly type: (typeof stepFaults)[number];
  readonly on?: string;
  readonly for?: Millis;
  readonly count: number;
}

export type Step = ApplyStep | KubectlStep | WaitStep | AssertStep | FaultStep;

/** A CEL expression and where it is written. */
export interface Condition {
  /** In words, instead of the expression. */
  readonly name?: string;
  readonly expression: CelExpression;
  readonly place: Place;
}

/** The begin of a step, or a time since the start. */
export type Moment = { readonly step: string } | { readonly at: Millis };

export interface AlwaysExpectation extends Condition {
  readonly from?: Moment;
  readonly to?: Moment;
}

export interface Threshold {
  readonly metric: MetricName;
  readonly aggregate: "min" | "max" | "avg" | "sum" | "count" | { readonly percentile: number };
  readonly compare: "<" | "<=" | ">" | ">=" | "==" | "!=";
  /** Milliseconds for durations, `unavailable_seconds` and `extra_pod_seconds`; else pods, or a count. */
  readonly limit: number;
  /** As written: `max<2m`. */
  readonly text: string;
  readonly place: Place;
}

/** A limit on requests; see traffic-metrics.ts. */
export interface TrafficThreshold {
  readonly metric: TrafficMetricName;
  /** Of this traffic; absent: of all. */
  readonly traffic?: string;
  /** Of lost requests: those lost to it. */
  readonly cause?: string;
  readonly aggregate: "rate" | "count" | "avg" | "max" | "sum" | { readonly percentile: number };
  readonly compare: Threshold["compare"];
  /** Milliseconds, a share of 0 to 1, or requests. */
  readonly limit: number;
  /** As written: `rate<0.1%`. */
  readonly text: string;
  readonly place: Place;
}

/** Requests, and when they come. */
export interface PlannedTraffic {
  readonly options: TrafficOptions;
  /** Absent: when the Service, or one that the host leads to, has a ready endpoint for the first time. */
  readonly from?: Moment;
  /** Absent: at the end of the run. */
  readonly to?: Moment;
  readonly abTest?: AbTestPlan;
}

export interface Expectations {
  readonly always: readonly AlwaysExpectation[];
  readonly finally: readonly Condition[];
  readonly thresholds: readonly Threshold[];
  readonly traffic: readonly TrafficThreshold[];
}

export interface Scenario {
  readonly file: string;
  readonly name: string;
  readonly labels: StringMap;
  readonly seed: string;
  /** `fresh`, `random`, or the letters of a recorded schedule. */
  readonly schedule: string;
  readonly namespace: string;
  readonly until: Millis;
  readonly cluster: ClusterSettings;
  readonly behaviors: readonly Behavior[];
  /** How pods answer requests: one for each behavior. */
  readonly apps: readonly AppBehavior[];
  readonly traffic: readonly PlannedTraffic[];
  readonly metrics: readonly MetricRule[];
  readonly webhooks: readonly WebhookRule[];
  /** Applied at the start, in order, but for those that stand already. */
  readonly manifests: readonly Manifest[];
  /** What is taken from those that stand already, in words; absent: none does. */
  readonly taken?: readonly string[];
  /** What these, and those of steps, name and nobody makes: there from the start. */
  readonly granted: readonly KubeObject[];
  readonly steps: readonly Step[];
  readonly expect: Expectations;
}
