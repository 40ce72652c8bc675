/** Frames as the recorder makes them: one for each instant at which something was written. */
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import type { Pod } from "../../src/api/core.ts";
import { controllerOf } from "../../src/api/meta.ts";
import type { DecisionEntry, EventEntry, TraceEntry, WriteEntry } from "../../src/api/trace.ts";
import type { Cluster } from "../../src/cluster.ts";
import { deploymentState } from "../../src/kubectl/verbs/rollout-status.ts";
import type { Names } from "./names.ts";
import type { RecordedFrame, RecordedSync } from "./trace-file.ts";

interface OpenSync {
  readonly writes: string[];
  readonly refused: string[];
  readonly events: string[];
}

export class Frames {
  readonly all: RecordedFrame[] = [];
  /** Decisions made in this run, by name. */
  readonly decisions = new Map<string, number>();
  syncCount = 0;
  readonly #cluster: Cluster;
  readonly names: Names;
  #actions: string[] = [];
  #syncs: (RecordedSync & { readonly c: string })[] = [];
  #open = new Map<number, OpenSync>();
  #writes = 0;

  constructor(cluster: Cluster, names: Names) {
    this.#cluster = cluster;
    this.names = names;
    cluster.on("decision", (entry: DecisionEntry) => {
      this.decisions.set(entry.id, (this.decisions.get(entry.id) ?? 0) + 1);
    });
    cluster.on("write", (entry) => this.#hearWrite(entry));
    cluster.on("event", (entry) => this.#hearEvent(entry));
    cluster.on("pods", () => this.#writes++);
    cluster.on("sync", (entry) => this.#hearSync(entry));
  }

  note(action: string): void {
    this.#actions.push(action);
  }

  /** The frame of the instant that just ended; undefined where nothing was written. */
  take(): RecordedFrame | undefined {
    const nothing = this.#writes === 0 && this.#syncs.length === 0 && this.#actions.length === 0;
    this.#writes = 0;
    this.#open = new Map();
    if (nothing) return undefined;
    this.names.learn(this.#cluster);
    const frame: RecordedFrame = {
      t: this.#cluster.now,
      ...(this.#actions.length === 0
        ? {}
        : { actions: this.#actions.map((action) => this.names.replace(action)) }),
      ...(this.#syncs.length === 0 ? {} : { syncs: this.#syncs.map((sync) => this.#rename(sync)) }),
      deployments: this.#deployments(),
      replicaSets: this.#replicaSets(),
      pods: this.#pods(),
    };
    this.#actions = [];
    this.#syncs = [];
    this.all.push(frame);
    return frame;
  }

  #sync(number: number): OpenSync {
    const open = this.#open.get(number) ?? { writes: [], refused: [], events: [] };
    this.#open.set(number, open);
    return open;
  }

  #hearWrite(entry: WriteEntry): void {
    if (entry.error === undefined) this.#writes++;
    if (entry.sync === undefined) return;
    const { verb, resource, error } = entry;
    const open = this.#sync(entry.sync);
    const name = resource === "pods" ? this.#podName(entry) : this.#objectName(entry);
    const text = `${verb} ${resource} ${name} ${error ?? ""}`.trim();
    for (let i = 0; i < (entry.count ?? 1); i++) open.writes.push(text);
  }

  /** The recorder knows no name for what the API did not create; an injected refusal tells it. */
  #objectName({ verb, error, name }: WriteEntry): string {
    const unnamed = verb === "create" && (error === "AlreadyExists" || error === "Invalid");
    return unnamed ? "" : name;
  }

  #podName({ verb, error, name }: WriteEntry): string {
    return verb === "create" && error !== undefined ? "" : name;
  }

  #hearEvent(entry: EventEntry): void {
    if (entry.sync === undefined) return;
    const { about, type, reason } = entry;
    const pod = reason === "SuccessfulCreate" || reason === "SuccessfulDelete";
    const [done = "", name = ""] = entry.message.split(": ");
    const maker = name.slice(0, -5).replace(/-$/, "");
    const message = pod ? `${done}: ${maker}` : entry.message;
    const text = `${type} ${reason} ${about.kind}/${about.name}: ${message}`;
    for (let i = 0; i < (entry.count ?? 1); i++) this.#sync(entry.sync).events.push(text);
  }

  #hearSync(entry: Extract<TraceEntry, { kind: "sync" }>): void {
    this.syncCount++;
    const open = this.#open.get(entry.sync);
    if (open === undefined || open.writes.length + open.events.length === 0) return;
    const c = entry.by === "deployment-controller" ? "D" : "R";
    this.#syncs.push({
      c,
      key: entry.key,
      ...(open.writes.length === 0 ? {} : { writes: open.writes }),
      ...(open.events.length === 0 ? {} : { events: open.events }),
      ...(entry.requeue.length === 0 ? {} : { after: entry.requeue }),
    });
  }

