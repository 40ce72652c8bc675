/**
 * Event objects, as `kubectl get events` and `kubectl describe` show them: what controllers recorded, and
 * what scheduler and kubelets would have, folded together as client-go does. They are made when somebody
 * asks, from a log that is cheap to keep, and kept apart from the store, with versions of their own: events
 * change no resourceVersion of what controllers work on.
 *
 * Events are gone an hour after they were written last (kube-apiserver's --event-ttl).
 */
import type { WatchEvent } from "../../api/client.ts";
import { compact, deepFreeze } from "../../api/json.ts";
import type { KubeObject, Millis } from "../../api/meta.ts";
import { timestamp } from "../../api/time.ts";
import type { Trace } from "../../engine/trace.ts";
import { kindOfName } from "./about.ts";
import {
  EventCorrelator,
  type CorrelatedEvent,
  type ReportedEvent,
  type SavedCorrelator,
} from "./correlator.ts";
import {
  EventLog,
  Happened,
  type HappenedCode,
  type NodeAgents,
  type RecordedEntry,
  type SavedEventLog,
} from "./log.ts";
import { fitError, podEvents, podName } from "./pod-events.ts";
import { logPods } from "./pod-listener.ts";
import { isTerminating } from "../namespace-deletion.ts";
import { findPod } from "../pod-access.ts";
import type { Store } from "../store.ts";

export interface SavedEvents {
  readonly log: SavedEventLog;
  readonly objects: readonly KubeObject[];
  readonly correlators: readonly (readonly [string, SavedCorrelator])[];
  readonly began: readonly number[];
  readonly names: number;
  readonly version: number;
}

const TTL_MS = 3_600_000;
const DELETED = "Deleted pod: ";
const CREATED = "Created pod: ";

export class EventRecorder {
  readonly #store: Store;
  readonly #agents: NodeAgents;
  readonly #log: EventLog;
  /** By `namespace/name`, in order of their last write. */
  readonly #objects = new Map<string, KubeObject>();
  readonly #correlators = new Map<string, EventCorrelator>();
  /** Rows of pods whose containers were said to start. */
  readonly #began: Set<number>;
  /** Rows of the pods that were deleted last, oldest first. */
  #deleted: number[] = [];
  #names: number;
  #version: number;
  #isSilent = false;
  /** Namespaces that are being deleted. */
  readonly #ended = new Set<string>();
  readonly #watches = new Set<(event: WatchEvent) => void>();

