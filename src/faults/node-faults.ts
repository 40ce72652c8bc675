/**
 * What befalls nodes, and what the control plane makes of it. A node that is not heard of for 50 s is
 * unreachable: it takes no pods, and its pods are taken for not ready (pkg/controller/nodelifecycle,
 * v1.37.2). When they have tolerated that long enough, 300 s by default, they are evicted
 * (pkg/controller/tainteviction) and stay Terminating until the node is back.
 *
 * Node objects say who may not have pods: whoever cordons one, by kubectl or by a fault, writes there.
 *
 * Left out: heartbeats (the 50 s are exact, and a node that is back is heard of at once);
 * several zones; the slower pace of evictions when more than 55 % of a large zone is gone.
 */
import type { Millis } from "../api/meta.ts";
import { assert } from "../engine/assert.ts";
import type { Store } from "../apiserver/store.ts";
import type { Trace } from "../engine/trace.ts";
import { NodeObjects } from "./node-objects.ts";
import { toleranceOf } from "./tolerations.ts";

/**
 * What a timer is for. The subject is a node, for the first two a number of an outage. `changed`: it may have
 * become free for pods that wait.
 */
const NodeTurn = { unreachable: 0, evict: 1, drain: 2, changed: 3 } as const;
export const NODE_TURNS = Object.keys(NodeTurn).length;
export type NodeTurnCode = (typeof NodeTurn)[keyof typeof NodeTurn];

/** --node-monitor-grace-period */
const GRACE_MS = 50_000;
/** So often kubectl drain asks again for what a budget refused. */
const RETRY_MS = 5000;
/** --unhealthy-zone-threshold: with more than two nodes and this share of them gone, nobody is evicted. */
const UNHEALTHY_SHARE = 0.55;
const SMALL_ZONE = 50;

export interface Outage {
  readonly node: number;
  state: "unnoticed" | "unreachable" | "over";
  /** Since when its pods are to be evicted; absent: they are not. */
  taintedAt?: Millis | undefined;
  /** Pods that were ready, and since when (s since 1970). */
  readonly lost: [row: number, sinceS: number][];
}

interface Drain {
  /** Pods that are still to be evicted. */
  rows: readonly number[];
  dueAt: Millis;
}

export interface SavedNodeFaults {
  readonly outages: readonly Outage[];
  readonly cordoned: readonly number[];
  readonly drains: readonly (readonly [number, Drain])[];
}

export interface NodeWorld {
  readonly store: Store;
  readonly trace: Trace;
  readonly nodes: number;
  readonly now: () => Millis;
  readonly schedule: (delay: Millis, turn: NodeTurnCode, subject: number) => void;
  /** Deletes a pod, with its grace period, in the name of a controller. */
  readonly remove: (by: string, row: number) => void;
  /** Asks for a pod to be evicted; budgets may refuse it. `too many` (429): it may be granted later. */
  readonly evict: (row: number) => "evicted" | "too many" | "refused";
  readonly kubelet: {
    stopNode(node: number): void;
    resumeNode(node: number): void;
    losePod(row: number): void;
    regainPod(row: number, sinceS: number): void;
    placeWaiting(): void;
  };
  readonly scheduler: { cordon(node: number): void; uncordon(node: number): void };
}

export class NodeFaults {
  readonly #world: NodeWorld;
  readonly #objects: NodeObjects;
  readonly #outages: Outage[];
  readonly #cordoned: Set<number>;
  readonly #drains: Map<number, Drain>;
  /** Nodes whose taints are to be looked at before the instant is over. */
  readonly #changed = new Set<number>();
  /** Its own writes do not concern it. */
  #tending = false;

  constructor(world: NodeWorld, saved?: SavedNodeFaults) {
    this.#world = world;
    this.#outages = saved?.outages.map(copied) ?? [];
    this.#cordoned = new Set(saved?.cordoned);
    this.#drains = new Map(saved?.drains.map(([node, drain]) => [node, { ...drain }]));
    this.#objects = new NodeObjects(world.store, world.trace);
    world.store.listen({
      object: ({ resource, object }) => {
        if (resource === "nodes") this.#hear(object.metadata.name);
      },
    });
  }

