/**
 * The API server: the verbs of the Kubernetes API over the store, with defaulting, validation, optimistic
 * locking and patches. Every write, accepted or refused, goes into the trace.
 */
import type {
  Client,
  DeleteOptions,
  KindInfo,
  ListOptions,
  ObjectRef,
  PatchType,
  Served,
  Watch,
  WriteOptions,
} from "../api/client.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import { conflict, invalid, notFound, type Answer } from "../api/status.ts";
import type { WriteEntry } from "../api/trace.ts";
import type { Trace } from "../engine/trace.ts";
import { admitCreate, refuseNew } from "./admission.ts";
import { readBody } from "./body.ts";
import { decodeObject } from "./decode.ts";
import { claimCauses, claimed } from "./claims.ts";
import { refuseDeletion } from "./deletion.ts";
import { collect, replaceOrFinish, sweepForeground } from "./garbage-collection.ts";
import { customKindOf, customKinds, kindIn } from "./custom-kinds.ts";
import { asRecord } from "./json.ts";
import { groupResource, groupResourceOf, kindOfResource, KINDS, storeName } from "./kinds.ts";
import { LIMIT_RANGES } from "./limit-ranges.ts";
import { selectObjects } from "./listing.ts";
import { findPod, listPods } from "./pod-access.ts";
import { podObject } from "./pod-objects.ts";
import { Quotas } from "./quotas.ts";
import type { Refusals } from "./refusals.ts";
import { deleteCauses, refusedOptions } from "./request-options.ts";
import { createIn, deleteIn } from "./storage.ts";
import type { Store } from "./store.ts";
import { strategyFor } from "./strategy.ts";
import { applyObject, patchObject, replaceObject } from "./updates.ts";
import { openWatch } from "./watch.ts";
import { admissionRefusal } from "./pod-admission.ts";
import { timestamp } from "../api/time.ts";
import { trackWrite } from "./field-managers/track.ts";

/** In whose name writes are made, and in which sync of a controller. */
export interface Requester {
  readonly by: string;
  readonly sync?: number;
}

type Refused = Extract<Answer<KubeObject>, { ok: false }>;

const USER: Requester = { by: "user" };

export class ApiServer implements Client {
  readonly store: Store;
  readonly refusals: Refusals;
  requester: Requester = USER;
  readonly quotas: Quotas;
  readonly #trace: Trace;
  /** Set by the cluster: who guards disruption budgets. */
  eviction: Client["evict"] = (pod, options) => this.delete(pod, options);

  constructor(store: Store, refusals: Refusals, trace: Trace) {
    this.store = store;
    this.refusals = refusals;
    this.#trace = trace;
    this.quotas = new Quotas(store, trace);
    store.listen({
      object: ({ resource }) => {
        if (resource === LIMIT_RANGES) store.registry.forget();
      },
    });
    store.afterPodGone = (row) => {
      if (store.ownership.podsOwn) collect(store, podObject(store, row));
      sweepForeground(store);
    };
  }

  get now(): Millis {
    return this.store.now;
  }

  get wallClockMs(): Millis {
    return this.store.wallClockMs;
  }

  kinds(): readonly KindInfo[] {
    return [...KINDS, ...customKinds(this.store)];
  }

  get<R extends string>(ref: ObjectRef<R>): Answer<Served<R>> {
    const found = this.#find(ref);
    if (found !== undefined) return { ok: true, value: found as Served<R> };
    return { ok: false, status: notFound(groupResourceOf(ref.resource), ref.name) };
  }

  list<R extends string>(resource: R, options: ListOptions = {}): readonly Served<R>[] {
    const kind = kindOfResource(resource);
    const name = kind?.resource ?? resource;
    const all = name === "pods" ? listPods(this.store, options.namespace) : this.store.all(name);
    return selectObjects(all, options) as readonly Served<R>[];
  }

  watch(resource: string, options: ListOptions = {}): Watch {
    return openWatch(this.store, kindOfResource(resource)?.resource ?? resource, options);
  }

  create(body: KubeObject, options: WriteOptions = {}): Answer<KubeObject> {
    const read = readBody(body);
    if (!read.ok) return read;
    const object = read.value;
    const kind = kindIn(this.store, object);
    const resource = storeName(kind);
    const answer = this.#create(kind, object, options);
    if (options.dryRun === undefined) this.#record("create", resource, object, answer);
    return answer;
  }

