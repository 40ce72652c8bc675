/**
 * How the ReplicaSet controller writes pods: many alike at a time. One call is one batch of requests that
 * are made side by side; each is answered for itself.
 */
import type { ReplicaSet } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import {
  forbidden,
  invalid,
  isNamespaceTerminating,
  notFound,
  unnamed,
  type Status,
} from "../api/status.ts";
import type { WriteEntry } from "../api/trace.ts";
import type { Trace } from "../engine/trace.ts";
import { claimed } from "./claims.ts";
import { podEdits } from "./pod-access.ts";
import { refuseNewContent } from "./namespace-deletion.ts";
import { classProblem } from "./pod-classes.ts";
import { refusedPodName } from "./pod-names.ts";
import { invalidPod } from "./pod-verdicts.ts";
import { podObject } from "./pod-objects.ts";
import type { ApiServer } from "./server.ts";
import { keyOf, type PodMaker, type Store } from "./store.ts";
import { LIMIT_RANGES, limitRefusal } from "./limit-ranges.ts";
import { webhookRefusal } from "./webhooks.ts";

const PODS = { group: "", resource: "pods" } as const;

export interface PodsWritten {
  readonly done: number;
  readonly refused?: Status;
  /** Rows that stay as they were: they were gone already, or their deletion was refused. */
  readonly missing?: readonly number[];
  /** Of the last pod that was written and is now the writer's. */
  readonly resourceVersion?: number;
}

/** Whether the owner is still the one that its controller saw. */
function isThere(store: Store, { metadata }: ReplicaSet): boolean {
  const { namespace = "default", name, uid } = metadata;
  return store.get("replicasets", `${namespace}/${name}`)?.metadata.uid === uid;
}

export class PodWriter {
  readonly #api: ApiServer;
  /** Sources that the LimitRanges let in. */
  readonly #withinLimits = new Set<number>();
  readonly #trace: Trace;
  readonly #abandoned: "kept" | "collected";

  /**
   * `abandoned`: what becomes of pods whose owner was deleted just before they were made. The garbage collector
   * takes them (`collected`); the recordings of the controllers alone are without one. Default: `kept`.
   */
  constructor(api: ApiServer, trace: Trace, abandoned: "kept" | "collected" = "kept") {
    this.#api = api;
    this.#trace = trace;
    this.#abandoned = abandoned;
  }

  create(owner: KubeObject, count: number): PodsWritten {
    const replicaSet = owner as ReplicaSet;
    const { store } = this.#api;
    let done = 0;
    let given = 0;
    const refusals: Status[] = [];
    let first = 0;
    const abandoned = this.#abandoned === "collected" && !isThere(store, replicaSet);
    let maker: PodMaker | undefined;
    for (let i = 0; i < count; i++) {
      const status = this.#refusal(replicaSet, refusals.length);
      if (status === undefined) {
        const row = store.insertPod((maker ??= store.podMaker(replicaSet)));
        if (done === 0) first = row;
        if (abandoned) store.deletePod(row);
        done++;
      } else if (isNamespaceTerminating(status)) {
        // Taken for success: no pod will come, and there is nothing to tell.
        given++;
        this.#write("create", replicaSet.metadata, 1, status.reason);
      } else {
        refusals.push(status);
      }
    }
    if (done > 0) {
      this.#write("create", replicaSet.metadata, done);
      this.#change("created", replicaSet, done);
      const message = `Created pod: ${this.#nameOf(first)}`;
      this.#event(replicaSet, "Normal", "SuccessfulCreate", message, done);
    }
    const written = done === 0 ? {} : { resourceVersion: store.resourceVersion };
    const [refused] = refusals;
    if (refused === undefined) return { done: done + given, ...written };
    this.#creationRefused(replicaSet, refusals);
    return { done: done + given, refused, ...written };
  }

