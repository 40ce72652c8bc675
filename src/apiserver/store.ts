/**
 * The state of the cluster, and the one place where it changes. Every change gets the next resourceVersion
 * and is told to those who watch. What a write may contain is settled before it comes here (server.ts).
 */
import type { ReplicaSet } from "../api/apps.ts";
import type { PodTemplateSpec } from "../api/core.ts";
import { deepEqual, deepFreeze } from "../api/json.ts";
import { isDeleting, type KubeObject, type Millis } from "../api/meta.ts";
import { timestamp } from "../api/time.ts";
import { Ownership } from "./ownership.ts";
import { Flag, Phase, UNBOUND } from "./pod-columns.ts";
import { podRules } from "./pod-rules.ts";
import { PodReason } from "./pod-reasons.ts";
import { PodRegistry, type PodEdits, type SavedPodRegistry } from "./pod-registry.ts";
import { PodTable, type SavedPods } from "./pod-table.ts";
import { uidText } from "./uids.ts";

export interface ObjectEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: string;
  readonly resourceVersion: number;
  readonly object: KubeObject;
}

/** What a watch event says of a pod; all but the first and last of these are MODIFIED. */
export const PodChange = {
  Added: 1,
  Modified: 2,
  BecameReady: 3,
  Deleting: 4,
  Deleted: 5,
  /** Its labels, annotations or controller. */
  Edited: 6,
} as const;
export type PodChangeCode = (typeof PodChange)[keyof typeof PodChange];

/** What a pod was before it was edited. */
export interface PodIdentity {
  readonly owner: number;
  readonly edits: number;
  /** Where its spec is another now. */
  readonly source?: number;
}

/** Indexes in the registry. */
export interface PodMaker {
  readonly owner: number;
  readonly source: number;
}

/** Hears of every change at once, in order; must not write. */
export interface StoreListener {
  object?(event: ObjectEvent): void;
  pod?(change: PodChangeCode, row: number, resourceVersion: number, before?: PodIdentity): void;
}

export interface SavedStore {
  readonly resourceVersion: number;
  readonly uid: number;
  readonly objects: readonly (readonly [string, readonly (readonly [string, KubeObject])[]])[];
  readonly pods: SavedPods;
  readonly registry: SavedPodRegistry;
}

export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

const NOT_READY = ~(Flag.Ready | Flag.Gated);

export class Store {
  readonly epochMs: Millis;
  readonly pods: PodTable;
  readonly registry: PodRegistry;
  readonly ownership = new Ownership();
  /** Set by the API server: what was waiting for this pod, or lived by it, can go. */
  afterPodGone?: (row: number) => void;
  /** Set by the recorder of events: why a pod fitted on no node, in the scheduler's words. */
  schedulerSays?: (row: number) => string;
  /** Set by the scheduler: the node on which room is kept for a pod. */
  nominatedNode?: (row: number) => number | undefined;
  /** Set by the recorder of events: hears that a pod's image is being pulled, once more. */
  hearPull?: (row: number) => void;
  /** Set by the kubelet: which ConfigMap or Secret a container lacks. */
  kubeletSays?: (row: number) => string;
  #resourceVersion: number;
  #uid: number;
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #objectListeners: NonNullable<StoreListener["object"]>[] = [];
  readonly #podListeners: NonNullable<StoreListener["pod"]>[] = [];
  readonly #clock: () => Millis;
  /** Objects with a deletionTimestamp: they may be waiting for pods to go. */
  #deleting = 0;

  /** `epochMs`: wall-clock ms since 1970 at the start of the run. */
  constructor(epochMs: Millis, clock: () => Millis, saved?: SavedStore) {
    this.epochMs = epochMs;
    this.#clock = clock;
    this.pods = saved === undefined ? new PodTable() : PodTable.restore(saved.pods);
    this.registry = new PodRegistry(podRules(this), saved?.registry);
    this.#resourceVersion = saved?.resourceVersion ?? 0;
    this.#uid = saved?.uid ?? 0;
    for (const [resource, objects] of saved?.objects ?? []) {
      this.#objects.set(resource, new Map(objects));
      for (const [key, object] of objects) {
        if (isDeleting(object)) this.#deleting++;
        this.ownership.note({ resource, key }, undefined, object);
      }
    }
  }

