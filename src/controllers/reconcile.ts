/**
 * The contract of a controller: `reconcile(view)` is pure. It reads a view (objects from the caches and
 * the time) and unfolds a plan: an ordered stream of effects. Each write is answered with its outcome,
 * because what a real sync does next depends on it (the new resourceVersion after an update, AlreadyExists
 * after a create). Nothing else flows in: the same view and the same outcomes give the same plan.
 *
 * The loop (loop.ts) applies a plan to the API server; `planOf` plays it as if every write succeeded; the
 * checker, the explainer and the recorded vectors do the same with answers of their own.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import type { Answer, Status } from "../api/status.ts";
import type { Decision } from "./decisions.ts";

export interface CreateObject {
  readonly do: "create";
  readonly resource: string;
  readonly object: KubeObject;
}

export interface UpdateObject {
  readonly do: "update" | "update/status";
  readonly resource: string;
  readonly object: KubeObject;
}

export interface DeleteObject {
  readonly do: "delete";
  readonly resource: string;
  readonly object: KubeObject;
}

/** Takes an orphan (adopt) or lets go of what no longer matches (release): a patch of ownerReferences. */
export interface ClaimObject {
  readonly do: "adopt" | "release";
  readonly resource: string;
  readonly object: KubeObject;
  readonly owner: KubeObject;
}

/** A change of some fields, whatever the others are by now; through `scale` of spec.replicas alone. */
export interface PatchObject {
  readonly do: "patch";
  readonly resource: string;
  readonly object: KubeObject;
  readonly type: "strategic" | "merge" | "json";
  readonly patch: unknown;
  readonly subresource?: "status" | "scale";
}

/** A read past the cache; not a write, and not recorded as one. */
export interface ReadObject {
  readonly do: "get";
  readonly resource: string;
  readonly object: KubeObject;
}

/** One batch of pods made at the same time from a ReplicaSet's template. */
export interface CreatePods {
  readonly do: "create-pods";
  readonly replicaSet: KubeObject;
  readonly count: number;
}

export interface DeletePods {
  readonly do: "delete-pods";
  readonly replicaSet: KubeObject;
  readonly rows: readonly number[];
}

export interface ClaimPods {
  readonly do: "adopt-pods" | "release-pods";
  readonly replicaSet: KubeObject;
  readonly rows: readonly number[];
}

/** What the controller tells its own loop: the pods that it waits for before it acts again. */
export type Expect =
  | { readonly do: "expect-creations"; readonly count: number }
  | { readonly do: "expect-deletions"; readonly rows: readonly number[] }
  /** So many of the expected creations will not come. */
  | { readonly do: "forgo-creations"; readonly count: number };

export interface RecordEvent {
  readonly do: "event";
  readonly about: KubeObject;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface Decide {
  readonly do: "decide";
  readonly decision: Decision;
}

export type ObjectWrite = CreateObject | UpdateObject | PatchObject | DeleteObject | ClaimObject;
export type PodWrite = CreatePods | DeletePods | ClaimPods;
export type Write = ObjectWrite | PodWrite;
export type Effect = Write | ReadObject | Expect | RecordEvent | Decide;

/** How a batch of pods went: how many of them, and the first refusal. */
export interface PodsOutcome {
  readonly done: number;
  readonly refused?: Status;
  /** Rows that stay as they were: they were gone already, or their deletion was refused. */
  readonly missing?: readonly number[];
}

export type Outcome = Answer<KubeObject> | PodsOutcome | undefined;

/** How a sync ended. An error makes the loop try again later, with back-off. */
export interface Verdict {
  readonly error?: string;
  /** The error stays what it is: the key is not tried again before its next event. */
  readonly final?: true;
  /** Ask again in so many ms; 0 or less is at once. */
  readonly requeueAfterMs?: Millis;
  /** Ask again after the back-off of the key, which grows until a sync succeeds. */
  readonly requeueRateLimited?: true;
  /** Until something happens, whoever asks again will find the same. */
  readonly sameUntilEvent?: true;
  /** What the controller keeps for the key until its next sync, beside what the API holds; null: nothing. */
  readonly memory?: unknown;
}

export type Plan = Generator<Effect, Verdict, Outcome>;

/** A part of a plan that comes to a result of its own. */
export type Steps<T> = Generator<Effect, T, Outcome>;

export const DONE: Verdict = {};

// The one place where an outcome gets the type that belongs to its effect.

export function* write<T extends KubeObject>(effect: ObjectWrite | ReadObject): Steps<Answer<T>> {
  return (yield effect) as Answer<T>;
}

export function* writePods(effect: PodWrite): Steps<PodsOutcome> {
  return (yield effect) as PodsOutcome;
}

/** A plan laid out as data, as if every write succeeded with what it asked for. */
export interface PlannedSync extends Verdict {
  readonly writes: readonly Write[];
  readonly events: readonly RecordEvent[];
  readonly because: readonly Decision[];
}

export function planOf(plan: Plan, answer: (effect: Effect) => Outcome = accept): PlannedSync {
  const writes: Write[] = [];
  const events: RecordEvent[] = [];
  const because: Decision[] = [];
  let next = plan.next();
  while (next.done !== true) {
    const effect = next.value;
    if (effect.do === "event") events.push(effect);
    else if (effect.do === "decide") because.push(effect.decision);
    else if (isWrite(effect)) writes.push(effect);
    next = plan.next(answer(effect));
  }
  return { ...next.value, writes, events, because };
}

export function isWrite(effect: Effect): effect is Write {
  switch (effect.do) {
    case "get":
    case "expect-creations":
    case "expect-deletions":
    case "forgo-creations":
    case "event":
    case "decide":
      return false;
    default:
      return true;
  }
}

function accept(effect: Effect): Outcome {
  switch (effect.do) {
    case "create":
    case "update":
    case "update/status":
    case "patch":
    case "delete":
    case "adopt":
    case "release":
    case "get":
      return { ok: true, value: effect.object };
    case "create-pods":
      return { done: effect.count };
    case "delete-pods":
    case "adopt-pods":
    case "release-pods":
      return { done: effect.rows.length };
    case "expect-creations":
    case "expect-deletions":
    case "forgo-creations":
    case "event":
    case "decide":
      return undefined;
  }
}