  #rename(sync: RecordedSync): RecordedSync {
    return {
      ...sync,
      key: this.names.replace(sync.key),
      ...(sync.writes === undefined
        ? {}
        : { writes: sync.writes.map((w) => this.names.replace(w)) }),
      ...(sync.events === undefined
        ? {}
        : { events: sync.events.map((e) => this.names.replace(e)) }),
    };
  }

  #list<T>(resource: string): readonly T[] {
    return this.#cluster.api.list(resource) as readonly T[];
  }

  /** Whole seconds since the start. */
  #rel(time: string | undefined): number | null {
    if (time === undefined) return null;
    const { wallClockMs, now } = this.#cluster.api;
    return Math.trunc((Date.parse(time) - (wallClockMs - now)) / 1000);
  }

  #deployments(): unknown[] {
    return this.#list<Deployment>("deployments").map((d) => {
      const state = deploymentState(d);
      const s = d.status;
      return {
        annotations: d.metadata.annotations ?? null,
        conditions: (s.conditions ?? []).map((c) => [
          c.type,
          c.status,
          c.reason,
          this.names.replace(c.message),
          this.#rel(c.lastUpdateTime),
          this.#rel(c.lastTransitionTime),
        ]),
        done: "done" in state ? state.done : false,
        generation: d.metadata.generation,
        ...(d.metadata.deletionTimestamp === undefined ? {} : { deleting: true }),
        image: d.spec.template.spec.containers[0]!.image,
        name: d.metadata.name,
        paused: d.spec.paused ?? false,
        replicas: d.spec.replicas,
        rolloutStatus: "line" in state ? state.line : `error: ${state.error}`,
        status: {
          available: s.availableReplicas ?? 0,
          collisions: s.collisionCount ?? null,
          observedGeneration: s.observedGeneration ?? 0,
          ready: s.readyReplicas ?? 0,
          replicas: s.replicas ?? 0,
          terminating: s.terminatingReplicas ?? null,
          unavailable: s.unavailableReplicas ?? 0,
          updated: s.updatedReplicas ?? 0,
        },
      };
    });
  }

  #replicaSets(): unknown[] {
    return this.#list<ReplicaSet>("replicasets").map((rs) => {
      const s = rs.status;
      return {
        annotations: rs.metadata.annotations ?? null,
        conditions: (s.conditions ?? []).map((c) => [
          c.type,
          c.status,
          c.reason,
          this.names.replace(c.message),
          this.#rel(c.lastTransitionTime),
        ]),
        created: this.#rel(rs.metadata.creationTimestamp),
        generation: rs.metadata.generation,
        image: rs.spec.template.spec.containers[0]!.image,
        minReadySeconds: rs.spec.minReadySeconds ?? 0,
        name: this.names.idOf(rs.metadata.name),
        ...(rs.metadata.deletionTimestamp === undefined ? {} : { deleting: true }),
        ...this.#strangeOwner(rs),
        replicas: rs.spec.replicas,
        status: {
          available: s.availableReplicas ?? 0,
          fullyLabeled: s.fullyLabeledReplicas ?? 0,
          observedGeneration: s.observedGeneration ?? 0,
          ready: s.readyReplicas ?? 0,
          replicas: s.replicas,
          terminating: s.terminatingReplicas ?? null,
        },
      };
    });
  }

  /** The name tells who made it; here is told where that is not who owns it. */
  #strangeOwner(rs: ReplicaSet): { owner?: string | null } {
    const owner = controllerOf(rs.metadata);
    if (owner === undefined) return { owner: null };
    const id = this.names.idOf(rs.metadata.name) ?? "";
    return id.startsWith(`${owner.name}~`) ? {} : { owner: owner.name };
  }

  #pods(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const pod of this.#list<Pod>("pods")) {
      const { metadata, spec, status } = pod;
      const ready = status.conditions?.find((c) => c.type === "Ready" && c.status === "True");
      const owner = controllerOf(metadata);
      const text =
        `${owner === undefined ? "?" : (this.names.idOf(owner.name) ?? this.names.replace(owner.name))} ` +
        `${status.phase}${spec.nodeName === undefined ? "(unbound)" : ""} ` +
        (ready === undefined ? "unready" : "ready") +
        (metadata.deletionTimestamp === undefined ? "" : " terminating") +
        `${ready === undefined ? "" : `@${this.#rel(ready.lastTransitionTime)}`} ` +
        `created@${this.#rel(metadata.creationTimestamp)}`;
      counts[text] = (counts[text] ?? 0) + 1;
    }
    return counts;
  }
}
