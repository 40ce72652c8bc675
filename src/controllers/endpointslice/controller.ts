/**
 * The EndpointSlice and Endpoints controllers: for each Service with a selector they list its pods, ready,
 * not ready and terminating. Mirrors kubernetes/pkg/controller/endpointslice and pkg/controller/endpoint
 * (v1.37.2).
 *
 * They write nothing that the Deployment and ReplicaSet controllers read, so they have no part in the order
 * in which those take turns: they act once those have settled, on all that changed at the instant. Without
 * Services nothing happens here. Left out: IPv6, zones and topology hints, batching (off by default).
 */
import { deepEqual } from "../../api/json.ts";
import type { Service } from "../../api/core.ts";
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import type { WriteEntry } from "../../api/trace.ts";
import { keyOf, type ObjectEvent, type Store } from "../../apiserver/store.ts";
import type { Random } from "../../engine/random.ts";
import type { Trace } from "../../engine/trace.ts";
import { subsetsOf } from "./legacy.ts";
import { endpointsObject, ownSlices, sliceObject, type SliceContent } from "./objects.ts";
import { ServiceEndpoints } from "./service-endpoints.ts";
import type { Slice } from "./slices.ts";

const SLICES = "endpointslices";

export interface EndpointsWorld {
  readonly store: Store;
  readonly trace: Trace;
  readonly random: Random;
}

export class EndpointSliceController {
  readonly #world: EndpointsWorld;
  /** By `namespace/name`; Services without a selector, or of type ExternalName, are not here. */
  readonly #services = new Map<string, ServiceEndpoints>();
  readonly #dirty = new Set<string>();
  /** Services that are gone, whose objects go with them. */
  readonly #gone: KubeObject[] = [];
  #writing: "own" | "others" = "others";
  #hearsPods = false;

  constructor(world: EndpointsWorld) {
    this.#world = world;
    const { store } = world;
    for (const service of store.all("services")) this.#know(service as Service, "known");
    store.listen({ object: (event) => this.#hear(event) });
  }

  /** Deployments, ReplicaSets and pods are as they will be at this instant: brings endpoints up to date. */
  settled(): void {
    if (this.#dirty.size === 0 && this.#gone.length === 0) return;
    this.#writing = "own";
    for (const service of this.#gone.splice(0)) this.#collect(service);
    const keys = [...this.#dirty].toSorted(compareText);
    for (const key of keys) this.#sync(key);
    this.#dirty.clear();
    this.#writing = "others";
  }

  #hear({ type, resource, object }: ObjectEvent): void {
    if (resource === "services") this.#serviceChanged(object as Service, type);
    else if (this.#writing === "own") return;
    else if (resource === SLICES) {
      const name = object.metadata.labels?.["kubernetes.io/service-name"] ?? "";
      const key = `${object.metadata.namespace ?? "default"}/${name}`;
      this.#services.get(key)?.reread();
      this.#dirty.add(key);
    } else if (resource === "endpoints") this.#dirty.add(keyOf(object));
  }

  #serviceChanged(service: Service, type: ObjectEvent["type"]): void {
    const key = keyOf(service);
    if (type === "DELETED") {
      this.#services.delete(key);
      this.#gone.push(service);
      return;
    }
    const known = this.#services.get(key);
    if (known === undefined) this.#know(service, "new");
    else if (isSelecting(service)) known.update(service);
    else this.#services.delete(key);
    this.#dirty.add(key);
  }

  #know(service: Service, state: "new" | "known"): void {
    if (!isSelecting(service)) return;
    const { store } = this.#world;
    // From the first Service on: pods are many.
    if (!this.#hearsPods) store.listen({ pod: (_, row) => this.#podChanged(row) });
    this.#hearsPods = true;
    this.#services.set(keyOf(service), new ServiceEndpoints(store, service, state));
  }

  #podChanged(row: number): void {
    for (const [key, service] of this.#services) {
      if (service.podChanged(row) === "noted") this.#dirty.add(key);
    }
  }

  #sync(key: string): void {
    const endpoints = this.#services.get(key);
    if (endpoints === undefined) return;
    const { service } = endpoints;
    const { triggerMs, ...changes } = endpoints.reconcile();
    const content = (slice: Slice): SliceContent => ({
      addressType: "IPv4",
      endpoints: endpoints.endpointsIn(slice),
      ports: slice.ports,
      triggerMs,
    });
    for (const slice of changes.create) this.#createSlice(service, slice, content(slice));
    for (const slice of changes.update) this.#updateSlice(service, slice, content(slice));
    for (const { name } of changes.delete) {
      const object = this.#world.store.get(SLICES, `${service.metadata.namespace}/${name}`);
      if (object !== undefined) this.#delete(SLICES, object, "endpointslice-controller");
    }
    this.#syncLegacy(endpointsObject(service, subsetsOf(endpoints.groups()), triggerMs));
  }

  #createSlice(service: Service, slice: Slice, content: SliceContent): void {
    const { store } = this.#world;
    slice.name = this.#newName(service);
    const object = sliceObject(service, slice.name, content);
    const metadata = { ...object.metadata, generation: 1 };
    const stored = store.insert(SLICES, { ...object, metadata });
    this.#record("create", SLICES, stored, "endpointslice-controller");
  }

  #updateSlice(service: Service, slice: Slice, content: SliceContent): void {
    const { store } = this.#world;
    const object = sliceObject(service, slice.name!, content);
    const current = store.get(SLICES, keyOf(object));
    if (current === undefined) return this.#createSlice(service, slice, content);
    const { uid = "", creationTimestamp = "", generation = 1 } = current.metadata;
    const same =
      deepEqual(current["endpoints"], object.endpoints) &&
      deepEqual(current["ports"], object.ports) &&
      deepEqual(current.metadata.labels, object.metadata.labels);
    const metadata = {
      ...object.metadata,
      uid,
      creationTimestamp,
      generation: same ? generation : generation + 1,
    };
    const stored = store.replace(SLICES, { ...object, metadata });
    this.#record("update", SLICES, stored, "endpointslice-controller");
  }