  update(body: KubeObject, options: WriteOptions = {}): Answer<KubeObject> {
    const read = readBody(body);
    if (!read.ok) return read;
    const object = read.value;
    const kind = kindIn(this.store, object);
    const answer = this.#update(kind, object, options);
    if (options.dryRun === undefined) {
      const verb = options.subresource === undefined ? "update" : `update/${options.subresource}`;
      this.#record(verb as WriteEntry["verb"], storeName(kind), object, answer);
    }
    return answer;
  }

  patch(
    ref: ObjectRef,
    type: PatchType,
    patch: unknown,
    options: WriteOptions = {},
  ): Answer<KubeObject> {
    const current = this.#find(ref);
    const resource = kindOfResource(ref.resource)?.resource ?? ref.resource;
    const answer = this.#patch(ref, current, type, patch, options);
    if (options.dryRun === undefined) {
      this.#record("patch", resource, current ?? subjectOf(ref), answer);
    }
    return answer;
  }

  delete(ref: ObjectRef, options: DeleteOptions = {}): Answer<KubeObject> {
    const current = this.#find(ref);
    const resource = kindOfResource(ref.resource)?.resource ?? ref.resource;
    const of = groupResourceOf(ref.resource);
    const wrong = refusedOptions("DeleteOptions", deleteCauses(options));
    if (wrong !== undefined) return wrong;
    const status =
      this.refusals.take("delete", of, ref.name, this.requester.by) ??
      (current === undefined ? notFound(of, ref.name) : undefined);
    if (current === undefined || status !== undefined) {
      const answer: Refused = { ok: false, status: status ?? notFound(of, ref.name) };
      if (options.dryRun === undefined) this.#record("delete", resource, subjectOf(ref), answer);
      return answer;
    }
    const kind = kindIn(this.store, current);
    const kept = refuseDeletion(kind, current, options);
    if (kept !== undefined) return { ok: false, status: kept };
    const value = deleteIn(this.store, storeName(kind), current, options);
    if (options.dryRun === undefined)
      this.#record("delete", resource, current, { ok: true, value });
    return { ok: true, value };
  }

  evict(pod: ObjectRef, options?: DeleteOptions): Answer<KubeObject> {
    return this.eviction(pod, options);
  }

  /**
   * A controller's update of an object that it read from the store: locked and versioned as any other, but
   * neither defaulted nor validated again.
   */
  updateTrusted(resource: string, object: KubeObject, subresource?: "status"): Answer<KubeObject> {
    const kind = kindIn(this.store, object);
    const answer = this.#updateTrusted(kind, object, subresource);
    this.#record(subresource === undefined ? "update" : "update/status", resource, object, answer);
    return answer;
  }

  /** Makes `owner` the controller of an object (adopt), or no longer (release). */
  claim(
    resource: string,
    object: KubeObject,
    owner: KubeObject,
    how: "adopt" | "release",
  ): Answer<KubeObject> {
    const kind = kindIn(this.store, object);
    const refused = this.#refusal("patch", kind, object.metadata.name);
    const answer = refused ?? this.#claim(kind, object, owner, how);
    this.#record("patch", resource, object, answer);
    return answer;
  }

