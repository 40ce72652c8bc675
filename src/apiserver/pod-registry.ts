/**
 * What pods have in common and the table therefore does not repeat: the template that they were made from,
 * the ReplicaSet that owns them, their names. Everything here only grows.
 */
import { admitted } from "./strategy-pod.ts";
import type { PodSpec, PodTemplateSpec } from "../api/core.ts";
import { deletionCostOf } from "../api/deletion-cost.ts";
import { deepEqual, deepFreeze } from "../api/json.ts";
import {
  controllerOf,
  type KubeObject,
  type ObjectMeta,
  type OwnerReference,
  type StringMap,
} from "../api/meta.ts";
import { applyDefaults } from "./defaults.ts";
import { asRecord } from "./json.ts";
import { LIMITED_ANNOTATION } from "./limit-ranges.ts";
import type { PodRules } from "./pod-rules.ts";
import { NO_OWNER } from "./pod-columns.ts";
import { baseOfPodName, MAX_BASE, podName, podNameBase, podOrdinal } from "./pod-names.ts";
import type { PodTable } from "./pod-table.ts";
import { RowList } from "./row-list.ts";
import { qosClassOf, type QosClass } from "./strategy-pod.ts";

/** One template of one maker: a ReplicaSet, or for a bare pod the pod itself. */
export interface PodSource {
  readonly namespace: string;
  /** Name of the ReplicaSet that makes pods from it (pod-names.ts says how they are called); a bare pod's own. */
  readonly prefix: string;
  /** UID of the ReplicaSet that makes pods from it; "" for a bare pod. */
  readonly maker: string;
  readonly template: PodTemplateSpec;
  /** The template's, with the defaults that only pods have. */
  readonly spec: PodSpec;
  /** Where the API server adds to the template's. */
  readonly annotations?: StringMap;
  readonly qosClass: QosClass;
  /** False: a pod that somebody created by hand. */
  readonly generated: boolean;
  /** terminationGracePeriodSeconds. */
  readonly graceSeconds: number;
  /** What its annotations say; 0 where nothing (valid). */
  readonly deletionCost: number;
}

/** Whoever a pod calls its controller; several may be named with one UID, of which one exists at the most. */
export interface PodOwner {
  readonly kind: string;
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
  /** Who owns which of its fields, as far as anybody said so. */
  readonly managedFields?: readonly unknown[];
  /** How often its spec was changed. */
  readonly specs?: number;
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

export class PodRegistry {
  readonly sources: PodSource[];
  readonly owners: PodOwner[];
  /** By the number in a pod's `edits` column; 0 is none. */
  readonly edits: PodEdits[];
  /** By the number in a pod's `node` column. */
  nodeNames: readonly string[] = [];
  /** Rows of pods that may differ from what their template and maker say: edited, orphaned, bare. */
  readonly special: Set<number>;
  /** Whether any pod has a priority other than 0. */
  prioritized: boolean;
  /** Rows by `namespace/maker-`, in order of the pods' ordinals (the first has ordinal 1). */
  readonly #rows: Map<string, RowList>;
  /** Whether any pod has a name that is not counted. */
  #hasBarePods: boolean;
  /** The source that a ReplicaSet (by UID) makes pods from now. */
  readonly #current: Map<string, number>;
  readonly #ownersByUid = new Map<string, number[]>();
  /** By source: the entry of #rows that its pods are in. */
  readonly #rowsBySource: RowList[] = [];

  readonly #rules: PodRules;

