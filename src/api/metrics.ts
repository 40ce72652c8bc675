/**
 * What controllers may ask about requests and load: what a cluster has Prometheus and the metrics API for.
 * Answers count whole seconds: `from` and `to` are rounded down. Nothing is answered for the future.
 */
import type { Millis } from "./meta.ts";

/** Which attempts: all that are given must hold. Each attempt counts, as an ingress or a mesh sees it. */
export interface RequestQuery {
  /** Default `default`. */
  readonly namespace?: string;
  /** Name of the Service that it was sent to. */
  readonly service?: string;
  /** Of the pod that it went to; none where no pod was found. */
  readonly podTemplateHash?: string;
  /** Of that pod's first container. */
  readonly image?: string;
  /** Virtual ms: attempts that ended in [from, to). */
  readonly from: Millis;
  readonly to: Millis;
}

export interface RequestMetrics {
  readonly requests: number;
  readonly failed: number;
  /** 1 - failed / requests, 0 to 1; undefined without requests, as a query of Prometheus finds no values. */
  readonly successRate: number | undefined;
  /** ms, of those answered without an error, at most 6.3% too high; undefined where there are none. */
  readonly latency: LatencyMetrics | undefined;
}

export interface LatencyMetrics {
  readonly mean: Millis;
  readonly p50: Millis;
  readonly p90: Millis;
  readonly p95: Millis;
  readonly p99: Millis;
  readonly max: Millis;
}

export interface MetricsSource {
  metrics(query: RequestQuery): RequestMetrics;
  /**
   * How busy a pod was: time spent working / (the requests that it works on at a time x the time), 0 to 1.
   * Undefined: there is no such pod, its container does not run, or the cluster has no traffic.
   */
  cpu(
    pod: { readonly namespace?: string; readonly name: string },
    from: Millis,
    to: Millis,
  ): number | undefined;
}

/** A sample of the metrics server (metrics.k8s.io). Times are ms since 1970. */
export interface PodMetric {
  /** Milli-CPU of all containers, and of each. */
  readonly value: number;
  readonly byContainer: Readonly<Record<string, number>>;
  /** End and length of the time that it is an average over. */
  readonly timestampMs: number;
  readonly windowMs: number;
}

/** The resource metrics API: CPU that pods use. */
export interface ResourceMetricsSource {
  /** `absent`: the cluster has no metrics server. */
  readonly state: "serves" | "absent";
  /** The last sample of the pod of this row; undefined while there is none. */
  podMetric(row: number): PodMetric | undefined;
}
