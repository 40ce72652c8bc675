/** Pods as a watch tells of them: which run, which end, and the server that each is. */
import { globMatcher } from "../api/glob.ts";
import type { WatchEvent } from "../api/client.ts";
import type { PodSpec } from "../api/core.ts";
import type { KubeObject, Millis, StringMap } from "../api/meta.ts";
import { preStopOf } from "../apiserver/pod-lifecycle.ts";
import type { Version } from "./meter.ts";
import { micros, type AppBehavior } from "./options.ts";
import { LONG_AGO, NEVER, Server, type SavedServer } from "./server.ts";

/** What happened to a server, named by its number. */
export interface PodListener {
  /** undefined: it ran already when the traffic began. */
  started(server: number, at: Millis | undefined): void;
  crashed(server: number, at: Millis): void;
  terminating(server: number, at: Millis): void;
  gone(server: number, at: Millis): void;
}

interface KnownPod {
  readonly server: number;
  /** `namespace/name` */
  readonly key: string;
  readonly namespace: string;
  readonly labels: StringMap;
  /** Of its first container. */
  readonly image: string;
  readonly restarts: number;
  readonly terminating: boolean;
}

export interface SavedPods {
  readonly servers: readonly SavedServer[];
  readonly byUid: readonly (readonly [string, KnownPod])[];
}

export class Pods {
  readonly #listener: PodListener;
  readonly #apps: readonly AppBehavior[];
  readonly #versionOf: (version: Version) => number;
  readonly #byUid: Map<string, KnownPod>;
  readonly #byKey = new Map<string, number>();
  /** All that ever were, by number. */
  readonly servers: Server[];

  constructor(
    apps: readonly AppBehavior[],
    versionOf: (version: Version) => number,
    listener: PodListener,
    saved?: SavedPods,
  ) {
    this.#apps = apps;
    this.#versionOf = versionOf;
    this.#listener = listener;
    this.servers = (saved?.servers ?? []).map((server) => Server.restore(server, apps));
    this.#byUid = new Map(saved?.byUid);
    for (const { key, server } of this.#byUid.values()) this.#byKey.set(key, server);
  }

  /** Pods that there are. */
  get present(): Iterable<KnownPod> {
    return this.#byUid.values();
  }

  serverOf(uid: string): number | undefined {
    return this.#byUid.get(uid)?.server;
  }

  named(namespace: string, name: string): Server | undefined {
    const server = this.#byKey.get(`${namespace}/${name}`);
    return server === undefined ? undefined : this.servers[server];
  }

  apply({ type, object, at }: Pick<WatchEvent, "type" | "object" | "at">): void {
    if (type === "DELETED") this.#podGone(object, at);
    else this.podChanged(object, at);
  }

  /** `at` undefined: it has been like that for long. */
  podChanged(pod: KubeObject, at: Millis | undefined): void {
    const { uid = "", deletionTimestamp } = pod.metadata;
    const { phase, containerStatuses = [], conditions = [] } = pod["status"] as PodStatus;
    if (phase === "Failed" || phase === "Succeeded") return this.#podGone(pod, at ?? 0);
    const before = this.#byUid.get(uid) ?? this.#meet(pod);
    const [status] = containerStatuses;
    const restarts = status?.restartCount ?? 0;
    const runs = phase === "Running" && status?.state?.running !== undefined;
    if (this.servers[before.server]!.running && (restarts > before.restarts || !runs)) {
      this.#listener.crashed(before.server, at ?? 0);
    }
    const known = this.#renewed(before, pod, at);
    const server = this.servers[known.server]!;
    if (runs && !server.running) this.#listener.started(known.server, at);
    const ready = conditions.some(
      ({ type, status: value }) => type === "ContainersReady" && value === "True",
    );
    if (!ready) server.containersReadyAt = NEVER;
    else if (server.containersReadyAt === NEVER)
      server.containersReadyAt = at === undefined ? LONG_AGO : micros(at);
    const terminating = deletionTimestamp !== undefined;
    if (terminating && !known.terminating) this.#listener.terminating(known.server, at ?? 0);
    const labels = pod.metadata.labels ?? {};
    this.#byUid.set(uid, { ...known, labels, restarts, terminating });
  }

  save(): SavedPods {
    return {
      servers: this.servers.map((server) => server.save()),
      byUid: [...this.#byUid],
    };
  }

  /** A pod that got another image is another server from when its container has ended. */
  #renewed(known: KnownPod, pod: KubeObject, at: Millis | undefined): KnownPod {
    const server = this.servers[known.server]!;
    if (imageOf(pod) === known.image || server.running) return known;
    this.#listener.gone(known.server, at ?? 0);
    server.retire();
    return this.#meet(pod);
  }

  #meet(pod: KubeObject): KnownPod {
    const { name, namespace = "default", labels = {} } = pod.metadata;
    const spec = pod["spec"] as PodSpec;
    const image = imageOf(pod);
    const version = this.#versionOf({
      image,
      podTemplateHash: labels["pod-template-hash"] ?? labels["rollouts-pod-template-hash"] ?? "",
    });
    const app = this.#apps.findIndex((each) => matches(each, image, labels));
    const being = { version, app, preStop: preStopOf(spec) };
    const server = this.servers.push(new Server(being, this.#apps)) - 1;
    const key = `${namespace}/${name}`;
    this.#byKey.set(key, server);
    return { server, key, namespace, labels, image, restarts: 0, terminating: false };
  }

  #podGone(pod: KubeObject, at: Millis): void {
    const uid = pod.metadata.uid ?? "";
    const known = this.#byUid.get(uid);
    if (known === undefined) return;
    this.#listener.gone(known.server, at);
    this.servers[known.server]!.retire();
    this.#byUid.delete(uid);
    this.#byKey.delete(known.key);
  }
}

function imageOf(pod: KubeObject): string {
  return (pod["spec"] as PodSpec).containers[0]?.image ?? "";
}

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  readonly containerStatuses?: readonly {
    readonly restartCount?: number;
    readonly state?: { readonly running?: unknown };
  }[];
}

function matches(app: AppBehavior, image: string, labels: StringMap): boolean {
  const glob = app.image;
  if (glob !== undefined) {
    if (!globMatcher(glob)(image)) return false;
  }
  return Object.entries(app.labels ?? {}).every(([key, value]) => labels[key] === value);
}