  constructor(rules: PodRules, saved?: SavedPodRegistry) {
    this.#rules = rules;
    this.sources = [...(saved?.sources ?? [])];
    this.owners = [...(saved?.owners ?? [])];
    this.edits = [...(saved?.edits ?? [{}])];
    this.special = new Set(saved?.special);
    this.prioritized = this.sources.some(hasPriority);
    this.#rows = new Map((saved?.rows ?? []).map(([prefix, rows]) => [prefix, new RowList(rows)]));
    this.#hasBarePods = [...this.#rows.keys()].some((key) => !key.endsWith("-"));
    this.#current = new Map(saved?.current);
    this.owners.forEach(({ uid }, index) => this.#noteOwner(uid, index));
  }

  save(): SavedPodRegistry {
    return {
      sources: [...this.sources],
      owners: [...this.owners],
      rows: [...this.#rows].map(([prefix, rows]) => [prefix, rows.toArray()]),
      edits: [...this.edits],
      special: [...this.special],
      current: [...this.#current],
    };
  }

  /** Index of a ReplicaSet (or whatever else controls pods) as their owner; a new one is given its index. */
  ownerIndex({ metadata }: Pick<KubeObject, "metadata">, kind = "ReplicaSet"): number {
    const { uid = "", namespace = "default", name } = metadata;
    const known = this.findOwner(metadata, kind);
    if (known !== undefined) return known;
    this.owners.push({ kind, uid, namespace, name, key: `${namespace}/${name}` });
    this.#noteOwner(uid, this.owners.length - 1);
    return this.owners.length - 1;
  }

  /** By all that the controller of a pod is indexed by (controller_utils.go PodControllerIndexKey). */
  findOwner(
    { uid = "", namespace = "default", name }: Pick<ObjectMeta, "uid" | "namespace" | "name">,
    kind = "ReplicaSet",
  ): number | undefined {
    return this.ownersWithUid(uid).find((index) => {
      const owner = this.owners[index]!;
      return owner.name === name && owner.kind === kind && owner.namespace === namespace;
    });
  }

  ownersWithUid(uid: string): readonly number[] {
    return this.#ownersByUid.get(uid) ?? [];
  }

  /** Rows of pods that are there and name others than their controller as owners, this one among them. */
  rowsNaming(uid: string, pods: Pick<PodTable, "isPresent" | "columns">): readonly number[] {
    return [...this.special].filter(
      (row) =>
        pods.isPresent(row) &&
        this.edits[pods.columns.edits[row]!]!.ownerReferences?.some((ref) => ref.uid === uid) ===
          true,
    );
  }

  #noteOwner(uid: string, index: number): void {
    const known = this.#ownersByUid.get(uid);
    if (known === undefined) this.#ownersByUid.set(uid, [index]);
    else known.push(index);
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
    const { kind, name, uid } = controller;
    const owner = this.ownerIndex({ metadata: { name, namespace, uid } }, kind);
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
    const source = fromTemplate(replicaSet, template, this.#rules);
    this.sources.push({ ...source, maker: uid, generated: true });
    this.prioritized ||= hasPriority(source);
    this.#current.set(uid, this.sources.length - 1);
    return this.sources.length - 1;
  }

  /** What the API server makes of templates has changed: pods made from now on are others. */
  forget(): void {
    this.#current.clear();
  }

  /** Of a pod whose spec somebody changed: all else is as it was. */
  changedSource(source: number, spec: PodSpec): number {
    const known = this.sources[source]!;
    const template = deepFreeze({ ...known.template, spec });
    const graceSeconds = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    return this.sources.push({ ...known, template, spec: template.spec, graceSeconds }) - 1;
  }

  /** Who controls a pod that somebody made by hand, and what else its metadata says that its source does not. */
  barePodMarks(metadata: ObjectMeta): { readonly owner: number; readonly edits: number } {
    const { owner, ownerReferences } = this.ownership(metadata);
    const { managedFields } = metadata;
    if ((ownerReferences ?? managedFields) === undefined) return { owner, edits: 0 };
    const edits = {
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
      ...(managedFields === undefined ? {} : { managedFields }),
    };
    return { owner, edits: this.edits.push(edits) - 1 };
  }

  barePodSource(pod: KubeObject, template: PodTemplateSpec): number {
    const source = fromTemplate(pod, template);
    this.sources.push({ ...source, maker: "", generated: false });
    this.prioritized ||= hasPriority(source);
    return this.sources.length - 1;
  }

  /** Gives a new row its place among the pods of its prefix: 1, 2, 3... */
  enlist(source: number, row: number): number {
    const rows = (this.#rowsBySource[source] ??= this.#rowsOf(source));
    const { namespace, prefix, generated } = this.sources[source]!;
    if (generated) this.#passTaken(rows, namespace, prefix);
    return rows.push(row);
  }

  /** A pod that was made by hand, or in another cluster, may have the name that is next: its place is passed over. */
  #passTaken(rows: RowList, namespace: string, prefix: string): void {
    if (!this.#hasBarePods) return;
    for (;;) {
      const bare = this.#rows.get(`${namespace}/${podName(prefix, rows.length + 1)}`);
      const row = bare?.at(bare.length - 1);
      if (row === undefined) return;
      rows.push(row);
    }
  }

  #rowsOf(source: number): RowList {
    const { namespace, prefix, generated } = this.sources[source]!;
    const key = `${namespace}/${prefix}${generated ? "-" : ""}`;
    const rows = this.#rows.get(key) ?? new RowList();
    this.#rows.set(key, rows);
    this.#hasBarePods ||= !generated;
    return rows;
  }

  nameOf(source: number, ordinal: number): string {
    const { prefix, generated } = this.sources[source]!;
    return generated ? podName(prefix, ordinal) : prefix;
  }

  /** The row of the youngest pod that has or had this name. */
  rowNamed(namespace: string, name: string): number | undefined {
    for (const maker of this.#makersOf(namespace, baseOfPodName(name))) {
      const row = this.#rows.get(`${namespace}/${maker}-`)?.at(podOrdinal(maker, name) - 1);
      if (row !== undefined) return row;
    }
    const bare = this.#rows.get(`${namespace}/${name}`);
    return bare?.at(bare.length - 1);
  }

  /** Who makes pods whose names begin so: several only where long names are cut alike. */
  #makersOf(namespace: string, base: string): readonly string[] {
    if (base.length < MAX_BASE) return base.endsWith("-") ? [base.slice(0, -1)] : [];
    return [...this.#rows.keys()]
      .filter((key) => key.startsWith(`${namespace}/${base}`) && key.endsWith("-"))
      .map((key) => key.slice(namespace.length + 1, -1));
  }

  /** Labels of a pod: its own edits, or those of its template. */
  labelsOf(source: number, edits: number): StringMap {
    return this.edits[edits]!.labels ?? this.sources[source]!.template.metadata?.labels ?? {};
  }

  /** Pods in order of who made them, then of age: how they would stand in order of counted names. */
  inOrderOfMakers(rows: readonly number[], source: Int32Array): readonly number[] {
    const makerOf = (row: number): string => this.sources[source[row]!]!.prefix;
    const first = rows[0] === undefined ? "" : makerOf(rows[0]);
    if (rows.every((row) => makerOf(row) === first)) return rows;
    const pairs = rows.map((row) => ({ row, base: podNameBase(makerOf(row)) }));
    pairs.sort((a, b) => (a.base === b.base ? a.row - b.row : a.base < b.base ? -1 : 1));
    return pairs.map(({ row }) => row);
  }
}

function hasPriority({ spec }: Pick<PodSource, "spec">): boolean {
  return Number(spec["priority"] ?? 0) !== 0;
}

/** `rules`: absent for a pod that was let in already. */
function fromTemplate(
  maker: KubeObject,
  template: PodTemplateSpec,
  rules?: PodRules,
): Omit<PodSource, "maker" | "generated"> {
  const { namespace = "default", name } = maker.metadata;
  const pod = applyDefaults({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: admitted(rules?.prioritize(template.spec) ?? template.spec),
  });
  const defaulted = asRecord(pod["spec"]);
  const { spec, note } = rules?.limit(namespace, defaulted) ?? { spec: defaulted, note: "" };
  return {
    namespace,
    prefix: name,
    template,
    spec: deepFreeze(spec as unknown as PodSpec),
    ...(note === ""
      ? {}
      : { annotations: { ...template.metadata?.annotations, [LIMITED_ANNOTATION]: note } }),
    qosClass: qosClassOf({ ...pod, spec }),
    graceSeconds: template.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    deletionCost: deletionCostOf(template.metadata?.annotations),
  };
}
