/**
 * Which ReplicaSet is the new one, what revision each has, and the annotations that carry this.
 * Mirrors deployment/util/deployment_util.go.
 */
import { ROLLBACK_TO, type Deployment, type ReplicaSet } from "../../api/apps.ts";
import { parseInt64 } from "../../api/int64.ts";
import type { StringMap } from "../../api/meta.ts";
import { templatesEqualIgnoringHash } from "../../apiserver/equality.ts";
import { ceiling } from "./fenceposts.ts";
import { byCreation, type Revisions } from "./view.ts";

export const REVISION = "deployment.kubernetes.io/revision";
export const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Characters of `revision-history`; beyond, the oldest numbers are dropped. */
const HISTORY_LIMIT = 2000;

const NOT_COPIED: ReadonlySet<string> = new Set([
  LAST_APPLIED,
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  ROLLBACK_TO,
]);

/** The oldest with the Deployment's template is the new one; all others are old. */
export function findRevisions(d: Deployment, owned: readonly ReplicaSet[]): Revisions {
  const sorted = owned.toSorted(byCreation);
  const next = sorted.find((rs) => templatesEqualIgnoringHash(rs.spec.template, d.spec.template));
  return { next, old: sorted.filter((rs) => rs !== next) };
}

/** 0 without the annotation; undefined where it is not a number. */
export function revisionOf(rs: ReplicaSet): number | undefined {
  const text = rs.metadata.annotations?.[REVISION];
  if (text === undefined) return 0;
  return parseInt64(text);
}

export function maxRevision(sets: readonly ReplicaSet[]): number {
  return sets.reduce((max, rs) => Math.max(max, revisionOf(rs) ?? 0), 0);
}

/** The second highest revision, 0 if there is none: where an undo without a number goes. */
export function lastRevision(sets: readonly ReplicaSet[]): number {
  let highest = 0;
  let second = 0;
  for (const rs of sets) {
    const revision = revisionOf(rs) ?? 0;
    if (revision > highest) [highest, second] = [revision, highest];
    else if (revision > second) second = revision;
  }
  return second;
}

/** A non-negative int32 from an annotation; undefined where it is missing or something else. */
export function sizeAnnotation(rs: ReplicaSet, key: string): number | undefined {
  const text = rs.metadata.annotations?.[key] ?? "";
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 2147483647 ? value : undefined;
}

export function withSizeAnnotations(annotations: StringMap | undefined, d: Deployment): StringMap {
  return {
    ...annotations,
    [DESIRED_REPLICAS]: String(d.spec.replicas),
    [MAX_REPLICAS]: String(ceiling(d)),
  };
}

export function sizeAnnotationsDiffer(rs: ReplicaSet, d: Deployment): boolean {
  const annotations = rs.metadata.annotations ?? {};
  return (
    annotations[DESIRED_REPLICAS] !== String(d.spec.replicas) ||
    annotations[MAX_REPLICAS] !== String(ceiling(d))
  );
}

/**
 * What the new ReplicaSet's annotations should be: the Deployment's copied onto them (never removed), and
 * its revision raised, with the replaced one put into its history. `current` itself where it is that already.
 */
export function revisionAnnotations(
  d: Deployment,
  current: StringMap | undefined,
  revision: number,
): { readonly annotations: StringMap; readonly changed: boolean } {
  const copied = Object.entries(d.metadata.annotations ?? {}).filter(
    ([key, value]) => !NOT_COPIED.has(key) && current?.[key] !== value,
  );
  const text = current?.[REVISION];
  const before = text === undefined || text === "" ? 0 : parseInt64(text);
  const raised = before !== undefined && before < revision;
  if (copied.length === 0 && !raised) return { annotations: current ?? {}, changed: false };
  const annotations: Record<string, string> = { ...current, ...Object.fromEntries(copied) };
  if (raised) {
    annotations[REVISION] = String(revision);
    if (text !== undefined) appendHistory(annotations, text);
  }
  // A revision that is no number stays, and so does all that was copied; upstream reports no change.
  return { annotations, changed: before !== undefined };
}

/** The Deployment's own annotations after a rollback: those of the ReplicaSet, bookkeeping aside. */
export function annotationsOfRollback(d: Deployment, to: ReplicaSet): StringMap {
  const entries = Object.entries(d.metadata.annotations ?? {}).filter(([key]) =>
    NOT_COPIED.has(key),
  );
  const restored = Object.entries(to.metadata.annotations ?? {}).filter(
    ([key]) => !NOT_COPIED.has(key),
  );
  return Object.fromEntries([...entries, ...restored]);
}

function appendHistory(annotations: Record<string, string>, replaced: string): void {
  const history = annotations[REVISION_HISTORY] ?? "";
  if (history === "" || history.startsWith(",")) {
    annotations[REVISION_HISTORY] = replaced;
    return;
  }
  let kept = history.split(",");
  let length = history.length + replaced.length + 1;
  while (length > HISTORY_LIMIT && kept.length > 0) {
    length -= kept[0]!.length + 1;
    kept = kept.slice(1);
  }
  if (length <= HISTORY_LIMIT) annotations[REVISION_HISTORY] = [...kept, replaced].join(",");
}
