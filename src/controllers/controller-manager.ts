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
import type { DeploymentFeatures } from "./deployment/view.ts";
import { ThrottledClient, WORKERS, type SavedClient } from "./control-plane.ts";
import {
  advanceSync,
  beginSync,
  resumeSync,
  type Controller,
  type LoopWorld,
  type RunningSync,
  type WaitingEffect,
} from "./loop.ts";
import type { Outcome } from "./reconcile.ts";
import {
  ReplicaSetController,
  type ReplicaSetControllerFeatures,
  type SavedReplicaSetController,
} from "./replicaset/controller.ts";
import { Schedule, type DrawnSchedule, type Move, type ScheduleOptions } from "./schedule.ts";
import type { ControlPlaneLimits } from "./token-bucket.ts";
import { WaitingKeys, type SavedWaitingKeys } from "./waiting-keys.ts";
import type { SavedWorkQueue } from "./workqueue.ts";

/** What the controllers need of the simulation around them. */
export interface ControllerWorld {
  readonly api: ApiServer;
  readonly trace: Trace;
  readonly random: Random;
  readonly now: () => Millis;
  /** When the next event of the simulation is due. */
  readonly nextEventAt: () => Millis | undefined;
  /** Hands an event back to `act` after some ms. */
  readonly later: (delay: Millis, event: ControllerEventCode, subject: number) => void;
}

/** Events of the controllers: keys by their number, syncs by theirs, controllers by their index. */
const ControllerEvent = {
  wakeDeployment: 0,
  wakeReplicaSet: 1,
  resumeSync: 2,
  eventSent: 3,
} as const;
export type ControllerEventCode = (typeof ControllerEvent)[keyof typeof ControllerEvent];
export const CONTROLLER_EVENTS = 4;

export interface ControllerOptions {
  readonly features: ReplicaSetControllerFeatures & DeploymentFeatures;
  readonly schedule: ScheduleOptions;
  readonly controlPlane: "ideal" | ControlPlaneLimits;
}

interface ParkedPoll {
  readonly since: Millis;
  readonly every: Millis;
}

export interface SavedSync {
  readonly controller: number;
  readonly key: string;
  readonly number: number;
  readonly view: unknown;
  readonly outcomes: readonly Outcome[];
  readonly waiting: WaitingEffect | undefined;
}

export interface SavedControllers {
  readonly deployments: SavedWorkQueue;
  readonly replicaSets: SavedReplicaSetController;
  readonly caches: SavedCaches;
  readonly keys: readonly string[];
  readonly syncs: number;
  /** The letters of the schedule so far. */
  readonly played: string;
  /** What it was switched to. */
  readonly switchedTo: DrawnSchedule | undefined;
  readonly running: readonly SavedSync[];
  readonly clients: readonly SavedClient[];
  readonly parked: readonly (readonly [string, ParkedPoll])[];
  readonly waiting: SavedWaitingKeys;
}

