/**
 * How the ReplicaSet controller writes pods: many alike at a time. One call is one batch of requests that
 * are made side by side; each is answered for itself.
 */
import type { ReplicaSet } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import { forbidden, type Status } from "../api/status.ts";
import type { WriteEntry } from "../api/trace.ts";
import type { Trace } from "../engine/trace.ts";
import { NO_OWNER } from "./pod-columns.ts";
import type { ApiServer } from "./server.ts";
import { keyOf } from "./store.ts";

const PODS = { group: "", resource: "pods" } as const;

export interface PodsWritten {
  readonly done: number;
  readonly refused?: Status;
  /** Rows that were gone already: not a refusal for the controller. */
  readonly missing?: readonly number[];
}

export class PodWriter {
  readonly #api: ApiServer;
  readonly #trace: Trace;

  constructor(api: ApiServer, trace: Trace) {
    this.#api = api;
    this.#trace = trace;
  }

  create(owner: KubeObject, count: number): PodsWritten {
    const replicaSet = owner as ReplicaSet;
    const { store } = this.#api;
    let done = 0;
    let refused: Status | undefined;
    let first = 0;
    for (let i = 0; i < count; i++) {
      const status = this.#refusal();
      if (status === undefined) {
        const row = store.insertPod(replicaSet);
        if (done === 0) first = row;
        done++;
      } else {
        refused ??= status;
      }
    }
    if (done > 0) {
      this.#write("create", replicaSet, done);
      this.#change("created", replicaSet, done);
      const message = `Created pod: ${this.#nameOf(first)}`;
      this.#event(replicaSet, "Normal", "SuccessfulCreate", message, done);
    }
    if (refused === undefined) return { done };
    this.#write("create", replicaSet, count - done, refused.reason);
    const message = `Error creating: ${refused.message}`;
    this.#event(replicaSet, "Warning", "FailedCreate", message, count - done);
    return { done, refused };
  }

  delete(owner: KubeObject, rows: readonly number[]): PodsWritten {
    const { store } = this.#api;
    const missing: number[] = [];
    let first = 0;
    for (const row of rows) {
      if (!store.pods.isPresent(row)) {
        missing.push(row);
        continue;
      }
      if (first === 0) first = row;
      store.deletePod(row);
    }
    const done = rows.length - missing.length;
    if (done > 0) {
      this.#write("delete", owner, done);
      this.#change("deleting", owner, done);
      const message = `Deleted pod: ${this.#nameOf(first)}`;
      this.#event(owner, "Normal", "SuccessfulDelete", message, done);
    }
    if (missing.length > 0) this.#write("delete", owner, missing.length, "NotFound");
    return { done, missing };
  }

  /** Takes pods without a controller, or lets go of own ones. */
  claim(owner: KubeObject, rows: readonly number[], how: "adopt" | "release"): PodsWritten {
    const { store } = this.#api;
    const index = store.registry.ownerIndex(owner);
    for (const row of rows) {
      if (!store.pods.isPresent(row)) continue;
      store.setPodOwner(row, how === "adopt" ? index : NO_OWNER);
    }
    this.#write("patch", owner, rows.length);
    return { done: rows.length };
  }

  #refusal(): Status | undefined {
    const { refusals, store } = this.#api;
    if (refusals.take("create", "pods")) return forbidden(PODS, "", "injected");
    const { podQuota } = refusals;
    if (podQuota === 0 || store.pods.live < podQuota) return undefined;
    const used = store.pods.live;
    return forbidden(
      PODS,
      "",
      `exceeded quota: pods, requested: pods=1, used: pods=${used}, limited: pods=${podQuota}`,
    );
  }

  #write(verb: WriteEntry["verb"], owner: KubeObject, count: number, error?: string): void {
    const { by, sync } = this.#api.requester;
    this.#trace.add({
      kind: "write",
      at: this.#api.now,
      by,
      ...(sync === undefined ? {} : { sync }),
      verb,
      resource: "pods",
      namespace: owner.metadata.namespace ?? "default",
      name: owner.metadata.name,
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