  save(): SavedNodeFaults {
    return {
      outages: this.#outages.map(copied),
      cordoned: [...this.#cordoned],
      drains: [...this.#drains].map(([node, drain]) => [node, { ...drain }]),
    };
  }

  /** The index of a node; undefined where there is none of that name. */
  indexOf(name: string): number | undefined {
    const index = this.#world.store.registry.nodeNames.indexOf(name);
    return index < 0 ? undefined : index;
  }

  fail(node: number): void {
    if (this.#outage(node) !== undefined) return;
    this.#world.kubelet.stopNode(node);
    const number = this.#outages.push({ node, state: "unnoticed", lost: [] }) - 1;
    this.#world.schedule(GRACE_MS, NodeTurn.unreachable, number);
  }

  restore(node: number): void {
    const outage = this.#outage(node);
    if (outage === undefined) return;
    const { pods } = this.#world.store;
    if (outage.state === "unreachable") this.#objects.hear(node);
    outage.state = "over";
    outage.taintedAt = undefined;
    for (const [row, sinceS] of outage.lost) {
      if (pods.isPresent(row) && !pods.isDeleting(row)) this.#world.kubelet.regainPod(row, sinceS);
    }
    outage.lost.length = 0;
    this.#world.kubelet.resumeNode(node);
    this.#judgeZone();
    this.#open(node);
    this.#change(node);
  }

  /** As `kubectl drain --force`, of a node that is cordoned: evicts its pods, as fast as budgets let it. */
  drain(node: number): void {
    this.#evictFrom(node, this.#podsOn(node));
  }

  /** The scheduler sees at once what became of a node; the controller has its turn. */
  #hear(name: string): void {
    const node = this.indexOf(name);
    if (node === undefined) return;
    this.#change(node);
    const schedulable = this.#objects.isSchedulable(node);
    if (schedulable === !this.#cordoned.has(node)) return;
    if (schedulable) {
      this.#cordoned.delete(node);
      this.#drains.delete(node); // given up
      this.#open(node);
    } else {
      this.#cordoned.add(node);
      this.#world.scheduler.cordon(node);
    }
    if (this.#outage(node) === undefined) this.#objects.tellSchedulable(node);
  }

  #change(node: number): void {
    if (this.#tending) return;
    this.#changed.add(node);
    this.#world.schedule(0, NodeTurn.changed, node);
  }

  settled(): void {
    this.#tending = true;
    for (const node of this.#changed) this.#tend(node);
    this.#tending = false;
    this.#changed.clear();
  }

  #tend(node: number): void {
    const outage = this.#outage(node);
    const gone = outage?.state === "unreachable";
    const evicting = outage?.taintedAt !== undefined;
    this.#objects.taint(node, !gone ? "no" : evicting ? "with evictions" : "without evictions");
  }

  act(turn: NodeTurnCode, subject: number): void {
    if (turn === NodeTurn.changed) return this.#world.kubelet.placeWaiting();
    if (turn === NodeTurn.drain) {
      const drain = this.#drains.get(subject);
      if (drain?.dueAt === this.#world.now()) this.#evictFrom(subject, drain.rows);
      return;
    }
    const outage = this.#outages[subject];
    assert(outage !== undefined, `outage ${subject} of ${this.#outages.length}`);
    if (turn === NodeTurn.evict) this.#evictTolerant(outage);
    else if (outage.state === "unnoticed") this.#notice(outage);
  }

  #notice(outage: Outage): void {
    const { pods } = this.#world.store;
    outage.state = "unreachable";
    this.#world.scheduler.cordon(outage.node);
    this.#objects.loseTrack(outage.node);
    for (const row of this.#podsOn(outage.node)) {
      if (!pods.isReady(row)) continue;
      outage.lost.push([row, pods.columns.readyS[row]!]);
      this.#world.kubelet.losePod(row);
    }
    this.#judgeZone();
  }

  /** Where too many nodes are gone it may be the control plane that is cut off: nobody is evicted. */
  #judgeZone(): void {
    const { nodes, now } = this.#world;
    const unreachable = this.#outages.filter(({ state }) => state === "unreachable");
    const gone = unreachable.length;
    const partial = nodes <= SMALL_ZONE && gone > 2 && gone / nodes >= UNHEALTHY_SHARE;
    const evicting = gone < nodes && !partial;
    for (const outage of unreachable) {
      this.#change(outage.node);
      if (!evicting) outage.taintedAt = undefined;
      else if (outage.taintedAt === undefined) {
        outage.taintedAt = now();
        this.#planEvictions(outage);
      }
    }
  }

  #planEvictions(outage: Outage): void {
    const number = this.#outages.indexOf(outage);
    const times = new Set(this.#podsOn(outage.node).map((row) => this.#tolerance(row)));
    for (const time of times) {
      if (time !== Infinity) this.#world.schedule(time, NodeTurn.evict, number);
    }
  }

  #evictTolerant(outage: Outage): void {
    if (outage.taintedAt === undefined) return;
    const { store, now, remove } = this.#world;
    const tolerated = now() - outage.taintedAt;
    for (const row of this.#podsOn(outage.node)) {
      const due = this.#tolerance(row) <= tolerated;
      if (due && !store.pods.isDeleting(row)) remove("taint-eviction-controller", row);
    }
  }

  #evictFrom(node: number, rows: readonly number[]): void {
    const { store, now, schedule, evict } = this.#world;
    const refused: number[] = [];
    for (const row of rows) {
      if (!store.pods.isPresent(row) || store.pods.isDeleting(row)) continue;
      if (evict(row) === "too many") refused.push(row);
    }
    this.#drains.delete(node);
    if (refused.length === 0) return;
    this.#drains.set(node, { rows: refused, dueAt: now() + RETRY_MS });
    schedule(RETRY_MS, NodeTurn.drain, node);
  }

  /** Nobody has a reason any more to keep pods from the node. */
  #open(node: number): void {
    if (this.#cordoned.has(node) || this.#outage(node)?.state === "unreachable") return;
    this.#world.scheduler.uncordon(node);
  }

  #outage(node: number): Outage | undefined {
    return this.#outages.find((outage) => outage.node === node && outage.state !== "over");
  }

  #tolerance(row: number): Millis {
    const { registry, pods } = this.#world.store;
    return toleranceOf(registry.sources[pods.columns.source[row]!]!.spec);
  }

  #podsOn(node: number): readonly number[] {
    const { pods } = this.#world.store;
    const rows: number[] = [];
    for (let row = 0; row < pods.length; row++) {
      if (pods.isPresent(row) && pods.columns.node[row] === node) rows.push(row);
    }
    return rows;
  }
}

function copied(outage: Outage): Outage {
  return { ...outage, lost: outage.lost.map(([row, sinceS]) => [row, sinceS]) };
}