const OUT_OF_TURN = ["2", "3", "4", "5"] as const satisfies readonly Move[];

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
  /** Syncs that wait for their requests, by number. Empty without limits. */
  readonly #running = new Map<number, RunningSync>();
  readonly #clients: readonly ThrottledClient[];
  /** Keys that poll without anything to find: since when, and how often. They sleep until something happens. */
  readonly #parked: Map<string, ParkedPoll>;
  /** Of controllers with limits; the recorder of the ideal ones (test/conformance) keeps every timer. */
  readonly #waiting: WaitingKeys;
  #syncs: number;

  constructor(world: ControllerWorld, options: ControllerOptions, saved?: SavedControllers) {
    const { store } = world.api;
    const { features } = options;
    this.#world = world;
    this.deployments = new DeploymentController(features, store, saved?.deployments);
    this.replicaSets = new ReplicaSetController(features, store, saved?.replicaSets);
    this.#controllers = [this.deployments, this.replicaSets];
    this.#schedule = new Schedule(options.schedule, world.random, saved);
    const sharing = this.#schedule.alwaysFresh ? "shared" : "own";
    this.caches = new Caches(store, [this.deployments, this.replicaSets], sharing, saved?.caches);
    this.deployments.readFrom(this.caches);
    this.replicaSets.readFrom(this.caches);
    this.replicaSets.requeueAfter = (key, delay) => this.#requeue(this.replicaSets, key, delay);
    this.#keys = [...(saved?.keys ?? [])];
    this.#keys.forEach((key, number) => this.#keyNumbers.set(key, number));
    this.#syncs = saved?.syncs ?? 0;
    this.#parked = new Map(saved?.parked);
    this.#waiting = new WaitingKeys(saved?.waiting);
    this.#clients = this.#throttle(options.controlPlane, saved);
    this.#loop = this.#loopWorld();
    for (const sync of saved?.running ?? []) this.#restore(sync);
  }

  /** A number for a sync of somebody else. */
  nextSync(): number {
    return ++this.#syncs;
  }

  /** The letters of the schedule so far (empty for `fresh`). */
  get playedSchedule(): string {
    return this.#schedule.played;
  }

  switchSchedule(name: DrawnSchedule): void {
    this.#schedule.switchTo(name);
  }

  /** An event that was put off is due. */
  act(event: ControllerEventCode, subject: number): void {
    switch (event) {
      case ControllerEvent.wakeDeployment:
        return this.#wake(this.deployments, event, subject);
      case ControllerEvent.wakeReplicaSet:
        return this.#wake(this.replicaSets, event, subject);
      case ControllerEvent.resumeSync: {
        const sync = this.#running.get(subject);
        if (sync !== undefined) this.#advance(sync);
        return;
      }
      case ControllerEvent.eventSent:
        return this.#clients[subject]!.eventSent(this.#world.now());
    }
  }

  /**
   * Something is going to happen at `at`: polls that slept go on as if they had never slept, with the first
   * turn at or after it.
   */
  wakeParked(at: Millis): void {
    for (const [key, { since, every }] of this.#parked) {
      const turns = Math.max(1, Math.ceil((at - since) / every));
      this.#requeue(this.deployments, key, since + turns * every - this.#world.now());
    }
    this.#parked.clear();
  }

  /**
   * Lets watch events flow and controllers sync until nothing is left to do, or the schedule lets time go
   * on. Fresh: all events are delivered before every sync, and Deployments go before ReplicaSets.
   */
  settle(): void {
    if (this.#schedule.isFresh(this.#world.now())) {
      for (;;) {
        this.caches.deliverAll();
        if (this.#canBegin(this.deployments)) this.#sync(this.deployments);
        else if (this.#canBegin(this.replicaSets)) this.#sync(this.replicaSets);
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
      played: this.#schedule.played,
      switchedTo: this.#schedule.switchedTo,
      running: [...this.#running.values()].map((sync) => this.#saved(sync)),
      clients: this.#clients.map((client) => client.save()),
      parked: [...this.#parked],
      waiting: this.#waiting.save(),
    };
  }

  #loopWorld(): LoopWorld {
    const { api, trace, now } = this.#world;
    const ideal = this.#clients.length === 0;
    const world: LoopWorld = {
      api,
      trace,
      pods: new PodWriter(api, trace, ideal ? "kept" : "collected"),
      requeue: (controller, key, delay) => this.#requeue(controller, key, delay),
    };
    if (ideal) return { ...world, ...this.#parking() };
    const clientOf = (controller: Controller): ThrottledClient =>
      this.#clients[this.#controllers.indexOf(controller)]!;
    return {
      ...world,
      reserve: (controller, requests) => clientOf(controller).reserve(requests, now()),
      sendEvents: (controller, about, count) =>
        clientOf(controller).sendEvents(about, count, now()),
    };
  }

  /** With a schedule of letters every poll is a move of its own. */
  #parking(): Pick<LoopWorld, "park"> {
    if (!this.#schedule.alwaysFresh) return {};
    return {
      park: (_, key, every) => this.#parked.set(key, { since: this.#world.now(), every }),
    };
  }

  #throttle(
    limits: ControllerOptions["controlPlane"],
    saved: SavedControllers | undefined,
  ): ThrottledClient[] {
    if (limits === "ideal") return [];
    const { later } = this.#world;
    return this.#controllers.map(
      (_, index) =>
        new ThrottledClient(
          limits,
          (delay) => later(delay, ControllerEvent.eventSent, index),
          saved?.clients[index],
        ),
    );
  }

  #saved(sync: RunningSync): SavedSync {
    const { key, number, view, outcomes, waiting } = sync;
    return {
      controller: this.#controllers.indexOf(sync.controller),
      key,
      number,
      view,
      outcomes: [...outcomes],
      waiting: waiting === undefined ? undefined : { ...waiting },
    };
  }

  #restore(saved: SavedSync): void {
    const { key, number, view, outcomes } = saved;
    const controller = this.#controllers[saved.controller]!;
    const sync = resumeSync(controller, { key, number, view, outcomes: [...outcomes] });
    sync.waiting = saved.waiting === undefined ? undefined : { ...saved.waiting };
    this.#running.set(number, sync);
  }

  /** A controller works on a few keys at a time; only where syncs take time does that matter. */
  #canBegin(controller: Controller): boolean {
    if (controller.queue.length === 0) return false;
    if (this.#running.size === 0) return true;
    const busy = [...this.#running.values()].filter((sync) => sync.controller === controller);
    return busy.length < WORKERS;
  }

  #possible(): Move[] {
    const moves: Move[] = [];
    for (const lane of LANES) {
      if (this.caches.hasPending(lane)) moves.push(lane[0] as Move);
    }
    if (this.#canBegin(this.deployments)) moves.push("D");
    if (this.#canBegin(this.replicaSets)) {
      moves.push("R");
      if (this.#schedule.isRecorded)
        moves.push(...OUT_OF_TURN.slice(0, this.replicaSets.queue.length - 1));
    }
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
      default:
        this.#sync(this.replicaSets, Number(move) - 1);
    }
  }

  #sync(controller: Controller, place = 0): void {
    const key = controller.queue.take(place)!;
    const poll = controller === this.deployments ? this.#parked.get(key) : undefined;
    this.#advance(beginSync(controller, key, this.nextSync()));
    // This sync found nothing to poll for: of the poll that the one before asked for, one turn is left.
    if (poll === undefined || this.#parked.get(key) !== poll) return;
    this.#parked.delete(key);
    this.#requeue(controller, key, poll.every);
  }

  #advance(sync: RunningSync): void {
    const until = advanceSync(this.#loop, sync);
    if (until === "done") {
      this.#running.delete(sync.number);
      return;
    }
    this.#running.set(sync.number, sync);
    this.#world.later(until - this.#world.now(), ControllerEvent.resumeSync, sync.number);
  }

  #requeue(controller: Controller, key: string, delay: Millis): void {
    let number = this.#keyNumbers.get(key);
    if (number === undefined) {
      number = this.#keys.push(key) - 1;
      this.#keyNumbers.set(key, number);
    }
    const event =
      controller === this.deployments
        ? ControllerEvent.wakeDeployment
        : ControllerEvent.wakeReplicaSet;
    const at = this.#world.now() + delay;
    if (this.#isLimited && !this.#waiting.ask(`${event} ${number}`, at)) return;
    this.#world.later(delay, event, number);
  }

  #wake({ queue }: Controller, event: ControllerEventCode, number: number): void {
    if (this.#isLimited && !this.#waiting.take(`${event} ${number}`, this.#world.now())) return;
    queue.add(this.#keys[number]!);
  }

  get #isLimited(): boolean {
    return this.#clients.length > 0;
  }
}
