/**
 * The pods behind a Service as a watch tells them: which run, which end, and what the EndpointSlices say.
 * Reads the public API alone.
 */
import picomatch from "picomatch";
import type { Client, Watch, WatchEvent } from "../api/client.ts";
import type { PodSpec } from "../api/core.ts";
import type { KubeObject, Millis, StringMap } from "../api/meta.ts";
import { preStopOf } from "../apiserver/pod-lifecycle.ts";
import type { Ledger } from "./ledger.ts";
import type { AppBehavior } from "./options.ts";
import { Server } from "./server.ts";

/** What happened to a server, for the traffic to react to. */
export interface BackendListener {
  /** undefined: it ran already when the traffic began. */
  started(server: Server, at: Millis | undefined): void;
  crashed(server: Server, at: Millis): void;
  terminating(server: Server, at: Millis): void;
  gone(server: Server, at: Millis): void;
  /** Servers that proxies are to use from now on. */
  endpoints(usable: readonly Server[], at: Millis): void;
}

interface Backend {
  readonly server: Server;
  labels: StringMap;
  restarts: number;
  terminating: boolean;
}

interface Endpoint {
  readonly conditions: { readonly ready: boolean; readonly serving: boolean };
  readonly targetRef: { readonly uid: string };
}

export class Backends {
  readonly #listener: BackendListener;
  readonly #ledger: Ledger;
  readonly #apps: readonly AppBehavior[];
  readonly #watches: readonly Watch[];
  readonly #service: string;
  readonly #byUid = new Map<string, Backend>();
  readonly #slices = new Map<string, readonly Endpoint[]>();
  #selector: StringMap | undefined;
  /** Slices were written since endpoints were told last. */
  #changed = true;
  /** Ready in the EndpointSlices. */
  ready = 0;
  /** Selected pods that are to stay and are not ready. */
  away = 0;

  constructor(
    api: Client,
    target: { readonly service: string; readonly namespace: string },
    apps: readonly AppBehavior[],
    ledger: Ledger,
    listener: BackendListener,
  ) {
    this.#listener = listener;
    this.#ledger = ledger;
    this.#apps = apps;
    this.#service = target.service;
    const { namespace } = target;
    const slices = {
      namespace,
      labelSelector: `kubernetes.io/service-name=${target.service}`,
    };
    this.#watches = [
      api.watch("services", { namespace }),
      api.watch("pods", { namespace }),
      api.watch("endpointslices", slices),
    ];
    for (const object of api.list("services", { namespace })) this.#serviceChanged(object, "ADDED");
    for (const pod of api.list("pods", { namespace })) this.#podChanged(pod, undefined);
    for (const slice of api.list("endpointslices", slices)) this.#sliceChanged(slice, "ADDED");
    this.#publish(api.now);
  }

  /** What was watched since last time, an instant at a time; `before` is called ahead of each. */
  catchUp(before: (at: Millis) => void): void {
    const events = this.#watches.flatMap((watch) => watch.take());
    if (events.length === 0) return;
    const instants = [...new Set(events.map(({ at }) => at))].toSorted((a, b) => a - b);
    for (const at of instants) {
      before(at);
      for (const event of events) if (event.at === at) this.#apply(event);
      this.#publish(at);
    }
  }

  stop(): void {
    for (const watch of this.#watches) watch.stop();
  }

  servers(): readonly Server[] {
    return [...this.#byUid.values()].map(({ server }) => server);
  }

  #apply({ type, object, at }: WatchEvent): void {
    if (object.kind === "Service") this.#serviceChanged(object, type);
    else if (object.kind === "EndpointSlice") this.#sliceChanged(object, type);
    else if (type === "DELETED") this.#podGone(object, at);
    else this.#podChanged(object, at);
  }

  #serviceChanged(service: KubeObject, type: WatchEvent["type"]): void {
    if (service.metadata.name !== this.#service) return;
    const { selector } = service["spec"] as { readonly selector?: StringMap };
    this.#selector = type === "DELETED" ? undefined : selector;
  }

  #podChanged(pod: KubeObject, at: Millis | undefined): void {
    const { uid = "", labels = {}, deletionTimestamp } = pod.metadata;
    const { phase, containerStatuses = [] } = pod["status"] as PodStatus;
    const backend = this.#byUid.get(uid) ?? this.#meet(uid, pod["spec"] as PodSpec);
    backend.labels = labels;
    const { server } = backend;
    if (phase === "Failed" || phase === "Succeeded") return this.#podGone(pod, at ?? 0);
    const [status] = containerStatuses;
    const restarts = status?.restartCount ?? 0;
    const runs = phase === "Running" && status?.state?.running !== undefined;
    if (server.running && (restarts > backend.restarts || !runs)) {
      this.#listener.crashed(server, at ?? 0);
    }
    backend.restarts = restarts;
    if (runs && !server.running) this.#listener.started(server, at);
    if (deletionTimestamp !== undefined && !backend.terminating) {
      backend.terminating = true;
      this.#listener.terminating(server, at ?? 0);
    }
  }

  #meet(uid: string, spec: PodSpec): Backend {
    const [container] = spec.containers;
    const image = container?.image ?? "";
    const app = this.#apps.find((each) => each.image === undefined || matches(each.image, image));
    const server = new Server(this.#ledger.image(image), app ?? {}, preStopOf(spec));
    const backend = { server, labels: {}, restarts: 0, terminating: false };
    this.#byUid.set(uid, backend);
    return backend;
  }

  #podGone(pod: KubeObject, at: Millis): void {
    const uid = pod.metadata.uid ?? "";
    const backend = this.#byUid.get(uid);
    if (backend === undefined) return;
    this.#listener.gone(backend.server, at);
    this.#byUid.delete(uid);
  }

  #sliceChanged(slice: KubeObject, type: WatchEvent["type"]): void {
    const endpoints = (slice["endpoints"] as readonly Endpoint[] | null) ?? [];
    if (type === "DELETED") this.#slices.delete(slice.metadata.name);
    else this.#slices.set(slice.metadata.name, endpoints);
    this.#changed = true;
  }

  /** kube-proxy takes ready endpoints, and where there is none those that terminate and still serve. */
  #publish(at: Millis): void {
    if (this.#changed) {
      this.#changed = false;
      const all = [...this.#slices.values()].flat();
      const chosen = (wanted: (endpoint: Endpoint) => boolean): readonly Server[] =>
        all.filter(wanted).flatMap(({ targetRef }) => this.#byUid.get(targetRef.uid)?.server ?? []);
      for (const { server } of this.#byUid.values()) server.truthReady = false;
      const ready = chosen(({ conditions }) => conditions.ready);
      for (const server of ready) server.truthReady = true;
      this.ready = ready.length;
      const usable = ready.length > 0 ? ready : chosen(({ conditions }) => conditions.serving);
      this.#listener.endpoints(usable, at);
    }
    this.away = 0;
    for (const backend of this.#byUid.values()) {
      if (!backend.terminating && !backend.server.truthReady && this.#selects(backend)) this.away++;
    }
  }

  #selects({ labels }: Backend): boolean {
    if (this.#selector === undefined) return false;
    return Object.entries(this.#selector).every(([key, value]) => labels[key] === value);
  }
}

interface PodStatus {
  readonly phase?: string;
  readonly containerStatuses?: readonly {
    readonly restartCount?: number;
    readonly state?: { readonly running?: unknown };
  }[];
}

function matches(glob: string, image: string): boolean {
  return picomatch.isMatch(image, glob, { bash: true, nonegate: true, dot: true });
}
