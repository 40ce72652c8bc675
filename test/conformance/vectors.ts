/**
 * Recorded single syncs: `reconcile(view)` against what a real sync wrote. Each write is answered with its
 * recorded outcome. Not compared: resourceVersions and generations (the API's own), the length of back-offs
 * (they depend on earlier syncs), events about single pods (they come with the writes), and what a
 * second try over a fresh read, or a patch, keeps of the object that it meets.
 */
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import { deepEqual } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import {
  alreadyExists,
  conflict,
  failure,
  forbidden,
  isNamespaceTerminating,
  notFound,
  type Status,
} from "../../src/api/status.ts";
import { claimed } from "../../src/apiserver/claims.ts";
import { canonicalObject } from "../../src/apiserver/encode.ts";
import {
  planOf,
  type Effect,
  type Outcome,
  type PodsOutcome,
  type Write,
} from "../../src/controllers/reconcile.ts";
import { VectorWorld } from "./vector-world.ts";

export interface RecordedWrite {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly object?: KubeObject;
  readonly error?: string;
  readonly message?: string;
}

export interface Vector {
  readonly controller: "D" | "R";
  readonly key: string;
  readonly now: string;
  readonly kubernetes?: string;
  readonly deployments?: readonly Deployment[] | null;
  readonly replicaSets?: readonly ReplicaSet[] | null;
  readonly pods?: readonly KubeObject[] | null;
  readonly writes?: readonly RecordedWrite[] | null;
  readonly events?: readonly string[] | null;
  readonly after?: readonly number[] | null;
}

/** What differs, in words; none where the sync is the same. */
export function checkVector(vector: Vector): string[] {
  const player = new VectorPlayer(vector);
  const { world } = player;
  const plan = vector.controller === "D" ? world.planDeployment() : world.planReplicaSet();
  const planned = planOf(plan, (effect) => player.answer(effect));
  player.end();
  if (vector.controller === "D") {
    const played = planned.events.map(
      ({ about, type, reason, message }) =>
        `${type} ${reason} ${about.kind}/${about.metadata.name}: ${message}`,
    );
    player.compare("events", unnamed(vector.events ?? []), unnamed(played));
  }
  const delays = [
    ...(planned.requeueAfterMs === undefined ? [] : [planned.requeueAfterMs]),
    ...(planned.requeueRateLimited === true ? ["rate limited"] : []),
    ...(planned.error === undefined || planned.final === true ? [] : ["rate limited"]),
  ];
  const recorded = (vector.after ?? []).map((delay) => (delay < 0 ? "rate limited" : delay));
  // A Deployment's key is dropped after 15 failures, which one sync alone does not show.
  const dropped = recorded.length === 0 && planned.error !== undefined && vector.controller === "D";
  if (!dropped) player.compare("requeue", recorded, delays);
  return player.differences;
}

class VectorPlayer {
  readonly world: VectorWorld;
  readonly differences: string[] = [];
  readonly #writes: readonly RecordedWrite[];
  #next = 0;
  #freshReads = 0;

  constructor(vector: Vector) {
    this.world = new VectorWorld(vector);
    this.#writes = refusalsLast(vector.writes ?? []);
  }

  compare(what: string, recorded: unknown, played: unknown): void {
    for (const difference of differencesOf(what, recorded, played))
      this.differences.push(difference);
  }

  answer(effect: Effect): Outcome {
    switch (effect.do) {
      case "decide":
      case "event":
      case "expect-creations":
      case "expect-deletions":
      case "forgo-creations":
        return undefined;
      case "get": {
        this.#freshReads++;
        const { name } = effect.object.metadata;
        if (this.#next < this.#writes.length) return { ok: true, value: effect.object };
        return { ok: false, status: notFound(groupResource(effect.resource), name) };
      }
      case "create-pods":
        return this.#pods("create", effect.count, undefined);
      case "delete-pods":
        return this.#pods("delete", effect.rows.length, effect.rows);
      case "adopt-pods":
      case "release-pods":
        return this.#pods("patch", effect.rows.length, effect.rows);
      default:
        return this.#object(effect);
    }
  }

  end(): void {
    const rest = this.#writes.slice(this.#next).map(({ verb, resource }) => `${verb} ${resource}`);
    this.compare("writes that rollsim does not make", rest, []);
  }

  #object(effect: Extract<Write, { readonly object: KubeObject }>): Outcome {
    const verb = effect.do === "adopt" || effect.do === "release" ? "patch" : effect.do;
    const recorded = this.#writes[this.#next++];
    const where = `write ${this.#next} (${verb} ${effect.resource})`;
    const { name } = effect.object.metadata;
    if (recorded === undefined) {
      this.differences.push(`${where}: recorded no further write`);
      return { ok: false, status: failure(500, "InternalError", "not recorded") };
    }
    this.compare(where, `${recorded.verb} ${recorded.resource}`, `${verb} ${effect.resource}`);
    if (recorded.error !== undefined) return { ok: false, status: statusOf(recorded, name) };
    if (effect.do === "delete") {
      this.compare(where, recorded.name, name);
      return { ok: true, value: effect.object };
    }
    if (recorded.object === undefined) return { ok: true, value: effect.object };
    const object = typed(effect.resource, recorded.object);
    this.#compareObject(where, effect, object);
    return { ok: true, value: object };
  }

