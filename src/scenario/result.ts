/** What a run gives back: everything that reports need, without the cluster. */
import type { Millis } from "../api/meta.ts";
import type { TraceEntry } from "../api/trace.ts";
import type { Measured, Samples } from "./metrics.ts";
import type { Place } from "./problem.ts";
import type { Scenario, Step } from "./scenario.ts";
import type { TrafficResult } from "./traffic-metrics.ts";

/** Something that did not hold, with where it is written. */
export interface Failure {
  readonly kind: "always" | "finally" | "threshold" | Step["verb"] | "until" | "manifest";
  /** The step's or the expectation's name, its expression, or the threshold. */
  readonly name: string;
  readonly at: Millis;
  readonly message: string;
  /** Values, mismatches, output: one line each. */
  readonly details: readonly string[];
  readonly place: Place;
}

export interface StepResult {
  readonly step: Step;
  readonly began: Millis;
  readonly ended: Millis;
  readonly ok: boolean;
}

export interface ExpectationResult {
  readonly kind: "always" | "finally" | "threshold";
  /** Its name, or the expression. */
  readonly text: string;
  readonly place: Place;
  /** `unchecked`: the run failed before, or its time never came. */
  readonly outcome: "held" | "failed" | "unchecked";
}

export interface Result {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly schedule: string;
  /** Letters that replay a `random` schedule; empty for `fresh`. */
  readonly playedSchedule: string;
  readonly passed: boolean;
  readonly endedAt: Millis;
  /** When something last happened; after it there were only timers that found nothing to do. */
  readonly settledAt: Millis;
  /** Why the run ended: nothing was left to happen, `until` was reached, or a step failed. */
  readonly end: "idle" | "until" | "failed";
  readonly steps: readonly StepResult[];
  readonly expectations: readonly ExpectationResult[];
  readonly measured: readonly Measured[];
  readonly samples: Samples;
  /** Accounts of requests, in the order of the scenario's traffic; those that began. */
  readonly traffic: readonly TrafficResult[];
  readonly failures: readonly Failure[];
  readonly trace: readonly TraceEntry[];
}
