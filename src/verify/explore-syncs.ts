/**
 * One sync of the engine's own controllers at packed counters: counters become objects, the reconcile
 * function makes its plan against answers such as the API server gives, and what it writes becomes counters
 * again. Both functions are pure, so each distinct input is asked once.
 */
import type { ReplicaSet } from "../api/apps.ts";
import { failure } from "../api/status.ts";
import { AssertionFailed } from "../engine/assert.ts";
import { featureGates, KUBERNETES_VERSION } from "../features.ts";
import { reconcileDeployment } from "../controllers/deployment/deployment.ts";
import { planOf, type Effect, type Outcome } from "../controllers/reconcile.ts";
import { reconcileReplicaSet } from "../controllers/replicaset/replicaset.ts";
import type { ExploreConfig, Size } from "./explore-config.ts";
import { KeyIndex } from "./key-index.ts";
import {
  availableAt,
  existsBit,
  freshBit,
  nibble,
  readyAt,
  sizedAt,
  specAt,
  statusAt,
  unreadyAt,
} from "./explore-layout.ts";
import { deploymentFor, nameOf, NOW, rankOf, replicaSetFor } from "./explore-objects.ts";

/** What a sync of the Deployment reads. */
export interface Sight {
  current: number;
  /** Index into the sizes: before or after scaling. */
  size: number;
  paused: 0 | 1;
  /** Fields under `readMask`, and `freshBit`; without `existsBit` it is not listed. */
  readonly listed: number[];
  /** 1 where it is in the store, listed or not. */
  readonly stored: number[];
}

/** Per set: the fields under `writeMask` that it now has, or -1 where nothing was written. */
export type Written = readonly number[];

const features = { ...featureGates(KUBERNETES_VERSION), terminatingReplicas: false };

export function deploymentSyncs(
  config: ExploreConfig,
  sizes: readonly Size[],
): (sight: Sight) => Written {
  const known = new KeyIndex();
  const answers: Written[] = [];
  return (sight) => {
    const key = keyOf(sight);
    const before = known.find(key);
    if (before >= 0) return answers[before]!;
    const written = syncDeployment(config, sizes, sight);
    known.add(key);
    answers.push(written);
    return written;
  };
}

/** 12 bits a set and 4 more: at most 40 bits. */
function keyOf({ current, size, paused, listed, stored }: Sight): number {
  let key = current * 4 + size * 2 + paused;
  for (let i = 0; i < listed.length; i++) {
    const word = listed[i]!;
    const fresh = (word & freshBit) === 0 ? 0 : 1;
    const numbers = (((word >> specAt) & nibble) << 4) | ((word >> statusAt) & nibble);
    const bits = ((word & existsBit) << 3) | (stored[i]! << 2) | (fresh << 1);
    key = key * 4096 + ((numbers << 4) | bits | ((word >> sizedAt) & 1));
  }
  return key;
}

function syncDeployment(config: ExploreConfig, sizes: readonly Size[], sight: Sight): Written {
  const { current, listed, stored } = sight;
  const written = listed.map(() => -1);
  const versions = new Map<string, string | undefined>();
  const replicaSets = listed.flatMap((word, rank) => {
    if ((word & existsBit) === 0) return [];
    const rs = replicaSetFor(config, {
      rank,
      isCurrent: rank === current,
      spec: (word >> specAt) & nibble,
      status: (word >> statusAt) & nibble,
      sizedFor: sizes[(word >> sizedAt) & 1]!,
    });
    const isNewest = (word & freshBit) !== 0;
    versions.set(nameOf(rank), isNewest ? rs.metadata.resourceVersion : "newer");
    return [rs];
  });
  const answer = (effect: Effect): Outcome => {
    if (effect.do === "event" || effect.do === "decide") return undefined;
    if (effect.do === "update/status") return { ok: true, value: effect.object };
    if (effect.do !== "create" && !(effect.do === "update" && effect.resource === "replicasets")) {
      throw new AssertionFailed(`a sync in an exploration has no ${effect.do}`);
    }
    const rs = effect.object as ReplicaSet;
    if (effect.do === "create") {
      if (stored[current] === 1) return refuse("AlreadyExists");
      written[current] = fieldsOf(rs, sizes);
      return { ok: true, value: rs };
    }
    const { name } = rs.metadata;
    if (versions.get(name) !== rs.metadata.resourceVersion) return refuse("Conflict");
    const resourceVersion = `${rs.metadata.resourceVersion}+`;
    versions.set(name, resourceVersion);
    written[rankOf(name)] = fieldsOf(rs, sizes);
    return { ok: true, value: { ...rs, metadata: { ...rs.metadata, resourceVersion } } };
  };
  const state = sight.paused === 1 ? "paused" : "rolling";
  const deployment = deploymentFor(config, sizes[sight.size]!.replicas, current, state);
  const view = { key: "default/web", now: NOW, deployment, replicaSets, features };
  planOf(reconcileDeployment({ ...view, nonTerminalPods: {} }), answer);
  return written;
}

function refuse(reason: "AlreadyExists" | "Conflict"): Outcome {
  return { ok: false, status: failure(409, reason, reason) };
}

function fieldsOf({ metadata, spec }: ReplicaSet, sizes: readonly Size[]): number {
  const desired = Number(metadata.annotations?.["deployment.kubernetes.io/desired-replicas"]);
  const sized = sizes.findIndex(({ replicas }) => replicas === desired);
  if (sized < 0) throw new AssertionFailed(`${metadata.name}: sized for ${desired} replicas`);
  return existsBit | (spec.replicas << specAt) | (sized << sizedAt);
}

export interface SetSync {
  readonly created: number;
  readonly deleted: number;
  readonly status: number;
}

export function replicaSetSyncs(
  config: ExploreConfig,
  sizes: readonly Size[],
): (word: number) => SetSync {
  const known = new Map<number, SetSync>();
  const read = (nibble << specAt) | (nibble << statusAt);
  const mask = read | (nibble << unreadyAt) | (nibble << readyAt) | (nibble << availableAt);
  return (word) => {
    const key = word & mask;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = syncReplicaSet(config, sizes[0]!, key);
    known.set(key, found);
    return found;
  };
}

function syncReplicaSet(config: ExploreConfig, sizedFor: Size, word: number): SetSync {
  const spec = (word >> specAt) & nibble;
  const ready = (word >> readyAt) & nibble;
  const available = (word >> availableAt) & nibble;
  const active = ((word >> unreadyAt) & nibble) + ready + available;
  let status = (word >> statusAt) & nibble;
  const plan = planOf(
    reconcileReplicaSet({
      key: "default/web-1",
      now: NOW,
      replicaSet: replicaSetFor(config, { rank: 0, isCurrent: true, spec, status, sizedFor }),
      features,
      stale: false,
      awaited: undefined,
      counts: {
        active,
        fullyLabeled: active,
        ready: ready + available,
        available,
        terminating: 0,
        readySeconds: ready > 0 ? [NOW / 1000] : [],
      },
      orphans: [],
      strays: [],
      surplus: Array.from({ length: Math.max(0, active - spec) }, (_, row) => row),
    }),
  );
  let created = 0;
  let deleted = 0;
  for (const write of plan.writes) {
    if (write.do === "create-pods") created += write.count;
    if (write.do === "delete-pods") deleted += write.rows.length;
    if (write.do !== "update/status") continue;
    status = (write.object as ReplicaSet).status.availableReplicas ?? 0;
  }
  return { created, deleted, status };
}