  save(): SavedStore {
    return {
      resourceVersion: this.#resourceVersion,
      uid: this.#uid,
      objects: [...this.#objects].map(([resource, objects]) => [resource, [...objects]]),
      pods: this.pods.save(),
      registry: this.registry.save(),
    };
  }

  listen(listener: StoreListener): () => void {
    const { object, pod } = listener;
    if (object !== undefined) this.#objectListeners.push(object);
    if (pod !== undefined) this.#podListeners.push(pod);
    return () => {
      if (object !== undefined) remove(this.#objectListeners, object);
      if (pod !== undefined) remove(this.#podListeners, pod);
    };
  }

  get resourceVersion(): number {
    return this.#resourceVersion;
  }

  /** ms since the start of the run. */
  get now(): Millis {
    return this.#clock();
  }

  /** ms since 1970. */
  get wallClockMs(): Millis {
    return this.epochMs + this.now;
  }

  get wallClockSeconds(): number {
    return Math.floor(this.wallClockMs / 1000);
  }

  // Objects other than pods.

  get(resource: string, key: string): KubeObject | undefined {
    return this.#objects.get(resource)?.get(key);
  }

  /** Those of which there are objects, or were. */
  resources(): Iterable<string> {
    return this.#objects.keys();
  }

  /** Whether there are any: cheaper to ask than `all`. */
  has(resource: string): boolean {
    return (this.#objects.get(resource)?.size ?? 0) > 0;
  }

  /** In no particular order. */
  all(resource: string): Iterable<KubeObject> {
    return this.#objects.get(resource)?.values() ?? [];
  }

  /** Of the object that is inserted next. */
  readonly nextUid = (): string => uidText(this.#uid + 1);

  /** Gives a new object its UID and creation time, and stores it. */
  insert(resource: string, object: KubeObject): KubeObject {
    const metadata = {
      ...object.metadata,
      uid: uidText(++this.#uid),
      creationTimestamp: timestamp(this.wallClockMs),
    };
    return this.#commit("ADDED", resource, { ...object, metadata });
  }

  /** Stores an object of another cluster, with the UID and the times that it had there. */
  adopt(resource: string, object: KubeObject): KubeObject {
    return this.#commit("ADDED", resource, object);
  }

  /** What a cluster comes with: no version is spent on it and nobody is told. */
  seed(resource: string, object: KubeObject): void {
    const objects = this.#objects.get(resource) ?? new Map<string, KubeObject>();
    this.#objects.set(resource, objects);
    const creationTimestamp = timestamp(this.epochMs);
    const metadata = { ...object.metadata, resourceVersion: "1", creationTimestamp };
    objects.set(keyOf(object), deepFreeze({ ...object, metadata }));
  }

  /** A write that changes nothing makes no new version and no watch event. */
  replace(resource: string, object: KubeObject): KubeObject {
    const old = this.get(resource, keyOf(object));
    if (old !== undefined && deepEqual(old, object)) return old;
    return this.#commit("MODIFIED", resource, object);
  }

  /** Takes the object away at once; what it owns is somebody else's care (garbage-collection.ts). */
  delete(resource: string, object: KubeObject): KubeObject {
    return this.#commit("DELETED", resource, object);
  }

  #commit(type: ObjectEvent["type"], resource: string, object: KubeObject): KubeObject {
    const resourceVersion = ++this.#resourceVersion;
    const metadata = { ...object.metadata, resourceVersion: String(resourceVersion) };
    const stored = deepFreeze({ ...object, metadata });
    const objects = this.#objects.get(resource) ?? new Map<string, KubeObject>();
    this.#objects.set(resource, objects);
    const key = keyOf(stored);
    const before = objects.get(key);
    const after = type === "DELETED" ? undefined : stored;
    if (isDeleting(before)) this.#deleting--;
    if (isDeleting(after)) this.#deleting++;
    if (after === undefined) objects.delete(key);
    else objects.set(key, after);
    this.ownership.note({ resource, key }, before, after);
    const event = { type, resource, resourceVersion, object: stored };
    for (const tell of this.#objectListeners) tell(event);
    return stored;
  }

  // Pods.

  /** What the pods of a ReplicaSet are made of, as its template is now. */
  podMaker(replicaSet: ReplicaSet): PodMaker {
    return {
      owner: this.registry.ownerIndex(replicaSet),
      source: this.registry.sourceIndex(replicaSet, replicaSet.spec.template),
    };
  }

  /** One more pod; its row. */
  insertPod({ owner, source }: PodMaker): number {
    return this.#insertPod(owner, source);
  }

  insertBarePod(pod: KubeObject, template: PodTemplateSpec): number {
    this.registry.special.add(this.pods.length);
    const { owner, edits } = this.registry.barePodMarks(pod.metadata);
    return this.#insertPod(owner, this.registry.barePodSource(pod, template), edits);
  }

  #insertPod(owner: number, source: number, edits = 0): number {
    const row = this.pods.length;
    const resourceVersion = ++this.#resourceVersion;
    const ordinal = this.registry.enlist(source, row);
    const { deletionCost } = this.registry.sources[source]!;
    const createdS = this.wallClockSeconds;
    this.pods.append(
      { source, ordinal, owner, uid: ++this.#uid, createdS, deletionCost },
      resourceVersion,
    );
    if (edits !== 0) this.pods.put(row, { edits });
    this.#tell(PodChange.Added, row, resourceVersion);
    return row;
  }

  bindPod(row: number, node: number): void {
    this.pods.setNode(row, node, this.wallClockSeconds, ++this.#resourceVersion);
    this.#tell(PodChange.Modified, row, this.#resourceVersion);
  }

  setPodPhase(row: number, phase: number, reason: number): void {
    this.pods.setPhase(row, phase, reason, ++this.#resourceVersion);
    this.#tell(PodChange.Modified, row, this.#resourceVersion);
  }

  /** `sinceS`: seconds since 1970; default now. */
  setPodReady(row: number, sinceS = this.wallClockSeconds): void {
    this.pods.setReady(row, sinceS, ++this.#resourceVersion);
    this.#tell(PodChange.BecameReady, row, this.#resourceVersion);
  }

  /**
   * Its containers run; not ready yet. `atLeast`: how often they were started again by then; one more where one has
   * exited since.
   */
  startPod(row: number, atLeast = 0): void {
    this.pods.columns.startedS[row] = this.wallClockSeconds;
    const exit = this.pods.lastExit(row);
    const again = exit?.since === "waiting";
    if (again) this.pods.noteExit(row, { ...exit, since: "restarted" });
    const restarts = Math.max(atLeast, this.pods.columns.restarts[row]! + (again ? 1 : 0));
    if (restarts === this.pods.columns.restarts[row]) {
      this.setPodPhase(row, Phase.Running, 0);
      return;
    }
    this.editPod(row, { phase: Phase.Running, reason: 0, restarts });
  }

  /** Its containers are ready; a readiness gate still keeps it from being so. */
  gatePod(row: number): void {
    this.editPod(row, { flags: this.pods.columns.flags[row]! | Flag.Gated });
  }

  setPodUnready(row: number): void {
    const flags = this.pods.columns.flags[row]! & NOT_READY;
    this.editPod(row, { flags, readyS: this.wallClockSeconds });
  }

  /** Its node is not heard of any more: a ready pod is taken for not ready. */
  losePod(row: number): void {
    const flags = this.pods.columns.flags[row]! & NOT_READY;
    this.editPod(row, { flags, reason: PodReason.nodeLost, readyS: this.wallClockSeconds });
  }

  /** Its node is heard of again: it was ready all the time, since `sinceS`. */
  regainPod(row: number, sinceS: number): void {
    this.pods.columns.reason[row] = PodReason.none;
    this.setPodReady(row, sinceS);
  }

  /** A container has exited, by default with an error; the kubelet will start it again, and count that then. */
  crashPod(row: number, exitCode = 1): void {
    const { flags, readyS, startedS } = this.pods.columns;
    const wasReady = this.pods.isReady(row);
    const exit = { exitCode, startedS: startedS[row]!, finishedS: this.wallClockSeconds };
    this.pods.noteExit(row, { ...exit, since: "waiting" });
    this.editPod(row, {
      flags: flags[row]! & NOT_READY,
      reason: PodReason.crashed,
      readyS: wasReady ? this.wallClockSeconds : readyS[row]!,
    });
  }

  /** Other labels, annotations or owners of one pod. */
  editPodMetadata(
    row: number,
    change: Partial<Record<"owner" | "edits" | "deletionCost", number>>,
  ): void {
    const { owner, edits } = this.pods.columns;
    const before = { owner: owner[row]!, edits: edits[row]! };
    this.registry.special.add(row);
    this.pods.put(row, { ...change, resourceVersion: ++this.#resourceVersion });
    this.#tell(PodChange.Edited, row, this.#resourceVersion, before);
  }

  /** Another spec of one pod, that of another source; somebody may own other fields of it then. */
  editPodSpec(row: number, source: number, owned: Pick<PodEdits, "managedFields"> = {}): void {
    const { columns } = this.pods;
    const { specs = 0, ...others } = this.registry.edits[columns.edits[row]!]!;
    const before = {
      owner: columns.owner[row]!,
      edits: columns.edits[row]!,
      source: columns.source[row]!,
    };
    const edits = this.registry.edits.push({ ...others, ...owned, specs: specs + 1 }) - 1;
    this.registry.special.add(row);
    this.pods.put(row, { source, edits, resourceVersion: ++this.#resourceVersion });
    this.#tell(PodChange.Edited, row, this.#resourceVersion, before);
  }

  /** Any other change of a pod's columns. */
  editPod(row: number, change: Parameters<PodTable["put"]>[1]): void {
    this.pods.put(row, { ...change, resourceVersion: ++this.#resourceVersion });
    this.#tell(PodChange.Modified, row, this.#resourceVersion);
  }

  /**
   * Asks a pod to stop. One without a node, or that has ended, goes at once, as with a grace period of 0;
   * one that is asked already is left alone. Mirrors registry/core/pod CheckGracefulDelete.
   */
  deletePod(row: number, graceSeconds?: number): void {
    const { columns } = this.pods;
    const unscheduled = columns.node[row] === UNBOUND;
    const asked = graceSeconds ?? this.registry.sources[columns.source[row]!]!.graceSeconds;
    const grace = unscheduled || this.pods.isTerminal(row) ? 0 : asked < 0 ? 1 : asked;
    if (grace === 0) {
      this.removePod(row);
      return;
    }
    if (this.pods.isDeleting(row)) return;
    const deletionS = this.wallClockSeconds + grace;
    this.pods.setDeleting(row, deletionS, grace, ++this.#resourceVersion);
    this.#tell(PodChange.Deleting, row, this.#resourceVersion);
  }

  /** The pod is gone: its containers have stopped, or it never had any. */
  removePod(row: number): void {
    this.pods.remove(row);
    this.#tell(PodChange.Deleted, row, ++this.#resourceVersion);
    if (this.#deleting > 0 || this.ownership.podsOwn) this.afterPodGone?.(row);
  }

  #tell(change: PodChangeCode, row: number, resourceVersion: number, before?: PodIdentity): void {
    for (const tell of this.#podListeners) tell(change, row, resourceVersion, before);
  }
}

function remove<T>(list: T[], item: T): void {
  if (list.includes(item)) list.splice(list.indexOf(item), 1);
}
