/** A cluster in virtual time: the composition root, and the only file that knows all actors. */
import type { Client } from "./api/client.ts";
import type { KubeObject, Millis } from "./api/meta.ts";
import type { Answer } from "./api/status.ts";
import { timestamp } from "./api/time.ts";
import type { TraceEntry } from "./api/trace.ts";
import { withEvents } from "./apiserver/events/client.ts";
import { EventRecorder } from "./apiserver/events/recorder.ts";
import { Refusals, type OrderedRefusal } from "./apiserver/refusals.ts";
import { seedNamespaces } from "./apiserver/seed-namespaces.ts";
import { seedPriorityClasses } from "./apiserver/seed-priority-classes.ts";
import { ApiServer } from "./apiserver/server.ts";
import { Store } from "./apiserver/store.ts";
import {
  CONTROLLER_EVENTS,
  ControllerManager,
  type ControllerEventCode,
} from "./controllers/controller-manager.ts";
import { DisruptionController } from "./controllers/disruption/controller.ts";
import { operatorsOf } from "./controllers/operators-of.ts";
import { Operators } from "./controllers/operators.ts";
import { EndpointSliceController } from "./controllers/endpointslice/controller.ts";
import { reconcileDeployment } from "./controllers/deployment/deployment.ts";
import { NamespaceController } from "./controllers/namespace/controller.ts";
import { planOf, type PlannedSync } from "./controllers/reconcile.ts";
import { reconcileReplicaSet } from "./controllers/replicaset/replicaset.ts";
import { scheduleOf, type DrawnSchedule } from "./controllers/schedule.ts";
import { checkAct, checkOptions, checkSnapshot, checkTime } from "./cluster/check-options.ts";
import { defaults, type ClusterOptions } from "./cluster/options.ts";
import type { Snapshot } from "./cluster/snapshot.ts";
import { takeOver } from "./cluster/take-over.ts";
import { assert } from "./engine/assert.ts";
import type { QueuedEvent } from "./engine/event-queue.ts";
import { Random } from "./engine/random.ts";
import { Simulation } from "./engine/simulation.ts";
import { Trace, type TraceListener } from "./engine/trace.ts";
import { Faults } from "./faults/faults.ts";
import { NODE_TURNS, type NodeTurnCode } from "./faults/node-faults.ts";
import { featureGates, KUBERNETES_VERSION } from "./features.ts";
import { MetricsServer } from "./kubelet/metrics-server.ts";
import { Kubelet } from "./kubelet/kubelet.ts";
import { TURNS, type TurnCode } from "./kubelet/turns.ts";
import { nodeShapes, seedNodes } from "./scheduler/node-object.ts";
import { Filters } from "./scheduler/filters.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { sendLoadTests } from "./traffic/load-tests.ts";
import { TrafficHost } from "./traffic/host.ts";

export type { ClusterOptions, Snapshot };

// At one instant: all that is due on nodes, then what was put off by controllers. Users come before both.
const RANK = { kubelet: 1, requeue: 2 } as const;

