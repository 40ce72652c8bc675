/** What a sync of a Canary reads: plain data. */
import type { Canary } from "../../api/canary.ts";
import type { KubeObject, Millis } from "../../api/meta.ts";

/** What a metric of the analysis came to. */
export type Reading =
  | { readonly value: number }
  /** A query found nothing: no request in its window. */
  | { readonly missing: "no values found" }
  /** Nobody can answer the query; what the scenario lacks. */
  | { readonly problem: string };

/** What a webhook answers: 200, or a text with another code. */
export type HookAnswer = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** When a Canary is looked at next; see schedule.ts. */
export interface Turn {
  /** The analysis is advanced in this sync. */
  readonly due: boolean;
  /** Ask again in so many ms; absent: a timer runs already, or there is nothing to wait for. */
  readonly armMs?: Millis;
}

export interface FoundObject {
  readonly resource: string;
  readonly object: KubeObject;
}

export interface CanaryView {
  readonly key: string;
  /** ms since 1970. */
  readonly wallClockMs: number;
  /** The provider of Canaries that name none (Flagger's flag -mesh-provider). */
  readonly meshProvider: string;
  readonly canary?: Canary;
  readonly turn: Turn;
  /** What Flagger gets from the API while it advances a Canary. */
  readonly objects: readonly FoundObject[];
  /** Of `analysis.metrics`, in order. */
  readonly readings: readonly Reading[];
  /** Of `analysis.webhooks`, in order. */
  readonly hooks: readonly HookAnswer[];
}
