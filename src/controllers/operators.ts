/**
 * The controllers beside those of Deployments and ReplicaSets: the autoscaler, and controllers of custom
 * resources. They meet the others only through the API, read it without a lag, and act once Deployments and
 * ReplicaSets have settled; then those settle again, until nobody has anything to do at this instant.
 * Each is a pure `reconcile`, as everywhere; a timer is the verdict's `requeueAfterMs`.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import type { ApiServer } from "../apiserver/server.ts";
import { PodWriter } from "../apiserver/pod-writer.ts";
import { assert } from "../engine/assert.ts";
import type { Trace } from "../engine/trace.ts";
import { advanceSync, beginSync, type Controller, type LoopWorld } from "./loop.ts";
import type { Plan } from "./reconcile.ts";
import { WorkQueue, type SavedWorkQueue } from "./workqueue.ts";

export interface Operator<View = unknown> {
  /** Its name as a component, `rollouts-controller`. */
  readonly name: string;
  /** Keys (`namespace/name`) that a change of an object concerns; none for what it does not watch. */
  concerns(resource: string, object: KubeObject): readonly string[];
  /** What a sync of this key reads: plain data. */
  view(key: string): View;
  /** Pure. */
  reconcile(view: View): Plan;
  /** A sync begins, with the view last asked for. */
  begun?(key: string): void;
  /** What the verdict of a sync asks to keep for the key; null: nothing. */
  remember?(key: string, memory: unknown): void;
  /** What it remembers beyond the API, as plain data: it is given back when a cluster is restored. */
  save?(): unknown;
}

export interface OperatorWorld {
  readonly api: ApiServer;
  readonly trace: Trace;
  /** A number for the next sync, apart from those of all other controllers. */
  readonly nextSync: () => number;
  /** Hands `subject` back to `act` after some ms. */
  readonly later: (delay: Millis, subject: number) => void;
}

export interface SavedOperators {
  readonly queues: readonly SavedWorkQueue[];
  /** Keys that timers carry, each with the index of its operator. */
  readonly timers: readonly (readonly [operator: number, key: string])[];
  /** What each operator remembers, by its name. */
  readonly memories: Readonly<Record<string, unknown>>;
  /** Numbers of the timers that will find what they found before, unless something happens. */
  readonly resting: readonly number[];
}

/** More syncs than that at one instant, and two operators are undoing each other's work for ever. */
const MOST_SYNCS = 10_000;

export class Operators {
  readonly #world: OperatorWorld;
  readonly #loop: LoopWorld;
  readonly #operators: readonly Operator[];
  readonly #controllers: readonly Controller[];
  readonly #timers: (readonly [operator: number, key: string])[];
  readonly #timerNumbers = new Map<string, number>();
  readonly #resting: Set<number>;
  #instant: { at: Millis; syncs: number } = { at: -1, syncs: 0 };

  constructor(world: OperatorWorld, operators: readonly Operator[], saved?: SavedOperators) {
    this.#world = world;
    this.#operators = operators;
    this.#controllers = operators.map((operator, index) => ({
      name: operator.name,
      queue: new WorkQueue(saved?.queues[index]),
      view: (key) => operator.view(key),
      reconcile: (view) => operator.reconcile(view),
      begun: (key) => operator.begun?.(key),
      remember: (key, memory) => operator.remember?.(key, memory),
    }));
    this.#resting = new Set(saved?.resting);
    this.#timers = [...(saved?.timers ?? [])];
    this.#timers.forEach(([operator, key], number) =>
      this.#timerNumbers.set(`${operator} ${key}`, number),
    );
    this.#loop = {
      api: world.api,
      trace: world.trace,
      pods: new PodWriter(world.api, world.trace),
      requeue: (controller, key, delay) => void this.#requeue(controller, key, delay),
      rest: (controller, key, delay) => {
        this.#resting.add(this.#requeue(controller, key, delay));
      },
    };
    world.api.store.listen({
      object: ({ resource, object }) =>
        operators.forEach((operator, index) => {
          const { queue } = this.#controllers[index]!;
          for (const key of operator.concerns(resource, object)) queue.add(key);
        }),
    });
  }

  /** A timer is up. */
  act(subject: number): void {
    this.#resting.delete(subject);
    const [operator, key] = this.#timers[subject]!;
    this.#controllers[operator]!.queue.add(key);
  }

  /** Timers for which nobody needs to wait. */
  get resting(): number {
    return this.#resting.size;
  }

  /** Lets each operator work off its queue; whether any wrote something. */
  settle(): "acted" | "idle" {
    const { store } = this.#world.api;
    const before = store.resourceVersion;
    for (const controller of this.#controllers) {
      while (controller.queue.length > 0) this.#sync(controller);
    }
    return store.resourceVersion === before ? "idle" : "acted";
  }

  save(): SavedOperators {
    return {
      queues: this.#controllers.map(({ queue }) => queue.save()),
      timers: [...this.#timers],
      memories: Object.fromEntries(
        this.#operators.map((operator) => [operator.name, operator.save?.()] as const),
      ),
      resting: [...this.#resting],
    };
  }

  #sync(controller: Controller): void {
    const { now } = this.#world.api;
    if (this.#instant.at !== now) this.#instant = { at: now, syncs: 0 };
    const syncs = ++this.#instant.syncs;
    assert(syncs <= MOST_SYNCS, `${controller.name} syncs for the ${syncs}th time at ${now} ms`);
    const sync = beginSync(controller, controller.queue.take()!, this.#world.nextSync());
    const until = advanceSync(this.#loop, sync);
    assert(until === "done", `${controller.name} waits for requests until ${until}`);
  }

  #requeue(controller: Controller, key: string, delay: Millis): number {
    const operator = this.#controllers.indexOf(controller);
    const name = `${operator} ${key}`;
    let number = this.#timerNumbers.get(name);
    if (number === undefined) {
      number = this.#timers.push([operator, key]) - 1;
      this.#timerNumbers.set(name, number);
    }
    this.#world.later(delay, number);
    return number;
  }
}
