/**
 * What pods have in common and the table therefore does not repeat: the template that they were made from,
 * the ReplicaSet that owns them, their names. Everything here only grows.
 */
import { admitted } from "./strategy-pod.ts";
import type { PodSpec, PodTemplateSpec } from "../api/core.ts";
import { deepEqual, deepFreeze } from "../api/json.ts";
import {
  controllerOf,
  type KubeObject,
  type ObjectMeta,
  type OwnerReference,
  type StringMap,
} from "../api/meta.ts";
import { applyDefaults } from "./defaults.ts";
import { NO_OWNER } from "./pod-columns.ts";
import { qosClassOf, type QosClass } from "./strategy-pod.ts";

/** One template of one maker: a ReplicaSet, or for a bare pod the pod itself. */
export interface PodSource {
  readonly namespace: string;
  /** Names of its pods begin so, with a dash after it; a bare pod's whole name. */
  readonly prefix: string;
  /** UID of the ReplicaSet that makes pods from it; "" for a bare pod. */
  readonly maker: string;
  readonly template: PodTemplateSpec;
  /** The template's, with the defaults that only pods have. */
  readonly spec: PodSpec;
  readonly qosClass: QosClass;
  /** False: a pod that somebody created by hand. */
  readonly generated: boolean;
  /** terminationGracePeriodSeconds. */
  readonly graceSeconds: number;
  /** What its annotations say; 0 where nothing (valid). */
  readonly deletionCost: number;
}