/** Kinds of events: first the controllers', from here on kubelet turns, then what befalls nodes. */
const FIRST_TURN = CONTROLLER_EVENTS;
const FIRST_NODE_TURN = FIRST_TURN + TURNS;
const OPERATOR_TIMER = FIRST_NODE_TURN + NODE_TURNS;
const NAMESPACE_TIMER = OPERATOR_TIMER + 1;

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #store: Store;
  readonly #api: ApiServer;
  readonly #events: EventRecorder;
  /** The API as users see it. */
  readonly #client: Client;
  readonly #scheduler: Scheduler;
  readonly #kubelet: Kubelet;
  readonly #controllers: ControllerManager;
  readonly #disruption: DisruptionController;
  readonly #operators: Operators;
  readonly #namespaces: NamespaceController;
  /** Who acts once the controllers have settled, on all that changed at the instant. */
  readonly #settled: readonly { settled(): void }[];
  /** What can be broken, and mended. */
  readonly faults: Faults;
  /** What users send, what became of it, and what metrics show of it. */
  readonly traffic: TrafficHost;
  readonly trace: Trace;
  /** Something may have happened at this instant that no `instant` entry has closed yet. */
  #instant: "open" | "closed" = "closed";

  constructor(options: ClusterOptions = {}, saved?: Snapshot) {
    if (saved === undefined) checkOptions(options);
    this.#options = options;
    const { nodes, podsPerNode, podAddresses, startTime } = { ...defaults, ...options };
    const shapes = nodeShapes(nodes, podsPerNode, options.nodeCapacity);
    const { kubernetesVersion = KUBERNETES_VERSION, placement = "spread" } = options;
    this.#simulation = new Simulation((event) => this.#dispatch(event));
    this.#random = saved ? Random.restore(saved.random) : new Random(options.seed ?? "0");
    this.trace = new Trace(saved?.trace, options.traceLimit);
    const now = (): Millis => this.#simulation.now;
    this.#store = new Store(Date.parse(startTime), now, saved?.store);
    this.#store.registry.nodeNames = shapes.map(({ name }) => name);
    if (saved === undefined) {
      seedNamespaces(this.#store);
      seedPriorityClasses(this.#store);
      const since = timestamp(Date.parse(startTime));
      seedNodes(this.#store, shapes, { kubernetesVersion, since });
    }
    this.#api = new ApiServer(this.#store, new Refusals(saved?.refusals), this.trace);
    const rooms = shapes.map((shape) => shape.podsPerNode);
    this.#scheduler = new Scheduler({ rooms, placement }, saved?.scheduler);
    const kubeletWorld = {
      store: this.#store,
      scheduler: this.#scheduler,
      filters: new Filters(this.#store),
      random: this.#random,
      trace: this.trace,
      behaviors: options.behaviors ?? [],
      clockOf: (node: number): Millis => shapes[node]?.clock ?? 0,
      podAddresses,
      now,
      schedule: (delay: Millis, turn: TurnCode, row: number): void => {
        this.#simulation.schedule(delay, RANK.kubelet, FIRST_TURN + turn, row);
      },
    };
    this.#kubelet = new Kubelet(kubeletWorld, saved?.kubelet);
    this.#events = new EventRecorder(this.#store, this.trace, this.#kubelet, saved?.events);
    this.#client = withEvents(this.#api, this.#events);
    const { seed = "0", apps = [] } = options;
    this.traffic = new TrafficHost({ api: this.#client, seed, apps }, saved?.traffic);
    sendLoadTests(this.trace, this.traffic);
    this.#controllers = this.#controllerManager(saved);
    const metrics = new MetricsServer({ ...kubeletWorld, traffic: this.traffic });
    this.#operators = this.#newOperators(metrics, saved);
    this.#disruption = new DisruptionController(this.#store, this.trace);
    this.#api.eviction = (pod, options) => this.#disruption.evict(this.#api, pod, options);
    this.faults = new Faults(
      {
        api: this.#api,
        trace: this.trace,
        scheduler: this.#scheduler,
        kubelet: this.#kubelet,
        schedule: (delay, turn, subject) =>
          this.#simulation.schedule(delay, RANK.requeue, FIRST_NODE_TURN + turn, subject),
      },
      saved?.faults,
    );
    this.#namespaces = new NamespaceController(
      {
        store: this.#store,
        later: (delay, subject) =>
          this.#simulation.schedule(delay, RANK.requeue, NAMESPACE_TIMER, subject),
      },
      saved?.namespaces,
    );
    this.#settled = [
      new EndpointSliceController(kubeletWorld),
      this.#disruption,
      this.#api.quotas,
      this.#namespaces,
      this.faults,
    ];
    if (saved !== undefined) {
      this.#simulation.restore(saved.simulation);
      this.#instant = saved.instant;
    }
    if (saved === undefined) for (const each of options.traffic ?? []) this.traffic.add(each);
  }

  #controllerManager(saved: Snapshot | undefined): ControllerManager {
    const { schedule = "fresh", controlPlane = "ideal", ...options } = this.#options;
    const { kubernetesVersion = KUBERNETES_VERSION, featureGates: gates } = options;
    return new ControllerManager(
      {
        api: this.#api,
        trace: this.trace,
        random: this.#random,
        now: () => this.now,
        nextEventAt: () => this.nextEventAt(),
        later: (delay, event, subject) =>
          this.#simulation.schedule(delay, RANK.requeue, event, subject),
      },
      {
        features: featureGates(kubernetesVersion, gates),
        schedule: typeof schedule === "string" ? scheduleOf(schedule) : schedule,
        controlPlane,
      },
      saved?.controllers,
    );
  }

  #newOperators(metrics: MetricsServer, saved: Snapshot | undefined): Operators {
    return new Operators(
      {
        api: this.#api,
        trace: this.trace,
        nextSync: () => this.#controllers.nextSync(),
        later: (delay, subject) =>
          this.#simulation.schedule(delay, RANK.requeue, OPERATOR_TIMER, subject),
      },
      operatorsOf(this.#api, this.traffic, this.#options, metrics, saved?.operators),
      saved?.operators,
    );
  }

  /** Virtual ms since the start. */
  get now(): Millis {
    return this.#simulation.now;
  }

  get api(): Client {
    return this.#client;
  }

  get options(): ClusterOptions {
    return this.#options;
  }

  /** The letters of the schedule played so far (empty for `fresh`): they replay this run. */
  get playedSchedule(): string {
    return this.#controllers.playedSchedule;
  }

  /** When something is due next; undefined when nothing is. */
  nextEventAt(): Millis | undefined {
    return this.#simulation.nextAt;
  }

  /** True: whatever is due finds what it found before, unless somebody acts. */
  get isResting(): boolean {
    return this.#simulation.pending <= this.#operators.resting;
  }

  /** What a user does at this instant, before anything else that is due now; then controllers settle. */
  act<T>(name: string, action: (api: Client) => T): T {
    checkAct(name, action);
    this.#instant = "open";
    this.#controllers.wakeParked(this.now);
    this.trace.add({ kind: "step", at: this.now, name });
    const result = action(this.#client);
    this.settle();
    return result;
  }

  /**
   * Deployments, Rollouts, ReplicaSets and Pods as another cluster gave them (`kubectl get -o json`): they go on here
   * from where they were. `startTime` is when they were so. A RangeError for what no cluster gave, and other kinds.
   */
  takeOver(objects: readonly KubeObject[]): void {
    const world = { store: this.#store, trace: this.trace, kubelet: this.#kubelet };
    this.act("go on from another cluster", () => {
      this.#events.silently(() => takeOver(world, objects));
      // Controllers begin when their caches are filled (WaitForCacheSync).
      this.#controllers.caches.deliverAll();
    });
  }

  /** Controllers react to what was written: at the end of `act`, and within it whenever an action asks for it. */
  settle(): void {
    this.#instant = "open";
    do {
      this.#controllers.settle();
      for (const actor of this.#settled) actor.settled();
    } while (this.#operators.settle() === "acted");
  }

  /** All that is due next on nodes, or for the controllers, then controllers settle; false: nothing is. */
  step(): boolean {
    const at = this.#simulation.nextAt;
    if (at === undefined || at > this.now) this.#closeInstant();
    if (at === undefined) return false;
    this.#controllers.wakeParked(at);
    this.#simulation.stepRank();
    this.settle();
    return true;
  }

  /** All that is due at or before `at` (ms); then the clock reads `at`. */
  runUntil(at: Millis): void {
    checkTime("runUntil", at);
    while ((this.nextEventAt() ?? Infinity) <= at) this.step();
    this.#idleUntil(at);
  }

  /** All that is due before `at`; then the clock reads `at`, and what is due now is still to come. */
  runBefore(at: Millis): void {
    checkTime("runBefore", at);
    while ((this.nextEventAt() ?? Infinity) < at) this.step();
    this.#idleUntil(at);
  }

  /**
   * What a controller would do with a Deployment or ReplicaSet (`namespace/name`) if it looked now, as if all
   * its writes succeeded. Nothing is written.
   */
  planned(kind: "Deployment" | "ReplicaSet", key: string): PlannedSync {
    const { deployments, replicaSets } = this.#controllers;
    return planOf(
      kind === "Deployment"
        ? reconcileDeployment(deployments.view(key))
        : reconcileReplicaSet(replicaSets.view(key)),
    );
  }

  /** The pods of a ReplicaSet, by its UID, as they really are now (not as a cache or a status has them). */
  countPods(uid: string, minReadySeconds: number): { active: number; available: number } {
    const { pods, registry, wallClockMs } = this.#store;
    const [owner] = registry.ownersWithUid(uid);
    if (owner === undefined) return { active: 0, available: 0 };
    return {
      active: pods.active(owner),
      available: pods.available(owner, minReadySeconds, wallClockMs),
    };
  }

  /**
   * Deletes a pod if its PodDisruptionBudget can spare it, as the eviction API does: otherwise 429, and one
   * may ask again (`kubectl drain` does every 5 s).
   */
  evict(pod: { readonly namespace?: string; readonly name: string }): Answer<KubeObject> {
    return this.act(`evict ${pod.name}`, (api) => api.evict({ ...pod, resource: "pods" }));
  }

  /** Hears of entries of the trace as they are made. Call the answer to stop. */
  on<K extends TraceEntry["kind"]>(kind: K, listener: TraceListener<K>): () => void {
    return this.trace.on(kind, listener);
  }

  save(): Snapshot {
    return {
      options: this.#options,
      simulation: this.#simulation.save(),
      random: this.#random.save(),
      store: this.#store.save(),
      refusals: this.#api.refusals.save(),
      events: this.#events.save(),
      scheduler: this.#scheduler.save(),
      kubelet: this.#kubelet.save(),
      faults: this.faults.save(),
      controllers: this.#controllers.save(),
      operators: this.#operators.save(),
      namespaces: this.#namespaces.save(),
      traffic: this.traffic.save(),
      trace: [...this.trace.entries],
      instant: this.#instant,
    };
  }

  static restore(snapshot: Snapshot): Cluster {
    checkSnapshot(snapshot);
    return new Cluster(snapshot.options, snapshot);
  }

  /** A second world that goes on exactly as this one would. */
  fork(): Cluster {
    return Cluster.restore(this.save());
  }

  /**
   * How far caches lag from now on: `fresh` not at all, `random` by chance, `random-own` likewise, but the
   * Deployment controller sees its own writes. A RangeError where the cluster's schedule is `fresh` for good.
   */
  switchSchedule(name: DrawnSchedule): void {
    this.#controllers.switchSchedule(name);
  }

  /** Refuses pods beyond so many that exist at once (0: no limit), as a ResourceQuota does. */
  setPodQuota(pods: number): void {
    assert(Number.isInteger(pods) && pods >= 0, `a quota of ${pods} pods`);
    this.#api.refusals.podQuota = pods;
  }

  /** Refuses the next `count` writes, such as `create` `pods`. */
  refuseNext(verb: string, resource: string, count: number): void {
    this.#api.refusals.refuseNext(verb, resource, count);
  }

  /** Refuses writes of controllers, as `OrderedRefusal` says; after those ordered before. */
  refuseWrites(refusal: OrderedRefusal): void {
    this.#api.refusals.order(refusal);
  }

  #dispatch({ kind, subject }: QueuedEvent): void {
    if (kind < FIRST_TURN) this.#controllers.act(kind as ControllerEventCode, subject);
    else if (kind < FIRST_NODE_TURN) this.#kubelet.act((kind - FIRST_TURN) as TurnCode, subject);
    else if (kind < OPERATOR_TIMER) {
      this.faults.act((kind - FIRST_NODE_TURN) as NodeTurnCode, subject);
    } else if (kind === OPERATOR_TIMER) this.#operators.act(subject);
    else this.#namespaces.act(subject);
  }

  #idleUntil(at: Millis): void {
    if (at <= this.now) return;
    this.#closeInstant();
    this.#simulation.idleUntil(at);
  }

  /** Time is about to go on: what there was to happen now has happened. */
  #closeInstant(): void {
    if (this.#instant === "closed") return;
    this.#instant = "closed";
    this.traffic.instant(this.now);
    this.trace.add({ kind: "instant", at: this.now });
  }
}
