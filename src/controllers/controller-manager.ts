/**
 * kube-controller-manager: the controllers, their caches, and the order in which they take turns.
 * While anything can happen at an instant, time stands still: see `settle`.
 */
import type { Millis } from "../api/meta.ts";
import type { ApiServer } from "../apiserver/server.ts";
import { PodWriter } from "../apiserver/pod-writer.ts";
import type { Random } from "../engine/random.ts";
import type { Trace } from "../engine/trace.ts";
import { Caches, LANES, type SavedCaches } from "./caches.ts";
import { DeploymentController } from "./deployment/controller.ts";
import { runSync, type Controller, type LoopWorld } from "./loop.ts";
import {
  ReplicaSetController,
  type ReplicaSetControllerFeatures,
  type SavedReplicaSetController,
} from "./replicaset/controller.ts";
import { Schedule, type Move, type ScheduleOptions } from "./schedule.ts";
import type { SavedWorkQueue } from "./workqueue.ts";

/** What the controllers need of the simulation around them. */
export interface ControllerWorld {
  readonly api: ApiServer;
  readonly trace: Trace;
  readonly random: Random;
  readonly now: () => Millis;
  /** When the next event of the simulation is due. */
  readonly nextEventAt: () => Millis | undefined;
  /** Puts a key (by its number) back into the queue of controller 0 or 1 after some ms. */
  readonly wakeLater: (delay: Millis, controller: number, key: number) => void;
}

export interface SavedControllers {
  readonly deployments: SavedWorkQueue;
  readonly replicaSets: SavedReplicaSetController;
  readonly caches: SavedCaches;
  readonly keys: readonly string[];
  readonly syncs: number;
  readonly position: number;
}

export class ControllerManager {
  readonly deployments: DeploymentController;
  readonly replicaSets: ReplicaSetController;
  readonly caches: Caches;
  readonly #world: ControllerWorld;
  readonly #loop: LoopWorld;
  readonly #schedule: Schedule;
  readonly #controllers: readonly Controller[];
  /** Keys by number: events of the simulation carry numbers. */
  readonly #keys: string[];
  readonly #keyNumbers = new Map<string, number>();
  #syncs: number;

  constructor(
    world: ControllerWorld,
    features: ReplicaSetControllerFeatures,
    schedule: ScheduleOptions,
    saved?: SavedControllers,
  ) {
    const { api, trace } = world;
    const { store } = api;
    this.#world = world;
    this.deployments = new DeploymentController(
      features,
      store.registry,
      () => store.wallClockMs,
      saved?.deployments,
    );
    this.replicaSets = new ReplicaSetController(features, store, saved?.replicaSets);
    this.#controllers = [this.deployments, this.replicaSets];
    this.#schedule = new Schedule(schedule, world.random, saved?.position);
    const sharing = this.#schedule.alwaysFresh ? "shared" : "own";
    this.caches = new Caches(store, [this.deployments, this.replicaSets], sharing, saved?.caches);
    this.deployments.readFrom(this.caches);
    this.replicaSets.readFrom(this.caches);
    this.replicaSets.requeueAfter = (key, delay) => this.#requeue(this.replicaSets, key, delay);
    this.#keys = [...(saved?.keys ?? [])];
    this.#keys.forEach((key, number) => this.#keyNumbers.set(key, number));
    this.#syncs = saved?.syncs ?? 0;
    this.#loop = {
      api,
      trace,
      pods: new PodWriter(api, trace),
      requeue: (controller, key, delay) => this.#requeue(controller, key, delay),
    };
  }

  /** Syncs so far. */
  get syncs(): number {
    return this.#syncs;
  }

  /** The letters of the schedule so far (empty for `fresh`). */
  get playedSchedule(): string {
    return this.#schedule.played;
  }

  /** A delay is over: the key goes into the queue. */
  wake(controller: number, key: number): void {
    this.#controllers[controller]!.queue.add(this.#keys[key]!);
  }

  /**
   * Lets watch events flow and controllers sync until nothing is left to do, or the schedule lets time go
   * on. Fresh: all events are delivered before every sync, and Deployments go before ReplicaSets.
   */
  settle(): void {
    if (this.#schedule.isFresh(this.#world.now())) {
      for (;;) {
        this.caches.deliverAll();
        if (this.deployments.queue.length > 0) this.#sync(this.deployments);
        else if (this.replicaSets.queue.length > 0) this.#sync(this.replicaSets);
        else return;
      }
    }
    for (;;) {
      const { now, nextEventAt } = this.#world;
      const move = this.#schedule.next(this.#possible(), now(), nextEventAt());
      if (move === ".") return;
      this.#make(move);
    }
  }

  save(): SavedControllers {
    return {
      deployments: this.deployments.queue.save(),
      replicaSets: this.replicaSets.save(),
      caches: this.caches.save(),
      keys: [...this.#keys],
      syncs: this.#syncs,
      position: this.#schedule.position,
    };
  }

  #possible(): Move[] {
    const moves: Move[] = [];
    for (const lane of LANES) {
      if (this.caches.hasPending(lane)) moves.push(lane[0] as Move);
    }
    if (this.deployments.queue.length > 0) moves.push("D");
    if (this.replicaSets.queue.length > 0) moves.push("R");
    return moves;
  }

  #make(move: Exclude<Move, ".">): void {
    switch (move) {
      case "d":
        this.caches.deliver("deployments");
        return;
      case "r":
        this.caches.deliver("replicasets");
        return;
      case "p":
        this.caches.deliver("pods");
        return;
      case "D":
        this.#sync(this.deployments);
        return;
      case "R":
        this.#sync(this.replicaSets);
        return;
    }
  }

  #sync(controller: Controller): void {
    runSync(this.#loop, controller, controller.queue.take()!, ++this.#syncs);
  }

  #requeue(controller: Controller, key: string, delay: Millis): void {
    let number = this.#keyNumbers.get(key);
    if (number === undefined) {
      number = this.#keys.push(key) - 1;
      this.#keyNumbers.set(key, number);
    }
    this.#world.wakeLater(delay, this.#controllers.indexOf(controller), number);
  }
}
