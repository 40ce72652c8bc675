/**
 * An abstract way of an exploration, played step by step in the whole simulator: controllers sync and caches
 * hear of things by the letters of a schedule, users act and pods turn ready a second apart. After each
 * step the cluster must be in the state of the way.
 */
import type { ReplicaSet } from "../api/apps.ts";
import type { Pod } from "../api/core.ts";
import { formatDuration } from "../api/duration.ts";
import type { KubeObject, Millis } from "../api/meta.ts";
import { podOrdinal } from "../apiserver/pod-names.ts";
import { Cluster } from "../cluster.ts";
import { ScheduleMismatch } from "../controllers/schedule.ts";
import type { Behavior } from "../kubelet/behavior.ts";
import { runKubectl } from "../kubectl/cluster-io.ts";
import type { Exploration } from "./explore.ts";
import * as at from "./explore-layout.ts";
import type { TraceStep } from "./trace.ts";
import { isOutside, timesOf } from "./witness-times.ts";

/** How a way was played. */
export interface WitnessRun {
  readonly cluster: Cluster;
  readonly manifest: KubeObject;
  readonly behaviors: readonly Behavior[];
  readonly minReadySeconds: number;
  /** As a scenario has it. */
  readonly schedule: string;
  readonly steps: readonly (readonly [at: Millis, step: object])[];
}

/** The first rollout is complete, and its pods available, before. */
const beginAfter = (minReadySeconds: number): number => minReadySeconds + 10;
const NEVER_MS = 3_600_000;
/** The rest of a second, in which what is tried again after a few ms has its turn. */
const TURN_MS = 900;
const MOST_TURNS = 12;
const AHEAD = ".".repeat(400);

/**
 * Undefined where the simulator cannot follow: an order that two caches cannot have, pods that cannot be told
 * apart so. `later`: what becomes of pods that are made after the way's end.
 */
export function playWitness(
  model: Exploration,
  way: readonly TraceStep[],
  manifest: KubeObject,
  later: "never ready" | "ready at once" = "never ready",
): WitnessRun | undefined {
  const actions = way.slice(1).map(({ action }) => action);
  const isSlow = model.config.minReady === "positive";
  // How long a pod has been ready decides who dies; the classes of ages double.
  for (const minReadySeconds of isSlow ? [20, 40, 80, 5] : [0]) {
    const times = timesOf(actions, beginAfter(minReadySeconds), minReadySeconds);
    if (times === undefined) continue;
    const player = new WitnessPlayer(model, manifest, minReadySeconds);
    if (!way.slice(1).every((step, i) => player.take(step, times[i]!))) continue;
    if (later === "never ready") return player.run();
    player.letLaterPodsTurnReady();
    if (player.isAt(way.at(-1)!.state)) return player.run();
  }
  return undefined;
}

interface Outside {
  readonly at: Millis;
  readonly act: (cluster: Cluster) => void;
  step: object | undefined;
}

class WitnessPlayer {
  readonly #model: Exploration;
  readonly #manifest: KubeObject;
  readonly #minReadySeconds: number;
  /** Extra ms to ready, by template and pod. */
  readonly #extra: Map<number, number[]>;
  readonly #outside: Outside[] = [];
  readonly #failed = new Map<string, Outside>();
  #letters = "";
  readonly #begin: Millis;
  #now: Millis;

  constructor(model: Exploration, manifest: KubeObject, minReadySeconds: number) {
    this.#model = model;
    this.#minReadySeconds = minReadySeconds;
    this.#begin = beginAfter(minReadySeconds) * 1000;
    this.#now = this.#begin;
    const spec = manifest["spec"] as object;
    this.#manifest = { ...manifest, spec: { ...spec, minReadySeconds } };
    const never = (): number[] => Array.from({ length: 24 }, () => NEVER_MS);
    this.#extra = new Map(Array.from({ length: model.config.revisions }, (_, i) => [i, never()]));
    this.#extra.get(0)!.fill(0, 0, model.config.replicas);
  }