export interface PodOwner {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name`. */
  readonly key: string;
}

/** What somebody changed on one pod alone. */
export interface PodEdits {
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  /** Where there are others than its ReplicaSet, which is the controller. */
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface SavedPodRegistry {
  readonly sources: readonly PodSource[];
  readonly owners: readonly PodOwner[];
  readonly rows: readonly (readonly [string, readonly number[]])[];
  readonly edits: readonly PodEdits[];
  readonly special: readonly number[];
  readonly current: readonly (readonly [string, number])[];
}

const DEFAULT_GRACE_SECONDS = 30;
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/** 0 without the annotation, or where it is no int32 without a plus sign (core/v1/helper). */
export function deletionCostOf(annotations: StringMap | undefined): number {
  const text = annotations?.[DELETION_COST] ?? "0";
  const value = /^(0|-\d+|[1-9]\d*)$/.test(text) ? Number(text) : 0;
  return value === Math.trunc(value) && Math.abs(value + 0.5) <= 2 ** 31 - 0.5 ? value : 0;
}

export class PodRegistry {
  readonly sources: PodSource[];
  readonly owners: PodOwner[];
  /** By the number in a pod's `edits` column; 0 is none. */
  readonly edits: PodEdits[];
  /** Rows of pods that may differ from what their template and maker say: edited, orphaned, bare. */
  readonly special: Set<number>;
  /** Rows by `namespace/prefix`, in order of the pods' ordinals (the first has ordinal 1). */
  readonly #rows: Map<string, number[]>;
  /** The source that a ReplicaSet (by UID) makes pods from now. */
  readonly #current: Map<string, number>;
  readonly #ownerByUid = new Map<string, number>();
  /** By source: the entry of #rows that its pods are in. */
  readonly #rowsBySource: number[][] = [];

  constructor(saved?: SavedPodRegistry) {
    this.sources = [...(saved?.sources ?? [])];
    this.owners = [...(saved?.owners ?? [])];
    this.edits = [...(saved?.edits ?? [{}])];
    this.special = new Set(saved?.special);
    this.#rows = new Map((saved?.rows ?? []).map(([prefix, rows]) => [prefix, [...rows]]));
    this.#current = new Map(saved?.current);
    this.owners.forEach((owner, index) => this.#ownerByUid.set(owner.uid, index));
  }

  save(): SavedPodRegistry {
    return {
      sources: [...this.sources],
      owners: [...this.owners],
      rows: [...this.#rows].map(([prefix, rows]) => [prefix, [...rows]]),
      edits: [...this.edits],
      special: [...this.special],
      current: [...this.#current],
    };
  }

  /** Index of a ReplicaSet (or whatever else controls pods) as their owner; a new one is given its index. */
  ownerIndex({ metadata }: Pick<KubeObject, "metadata">): number {
    const { uid = "", namespace = "default", name } = metadata;
    const known = this.#ownerByUid.get(uid);
    if (known !== undefined) return known;
    this.owners.push({ uid, namespace, name, key: `${namespace}/${name}` });
    this.#ownerByUid.set(uid, this.owners.length - 1);
    return this.owners.length - 1;
  }

  findOwner(uid: string): number | undefined {
    return this.#ownerByUid.get(uid);
  }

  /** Who controls an object with this metadata, and its references where that does not say it all. */
  ownership(metadata: ObjectMeta): {
    readonly owner: number;
    readonly ownerReferences: readonly OwnerReference[] | undefined;
  } {
    const { ownerReferences = [], namespace = "default" } = metadata;
    const controller = controllerOf(metadata);
    if (controller === undefined) {
      const others = ownerReferences.length > 0 ? ownerReferences : undefined;
      return { owner: NO_OWNER, ownerReferences: others };
    }
    const { name, uid } = controller;
    const owner = this.ownerIndex({ metadata: { name, namespace, uid } });
    const plain = deepEqual(ownerReferences, [this.referenceTo(owner)]);
    return { owner, ownerReferences: plain ? undefined : ownerReferences };
  }

  /** As a ReplicaSet is named in the pods that it made. */
  referenceTo(owner: number): OwnerReference {
    const { name, uid } = this.owners[owner]!;
    const [apiVersion, kind] = ["apps/v1", "ReplicaSet"];
    return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  }

  /** Index of the source for a ReplicaSet's template as it is now. */
  sourceIndex(replicaSet: KubeObject, template: PodTemplateSpec): number {
    const uid = replicaSet.metadata.uid ?? "";
    const known = this.#current.get(uid);
    if (known !== undefined) {
      const source = this.sources[known]!;
      if (source.template === template) return known;
      if (deepEqual(source.template, template)) {
        this.sources[known] = { ...source, template }; // found faster the next time
        return known;
      }
    }
    this.sources.push({ ...fromTemplate(replicaSet, template), maker: uid, generated: true });
    this.#current.set(uid, this.sources.length - 1);
    return this.sources.length - 1;
  }

  barePodSource(pod: KubeObject, template: PodTemplateSpec): number {
    this.sources.push({ ...fromTemplate(pod, template), maker: "", generated: false });
    return this.sources.length - 1;
  }

  /** Gives a new row its place among the pods of its prefix: 1, 2, 3... */
  enlist(source: number, row: number): number {
    const rows = (this.#rowsBySource[source] ??= this.#rowsOf(source));
    return rows.push(row);
  }

  #rowsOf(source: number): number[] {
    const { namespace, prefix, generated } = this.sources[source]!;
    const key = `${namespace}/${prefix}${generated ? "-" : ""}`;
    const rows = this.#rows.get(key) ?? [];
    this.#rows.set(key, rows);
    return rows;
  }

  nameOf(source: number, ordinal: number): string {
    const { prefix, generated } = this.sources[source]!;
    return generated ? `${prefix}-${suffix(prefix, ordinal)}` : prefix;
  }

  /** What the next pod of a ReplicaSet would be called. */
  nextName(namespace: string, prefix: string): string {
    const made = this.#rows.get(`${namespace}/${prefix}-`)?.length ?? 0;
    return `${prefix}-${suffix(prefix, made + 1)}`;
  }

  /** The row of the youngest pod that has or had this name. */
  rowNamed(namespace: string, name: string): number | undefined {
    const dash = name.lastIndexOf("-") + 1;
    const generated = this.#rows.get(`${namespace}/${name.slice(0, dash)}`);
    const ordinal = dash === 0 ? 0 : ordinalOf(name.slice(0, dash - 1), name.slice(dash));
    const row = generated?.[ordinal - 1];
    return row ?? this.#rows.get(`${namespace}/${name}`)?.at(-1);
  }

  /** Labels of a pod: its own edits, or those of its template. */
  labelsOf(source: number, edits: number): StringMap {
    return this.edits[edits]!.labels ?? this.sources[source]!.template.metadata?.labels ?? {};
  }

  /** Pods in order of who made them, then of age: how they would stand in order of counted names. */
  inOrderOfMakers(rows: readonly number[], source: Int32Array): readonly number[] {
    const prefixes = rows.map((row) => this.sources[source[row]!]!.prefix);
    if (prefixes.every((prefix) => prefix === prefixes[0])) return rows;
    const pairs = rows.map((row, i) => ({ row, prefix: prefixes[i]! }));
    pairs.sort((a, b) => (a.prefix === b.prefix ? a.row - b.row : a.prefix < b.prefix ? -1 : 1));
    return pairs.map(({ row }) => row);
  }
}

function fromTemplate(
  maker: KubeObject,
  template: PodTemplateSpec,
): Omit<PodSource, "maker" | "generated"> {
  const { namespace = "default", name } = maker.metadata;
  const pod = applyDefaults({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: admitted(template.spec),
  });
  return {
    namespace,
    prefix: name,
    template,
    spec: deepFreeze(pod["spec"] as PodSpec),
    qosClass: qosClassOf(pod),
    graceSeconds: template.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    deletionCost: deletionCostOf(template.metadata?.annotations),
  };
}

// Five characters of Kubernetes' alphabet without vowels, as generateName appends. A pod's is a
// permutation of its ordinal, so that names look as they do in a cluster, never collide and need no table.
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const NAMES = 27 ** 5;
const FACTOR = 8_888_957; // coprime to 27

/** Where the permutation begins: pods of different ReplicaSets should not look like twins. */
function offset(prefix: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < prefix.length; i++) hash = Math.imul(hash ^ prefix.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % NAMES;
}

function suffix(prefix: string, ordinal: number): string {
  let rest = (ordinal * FACTOR + offset(prefix)) % NAMES;
  let text = "";
  for (let i = 0; i < 5; i++) {
    text = ALPHABET[rest % 27]! + text;
    rest = Math.floor(rest / 27);
  }
  return text;
}

/** Which pod of its maker has this name, from 1; 0: none. `web-6d8f-`, without the dash, and `xk2vq`. */
export function ordinalOf(prefix: string, text: string): number {
  let value = 0;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0 || text.length !== 5) return 0;
    value = value * 27 + digit;
  }
  const scrambled = (value - offset(prefix) + NAMES) % NAMES;
  return Number((BigInt(scrambled) * INVERSE) % BigInt(NAMES));
}

const INVERSE = modularInverse(BigInt(FACTOR), BigInt(NAMES));

function modularInverse(value: bigint, modulus: bigint): bigint {
  let [oldR, r] = [value, modulus];
  let [oldS, s] = [1n, 0n];
  while (r !== 0n) {
    const quotient = oldR / r;
    [oldR, r] = [r, oldR - quotient * r];
    [oldS, s] = [s, oldS - quotient * s];
  }
  return ((oldS % modulus) + modulus) % modulus;
}
