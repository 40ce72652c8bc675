/**
 * What users, kubectl and actors see of the API server: the verbs of the Kubernetes API, each answered at
 * once, in virtual time. A refusal is a `Status` value. Objects that come back are frozen.
 */
import type { Deployment, ReplicaSet } from "./apps.ts";
import type { Pod } from "./core.ts";
import type { KubeObject, Millis } from "./meta.ts";
import type { Answer } from "./status.ts";

/** One kind that the API server serves, as discovery lists it. */
export interface KindInfo {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, as in URLs: `deployments`. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** `all` marks what `kubectl get all` lists. */
  readonly categories: readonly string[];
  /** False: objects are kept and given back, but nothing acts on them. */
  readonly simulated: boolean;
  /** A custom resource of which rollsim knows nothing; requests name it with its group. */
  readonly custom?: true;
}

export interface ObjectRef<R extends string = string> {
  /** Plural; with the group appended where it is not unique: `deployments` or `deployments.apps`. */
  readonly resource: R;
  /** Default: `default` for namespaced kinds. */
  readonly namespace?: string;
  readonly name: string;
}

/** Resources that are served with the types of their objects. */
interface Typed {
  readonly deployments: Deployment;
  readonly replicasets: ReplicaSet;
  readonly pods: Pod;
}

/** What is read of a resource: with its type where that is known, else as any object. */
export type Served<R extends string> = R extends keyof Typed ? Typed[R] : KubeObject;

export interface WriteOptions {
  readonly dryRun?: "All";
  readonly fieldManager?: string;
  /** What to do with unknown and duplicate fields; default Warn, as for requests without the parameter. */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  readonly subresource?: "status" | "scale";
  /** Server-side apply only: take fields over from other managers. */
  readonly force?: "conflicts";
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Kubernetes' selector syntax: `app=web,tier in (a,b),!legacy`. */
  readonly labelSelector?: string;
  /** `metadata.name=web`, `status.phase!=Running`. */
  readonly fieldSelector?: string;
}

export interface DeleteOptions {
  readonly dryRun?: "All";
  /** Default Background. */
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  /** The older way to say Orphan, or that there is to be none of it; not both. */
  readonly orphanDependents?: boolean;
  /** Seconds; pods only; default: the pod's own grace period. */
  readonly gracePeriodSeconds?: number;
  /** Which object is meant: another one, or another version of it, is left alone (409 Conflict). */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** `strategic`, `merge` (RFC 7386), `json` (RFC 6902, a list of operations), `apply` (server-side apply). */
export type PatchType = "strategic" | "merge" | "json" | "apply";

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
  readonly at: Millis;
}

/** An open watch: what happened since it was opened or last asked, in order. */
export interface Watch {
  take(): readonly WatchEvent[];
  stop(): void;
}

export interface Client {
  /** Virtual time, ms since the start of the run. */
  readonly now: Millis;
  /** Wall-clock time of `now` in ms since 1970, for ages and timestamps. */
  readonly wallClockMs: number;
  kinds(): readonly KindInfo[];
  get<R extends string>(ref: ObjectRef<R>): Answer<Served<R>>;
  /** In order of namespace, then name. Answers an empty list for a resource without objects. */
  list<R extends string>(resource: R, options?: ListOptions): readonly Served<R>[];
  create(object: KubeObject, options?: WriteOptions): Answer<KubeObject>;
  /** PUT: with a resourceVersion it must be the current one, else 409 Conflict. */
  update(object: KubeObject, options?: WriteOptions): Answer<KubeObject>;
  patch(
    ref: ObjectRef,
    type: PatchType,
    patch: unknown,
    options?: WriteOptions,
  ): Answer<KubeObject>;
  /** Answers the object as it was last (or as it is, marked with a deletionTimestamp). */
  delete(ref: ObjectRef, options?: DeleteOptions): Answer<KubeObject>;
  /** As `delete` of a pod, if its PodDisruptionBudget can spare it; otherwise 429 (the eviction API). */
  evict(pod: ObjectRef, options?: Pick<DeleteOptions, "gracePeriodSeconds">): Answer<KubeObject>;
  /** Events from now on; objects that exist already are not replayed. */
  watch(resource: string, options?: ListOptions): Watch;
}