  constructor(store: Store, trace: Trace, agents: NodeAgents, saved?: SavedEvents) {
    this.#store = store;
    this.#agents = agents;
    this.#log = new EventLog(saved?.log);
    for (const object of saved?.objects ?? []) this.#objects.set(key(object), object);
    for (const [source, state] of saved?.correlators ?? []) {
      this.#correlators.set(source, new EventCorrelator(state));
    }
    this.#began = new Set(saved?.began);
    this.#names = saved?.names ?? 0;
    this.#version = saved?.version ?? 0;
    for (const each of store.all("namespaces")) {
      if (isTerminating(each)) this.#ended.add(each.metadata.name);
    }
    logPods(store, this.#log, agents, () => this.#isSilent);
    store.schedulerSays = (row): string => {
      const seen = this.#log.nodesSeen.get(row);
      return seen === undefined ? "" : fitError(seen);
    };
    store.hearPull = (row) => this.#log.note(store.now, Happened.pulling, row);
    store.listen({
      object: ({ resource, type, object }) => {
        if (resource === "namespaces" && isTerminating(object)) this.#namespaceEnds(type, object);
      },
    });
    trace.on("event", (entry) => {
      const { resource, namespaced } = kindOfName(entry.about.kind);
      const { namespace, name } = entry.about;
      const object =
        resource === "pods"
          ? findPod(store, namespace, name)?.pod
          : store.get(resource, namespaced ? `${namespace}/${name}` : name);
      const { uid = "", resourceVersion = "" } = object?.metadata ?? {};
      this.#log.noteRecorded(entry.at, { entry, uid, resourceVersion });
    });
  }

  /** What an action does to pods happened long ago: there are no events of it. */
  silently(action: () => void): void {
    this.#isSilent = true;
    try {
      action();
    } finally {
      this.#isSilent = false;
    }
  }

  /** All events that are there now, in order of their last write. */
  objects(): Iterable<KubeObject> {
    this.#catchUp();
    return this.#objects.values();
  }

  find(namespace: string, name: string): KubeObject | undefined {
    this.#catchUp();
    return this.#objects.get(`${namespace}/${name}`);
  }

  remove(event: KubeObject): void {
    if (!this.#objects.delete(key(event))) return;
    this.#version++;
    this.#tell({ type: "DELETED", object: event, at: this.#now });
  }

  /** Tells of events from now on, when `pump` is called. */
  watch(tell: (event: WatchEvent) => void): { pump(): void; stop(): void } {
    this.#catchUp();
    this.#watches.add(tell);
    return { pump: () => this.#catchUp(), stop: () => this.#watches.delete(tell) };
  }

  save(): SavedEvents {
    return {
      log: this.#log.save(),
      objects: [...this.#objects.values()],
      correlators: [...this.#correlators].map(([source, state]) => [source, state.save()]),
      began: [...this.#began],
      names: this.#names,
      version: this.#version,
    };
  }

  get #now(): Millis {
    return this.#store.now;
  }

  #catchUp(): void {
    this.#log.drain((at, what, row) => this.#read(at, what, row));
    this.#expire(this.#now);
  }

  /** Events up to its deletion are still written, those after are refused; all go with it. */
  #namespaceEnds(type: WatchEvent["type"], { metadata: { name } }: KubeObject): void {
    this.#catchUp();
    this.#ended.add(name);
    if (type !== "DELETED") return;
    this.#ended.delete(name);
    for (const event of this.#objects.values()) {
      if (event.metadata.namespace === name) this.remove(event);
    }
  }

  #refuses(namespace: string): boolean {
    return this.#ended.has(namespace) || this.#store.get("namespaces", namespace) === undefined;
  }

  #read(at: Millis, what: HappenedCode, row: number): void {
    if (what === Happened.recorded) {
      this.#recorded(at, this.#log.recorded(row));
      return;
    }
    if (what === Happened.deleting || what === Happened.removed) this.#deleted.push(row);
    if (what === Happened.started) {
      if (this.#began.has(row)) return;
      this.#began.add(row);
    }
    const pull = what === Happened.scheduled ? this.#agents.pullOf(row) : "works";
    const events = podEvents(this.#store, what, row, { pull, seen: this.#log.nodesSeen.get(row) });
    for (const event of events) this.#report(at, event);
  }

  /** One entry may stand for many alike, each about another pod. */
  #recorded(at: Millis, { entry, uid, resourceVersion }: RecordedEntry): void {
    const { apiVersion } = kindOfName(entry.about.kind);
    const { message, count = 1 } = entry;
    const event: ReportedEvent = {
      source: { component: entry.by },
      about: { ...entry.about, apiVersion, uid, resourceVersion },
      type: entry.type,
      reason: entry.reason,
      message,
    };
    const names = this.#podNames(entry.about.namespace, message, count);
    this.#deleted = [];
    if (names === undefined) {
      this.#repeat(at, count, () => event);
      return;
    }
    const prefix = message.slice(0, message.indexOf(": ") + 2);
    this.#repeat(at, count, (i) => ({ ...event, message: `${prefix}${names(i)}` }));
  }

  /** Names of the pods that a message is about, of which it says the first. */
  #podNames(
    namespace: string,
    message: string,
    count: number,
  ): ((index: number) => string) | undefined {
    if (count < 2) return undefined;
    if (message.startsWith(CREATED)) {
      const first = this.#store.registry.rowNamed(namespace, message.slice(CREATED.length));
      return first === undefined ? undefined : (i) => podName(this.#store, first + i);
    }
    if (!message.startsWith(DELETED) || this.#deleted.length < count) return undefined;
    const rows = this.#deleted.slice(-count);
    return (i) => podName(this.#store, rows[i]!);
  }

  /** Of very many at once only the first can be written, and the last ones are counted. */
  #repeat(at: Millis, count: number, event: (index: number) => ReportedEvent): void {
    const each = Math.min(count, 64);
    for (let i = 0; i < each; i++) this.#report(at, event(i));
    if (count > each) this.#correlator(event(0)).countUnwritten(event(0), count - each);
  }

  #correlator({ source }: ReportedEvent): EventCorrelator {
    const name = `${source.component}/${source.host ?? ""}`;
    let correlator = this.#correlators.get(name);
    if (correlator === undefined) {
      correlator = new EventCorrelator();
      this.#correlators.set(name, correlator);
    }
    return correlator;
  }

  #report(at: Millis, event: ReportedEvent): void {
    const wallMs = this.#store.epochMs + at;
    const newName = (): string => {
      const nanos = BigInt(wallMs) * 1_000_000n + BigInt(this.#names++ % 1_000_000);
      return `${event.about.name}.${nanos.toString(16)}`;
    };
    const correlated = this.#correlator(event).correlate(event, wallMs, newName);
    if (correlated !== undefined) this.#write(at, correlated);
  }

  #write(at: Millis, event: CorrelatedEvent): void {
    this.#expire(at);
    const id = `${event.reported.about.namespace}/${event.name}`;
    const current = this.#objects.get(id);
    if (current === undefined && this.#refuses(event.reported.about.namespace)) return;
    const object = deepFreeze(
      eventObject(event, {
        uid: current?.metadata.uid ?? eventUid(this.#version + 1),
        creationTimestamp: current?.metadata.creationTimestamp ?? timestamp(event.lastMs),
        resourceVersion: String(++this.#version),
      }),
    );
    this.#objects.delete(id);
    this.#objects.set(id, object);
    this.#tell({ type: current === undefined ? "ADDED" : "MODIFIED", object, at });
  }

  #expire(now: Millis): void {
    const oldest = this.#store.epochMs + now - TTL_MS;
    for (const [id, object] of this.#objects) {
      if (Date.parse(String(object["lastTimestamp"])) > oldest) return;
      this.#objects.delete(id);
      this.#tell({ type: "DELETED", object, at: now });
    }
  }

  #tell(event: WatchEvent): void {
    for (const watch of this.#watches) watch(event);
  }
}

function key({ metadata: { namespace = "default", name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** Apart from the UIDs that the store gives. */
function eventUid(number: number): string {
  return `00000000-0000-0000-0001-${String(number).padStart(12, "0")}`;
}

function eventObject(
  { reported, message, combined, name, count, firstMs, lastMs }: CorrelatedEvent,
  written: Pick<KubeObject["metadata"], "uid" | "creationTimestamp" | "resourceVersion">,
): KubeObject {
  const { about, source, type, reason } = reported;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: about.namespace, ...written },
    involvedObject: compact({
      ...about,
      namespace: kindOfName(about.kind).namespaced ? about.namespace : undefined,
    }),
    reason,
    message,
    source: { ...source },
    firstTimestamp: timestamp(firstMs),
    lastTimestamp: timestamp(lastMs),
    count,
    type,
    eventTime: null,
    // client-go leaves these empty in combined events.
    reportingComponent: combined ? "" : source.component,
    reportingInstance: combined ? "" : (source.host ?? ""),
  };
}
