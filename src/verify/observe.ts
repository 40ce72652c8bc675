/**
 * A living cluster under the laws of a rollout: at every sync and instant the Deployment is judged by each law
 * whose assumptions have held so far.
 */
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import { controllerOf, isControlledBy, type Millis } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import { findRevisions } from "../controllers/deployment/revisions.ts";
import { byCreation } from "../controllers/deployment/view.ts";
import { checkLaws, checkWords } from "./check-laws.ts";
import type { Claim } from "./claim.ts";
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

/** What the laws see of a Deployment (`namespace/name`, or `name` in `default`) now; undefined where there is none. */
export function rolloutView(cluster: Cluster, key: string, lost = 0): RolloutView | undefined {
  return lookAt(cluster, key, lost)?.view;
}

/** A view, and whose it is. */
interface Look {
  readonly view: RolloutView;
  /** UIDs of the ReplicaSets. */
  readonly uids: readonly string[];
  readonly isPaused: boolean;
}

function lookAt(cluster: Cluster, key: string, lost: number): Look | undefined {
  const { namespace, name } = refOf(key);
  const found = cluster.api.get({ resource: "deployments", namespace, name });
  if (!found.ok) return undefined;
  const d = found.value;
  const owned = cluster.api
    .list("replicasets", { namespace })
    .filter((rs) => isControlledBy(rs, d))
    .toSorted(byCreation);
  const { next } = findRevisions(d, owned);
  const view = {
    replicas: d.spec.replicas,
    surge: maxSurge(d),
    unavailable: maxUnavailable(d),
    sets: owned.map((rs) => setView(cluster, rs)),
    current: next === undefined ? -1 : owned.indexOf(next),
    lost,
  };
  const uids = owned.map(({ metadata }) => metadata.uid ?? "");
  return { view, uids, isPaused: d.spec.paused === true };
}

function refOf(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = key.includes("/") ? key.split("/") : ["default", key];
  return { namespace, name };
}

function setView(cluster: Cluster, rs: ReplicaSet): SetView {
  const { uid = "" } = rs.metadata;
  const { active, available } = cluster.countPods(uid, rs.spec.minReadySeconds ?? 0);
  return { spec: rs.spec.replicas, active, available, status: rs.status.availableReplicas ?? 0 };
}

/** Watches one Deployment of a cluster from now on. */
export class RolloutWatch {
  /** How often each law was judged, by its id. */
  readonly judged = new Map<string, number>();
  readonly #cluster: Cluster;
  readonly #key: string;
  readonly #holds: Set<Assumption>;
  readonly #unconditional: readonly (string | Claim)[];
  readonly #breaches: Breach[] = [];
  /** Those that it has had, in order. */
  readonly #replicaCounts = new Set<number>();
  readonly #stops: (() => void)[];
  #thrown: { readonly error: unknown } | undefined;
  #last: Look;
  /** UID of the ReplicaSet that had the template when one had it. */
  #current: string | undefined;
  #lost = 0;
  #changes = 0;

  /**
   * `holds`: what is true when the watch begins, with a Deployment that is complete; default: all that is true of one
   * to which nothing has happened yet, whose new pods may be good ones. Laws of `unconditional`, by id,
   * are judged whatever they assume, and so are claims. RangeError where there is no Deployment `key`, or no such law.
   */
  constructor(
    cluster: Cluster,
    key: string,
    holds?: Iterable<Assumption>,
    unconditional: readonly (string | Claim)[] = [],
  ) {
    const found = cluster.api.get({ resource: "deployments", ...refOf(key) });
    if (!found.ok) {
      throw new RangeError(`no Deployment ${key} in the cluster; use "name" or "namespace/name"`);
    }
    checkLaws(unconditional);
    checkWords("holds", [...(holds ?? [])], allAssumptions);
    this.#unconditional = unconditional;
    this.#cluster = cluster;
    this.#key = key;
    this.#holds = new Set(holds ?? assumedOf(found.value));
    this.#last = lookAt(cluster, key, 0)!;
    this.#current = this.#last.uids[this.#last.view.current];
    this.#replicaCounts.add(found.value.spec.replicas);
    const judge = (): void => this.judge();
    this.#stops = [
      cluster.on("sync", judge),
      cluster.on("instant", judge),
      cluster.on("pods", ({ change, key: set, count }) => {
        if ((change === "unready" || change === "failed") && this.#owns(set)) this.podLost(count);
      }),
    ];
  }