  #compareObject(
    where: string,
    effect: Extract<Write, { readonly object: KubeObject }>,
    recorded: KubeObject,
  ): void {
    if (effect.do === "adopt" || effect.do === "release") {
      const { ownerReferences } = claimed(effect.object, effect.owner, effect.do).metadata;
      this.compare(where, recorded.metadata.ownerReferences, ownerReferences);
      return;
    }
    if (effect.do === "update/status" && this.#freshReads > 0) {
      this.compare(where, recorded["status"], effect.object["status"]);
      return;
    }
    this.compare(where, comparable(recorded, effect.do), comparable(effect.object, effect.do));
  }

  #pods(verb: string, count: number, rows: readonly number[] | undefined): Outcome {
    const recorded = this.#writes.slice(this.#next, this.#next + count);
    this.#next += recorded.length;
    const wanted = Array.from({ length: count }, () => `${verb} pods`);
    this.compare(
      `${verb} pods`,
      recorded.map((write) => `${write.verb} ${write.resource}`),
      wanted,
    );
    const names = rows?.map((row) => this.world.podNames[row]!);
    if (names !== undefined) {
      const inOrder = (list: readonly string[]): string[] =>
        list.toSorted((a, b) => (a < b ? -1 : 1));
      this.compare(`pods to ${verb}`, inOrder(recorded.map(({ name }) => name)), inOrder(names));
    }
    const outcome = podsOutcome(recorded, rows, names);
    if (recorded.length === count) return outcome;
    return { ...outcome, refused: failure(500, "InternalError", "not recorded") };
  }
}

/** The recorder orders pods of one sync by name; a batch in which one is refused is the last. */
function refusalsLast(writes: readonly RecordedWrite[]): RecordedWrite[] {
  const isCreation = ({ verb, resource }: RecordedWrite): boolean =>
    verb === "create" && resource === "pods";
  const isRefused = ({ error, message = "" }: RecordedWrite): boolean =>
    error !== undefined && !message.includes(TERMINATING);
  const creations = writes.filter(isCreation);
  return [
    ...writes.filter((write) => write.resource === "pods" && write.verb === "patch"),
    ...creations.filter((write) => !isRefused(write)),
    ...creations.filter(isRefused),
    ...writes.filter(
      (write) => !isCreation(write) && !(write.resource === "pods" && write.verb === "patch"),
    ),
  ];
}

const TERMINATING = "because it is being terminated";

function podsOutcome(
  recorded: readonly RecordedWrite[],
  rows: readonly number[] | undefined,
  names: readonly string[] | undefined,
): PodsOutcome {
  let done = 0;
  let refused: Status | undefined;
  const missing: number[] = [];
  for (const write of recorded) {
    const status = write.error === undefined ? undefined : statusOf(write, "");
    const row = rows?.[names?.indexOf(write.name) ?? -1];
    if (status === undefined || isNamespaceTerminating(status)) done++;
    else if (row !== undefined && status.reason === "NotFound") missing.push(row);
    else refused ??= status;
  }
  return { done, missing, ...(refused === undefined ? {} : { refused }) };
}

/** As `planOf` saw it, ready to be compared: what the API fills in is left out. */
function comparable(object: KubeObject, verb: string): unknown {
  const { resourceVersion: _v, generation: _g, ...metadata } = canonicalObject(object).metadata;
  const { uid: _u, creationTimestamp: _c, ...fresh } = metadata;
  return { ...canonicalObject(object), metadata: verb === "create" ? fresh : metadata };
}

function typed(resource: string, object: KubeObject): KubeObject {
  return { ...object, apiVersion: "apps/v1", kind: KINDS[resource]! };
}

const KINDS: Readonly<Record<string, string>> = {
  deployments: "Deployment",
  replicasets: "ReplicaSet",
};

function groupResource(resource: string): { group: string; resource: string } {
  return { group: resource === "pods" ? "" : "apps", resource };
}

/** The first recordings tell only the reason of a refusal. */
function statusOf({ resource, error = "", message }: RecordedWrite, name: string): Status {
  const of = groupResource(resource);
  const status = plainStatus(error, of, name);
  if (message === undefined) return status;
  const terminating = message.includes(TERMINATING);
  const cause = { reason: "NamespaceTerminating", message, field: "metadata.namespace" };
  return {
    ...status,
    message,
    ...(terminating ? { details: { ...status.details, causes: [cause] } } : {}),
  };
}

function plainStatus(
  reason: string,
  of: { readonly group: string; readonly resource: string },
  name: string,
): Status {
  switch (reason) {
    case "Conflict":
      return conflict(of, name);
    case "AlreadyExists":
      return alreadyExists(of, name);
    case "NotFound":
      return notFound(of, name);
    case "Forbidden":
      return forbidden(of, name, "injected");
    case "Invalid":
      return failure(422, "Invalid", reason);
    default:
      return failure(500, "InternalError", "Internal error occurred: injected");
  }
}

/** Recorded events call ReplicaSets `web~2`; each text keeps only who is who among its own names. */
function unnamed(events: readonly string[]): string[] {
  const known: string[] = [];
  return events.map((event) =>
    event.replaceAll(/\b[\w-]+~\d+|\b\w[\w-]*-[0-9bcdfghjklmnpqrstvwxz]{8,10}\b/g, (name) => {
      if (!known.includes(name)) known.push(name);
      return `<${known.indexOf(name)}>`;
    }),
  );
}

function differencesOf(path: string, recorded: unknown, played: unknown): string[] {
  if (deepEqual(recorded, played)) return [];
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(recorded) || !isMap(played)) {
    return [`${path}: recorded ${JSON.stringify(recorded)}, played ${JSON.stringify(played)}`];
  }
  const keys = new Set([...Object.keys(recorded), ...Object.keys(played)]);
  return [...keys].flatMap((key) => differencesOf(`${path}.${key}`, recorded[key], played[key]));
}
