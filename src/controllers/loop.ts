/**
 * The loop that all controllers share: unfold the plan for a key, apply it write by write, and see to what the
 * verdict asks for: forget the key's failures, or try again after its back-off.
 *
 * Without limits on the control plane a sync is over at once. With limits its requests wait for their turn,
 * and the sync waits with them: what it read and the outcomes so far are kept, and make the same plan again.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import type { ApiServer } from "../apiserver/server.ts";
import type { PodsWritten, PodWriter } from "../apiserver/pod-writer.ts";
import type { Trace } from "../engine/trace.ts";
import { sentence } from "./decisions.ts";
import {
  isWrite,
  type Effect,
  type Expect,
  type Outcome,
  type Plan,
  type RecordEvent,
  type Verdict,
  type Write,
} from "./reconcile.ts";
import type { WorkQueue } from "./workqueue.ts";

export interface Controller<View = unknown> {
  /** Its name as a component, `deployment-controller`. */
  readonly name: string;
  readonly queue: WorkQueue;
  /** Failures after which a key is dropped until its next event; absent: never. */
  readonly maxRetries?: number;
  /** What a sync of this key reads: plain data. */
  view(key: string): View;
  /** Pure. */
  reconcile(view: View): Plan;
  /** A sync begins. */
  begun?(key: string, view: View): void;
  /** Hears what its plan expects, and what came of each write. */
  expect?(key: string, effect: Expect): void;
  wrote?(key: string, effect: Write, outcome: Outcome): void;
  /** A sync is over and wants this kept for the next one. */
  remember?(key: string, memory: unknown): void;
}

/** What a sync needs of the world. */
export interface LoopWorld {
  readonly api: ApiServer;
  readonly pods: PodWriter;
  readonly trace: Trace;
  /** Puts a key back into a queue after some ms. */
  requeue(controller: Controller, key: string, delay: Millis): void;
  /** As `requeue`, every `delay` ms, where only an event can change what is found; undefined: requeue. */
  park?(controller: Controller, key: string, delay: Millis): void;
  /** As `requeue`, where only an event can change what is found: no reason to wait for it. */
  rest?(controller: Controller, key: string, delay: Millis): void;
  /** When so many requests of a controller are answered, in order; undefined: at once. */
  reserve?(controller: Controller, requests: number): Millis[];
  /** A Kubernetes Event is to be sent, which takes requests of its own. */
  sendEvents?(controller: Controller, about: KubeObject, count: number): void;
}

/** A sync under way; `waiting` while requests of its present effect are not yet answered. */
export interface RunningSync {
  readonly controller: Controller;
  readonly key: string;
  readonly number: number;
  readonly view: unknown;
  readonly plan: Plan;
  readonly outcomes: Outcome[];
  current: IteratorResult<Effect, Verdict>;
  waiting: WaitingEffect | undefined;
}

export interface WaitingEffect {
  /** When the requests are answered that are still to come, in order. */
  times: readonly Millis[];
  /** Pods: how far the batch has got. */
  written: PodsWritten;
}

export function beginSync(controller: Controller, key: string, number: number): RunningSync {
  const view = controller.view(key);
  controller.begun?.(key, view);
  return resumeSync(controller, { key, number, view, outcomes: [] });
}

/** A sync that had got as far as its outcomes. */
export function resumeSync(
  controller: Controller,
  saved: Pick<RunningSync, "key" | "number" | "view" | "outcomes">,
): RunningSync {
  const plan = controller.reconcile(saved.view);
  let current = plan.next();
  for (const outcome of saved.outcomes) current = plan.next(outcome);
  const { key, number, view } = saved;
  const outcomes = [...saved.outcomes];
  return { controller, key, number, view, plan, outcomes, current, waiting: undefined };
}

/** Goes on until the sync is over (`done`) or has to wait until a time. */
export function advanceSync(world: LoopWorld, sync: RunningSync): "done" | Millis {
  world.api.requester = { by: sync.controller.name, sync: sync.number };
  let until: Millis | undefined;
  while (sync.current.done !== true) {
    const step = applyEffect(world, sync, sync.current.value);
    if (typeof step === "number") {
      until = step;
      break;
    }
    sync.waiting = undefined;
    if (world.reserve !== undefined) sync.outcomes.push(step.outcome);
    sync.current = sync.plan.next(step.outcome);
  }
  if (sync.current.done === true) finish(world, sync, sync.current.value);
  world.api.requester = { by: "user" };
  return until ?? "done";
}

/** An effect's outcome, or the time at which there is more to know of it. */
function applyEffect(
  world: LoopWorld,
  sync: RunningSync,
  effect: Effect,
): { readonly outcome: Outcome } | Millis {
  const { controller, key } = sync;
  switch (effect.do) {
    case "decide":
      tellDecision(world, sync, effect);
      return { outcome: undefined };
    case "event":
      tellEvent(world, sync, effect);
      return { outcome: undefined };
    case "expect-creations":
    case "expect-deletions":
    case "forgo-creations":
      controller.expect?.(key, effect);
      return { outcome: undefined };
    default:
      return request(world, sync, effect);
  }
}

type Request = Exclude<Effect, Expect | RecordEvent | { readonly do: "decide" }>;

