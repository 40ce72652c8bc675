/** Services and their EndpointSlices as a watch tells of them: who is ready, in truth. */
import type { WatchEvent } from "../api/client.ts";
import type { KubeObject, Millis, StringMap } from "../api/meta.ts";
import type { Pods } from "./pods.ts";

interface Endpoint {
  readonly conditions: { readonly ready: boolean; readonly serving: boolean };
  readonly targetRef: { readonly uid: string };
}

interface Slice {
  readonly endpoints: readonly Endpoint[];
  /** Names of the ports that its endpoints have for the Service. */
  readonly ports: readonly string[];
}

/** One Service, by its number. It may be asked for before it exists. */
interface KnownService {
  readonly namespace: string;
  readonly name: string;
  selector: StringMap | undefined;
  /** How long a client that is idle stays with its pod; undefined: clients do not stay. */
  affinity: Millis | undefined;
  /** The name of its first port, which requests go to; undefined: it has none, and clients go to its pods. */
  port: string | undefined;
  slices: Readonly<Record<string, Slice>>;
  /** Ready in the EndpointSlices: numbers of servers. */
  ready: readonly number[];
  /** What proxies are to use. */
  usable: readonly number[];
}

export type SavedServices = readonly Readonly<KnownService>[];

// core/v1 SessionAffinityConfig: ClientIP.timeoutSeconds defaults to three hours.
const DEFAULT_AFFINITY_SECONDS = 10_800;

export class Services {
  readonly #pods: Pods;
  readonly #changed: (service: number, usable: readonly number[], at: Millis) => void;
  readonly #services: KnownService[];
  readonly #numbers = new Map<string, number>();
  /** Slices were written since `changed` was told last. */
  readonly #dirty = new Set<number>();
  /** What `hasOthersAway` answered since pods or Services changed last. */
  readonly #othersAway = new Map<number, boolean>();

  /** `changed` hears which servers proxies are to use from now on. */
  constructor(
    pods: Pods,
    changed: (service: number, usable: readonly number[], at: Millis) => void,
    saved: SavedServices = [],
  ) {
    this.#pods = pods;
    this.#changed = changed;
    this.#services = saved.map((service) => ({ ...service }));
    this.#services.forEach(({ namespace, name }, number) =>
      this.#numbers.set(`${namespace}/${name}`, number),
    );
  }

  number(namespace: string, name: string): number {
    const key = `${namespace}/${name}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      const unknown = { selector: undefined, affinity: undefined, port: undefined };
      number =
        this.#services.push({ namespace, name, ...unknown, slices: {}, ready: [], usable: [] }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** Whether that is a Service of that name, or with none given any of the namespace. */
  isCalled(number: number, namespace: string, name: string | undefined): boolean {
    const service = this.#services[number]!;
    return service.namespace === namespace && (name === undefined || name === service.name);
  }

  get count(): number {
    return this.#services.length;
  }

  nameOf(service: number): string {
    const { namespace, name } = this.#services[service]!;
    return `${namespace}/${name}`;
  }

  affinityOf(service: number): Millis | undefined {
    return this.#services[service]!.affinity;
  }

  readyCount(service: number): number {
    return this.#services[service]!.ready.length;
  }

  isReady(service: number, server: number): boolean {
    return this.#services[service]!.ready.includes(server);
  }

  usable(service: number): readonly number[] {
    return this.#services[service]!.usable;
  }

  /** Whether pods that it selects and that are to stay are not ready. */
  hasOthersAway(service: number): boolean {
    let away = this.#othersAway.get(service);
    if (away === undefined) {
      away = this.#isSomeoneAway(this.#services[service]!);
      this.#othersAway.set(service, away);
    }
    return away;
  }

  serviceChanged({ type, object }: Pick<WatchEvent, "type" | "object">): void {
    const service = this.#services[this.#numberOf(object, object.metadata.name)]!;
    const { selector, sessionAffinity, sessionAffinityConfig, ports } = object[
      "spec"
    ] as ServiceSpec;
    const { timeoutSeconds = DEFAULT_AFFINITY_SECONDS } = sessionAffinityConfig?.clientIP ?? {};
    const exists = type !== "DELETED";
    service.selector = exists ? selector : undefined;
    service.port = ports?.[0] && (ports[0].name ?? "");
    service.affinity = exists && sessionAffinity === "ClientIP" ? timeoutSeconds * 1000 : undefined;
  }

  sliceChanged({ type, object }: Pick<WatchEvent, "type" | "object">): void {
    const name = object.metadata.labels?.["kubernetes.io/service-name"];
    if (name === undefined) return;
    const number = this.#numberOf(object, name);
    const service = this.#services[number]!;
    const { [object.metadata.name]: _, ...others } = service.slices;
    const endpoints = (object["endpoints"] as readonly Endpoint[] | null) ?? [];
    const ports = (object["ports"] as readonly Port[] | null) ?? [];
    const slice = { endpoints, ports: ports.map(({ name: called = "" }) => called) };
    service.slices =
      type === "DELETED" ? others : { ...service.slices, [object.metadata.name]: slice };
    this.#dirty.add(number);
  }

  /**
   * After all changes of an instant. kube-proxy takes ready endpoints that have the Service's port, and where there
   * is none those that terminate and still serve.
   */
  publish(at: Millis): void {
    for (const number of this.#dirty) {
      const service = this.#services[number]!;
      const { port } = service;
      const all = Object.values(service.slices)
        .filter(({ ports }) => port === undefined || ports.includes(port))
        .flatMap(({ endpoints }) => endpoints);
      const chosen = (wanted: (endpoint: Endpoint) => boolean): readonly number[] =>
        all.filter(wanted).flatMap(({ targetRef }) => this.#pods.serverOf(targetRef.uid) ?? []);
      service.ready = chosen(({ conditions }) => conditions.ready);
      const { ready } = service;
      service.usable = ready.length > 0 ? ready : chosen(({ conditions }) => conditions.serving);
      this.#changed(number, service.usable, at);
    }
    this.#dirty.clear();
    this.#othersAway.clear();
  }

  /** To be asked when all that changed has been published. */
  save(): SavedServices {
    return this.#services.map((service) => ({ ...service }));
  }

  #isSomeoneAway({ selector, ready, namespace }: KnownService): boolean {
    if (selector === undefined) return false;
    const wanted = Object.entries(selector);
    const there = new Set(ready);
    for (const pod of this.#pods.present) {
      if (pod.terminating || pod.namespace !== namespace || there.has(pod.server)) continue;
      if (wanted.every(([key, value]) => pod.labels[key] === value)) return true;
    }
    return false;
  }

  #numberOf(object: KubeObject, name: string): number {
    return this.number(object.metadata.namespace ?? "default", name);
  }
}

interface Port {
  readonly name?: string;
}

interface ServiceSpec {
  readonly ports?: readonly Port[];
  readonly selector?: StringMap;
  readonly sessionAffinity?: string;
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
}
