/**
 * The endpoints of one Service as they were written last, and what changed since: a sync costs what changed.
 * It can be made anew from the store at any time.
 */
import type { Service } from "../../api/core.ts";
import type { Millis, StringMap } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { UNBOUND } from "../../apiserver/pod-columns.ts";
import { podObject } from "../../apiserver/pod-objects.ts";
import type { Store } from "../../apiserver/store.ts";
import { endpointOf, sameCondition, type Endpoint } from "./endpoint.ts";
import { ownSlices, type EndpointSliceObject } from "./objects.ts";
import type { PortGroup } from "./legacy.ts";
import { endpointPorts, portsKey, type EndpointPort } from "./ports.ts";
import { placeEndpoints, type Arrivals, type Slice, type SliceChanges } from "./slices.ts";

export interface ServiceChanges extends SliceChanges {
  /** When what led to these changes happened, ms since 1970; undefined: nothing that has a time. */
  readonly triggerMs: Millis | undefined;
}

/** Ports by template. */
interface Offer {
  readonly key: string;
  readonly ports: readonly EndpointPort[];
}

export class ServiceEndpoints {
  readonly #store: Store;
  #service: Service;
  #slices: Slice[] = [];
  /** The slice that a pod's endpoint is in. */
  readonly #home = new Map<number, Slice>();
  readonly #endpoints = new Map<number, Endpoint>();
  readonly #dirty = new Set<number>();
  #labels: "changed" | "same" = "same";
  /** Seconds since 1970 of the change of each pod that was seen last. */
  readonly #triggers = new Map<number, number>();
  /** Nothing was written for this Service yet. */
  #fresh: boolean;
  readonly #matches = new Map<number, boolean>();
  readonly #offers = new Map<number, Offer>();

  /** `known`: its slices are in the store, and nothing happened since they were written. */
  constructor(store: Store, service: Service, state: "new" | "known") {
    this.#store = store;
    this.#service = service;
    this.#fresh = state === "new";
    this.#read();
    for (const row of this.#matchingRows()) {
      if (state === "new") this.#dirty.add(row);
      else this.#sawTrigger(row);
    }
  }

  get service(): Service {
    return this.#service;
  }

  /** The Service was written. */
  update(service: Service): void {
    this.#labels = "changed";
    this.#service = service;
    this.#matches.clear();
    this.#offers.clear();
    this.#checkAll();
  }

  /** Somebody else changed its slices. */
  reread(): void {
    this.#home.clear();
    this.#endpoints.clear();
    this.#read();
    this.#checkAll();
  }

  /** Something happened to a pod, perhaps one of this Service. */
  podChanged(row: number): "noted" | "not mine" {
    if (!this.#home.has(row) && !this.#selects(row)) return "not mine";
    this.#dirty.add(row);
    return "noted";
  }

  /** What to write so that the slices tell the truth; they are taken as written. */
  reconcile(): ServiceChanges {
    const triggerMs = this.#trigger();
    const touched = new Set<Slice>();
    const leaving = new Set<number>();
    const arrivals = new Map<string, Arrivals>();
    for (const row of [...this.#dirty].toSorted((a, b) => a - b)) {
      this.#check(row, touched, leaving, arrivals);
    }
    for (const slice of touched) slice.rows = slice.rows.filter((row) => !leaving.has(row));
    // In the order in which they would be read from the store.
    this.#slices.sort((a, b) => compareText(a.name!, b.name!));
    const changes = placeEndpoints({
      slices: this.#slices,
      touched,
      arrivals: [...arrivals.values()],
      labels: this.#labels,
    });
    this.#take(changes);
    this.#dirty.clear();
    this.#labels = "same";
    this.#fresh = false;
    return { ...changes, triggerMs };
  }

  endpointsIn({ rows }: Slice): readonly Endpoint[] {
    return rows.map((row) => this.#endpoints.get(row)!);
  }

  /** All endpoints by the ports that they offer, for the legacy object. */
  groups(): readonly PortGroup[] {
    const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
    for (const slice of this.#slices.toSorted((a, b) => compareText(a.key, b.key))) {
      const group = groups.get(slice.key) ?? { ports: slice.ports, endpoints: [] };
      groups.set(slice.key, group);
      group.endpoints.push(...this.endpointsIn(slice));
    }
    return [...groups.values()];
  }

  #check(
    row: number,
    touched: Set<Slice>,
    leaving: Set<number>,
    arrivals: Map<string, Arrivals>,
  ): void {
    const slice = this.#home.get(row);
    const next = this.#endpoint(row);
    const offer = next === undefined ? undefined : this.#offer(row);
    const before = this.#endpoints.get(row);
    if (next === undefined) this.#endpoints.delete(row);
    else this.#endpoints.set(row, next);
    if (slice !== undefined && offer?.key === slice.key) {
      if (!sameCondition(before!, next!)) touched.add(slice);
      return;
    }
    if (slice !== undefined) {
      leaving.add(row);
      touched.add(slice);
      this.#home.delete(row);
    }
    if (offer === undefined) return;
    const group = arrivals.get(offer.key) ?? { ...offer, rows: [] };
    arrivals.set(offer.key, group);
    group.rows.push(row);
  }

  #endpoint(row: number): Endpoint | undefined {
    return this.#selects(row) ? endpointOf(this.#store, this.#service, row) : undefined;
  }

  #take({ create, update, delete: gone }: SliceChanges): void {
    const named = new Set([...gone, ...update].map(({ name }) => name));
    const kept = this.#slices.filter(({ name }) => !named.has(name));
    this.#slices = [...kept, ...update, ...create];
    for (const slice of [...update, ...create]) {
      for (const row of slice.rows) this.#home.set(row, slice);
    }
  }