function request(
  world: LoopWorld,
  sync: RunningSync,
  effect: Request,
): { readonly outcome: Outcome } | Millis {
  const { controller, key } = sync;
  if (world.reserve === undefined) return { outcome: answer(world, controller, key, effect) };
  const count = requestsOf(effect);
  sync.waiting ??= { times: world.reserve(controller, count), written: { done: 0 } };
  const { waiting } = sync;
  const { now } = world.api;
  const due = waiting.times.filter((time) => time <= now).length;
  const last = due === waiting.times.length;
  if (!isBatch(effect)) {
    return last ? { outcome: answer(world, controller, key, effect) } : waiting.times[0]!;
  }
  if (due > 0) {
    const done = count - waiting.times.length;
    const part = answer(world, controller, key, partOf(effect, done, due)) as PodsWritten;
    waiting.written = sum(waiting.written, part);
    waiting.times = waiting.times.slice(due);
    world.sendEvents?.(controller, effect.replicaSet, due);
  }
  return last ? { outcome: waiting.written } : waiting.times[0]!;
}

function answer(world: LoopWorld, controller: Controller, key: string, effect: Request): Outcome {
  if (effect.do === "get") {
    return world.api.get({ ...nameOf(effect.object), resource: effect.resource });
  }
  const outcome = applyWrite(world, effect);
  controller.wrote?.(key, effect, outcome);
  return outcome;
}

type Batch = Extract<Write, { readonly replicaSet: KubeObject }>;

function isBatch(effect: Request): effect is Batch {
  return isWrite(effect) && "replicaSet" in effect;
}

function requestsOf(effect: Request): number {
  if (!isBatch(effect)) return 1;
  return effect.do === "create-pods" ? effect.count : effect.rows.length;
}

function partOf(effect: Batch, from: number, count: number): Batch {
  if (effect.do === "create-pods") return { ...effect, count };
  return { ...effect, rows: effect.rows.slice(from, from + count) };
}

function sum(a: PodsWritten, b: PodsWritten): PodsWritten {
  const refused = a.refused ?? b.refused;
  return {
    done: a.done + b.done,
    ...(refused === undefined ? {} : { refused }),
    missing: [...(a.missing ?? []), ...(b.missing ?? [])],
  };
}

function tellDecision(
  { trace, api }: LoopWorld,
  { controller, key, number }: RunningSync,
  { decision }: Extract<Effect, { readonly do: "decide" }>,
): void {
  const { id, weighed } = decision;
  trace.add({
    kind: "decision",
    at: api.now,
    by: controller.name,
    sync: number,
    key,
    id,
    weighed,
    sentence: sentence(decision),
  });
}

function tellEvent(world: LoopWorld, sync: RunningSync, effect: RecordEvent): void {
  const { about, type, reason, message } = effect;
  const { namespace = "default", name } = about.metadata;
  world.trace.add({
    kind: "event",
    at: world.api.now,
    by: sync.controller.name,
    sync: sync.number,
    about: { kind: about.kind, namespace, name },
    type,
    reason,
    message,
  });
  world.sendEvents?.(sync.controller, about, 1);
}

function applyWrite({ api, pods }: LoopWorld, effect: Write): Outcome {
  switch (effect.do) {
    case "create":
      return api.create(effect.object);
    case "update":
      return api.updateTrusted(effect.resource, effect.object);
    case "update/status":
      return api.updateTrusted(effect.resource, effect.object, "status");
    case "patch": {
      const { object, resource, type, patch, subresource } = effect;
      const options = subresource === undefined ? {} : { subresource };
      return api.patch({ ...nameOf(object), resource }, type, patch, options);
    }
    case "delete":
      return api.delete({ ...nameOf(effect.object), resource: effect.resource });
    case "adopt":
      return api.claim(effect.resource, effect.object, effect.owner, "adopt");
    case "release":
      return api.claim(effect.resource, effect.object, effect.owner, "release");
    case "create-pods":
      return pods.create(effect.replicaSet, effect.count);
    case "delete-pods":
      return pods.delete(effect.replicaSet, effect.rows);
    case "adopt-pods":
      return pods.claim(effect.replicaSet, effect.rows, "adopt");
    case "release-pods":
      return pods.claim(effect.replicaSet, effect.rows, "release");
  }
}

function nameOf(object: KubeObject): { namespace: string; name: string } {
  const { namespace = "default", name } = object.metadata;
  return { namespace, name };
}

/** Mirrors handleErr and processNextWorkItem of both controllers. */
function finish(world: LoopWorld, sync: RunningSync, verdict: Verdict): void {
  const { controller, key } = sync;
  const { queue, maxRetries = Infinity } = controller;
  const requeue: Millis[] = [];
  if (verdict.memory !== undefined) controller.remember?.(key, verdict.memory);
  if (verdict.requeueAfterMs !== undefined) {
    requeue.push(verdict.requeueAfterMs);
    if (verdict.requeueAfterMs <= 0) queue.add(key);
    else if (verdict.sameUntilEvent && world.rest)
      world.rest(controller, key, verdict.requeueAfterMs);
    else world.requeue(controller, key, verdict.requeueAfterMs);
  }
  const park = verdict.sameUntilEvent === true && verdict.error === undefined && world.park;
  const backOff = (): void => {
    const delay = queue.backOff(key);
    requeue.push(-delay);
    if (park) park(controller, key, delay);
    else world.requeue(controller, key, delay);
  };
  if (verdict.requeueRateLimited === true) backOff();
  if (verdict.error === undefined || verdict.final === true) queue.forget(key);
  else if (queue.failures(key) < maxRetries) backOff();
  else queue.forget(key);
  queue.done(key);
  world.trace.add({
    kind: "sync",
    at: world.api.now,
    by: controller.name,
    sync: sync.number,
    key,
    ...(verdict.error === undefined ? {} : { error: verdict.error }),
    requeue,
  });
}
