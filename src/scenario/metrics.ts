/**
 * What a run is measured by. All from the statuses that the API shows, sampled after each instant.
 *
 * - rollout_duration: from a change of a Deployment's pod template (its creation included) to the instant
 *   at which it is complete; one sample per rollout. A rollout that another one replaces gives none; one
 *   that the run leaves unfinished gives infinity.
 * - unavailable_seconds: pods short of spec.replicas, integrated over time from when the Deployment was
 *   first complete: pod-seconds, kept in ms. extra_pod_seconds: likewise those beyond it, terminating ones too.
 * - available_pods, total_pods: pods per Deployment from when it was first complete; total_pods counts
 *   terminating pods too. Averages are over time.
 */
import type { Millis } from "../api/meta.ts";
import type { TraceEntry } from "../api/trace.ts";
import { isComplete, Rollouts, type Rollout } from "./rollouts.ts";
import type { Threshold, TrafficThreshold } from "./scenario.ts";
import type { MetricName } from "./schema.ts";

/** A value with how long it lasted; durations and sums weigh 1. */
export interface Sample {
  /** The Deployment's name. */
  readonly of: string;
  readonly value: number;
  readonly weight: number;
}

export type Samples = Readonly<Record<MetricName, readonly Sample[]>>;

interface Watched {
  readonly name: string;
  /** Set while a rollout is under way. */
  began: Millis | undefined;
  generation: number | undefined;
  template: string;
  wasComplete: boolean;
  shortfall: number;
  surplus: number;
  seen: { at: Millis; available: number; total: number; wanted: number } | undefined;
}

export class Metrics {
  readonly #rollouts = new Rollouts();
  readonly #watched = new Map<string, Watched>();
  readonly #durations: Sample[] = [];
  readonly #available: Sample[] = [];
  readonly #total: Sample[] = [];
  #changed = false;

  feed(entry: TraceEntry): void {
    if (this.#rollouts.feed(entry)) this.#changed = true;
    else if (entry.kind === "instant" && this.#changed) {
      this.#changed = false;
      const present = new Set<string>();
      for (const rollout of this.#rollouts.all()) {
        const { metadata } = rollout.deployment;
        present.add(metadata.uid ?? metadata.name);
        this.#look(rollout, entry.at);
      }
      for (const [key, watched] of this.#watched)
        if (!present.has(key)) this.#lose(watched, entry.at);
    }
  }

  /** A Deployment was deleted: it is measured no longer. */
  #lose(watched: Watched, at: Millis): void {
    this.#account(watched, at);
    watched.seen = undefined;
    watched.began = undefined;
  }

  /** Ends the measurement at `settled`, when all was as it stayed; what is short stays so to `end`. */
  samples(settled: Millis, end: Millis): Samples {
    const shortfalls: Sample[] = [];
    const surpluses: Sample[] = [];
    for (const watched of this.#watched.values()) {
      const { name: of } = watched;
      const isShort = (watched.seen?.available ?? 0) < (watched.seen?.wanted ?? 0);
      this.#account(watched, isShort ? end : settled);
      if (watched.wasComplete) {
        shortfalls.push({ of, value: watched.shortfall, weight: 1 });
        surpluses.push({ of, value: watched.surplus, weight: 1 });
      }
      if (watched.began !== undefined) this.#durations.push({ of, value: Infinity, weight: 1 });
    }
    return {
      rollout_duration: this.#durations,
      unavailable_seconds: shortfalls,
      extra_pod_seconds: surpluses,
      available_pods: this.#available,
      total_pods: this.#total,
    };
  }

  #look({ deployment, name }: Rollout, at: Millis): void {
    const { metadata, spec, status } = deployment;
    const key = metadata.uid ?? metadata.name;
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      watched = {
        name,
        began: at,
        generation: undefined,
        template: "",
        wasComplete: false,
        shortfall: 0,
        surplus: 0,
        seen: undefined,
      };
      this.#watched.set(key, watched);
    }
    if (metadata.generation !== watched.generation) {
      watched.generation = metadata.generation;
      const template = JSON.stringify(spec.template);
      if (template !== watched.template) watched.began = at;
      watched.template = template;
    }
    this.#account(watched, at);
    if (isComplete(deployment)) {
      watched.wasComplete = true;
      if (watched.began !== undefined) {
        this.#durations.push({ of: watched.name, value: at - watched.began, weight: 1 });
        watched.began = undefined;
      }
    }
    const available = status.availableReplicas ?? 0;
    const total = (status.replicas ?? 0) + (status.terminatingReplicas ?? 0);
    if (watched.wasComplete) watched.seen = { at, available, total, wanted: spec.replicas };
  }

  /** Adds the stretch since the last look. */
  #account(watched: Watched, at: Millis): void {
    const { seen } = watched;
    if (seen === undefined) return;
    const weight = at - seen.at;
    this.#available.push({ of: watched.name, value: seen.available, weight });
    this.#total.push({ of: watched.name, value: seen.total, weight });
    watched.shortfall += Math.max(0, seen.wanted - seen.available) * weight;
    watched.surplus += Math.max(0, seen.total - seen.wanted) * weight;
    watched.seen = { ...seen, at };
  }
}

export interface Measured {
  readonly threshold: Threshold | TrafficThreshold;
  /** Undefined if there was nothing to measure. */
  readonly value: number | undefined;
  readonly held: boolean;
}

export function measure(threshold: Threshold, samples: Samples): Measured {
  return judge(threshold, aggregate(threshold.aggregate, samples[threshold.metric]));
}

/** What was not measured does not hold. */
export function judge(threshold: Measured["threshold"], value: number | undefined): Measured {
  const held = value !== undefined && compares[threshold.compare](value, threshold.limit);
  return { threshold, value, held };
}

const compares: Readonly<Record<Threshold["compare"], (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

function aggregate(how: Threshold["aggregate"], samples: readonly Sample[]): number | undefined {
  if (how === "count") return samples.length;
  if (samples.length === 0) return undefined;
  const values = samples.map(({ value }) => value);
  switch (how) {
    case "min":
      return values.reduce((least, value) => Math.min(least, value), Infinity);
    case "max":
      return values.reduce((most, value) => Math.max(most, value), -Infinity);
    case "sum":
      return values.reduce((sum, value) => sum + value, 0);
    case "avg":
      return average(samples);
    default:
      return percentile(values, how.percentile);
  }
}

function average(samples: readonly Sample[]): number {
  const weight = samples.reduce((sum, sample) => sum + sample.weight, 0);
  if (weight === 0) return samples.at(-1)?.value ?? 0;
  return samples.reduce((sum, sample) => sum + sample.value * sample.weight, 0) / weight;
}

/** The smallest value that at least so many per cent of the samples do not exceed. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1);
  return sorted[index] ?? 0;
}