  #checkAll(): void {
    for (const row of this.#home.keys()) this.#dirty.add(row);
    for (const row of this.#matchingRows()) this.#dirty.add(row);
  }

  #matchingRows(): readonly number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#store.pods.length; row++) {
      if (this.#store.pods.isPresent(row) && this.#selects(row)) rows.push(row);
    }
    return rows;
  }

  #selects(row: number): boolean {
    const { pods, registry } = this.#store;
    const source = pods.columns.source[row]!;
    if (registry.special.has(row)) {
      const { namespace = "default", labels = {} } = podObject(this.#store, row).metadata;
      return this.#selectsLabels(namespace, labels);
    }
    let matches = this.#matches.get(source);
    if (matches === undefined) {
      const { namespace, template } = registry.sources[source]!;
      matches = this.#selectsLabels(namespace, template.metadata?.labels ?? {});
      this.#matches.set(source, matches);
    }
    return matches;
  }

  #selectsLabels(namespace: string, labels: StringMap): boolean {
    const { spec, metadata } = this.#service;
    if (namespace !== metadata.namespace) return false;
    return Object.entries(spec.selector ?? {}).every(([key, value]) => labels[key] === value);
  }

  #offer(row: number): Offer {
    const source = this.#store.pods.columns.source[row]!;
    let offer = this.#offers.get(source);
    if (offer === undefined) {
      const ports = endpointPorts(
        this.#service,
        this.#store.registry.sources[source]!.template.spec,
      );
      offer = { key: portsKey(ports), ports };
      this.#offers.set(source, offer);
    }
    return offer;
  }

  #read(): void {
    this.#slices = ownSlices(this.#store, this.#service).map((object) => this.#readSlice(object));
  }

  #readSlice({ metadata, endpoints, ports }: EndpointSliceObject): Slice {
    const offered = ports ?? [];
    const slice: Slice = {
      name: metadata.name,
      key: portsKey(offered),
      ports: offered,
      rows: [],
    };
    for (const endpoint of endpoints ?? []) {
      const { namespace, name } = endpoint.targetRef;
      const row = this.#store.registry.rowNamed(namespace, name);
      if (row === undefined) continue;
      slice.rows.push(row);
      this.#home.set(row, slice);
      this.#endpoints.set(row, endpoint);
    }
    return slice;
  }

  /** Mirrors ComputeEndpointLastChangeTriggerTime: the earliest of the changes not seen before. */
  #trigger(): Millis | undefined {
    let earliest = Infinity;
    for (const row of this.#dirty) {
      const before = this.#triggers.get(row) ?? -Infinity;
      const second = this.#sawTrigger(row);
      if (second !== undefined && second > before) earliest = Math.min(earliest, second);
    }
    if (this.#fresh) return Date.parse(this.#service.metadata.creationTimestamp ?? "");
    return earliest === Infinity ? undefined : earliest * 1000;
  }

  /** When the pod's readiness changed last; a pod that ends says so before it is gone. */
  #sawTrigger(row: number): number | undefined {
    const { pods, wallClockSeconds } = this.#store;
    if (!pods.isPresent(row)) {
      this.#triggers.delete(row);
      return this.#home.has(row) ? wallClockSeconds : undefined;
    }
    if (!this.#selects(row)) {
      this.#triggers.delete(row);
      return undefined;
    }
    const { node, readyS, boundS } = pods.columns;
    if (node[row] === UNBOUND) return undefined;
    const second = readyS[row]! || boundS[row]!;
    this.#triggers.set(row, second);
    return second;
  }
}