  /** Each pod may be refused for a reason of its own, under a name of its own. */
  #creationRefused(owner: KubeObject, refusals: readonly Status[]): void {
    const reasons = new Set(refusals.map(({ message }) => unnamed(message)));
    for (const reason of reasons) {
      const alike = refusals.filter(({ message }) => unnamed(message) === reason);
      this.#write("create", owner.metadata, alike.length, alike[0]!.reason);
      for (const { message } of alike) {
        this.#event(owner, "Warning", "FailedCreate", `Error creating: ${message}`, 1);
      }
    }
  }

  /**
   * All at the same time, so in no order that Kubernetes promises: in that of who made them, then of age. An
   * injected refusal is the refusal of all.
   */
  delete(owner: KubeObject, rows: readonly number[]): PodsWritten {
    const { store, refusals, requester } = this.#api;
    const status = refusals.take("delete", PODS, "", requester.by);
    if (status !== undefined) return this.#deletionRefused(owner, rows, status);
    const missing = rows.filter((row) => !store.pods.isPresent(row));
    const oldestFirst = rows.filter((row) => store.pods.isPresent(row)).sort((a, b) => a - b);
    const { source } = store.pods.columns;
    const present = store.registry.inOrderOfMakers(oldestFirst, source);
    for (const row of present) store.deletePod(row);
    for (const alike of this.#byMaker(present)) {
      this.#write("delete", this.#maker(alike[0]!), alike.length);
      this.#change("deleting", owner, alike.length);
      const message = `Deleted pod: ${this.#nameOf(alike[0]!)}`;
      this.#event(owner, "Normal", "SuccessfulDelete", message, alike.length);
    }
    for (const alike of this.#byMaker(missing)) {
      this.#write("delete", this.#maker(alike[0]!), alike.length, "NotFound");
    }
    return { done: present.length, missing };
  }

  #deletionRefused(owner: KubeObject, rows: readonly number[], refused: Status): PodsWritten {
    for (const alike of this.#byMaker(rows)) {
      this.#write("delete", this.#maker(alike[0]!), alike.length, refused.reason);
    }
    if (refused.reason === "NotFound") return { done: 0, missing: rows };
    const message = `Error deleting: ${refused.message}`;
    this.#event(owner, "Warning", "FailedDelete", message, rows.length);
    return { done: 0, refused, missing: rows };
  }

  /**
   * Takes pods without a controller, or lets go of own ones: one patch after the other. To let go of what is gone, or is
   * not its own (Invalid), is no failure (controller_ref_manager.go ReleasePod).
   */
  claim(owner: KubeObject, rows: readonly number[], how: "adopt" | "release"): PodsWritten {
    const { store } = this.#api;
    const index = store.registry.ownerIndex(owner);
    const missing: number[] = [];
    let done = 0;
    let resourceVersion: number | undefined;
    let refused: Status | undefined;
    for (const row of rows) {
      const status = this.#claimRefusal(row, owner, how);
      this.#write("patch", this.#maker(row), 1, status?.reason);
      if (status === undefined) {
        const mine = store.pods.columns.owner[row] === index;
        if (how === "release" || !mine) {
          podEdits(store, row, claimed(podObject(store, row), owner, how));
        }
        resourceVersion = store.pods.columns.resourceVersion[row]!;
        done++;
      } else if (
        status.reason === "NotFound" ||
        (how === "release" && status.reason === "Invalid")
      ) {
        missing.push(row);
      } else {
        refused ??= status;
      }
    }
    return {
      done,
      missing,
      ...(refused === undefined ? {} : { refused }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
  }

  #claimRefusal(row: number, owner: KubeObject, how: "adopt" | "release"): Status | undefined {
    const { refusals, requester, store } = this.#api;
    const status = refusals.take("patch", PODS, "", requester.by);
    if (status !== undefined) return status;
    const name = this.#nameOf(row);
    if (!store.pods.isPresent(row)) return notFound(PODS, name);
    const holder = store.registry.owners[store.pods.columns.owner[row]!];
    if (how === "release" || holder === undefined || holder.uid === owner.metadata.uid) {
      return undefined;
    }
    const message = "Invalid value: Only one reference can have Controller set to true";
    const cause = { reason: "FieldValueInvalid", message, field: "metadata.ownerReferences" };
    return invalid({ group: "", kind: "Pod" }, name, [cause]);
  }

  #overLimits(replicaSet: ReplicaSet, pod: () => string): Status | undefined {
    const { registry } = this.#api.store;
    if (!this.#api.store.has(LIMIT_RANGES)) return undefined;
    const { namespace = "default" } = replicaSet.metadata;
    const source = registry.sourceIndex(replicaSet, replicaSet.spec.template);
    // Other LimitRanges make another source (PodRegistry.forget).
    if (this.#withinLimits.has(source)) return undefined;
    const { spec: made } = registry.sources[source]!;
    const refused = limitRefusal(this.#api.store, namespace, pod(), made);
    if (refused === undefined) this.#withinLimits.add(source);
    return refused;
  }

  #overQuota(replicaSet: ReplicaSet, pod: () => string): Status | undefined {
    const { store, quotas } = this.#api;
    if (!quotas.any) return undefined;
    const { namespace = "default" } = replicaSet.metadata;
    const source = store.registry.sourceIndex(replicaSet, replicaSet.spec.template);
    return quotas.refusal(namespace, pod(), store.registry.sources[source]!.spec);
  }

  #classRefusal({ metadata, spec }: ReplicaSet): Status | undefined {
    const problem = classProblem(this.#api.store, spec.template.spec);
    return problem === undefined ? undefined : forbidden(PODS, `${metadata.name}-`, problem);
  }

  /** `before`: pods of the same batch that were refused. */
  #refusal(replicaSet: ReplicaSet, before: number): Status | undefined {
    const { refusals, requester, store } = this.#api;
    const { namespace = "default", name } = replicaSet.metadata;
    const pod = (): string => refusedPodName(name, requester.sync ?? 0, before);
    const labels = replicaSet.spec.template.metadata?.labels ?? {};
    const place = store.get("namespaces", namespace);
    return (
      refusals.take("create", PODS, "", requester.by) ??
      (place === undefined ? undefined : refuseNewContent(place, PODS, name)) ??
      this.#classRefusal(replicaSet) ??
      this.#overPodQuota() ??
      this.#invalid(replicaSet, pod) ??
      this.#overLimits(replicaSet, pod) ??
      webhookRefusal(store, namespace, labels) ??
      this.#overQuota(replicaSet, pod)
    );
  }

  #invalid(replicaSet: ReplicaSet, pod: () => string): Status | undefined {
    const { registry } = this.#api.store;
    const source = registry.sourceIndex(replicaSet, replicaSet.spec.template);
    return invalidPod(registry.sources[source]!, pod);
  }

  #overPodQuota(): Status | undefined {
    const { refusals, store } = this.#api;
    const { podQuota } = refusals;
    if (podQuota === 0 || store.pods.live < podQuota) return undefined;
    const used = store.pods.live;
    return forbidden(
      PODS,
      "",
      `exceeded quota: pods, requested: pods=1, used: pods=${used}, limited: pods=${podQuota}`,
    );
  }

  /** Pods that the same ReplicaSet made; it need not own them any more. */
  #byMaker(rows: readonly number[]): number[][] {
    const groups = new Map<string, number[]>();
    for (const row of rows) {
      const { name } = this.#maker(row);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [row]);
      else group.push(row);
    }
    return [...groups.values()];
  }

  #maker(row: number): { readonly namespace: string; readonly name: string } {
    const { pods, registry } = this.#api.store;
    const { namespace, prefix } = registry.sources[pods.columns.source[row]!]!;
    return { namespace, name: prefix };
  }

  #write(
    verb: WriteEntry["verb"],
    maker: { readonly namespace?: string; readonly name: string },
    count: number,
    error?: string,
  ): void {
    const { by, sync } = this.#api.requester;
    this.#trace.add({
      kind: "write",
      at: this.#api.now,
      by,
      ...(sync === undefined ? {} : { sync }),
      verb,
      resource: "pods",
      namespace: maker.namespace ?? "default",
      name: maker.name,
      count,
      ...(error === undefined ? {} : { error }),
    });
  }

  #change(change: "created" | "deleting", owner: KubeObject, count: number): void {
    const { by } = this.#api.requester;
    this.#trace.add({ kind: "pods", at: this.#api.now, by, change, key: keyOf(owner), count });
  }

  #nameOf(row: number): string {
    const { pods, registry } = this.#api.store;
    return registry.nameOf(pods.columns.source[row]!, pods.columns.ordinal[row]!);
  }

  #event(
    owner: KubeObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    count: number,
  ): void {
    const { by, sync } = this.#api.requester;
    const { namespace = "default", name } = owner.metadata;
    this.#trace.add({
      kind: "event",
      at: this.#api.now,
      by,
      ...(sync === undefined ? {} : { sync }),
      about: { kind: owner.kind, namespace, name },
      type,
      reason,
      message,
      count,
    });
  }
}
