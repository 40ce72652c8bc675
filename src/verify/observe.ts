/**
 * A living cluster under the laws of a rollout: at every sync and instant the Deployment is judged by each law
 * whose assumptions have held so far.
 */
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import { isControlledBy, type Millis } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import { findRevisions } from "../controllers/deployment/revisions.ts";
import { byCreation } from "../controllers/deployment/view.ts";
import {
  assumptions,
  stateLaws,
  type Assumption,
  type RolloutView,
  type SetView,
  type StateLaw,
} from "./properties.ts";

/** A law that was broken although all that it assumes was true. */
export interface Breach {
  /** Of the law: `P3`. */
  readonly law: string;
  readonly statement: string;
  readonly at: Millis;
  /** Pods short of, or beyond, what the law allows. */
  readonly by: number;
  readonly view: RolloutView;
  /** Letters of the cluster's schedule played up to then. */
  readonly played: string;
}

/** What the laws see of a Deployment (`namespace/name`) now; undefined where there is none. */
export function rolloutView(cluster: Cluster, key: string, lost = 0): RolloutView | undefined {
  const [namespace = "default", name = ""] = key.split("/");
  const found = cluster.api.get({ resource: "deployments", namespace, name });
  if (!found.ok) return undefined;
  const d = found.value as Deployment;
  const owned = (cluster.api.list("replicasets", { namespace }) as readonly ReplicaSet[])
    .filter((rs) => isControlledBy(rs, d))
    .toSorted(byCreation);
  const { next } = findRevisions(d, owned);
  return {
    replicas: d.spec.replicas,
    surge: maxSurge(d),
    unavailable: maxUnavailable(d),
    sets: owned.map((rs) => setView(cluster, rs)),
    current: next === undefined ? -1 : owned.indexOf(next),
    lost,
  };
}

function setView(cluster: Cluster, rs: ReplicaSet): SetView {
  const { uid = "" } = rs.metadata;
  const { active, available } = cluster.countPods(uid, rs.spec.minReadySeconds ?? 0);
  return { spec: rs.spec.replicas, active, available, status: rs.status.availableReplicas ?? 0 };
}

/** Watches one Deployment of a cluster from now on. */
export class RolloutWatch {
  readonly breaches: Breach[] = [];
  /** How often each law was judged, by its id. */
  readonly judged = new Map<string, number>();
  readonly #cluster: Cluster;
  readonly #key: string;
  readonly #holds: Set<Assumption>;
  readonly #unconditional: ReadonlySet<string>;
  readonly #stops: (() => void)[];
  #lost = 0;
  #changes = 0;

  /**
   * `holds`: what is true when the watch begins, with a Deployment that is complete. Laws of `unconditional` are
   * judged whatever they assume.
   */
  constructor(
    cluster: Cluster,
    key: string,
    holds: Iterable<Assumption>,
    unconditional: readonly string[] = [],
  ) {
    this.#unconditional = new Set(unconditional);
    this.#cluster = cluster;
    this.#key = key;
    this.#holds = new Set(holds);
    const judge = (): void => this.judge();
    this.#stops = [cluster.on("sync", judge), cluster.on("instant", judge)];
  }

  /** Something has been done that a law may not take into account. */
  giveUp(...names: readonly Assumption[]): void {
    for (const name of names) this.#holds.delete(name);
  }

  /** One more change of the template. */
  begun(): void {
    if (this.#changes++ > 0) this.giveUp("one");
  }

  /** Pods that fail by themselves: so many, or Infinity where nobody can say. */
  podLost(count = 1): void {
    this.#lost += count;
    this.giveUp("nf");
  }

  judge(): void {
    const view = rolloutView(this.#cluster, this.#key, this.#lost);
    if (view === undefined || view.current < 0) return;
    for (const law of stateLaws as readonly StateLaw[]) {
      // `acc` and `settled` are facts of one moment, which the laws about syncs look at themselves.
      const holds = law.assumes.every((name) => name === "settled" || this.#holds.has(name));
      if (!holds && !this.#unconditional.has(law.id)) continue;
      const margin = law.margin(view);
      this.judged.set(law.id, (this.judged.get(law.id) ?? 0) + 1);
      if (margin >= 0 || this.breaches.some(({ law: id }) => id === law.id)) continue;
      const { id, statement } = law;
      const { now: at, playedSchedule: played } = this.#cluster;
      this.breaches.push({ law: id, statement, at, by: -margin, view, played });
    }
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

/** All assumptions about a run in which nothing has happened yet. */
export const allAssumptions = Object.keys(assumptions) as readonly Assumption[];