  /** `spec.replicas` that the Deployment had at some moment, the first one first. */
  get replicaCounts(): readonly number[] {
    return [...this.#replicaCounts];
  }

  /** Throws what a claim threw: it was then judged no further. */
  get breaches(): readonly Breach[] {
    if (this.#thrown !== undefined) throw this.#thrown.error;
    return this.#breaches;
  }

  /** Something has been done that a law may not take into account. */
  giveUp(...names: readonly Assumption[]): void {
    checkWords("giveUp", names, allAssumptions);
    for (const name of names) this.#holds.delete(name);
  }

  /** Pods that fail by themselves: so many, or Infinity where nobody can say. */
  podLost(count = 1): void {
    this.#lost += count;
    this.giveUp("nf");
  }

  judge(): void {
    const look = lookAt(this.#cluster, this.#key, this.#lost);
    if (look === undefined || this.#thrown !== undefined) return;
    this.#follow(look);
    const { view } = look;
    if (view.current >= 0) {
      for (const law of stateLaws as readonly StateLaw[]) {
        // `acc` and `settled` are facts of one moment, which the laws about syncs look at themselves.
        const holds = law.assumes.every((name) => name === "settled" || this.#holds.has(name));
        if (holds || this.#unconditional.includes(law.id)) this.#judgeBy(law, view);
      }
    }
    try {
      for (const claim of this.#unconditional) {
        if (typeof claim === "object") this.#judgeBy(claim, view);
      }
    } catch (error) {
      this.#thrown = { error };
    }
  }

  /** Whoever does it: an autoscaler scales, a manifest of before, applied again, is an undo. */
  #follow(look: Look): void {
    const { view, uids, isPaused } = look;
    const last = this.#last;
    this.#last = look;
    this.#replicaCounts.add(view.replicas);
    const isAsBefore = (["replicas", "surge", "unavailable"] as const).every(
      (bound) => view[bound] === last.view[bound],
    );
    if (!isAsBefore) this.giveUp("const");
    if (isPaused) this.giveUp("np");
    const uid = uids[view.current];
    if (uid === undefined || uid === this.#current) return;
    if (this.#current !== undefined && this.#changes++ > 0) this.giveUp("one");
    if (last.uids.includes(uid)) this.giveUp("fwd", "one");
    this.#current = uid;
  }

  #judgeBy({ id, statement, margin: marginOf }: Claim, view: RolloutView): void {
    const margin: unknown = marginOf(view, this.#cluster);
    if (typeof margin !== "number" || Number.isNaN(margin)) {
      throw new TypeError(`the margin of ${id}: got ${String(margin)}; use a number of pods`);
    }
    this.judged.set(id, (this.judged.get(id) ?? 0) + 1);
    if (margin >= 0 || this.#breaches.some(({ law }) => law === id)) return;
    const { now: at, playedSchedule: played } = this.#cluster;
    this.#breaches.push({ law: id, statement, at, by: -margin, view, played });
  }

  /** Whether a ReplicaSet (`namespace/name`) is the Deployment's. */
  #owns(set: string): boolean {
    const found = this.#cluster.api.get({ resource: "replicasets", ...refOf(set) });
    if (!found.ok) return false;
    const { namespace, name } = refOf(this.#key);
    const { metadata } = found.value;
    return metadata.namespace === namespace && controllerOf(metadata)?.name === name;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

function assumedOf({ spec }: Deployment): readonly Assumption[] {
  const not = new Set<Assumption>(["acc", "bad", "still"]);
  if ((spec.minReadySeconds ?? 0) > 0) not.add("mrs0");
  return allAssumptions.filter((name) => !not.has(name));
}

/** All assumptions about a run in which nothing has happened yet. */
export const allAssumptions = Object.keys(assumptions) as readonly Assumption[];