  #syncLegacy(object: KubeObject): void {
    const { store } = this.#world;
    const current = store.get("endpoints", keyOf(object));
    if (current === undefined) {
      this.#record("create", "endpoints", store.insert("endpoints", object), "endpoint-controller");
      return;
    }
    const { labels, uid = "", creationTimestamp = "" } = current.metadata;
    if (
      deepEqual(current["subsets"], object["subsets"]) &&
      deepEqual(labels, object.metadata.labels)
    ) {
      return;
    }
    const metadata = { ...object.metadata, uid, creationTimestamp };
    const stored = store.replace("endpoints", { ...object, metadata });
    this.#record("update", "endpoints", stored, "endpoint-controller");
  }

  /** The garbage collector takes the slices, the endpoints controller its own object. */
  #collect(service: KubeObject): void {
    const { store } = this.#world;
    for (const slice of ownSlices(store, service)) {
      this.#delete(SLICES, slice, "generic-garbage-collector");
    }
    const legacy = store.get("endpoints", keyOf(service));
    if (legacy !== undefined) this.#delete("endpoints", legacy, "endpoint-controller");
  }

  #delete(resource: string, object: KubeObject, by: string): void {
    this.#world.store.delete(resource, object);
    this.#record("delete", resource, object, by);
  }

  /** `web-` and five characters, as generateName makes them, drawn from the seed. */
  #newName({ metadata: { name, namespace } }: Service): string {
    const { store, random } = this.#world;
    for (let turn = 0; ; turn++) {
      let rest = Math.floor(random.draw("slice-name", store.resourceVersion, turn) * 27 ** 5);
      let suffix = "";
      for (let i = 0; i < 5; i++) {
        suffix += ALPHABET[rest % 27]!;
        rest = Math.floor(rest / 27);
      }
      const candidate = `${name}-${suffix}`;
      if (store.get(SLICES, `${namespace}/${candidate}`) === undefined) return candidate;
    }
  }

  #record(verb: WriteEntry["verb"], resource: string, object: KubeObject, by: string): void {
    const { store, trace } = this.#world;
    trace.add({
      kind: "write",
      at: store.now,
      by,
      verb,
      resource,
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      // The legacy object says nothing that the slices do not, at up to a thousand addresses a write.
      ...(resource === SLICES ? { object } : {}),
    });
  }
}

// generateName's letters: no vowels, nor what looks like one.
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

function isSelecting({ spec }: Service): boolean {
  return spec.selector !== undefined && spec["type"] !== "ExternalName";
}