  /** False: the cluster cannot be brought into the state of this step. */
  take({ action, state }: TraceStep, second: number): boolean {
    if (isOutside(action)) {
      this.#letters = this.#play("", second * 1000 - 1).playedSchedule;
      this.#now = second * 1000;
      this.#act(action);
      // Hearing of a ready pod sets the alarm for when it is available.
      if (this.#minReadySeconds > 0) while (this.#make("p"));
      return this.isAt(state);
    }
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      this.#hear(action, turn);
      const kind = at.kindOfAction(action);
      const isMade =
        kind === at.toDeliver ||
        this.#make(kind === at.toSyncDeployment ? "D" : this.#letterFor(at.rankOfAction(action)));
      if (isMade && this.isAt(state)) return true;
      if (!isMade && !this.#make(".")) return false;
    }
    return false;
  }

  run(): WitnessRun {
    this.#letters = this.#play("").playedSchedule; // nobody repairs anything within the last instant
    return {
      cluster: this.#play(""),
      manifest: this.#manifest,
      behaviors: this.#behaviors(),
      minReadySeconds: this.#minReadySeconds,
      schedule: `fresh until ${this.#begin}ms, then ${this.#letters}`,
      steps: this.#outside.flatMap(({ at: when, step }) =>
        step === undefined ? [] : [[when, step] as const],
      ),
    };
  }

  letLaterPodsTurnReady(): void {
    const cluster = this.#play("");
    for (const [rank, extra] of this.#extra) {
      const last = Math.max(0, ...podsOf(cluster, rank).map(ordinalIn));
      extra.fill(0, last);
    }
  }

