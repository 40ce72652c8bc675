/**
 * What happened, in order: the one record that every report, explanation and test derives from.
 * Times are virtual ms. Pods come in numbers, not one by one.
 */
import type { KubeObject, Millis } from "./meta.ts";

/** Who did it: `deployment-controller`, `replicaset-controller`, `kubelet`, `scheduler`, `user`, ... */
export type Actor = string;

export interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A write that the API accepted or refused. */
export interface WriteEntry {
  readonly kind: "write";
  readonly at: Millis;
  readonly by: Actor;
  /** Number of the sync it belongs to. */
  readonly sync?: number;
  readonly verb: "create" | "update" | "update/status" | "update/scale" | "patch" | "delete";
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** How many pods of the same ReplicaSet this entry stands for; `name` is then the ReplicaSet's. */
  readonly count?: number;
  /** The Status reason of a refusal: `Conflict`, `Forbidden`, ... */
  readonly error?: string;
  /** As stored. Absent for pods, for refusals, and where nothing changed. */
  readonly object?: KubeObject;
}

/** A decision of a controller, by its name in the register, with what was weighed. */
export interface DecisionEntry {
  readonly kind: "decision";
  readonly at: Millis;
  readonly by: Actor;
  /** 0: of no sync, as for what the API server decides. */
  readonly sync: number;
  /** `namespace/name` of what was decided about: a Deployment, a ReplicaSet, a pod ... */
  readonly key: string;
  readonly id: string;
  readonly weighed: Readonly<Record<string, number | string>>;
  readonly sentence: string;
}

/** A Kubernetes Event, as it was recorded (before repeated ones are folded together). */
export interface EventEntry {
  readonly kind: "event";
  readonly at: Millis;
  readonly by: Actor;
  readonly sync?: number;
  readonly about: ObjectName;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** So many alike, each about another pod; the message then names the first. Default 1. */
  readonly count?: number;
}

/** The end of one sync of a controller. */
export interface SyncEntry {
  readonly kind: "sync";
  readonly at: Millis;
  readonly by: Actor;
  readonly sync: number;
  readonly key: string;
  readonly error?: string;
  /** Delays asked for in ms; negative: by rate limit. */
  readonly requeue: readonly Millis[];
}

/** Pods of one ReplicaSet to which the same thing happened at the same instant. */
export interface PodsEntry {
  readonly kind: "pods";
  readonly at: Millis;
  readonly by: Actor;
  readonly change:
    | "created"
    | "scheduled"
    | "running"
    | "ready"
    | "unready"
    | "restarted"
    | "failed"
    | "deleting"
    | "gone";
  /** `namespace/name` of the ReplicaSet. */
  readonly key: string;
  readonly count: number;
}

/** A user's action begins. */
export interface StepEntry {
  readonly kind: "step";
  readonly at: Millis;
  readonly name: string;
}

/** What a command printed. */
export interface OutputEntry {
  readonly kind: "output";
  readonly at: Millis;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** An expectation of the scenario was met or failed. */
export interface ExpectationEntry {
  readonly kind: "expectation";
  readonly at: Millis;
  /** In words, where it has a name. */
  readonly name?: string;
  /** The expression. */
  readonly that: string;
  readonly held: boolean;
  readonly detail?: string;
}

/** All that was due at one instant has happened, and the controllers have settled. */
export interface InstantEntry {
  readonly kind: "instant";
  readonly at: Millis;
}

/** What became of the requests of one traffic, at the end of a run. */
export interface RequestsEntry {
  readonly kind: "requests";
  readonly at: Millis;
  /** Its name. */
  readonly traffic: string;
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  readonly underWay: number;
  readonly slow: number;
  /** Causes that occurred, with how many requests. */
  readonly failedBy: Readonly<Record<string, number>>;
  readonly slowBy: Readonly<Record<string, number>>;
}

export interface EndEntry {
  readonly kind: "end";
  readonly at: Millis;
}

export type TraceEntry =
  | WriteEntry
  | DecisionEntry
  | EventEntry
  | SyncEntry
  | PodsEntry
  | StepEntry
  | OutputEntry
  | ExpectationEntry
  | InstantEntry
  | RequestsEntry
  | EndEntry;