  #claim(
    kind: KindInfo,
    object: KubeObject,
    owner: KubeObject,
    how: "adopt" | "release",
  ): Answer<KubeObject> {
    const resource = storeName(kind);
    const { name } = object.metadata;
    const current = this.#find({ ...object.metadata, resource });
    if (current === undefined) return { ok: false, status: notFound(groupResource(kind), name) };
    const causes = claimCauses(current, object, owner, how);
    if (causes.length > 0) return { ok: false, status: invalid(kind, name, causes) };
    return { ok: true, value: this.store.replace(resource, claimed(current, owner, how)) };
  }

  #updateTrusted(kind: KindInfo, object: KubeObject, subresource?: "status"): Answer<KubeObject> {
    const { name, resourceVersion } = object.metadata;
    const verb = subresource === undefined ? "update" : "update/status";
    const refused = this.#refusal(verb, kind, name);
    if (refused !== undefined) return refused;
    const current = this.#find({ ...object.metadata, resource: storeName(kind) });
    if (current === undefined) return { ok: false, status: notFound(groupResource(kind), name) };
    if (resourceVersion !== current.metadata.resourceVersion) {
      return { ok: false, status: conflict(groupResource(kind), name) };
    }
    const strategy = strategyFor(storeName(kind))!;
    const next = strategy.prepareForUpdate(object, current, subresource);
    // What controllers write is right, but for sums of 32 bits that come out below 0.
    if (Number(asRecord(next["spec"])["replicas"]) < 0) {
      const causes = strategy.validateUpdate(next, current, subresource);
      return { ok: false, status: invalid(kind, name, causes) };
    }
    return { ok: true, value: replaceOrFinish(this.store, storeName(kind), next) };
  }

  #refusal(verb: string, kind: KindInfo, name: string): Refused | undefined {
    const status = this.refusals.take(verb, groupResource(kind), name, this.requester.by);
    return status === undefined ? undefined : { ok: false, status };
  }

  #find(ref: ObjectRef): KubeObject | undefined {
    const kind = kindOfResource(ref.resource) ?? customKindOf(this.store, ref.resource);
    const resource = kind === undefined ? ref.resource : storeName(kind);
    const namespace = ref.namespace ?? "default";
    if (resource === "pods") return findPod(this.store, namespace, ref.name)?.pod;
    return this.store.get(
      resource,
      kind?.namespaced === false ? ref.name : `${namespace}/${ref.name}`,
    );
  }

  #create(kind: KindInfo, object: KubeObject, options: WriteOptions): Answer<KubeObject> {
    const refused = this.#refusal("create", kind, object.metadata.name);
    if (refused !== undefined) return refused;
    const admitted = admitCreate(this.store, kind, object, options.fieldValidation);
    if (!admitted.ok) return admitted;
    const { warnings } = admitted;
    const value = trackWrite(undefined, admitted, options, timestamp(this.wallClockMs));
    const refusal =
      admissionRefusal(this, groupResource(kind), value) ??
      refuseNew(kind, value, this.#find({ ...value.metadata, resource: storeName(kind) }), options);
    if (refusal !== undefined) return { ok: false, status: refusal, warnings };
    const stored = createIn(this.store, storeName(kind), value, options.dryRun);
    return { ok: true, value: stored, warnings };
  }

  #update(kind: KindInfo, object: KubeObject, options: WriteOptions): Answer<KubeObject> {
    const { name } = object.metadata;
    const refused = this.#refusal("update", kind, name);
    if (refused !== undefined) return refused;
    const decoded = decodeObject(object, options.fieldValidation);
    if (!decoded.ok) return decoded;
    const current = this.#find({ ...object.metadata, resource: storeName(kind) });
    return replaceObject(this.store, kind, current, decoded, options);
  }

  #patch(
    ref: ObjectRef,
    current: KubeObject | undefined,
    type: PatchType,
    patch: unknown,
    options: WriteOptions,
  ): Answer<KubeObject> {
    if (type === "apply") return this.#apply(ref, current, patch, options);
    if (current === undefined) {
      return { ok: false, status: notFound(groupResourceOf(ref.resource), ref.name) };
    }
    const injected = this.#refusal("patch", kindIn(this.store, current), current.metadata.name);
    return injected ?? patchObject(this.store, current, type, patch, options);
  }

  #apply(
    ref: ObjectRef,
    current: KubeObject | undefined,
    configuration: unknown,
    options: WriteOptions,
  ): Answer<KubeObject> {
    const applied = applyObject(this.store, ref, current, configuration, options);
    if (current !== undefined || !applied.ok) return applied;
    const { fieldManager: _, ...rest } = options;
    return this.#create(kindIn(this.store, applied.value), applied.value, rest);
  }

  #record(
    verb: WriteEntry["verb"],
    resource: string,
    subject: KubeObject,
    answer: Answer<KubeObject>,
  ): void {
    const { by, sync } = this.requester;
    this.#trace.add({
      kind: "write",
      at: this.now,
      by,
      ...(sync === undefined ? {} : { sync }),
      verb,
      resource,
      namespace: subject.metadata.namespace ?? "",
      name: answer.ok ? answer.value.metadata.name : subject.metadata.name,
      ...(answer.ok
        ? resource === "pods"
          ? {}
          : { object: answer.value }
        : { error: answer.status.reason ?? "InternalError" }),
    });
  }
}

/** Stands for an object that does not exist. */
function subjectOf({ name, namespace = "default" }: ObjectRef): KubeObject {
  return { apiVersion: "", kind: "", metadata: { name, namespace } };
}