  #behaviors(): Behavior[] {
    return [...this.#extra].map(([rank, extra]) => {
      const last = extra.findLastIndex((ms) => ms !== NEVER_MS);
      const more = extra.slice(0, Math.max(last + 8, 12)); // the pods that come later, too
      const told = more.slice(0, more.findLastIndex((ms) => ms !== 0) + 1);
      const match = { image: imageOf(rank) };
      return { match, ready: { delay: 0, ...(told.length > 0 && { extra: told }) } };
    });
  }

  /** The whole run so far, with `more` letters, up to a time; then nobody does anything. */
  #play(more: string, until: Millis = this.#now + TURN_MS): Cluster {
    const cluster = new Cluster({
      nodes: 1, // where a pod runs must not decide which one dies
      behaviors: this.#behaviors(),
      schedule: { name: this.#letters + more + AHEAD, fromMs: this.#begin },
    });
    cluster.act("create", (api) => api.create(this.#manifest));
    for (const { at: when, act } of this.#outside) {
      if (when > until) break;
      cluster.runBefore(when);
      act(cluster);
    }
    cluster.runUntil(until);
    return cluster;
  }

  /** Adds a letter, if it is a move that can be made now. */
  #make(letter: string): boolean {
    if (letter === "") return false;
    try {
      const { playedSchedule } = this.#play(letter);
      if (playedSchedule.length <= this.#letters.length) return false;
    } catch (error) {
      if (error instanceof ScheduleMismatch) return false;
      throw error;
    }
    this.#letters += letter;
    return true;
  }

  /** What the caches hear of before a sync. A lagging one hears of ReplicaSets where the way says so, or has to. */
  #hear(action: number, turn: number): void {
    const lags = this.#model.config.cache === "lagging";
    const kind = at.kindOfAction(action);
    const lanes = ["d", "p"];
    if (!lags || kind === at.toDeliver || (kind === at.toSyncSet && turn > 0)) lanes.push("r");
    while (lanes.some((lane) => this.#make(lane)));
  }

  #letterFor(rank: number): string {
    const cluster = this.#play("");
    const name = setsOf(cluster).get(rank)?.metadata.name;
    const { keys } = cluster.save().controllers.replicaSets.queue;
    const place = keys.indexOf(`default/${name}`);
    return place < 0 ? "" : place === 0 ? "R" : String(place + 1);
  }

  #act(action: number): void {
    const rank = at.rankOfAction(action);
    switch (at.kindOfAction(action)) {
      case at.toChange:
        return this.#type(this.#change(rank));
      case at.toScale:
        return this.#type(`scale deployment/web --replicas=${this.#model.config.scaleTo}`);
      case at.toPause:
        return this.#type("rollout pause deployment/web");
      case at.toResume:
        return this.#type("rollout resume deployment/web");
      case at.toReady:
        return this.#turnReady(rank);
      case at.toFail:
        return this.#fail(rank);
      default: // pods turn available by themselves
    }
  }

  /** Back to a template that has been rolled out is an undo, where kubectl does not refuse it. */
  #change(rank: number): string {
    const cluster = this.#play("", this.#now - 1);
    const revision = setsOf(cluster).get(rank)?.metadata.annotations?.[REVISION];
    const found = cluster.api.get({ resource: "deployments", name: "web" });
    const isPaused = found.ok && found.value.spec.paused === true;
    return revision === undefined || isPaused
      ? `set image deployment/web web=${imageOf(rank)}`
      : `rollout undo deployment/web --to-revision=${revision}`;
  }

  #type(line: string): void {
    const silent = (): void => undefined;
    const streams = { namespace: "default", readFile: () => undefined, out: silent, err: silent };
    const act = (cluster: Cluster): void => {
      runKubectl(cluster, `kubectl ${line}`, streams);
    };
    this.#outside.push({ at: this.#now, act, step: { kubectl: line } });
  }

  #fail(rank: number): void {
    const pod = podsOf(this.#play("", this.#now - 1), rank).find(isReady);
    if (pod === undefined) return;
    const { name } = pod.metadata;
    const fault = { type: "ProbeFail", on: `pod/${name}` };
    const act = (cluster: Cluster): void =>
      cluster.act("fault", () => cluster.faults.failProbe({ name }));
    const failure = { at: this.#now, act, step: { fault } };
    this.#outside.push(failure);
    this.#failed.set(name, failure);
  }

  /** One that never was ready, else one that failed and recovers. */
  #turnReady(rank: number): void {
    const unready = podsOf(this.#play("", this.#now - 1), rank).filter((pod) => !isReady(pod));
    const young = unready.find(({ metadata }) => !this.#failed.has(metadata.name));
    if (young !== undefined) {
      const { creationTimestamp = "" } = young.metadata;
      const ordinal = ordinalIn(young);
      const created = Date.parse(creationTimestamp) - Date.parse("2000-01-01T00:00:00Z");
      this.#extra.get(rank)![ordinal - 1] = this.#now - created;
      return;
    }
    const [old] = unready;
    const failure = old && this.#failed.get(old.metadata.name);
    if (old === undefined || failure === undefined) return;
    const { name } = old.metadata;
    failure.step = {
      fault: { type: "ProbeFail", on: `pod/${name}`, for: formatDuration(this.#now - failure.at) },
    };
    this.#failed.delete(name);
    const act = (cluster: Cluster): void =>
      cluster.act("fault ends", () => cluster.faults.passProbe({ name }));
    this.#outside.push({ at: this.#now, act, step: undefined }); // a part of the step that failed it
  }

  isAt(state: Int32Array): boolean {
    const cluster = this.#play("");
    const sets = setsOf(cluster);
    return this.#model.view(state, 0).sets.every((wanted, rank) => {
      const rs = sets.get(rank);
      const { uid = "" } = rs?.metadata ?? {};
      const { active, available } = cluster.countPods(uid, this.#minReadySeconds);
      return (
        wanted.spec === (rs?.spec.replicas ?? 0) &&
        wanted.status === (rs?.status.availableReplicas ?? 0) &&
        wanted.active === active &&
        wanted.available === available
      );
    });
  }
}

const REVISION = "deployment.kubernetes.io/revision";

function imageOf(rank: number): string {
  return `web:v${rank + 1}`;
}

/** ReplicaSets by the rank of their template. */
function setsOf(cluster: Cluster): Map<number, ReplicaSet> {
  const sets = cluster.api.list("replicasets");
  return new Map(
    sets.map((rs) => {
      const { image = "" } = rs.spec.template.spec.containers[0]!;
      return [Number(image.slice("web:v".length)) - 1, rs];
    }),
  );
}

/** Oldest first: of pods ready for about as long, the oldest dies first. */
function podsOf(cluster: Cluster, rank: number): readonly Pod[] {
  const pods = cluster.api.list("pods");
  return pods
    .filter(
      ({ metadata, spec }) =>
        metadata.deletionTimestamp === undefined && spec.containers[0]!.image === imageOf(rank),
    )
    .toSorted((a, b) => ordinalIn(a) - ordinalIn(b));
}

/** Which of the pods that its ReplicaSet ever made, from 1. */
function ordinalIn({ metadata: { name } }: Pod): number {
  const maker = name.slice(0, name.lastIndexOf("-"));
  return podOrdinal(maker, name);
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;
}
