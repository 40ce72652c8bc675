/**
 * The loop that all controllers share: take a key, unfold its plan, apply it write by write, and see to what
 * the verdict asks for: forget the key's failures, or try again after its back-off.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import type { ApiServer } from "../apiserver/server.ts";
import type { PodWriter } from "../apiserver/pod-writer.ts";
import type { Trace } from "../engine/trace.ts";
import { sentence } from "./decisions.ts";
import { isWrite, type Effect, type Expect, type Outcome, type Plan, type Verdict, type Write } from "./reconcile.ts";
import type { WorkQueue } from "./workqueue.ts";

export interface Controller {
  /** Its name as a component, `deployment-controller`. */
  readonly name: string;
  readonly queue: WorkQueue;
  /** Failures after which a key is dropped until its next event; absent: never. */
  readonly maxRetries?: number;
  plan(key: string): Plan;
  /** Hears what its plan expects, and what came of each write. */
  expect?(key: string, effect: Expect): void;
  wrote?(key: string, effect: Write, outcome: Outcome): void;
}

/** What a sync needs of the world. */
export interface LoopWorld {
  readonly api: ApiServer;
  readonly pods: PodWriter;
  readonly trace: Trace;
  /** Puts a key back into a queue after some ms. */
  requeue(controller: Controller, key: string, delay: Millis): void;
}

/** Runs one sync to its end. `sync` is its number in the run. Answers whether anything was written. */
export function runSync(
  world: LoopWorld,
  controller: Controller,
  key: string,
  sync: number,
): "wrote" | "looked" {
  const before = world.trace.entries.length;
  world.api.requester = { by: controller.name, sync };
  const plan = controller.plan(key);
  let next = plan.next();
  let did: "wrote" | "looked" = "looked";
  while (next.done !== true) {
    const effect = next.value;
    if (isWrite(effect) || effect.do === "event") did = "wrote";
    next = plan.next(apply(world, controller, key, sync, effect));
  }
  world.api.requester = { by: "user" };
  finish(world, controller, key, sync, next.value);
  if (did === "looked" && world.trace.entries.length === before) return "looked";
  return did;
}

function apply(
  world: LoopWorld,
  controller: Controller,
  key: string,
  sync: number,
  effect: Effect,
): Outcome {
  const { trace, api } = world;
  switch (effect.do) {
    case "decide": {
      const { id, weighed } = effect.decision;
      trace.add({
        kind: "decision",
        at: api.now,
        by: controller.name,
        sync,
        key,
        id,
        weighed,
        sentence: sentence(effect.decision),
      });
      return undefined;
    }
    case "event": {
      const { about, type, reason, message } = effect;
      const { namespace = "default", name } = about.metadata;
      trace.add({
        kind: "event",
        at: api.now,
        by: controller.name,
        sync,
        about: { kind: about.kind, namespace, name },
        type,
        reason,
        message,
      });
      return undefined;
    }
    case "expect-creations":
    case "expect-deletions":
    case "forgo-creations":
      controller.expect?.(key, effect);
      return undefined;
    case "get":
      return api.get({ ...nameOf(effect.object), resource: effect.resource });
    default: {
      const outcome = applyWrite(world, effect);
      controller.wrote?.(key, effect, outcome);
      return outcome;
    }
  }
}

function applyWrite({ api, pods }: LoopWorld, effect: Write): Outcome {
  switch (effect.do) {
    case "create":
      return api.create(effect.object);
    case "update":
      return api.updateTrusted(effect.resource, effect.object);
    case "update/status":
      return api.updateTrusted(effect.resource, effect.object, "status");
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
function finish(
  world: LoopWorld,
  controller: Controller,
  key: string,
  sync: number,
  verdict: Verdict,
): void {
  const { queue, maxRetries = Infinity } = controller;
  const requeue: Millis[] = [];
  if (verdict.requeueAfterMs !== undefined) {
    requeue.push(verdict.requeueAfterMs);
    if (verdict.requeueAfterMs <= 0) queue.add(key);
    else world.requeue(controller, key, verdict.requeueAfterMs);
  }
  const backOff = (): void => {
    const delay = queue.backOff(key);
    requeue.push(-delay);
    world.requeue(controller, key, delay);
  };
  if (verdict.requeueRateLimited === true) backOff();
  if (verdict.error === undefined) queue.forget(key);
  else if (queue.failures(key) < maxRetries) backOff();
  else queue.forget(key);
  world.trace.add({
    kind: "sync",
    at: world.api.now,
    by: controller.name,
    sync,
    key,
    ...(verdict.error === undefined ? {} : { error: verdict.error }),
    requeue,
  });
}
