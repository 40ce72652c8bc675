/**
 * What happens to pods on their nodes: scheduled, started, ready, crashed, stopped. It hears of pods at once
 * (it has no cache that lags) and acts when its timers are due. A pod's life is drawn from its behavior.
 *
 * Statuses follow the kubelet's: a container that has crashed shows its end until the kubelet looks at its containers
 * again (kubelet.go genericPlegRelistPeriod). Its first restart comes then, others after 10 s, 20 s ... 5 min more.
 */
import { Phase, UNBOUND } from "../apiserver/pod-columns.ts";
import { killedAfter } from "../apiserver/pod-lifecycle.ts";
import { isStopped, PodReason } from "../apiserver/pod-reasons.ts";
import type { NodesSeen } from "../apiserver/events/log.ts";
import type { PodSource } from "../apiserver/pod-registry.ts";
import { PodChange, type PodChangeCode } from "../apiserver/store.ts";
import { unreachable } from "../engine/assert.ts";
import { Placement, type SavedPlacement } from "../scheduler/placement.ts";
import type { Millis } from "../api/meta.ts";
import { adoptPod } from "./adopt-pod.ts";
import { backOffMs } from "./back-off.ts";
import type { FoundPod } from "./found-pod.ts";
import { evictPod } from "./failed-pod.ts";
import { Hardships, type SavedHardships } from "./hardships.ts";
import { PodReports } from "./pod-reports.ts";
import { Preparation, type SavedPreparation } from "./preparation.ts";
import { Pulls } from "./pulls.ts";
import { changedContainers, Renewals, type SavedRenewals } from "./renewals.ts";
import { Scripts } from "./scripts.ts";
import { Turn, type TurnCode } from "./turns.ts";
import type { KubeletWorld } from "./world.ts";

const CRASH_AFTER_MS = 1000;
const RELIST_MS = 1000;

export interface SavedKubelet extends SavedHardships, SavedPreparation {
  readonly renewed: SavedRenewals;
  readonly placement: SavedPlacement;
}

export class Kubelet {
  readonly #world: KubeletWorld;
  readonly #scripts: Scripts;
  readonly #pulls: Pulls;
  readonly #hardships: Hardships;
  readonly #preparation: Preparation;
  readonly #renewals: Renewals;
  readonly #placement: Placement;
  readonly #reports: PodReports;

  constructor(world: KubeletWorld, saved?: SavedKubelet) {
    this.#renewals = new Renewals(saved?.renewed);
    this.#world = { ...world, schedule: this.#renewals.noting(world) };
    this.#reports = new PodReports(world);
    this.#preparation = new Preparation(this.#world, this.#reports, saved);
    this.#scripts = new Scripts(world);
    this.#hardships = new Hardships(saved);
    this.#pulls = new Pulls(this.#world, this.#hardships);
    this.#placement = new Placement(
      world,
      {
        scheduled: (row) => this.#reports.change(row, "scheduled"),
        begin: (row) => this.#begin(row),
        wake: (row) => this.#world.schedule(0, Turn.schedule, row),
        preempted: (victim, by, node) => this.#reports.preempted(victim, by, node),
      },
      saved?.placement,
    );
    world.store.listen({
      pod: (change, row, _, before) =>
        before?.source === undefined ? this.#hear(change, row) : this.#renew(row, before.source),
    });
  }

  /** A timer is due. */
  act(turn: TurnCode, row: number): void {
    const { store } = this.#world;
    if (!this.#renewals.counts(row, turn, this.#world.now())) return;
    if (this.#hardships.park(store.pods.columns.node[row]!, turn, row)) return;
    if (turn === Turn.stopped) {
      if (store.pods.isPresent(row)) store.removePod(row);
      return;
    }
    if (!store.pods.isPresent(row) || store.pods.isDeleting(row)) {
      if (turn === Turn.schedule) this.#placement.wakeWaiting(); // room that was meant for it is left
      return;
    }
    if (store.pods.isTerminal(row)) return;
    if (turn === Turn.schedule) this.#placement.place(row);
    else this.#live(turn, row);
  }

  /** A pod that is new here, and was found elsewhere in the middle of its life, on a node (its number here). */
  adopt(row: number, found: FoundPod, node: number): void {
    const [reports, placement, pulls] = [this.#reports, this.#placement, this.#pulls];
    const goOn = {
      begin: (waitedMs: Millis) => this.#begin(row, waitedMs),
      run: (ranMs: Millis) => this.#run(row, ranMs),
      ready: () => this.#beReady(row),
      restart: (endedMs: Millis) => this.#restartLater(row, RELIST_MS - endedMs),
    };
    adoptPod({ ...this.#world, reports, placement, pulls, goOn }, row, found, node);
  }

  /** A pod that is ready stops being so, until somebody makes it ready again. */
  setUnready(row: number): void {
    if (this.#hardships.probes.has(row)) this.#hardships.probes.set(row, "fails");
    if (!this.#isReady(row)) return;
    this.#world.store.setPodUnready(row);
    this.#reports.change(row, "unready");
  }

  setReady(row: number): void {
    const { store } = this.#world;
    const running = store.pods.columns.phase[row] === Phase.Running;
    if (!running || this.#isReady(row)) return;
    if (this.#hardships.probes.has(row)) {
      this.#hardships.probes.set(row, "passes");
      return;
    }
    // Each kubelet writes the times of conditions by its own clock.
    const ahead = this.#world.clockOf(store.pods.columns.node[row]!);
    store.setPodReady(row, store.wallClockSeconds + Math.floor(ahead / 1000));
    this.#reports.change(row, "ready");
  }

  /** The readiness probe of a pod fails, whatever the pod does, until `passProbe`. */
  failProbe(row: number): void {
    const { probes } = this.#hardships;
    if (probes.has(row)) return;
    const otherwise = this.#isReady(row) ? "passes" : "fails";
    this.setUnready(row);
    probes.set(row, otherwise);
  }

  passProbe(row: number): void {
    const { probes } = this.#hardships;
    const otherwise = probes.get(row);
    probes.delete(row);
    if (otherwise === "passes") this.act(Turn.recover, row);
  }

  /** Images cannot be pulled until the registry is `up` again; those on a node already can be used. */
  setRegistry(registry: "up" | "down"): void {
    this.#hardships.registry = registry;
  }

  /** A node's kubelet does nothing from now on. Containers run on, as on a node without a network. */
  stopNode(node: number): void {
    this.#hardships.stop(node);
  }

  /** ... and now it does, at once, what it had to do meanwhile. */
  resumeNode(node: number): void {
    for (const [turn, row] of this.#hardships.resume(node)) {
      this.#world.schedule(0, turn as TurnCode, row);
    }
  }

  /** A ready pod whose node is not heard of any more is taken for not ready. */
  losePod(row: number): void {
    this.#world.store.losePod(row);
    this.#reports.change(row, "unready");
  }

  /** A pod that was lost is as ready as it was, since `sinceS` (s since 1970). */
  regainPod(row: number, sinceS: number): void {
    const { probes } = this.#hardships;
    const { store } = this.#world;
    if (probes.has(row)) {
      probes.set(row, "passes");
      store.setPodPhase(row, Phase.Running, PodReason.none);
      return;
    }
    store.regainPod(row, sinceS);
    this.#reports.change(row, "ready");
  }

  save(): SavedKubelet {
    return {
      ...this.#hardships.save(),
      ...this.#preparation.save(),
      renewed: this.#renewals.save(),
      placement: this.#placement.save(),
    };
  }

  /** For events: whether the image of a pod can be pulled. */
  pullOf(row: number): "works" | "fails" {
    return this.#scripts.of(row).fault?.type === "ImagePullBackOff" ? "fails" : "works";
  }

  /** For events: nodes in all, and what keeps this pod from them. */
  nodesSeen(row: number): NodesSeen {
    return this.#placement.nodesSeen(row);
  }

  /** Pods that fitted nowhere are tried again. */
  placeWaiting(): void {
    this.#placement.placeWaiting();
  }

  #live(turn: Exclude<TurnCode, typeof Turn.schedule | typeof Turn.stopped>, row: number): void {
    switch (turn) {
      case Turn.start:
        return this.#pulls.fails(row) ? undefined : this.#start(row);
      case Turn.pull:
        return this.#pull(row);
      case Turn.becomeReady:
        return this.#becomeReady(row);
      case Turn.becomeUnready: {
        const { recover } = this.#scripts.of(row).fault ?? {};
        this.setUnready(row);
        if (recover !== undefined) this.#world.schedule(recover, Turn.recover, row);
        return;
      }
      case Turn.recover:
        return this.setReady(row);
      case Turn.evict:
        evictPod(this.#world.store, this.#reports, row);
        return this.#leaveNode(row);
      case Turn.crash:
        return this.#crash(row, RELIST_MS);
      case Turn.killed:
        return this.#crash(row, 0);
      case Turn.kill:
        return this.#kill(row);
      case Turn.attach:
        return this.#preparation.waitsForVolume(row) ? this.#begin(row) : undefined;
      case Turn.renew:
        this.#stopForRestart(row);
        this.#world.store.setPodPhase(row, Phase.Running, PodReason.renewed);
        return this.#mount(row);
      case Turn.mount:
        return this.#mount(row);
      case Turn.gate:
        return this.#world.store.gatePod(row);
      case Turn.backOff:
        return this.#world.store.setPodPhase(row, Phase.Running, PodReason.crashLoopBackOff);
      case Turn.restart:
        return this.#start(row);
      case Turn.pullFails:
        return this.#pulls.fail(row);
      case Turn.pullBacksOff:
        return this.#pulls.backOff(row);
      default:
        return unreachable(turn);
    }
  }

  #hear(change: PodChangeCode, row: number): void {
    const { store, schedule } = this.#world;
    if (change === PodChange.Added) {
      schedule(this.#scripts.of(row).scheduleMs, Turn.schedule, row);
    } else if (change === PodChange.Deleting) {
      const graceMs = store.pods.columns.graceS[row]! * 1000;
      const { terminateMs, preStopMs } = this.#scripts.of(row);
      schedule(Math.min(terminateMs, killedAfter(graceMs, preStopMs)), Turn.stopped, row);
    } else if (change === PodChange.Deleted) {
      this.#hardships.forget(row);
      this.#preparation.forget(row);
      this.#renewals.forget(row);
      this.#placement.forget(row);
      this.#reports.change(row, "gone");
      // A pod that has failed takes no room any more, though its object stays.
      if (!store.pods.isTerminal(row)) this.#leaveNode(row);
    }
  }

  /** Somebody changed the pod's spec. A container with another image is killed, and started again. */
  #renew(row: number, before: number): void {
    const { store, schedule } = this.#world;
    const { node, startedS, reason } = store.pods.columns;
    if (node[row] === UNBOUND || store.pods.isDeleting(row) || store.pods.isTerminal(row)) return;
    const { spec, graceSeconds } = store.registry.sources[before]!;
    const changed = changedContainers(spec, this.#sourceOf(row).spec);
    if (changed.length === 0) return;
    this.#renewals.begin(row, changed);
    if (startedS[row] === 0 || isStopped(reason[row]!)) return schedule(0, Turn.mount, row);
    for (const name of changed) {
      const why = `Container ${name} definition changed, will be restarted`;
      this.#reports.normal(row, "kubelet", "Killing", why);
    }
    const { terminateMs, preStopMs } = this.#scripts.of(row, before);
    const latest = killedAfter(graceSeconds * 1000, preStopMs);
    schedule(Math.min(terminateMs, latest), Turn.renew, row);
  }

  #leaveNode(row: number): void {
    const node = this.#world.store.pods.columns.node[row]!;
    if (node === UNBOUND) return;
    this.#placement.leave(row, node);
    this.#preparation.release(row);
    this.#placement.wakeWaiting();
  }

  /** Volumes and the address first, then images, then what containers are configured with. */
  #begin(row: number, waitedMs = 0): void {
    if (this.#preparation.attaches(row)) this.#mount(row, waitedMs);
  }

  #mount(row: number, waitedMs = 0): void {
    if (!this.#preparation.mounts(row)) return;
    const { fault, startMs } = this.#scripts.of(row);
    if (fault?.type === "NeverRunning") return;
    const turn = fault?.type === "ImagePullBackOff" ? Turn.pullFails : Turn.start;
    this.#later(startMs - waitedMs, turn, row);
  }

  /** Once more. */
  #pull(row: number): void {
    if (this.#pulls.fails(row)) return;
    const { fault, startMs } = this.#scripts.of(row);
    if (fault?.type !== "ImagePullBackOff") return this.#world.schedule(startMs, Turn.start, row);
    this.#world.store.hearPull?.(row);
    this.#world.schedule(startMs, Turn.pullFails, row);
  }

  #start(row: number): void {
    if (!this.#preparation.configures(row)) return;
    this.#world.store.startPod(row, this.#scripts.of(row).restarts);
    this.#reports.startedAnew(row, this.#renewals.started(row));
    this.#reports.change(row, "running");
    this.#run(row);
  }

  /** What becomes of containers that have run for `ranMs`. */
  #run(row: number, ranMs = 0): void {
    const { fault, readyMs, gatedMs, kill } = this.#scripts.of(row);
    if (fault?.type === "NeverReady") return;
    if (fault?.type === "CrashLoopBackOff") {
      return this.#later((fault.after ?? CRASH_AFTER_MS) - ranMs, Turn.crash, row);
    }
    if (gatedMs !== undefined) this.#later(gatedMs - ranMs, Turn.gate, row);
    if (readyMs !== Infinity) this.#later(readyMs - ranMs, Turn.becomeReady, row);
    if (kill !== undefined) this.#later(kill.after - ranMs, Turn.kill, row);
  }

  /** What was due already is due now. */
  #later(ms: Millis, turn: TurnCode, row: number): void {
    this.#world.schedule(Math.max(0, ms), turn, row);
  }

  /** A probe has failed once too often: the container is stopped, and started again. */
  #kill(row: number): void {
    const { kill, terminateMs, preStopMs } = this.#scripts.of(row);
    if (kill === undefined) return;
    const probe = kill.probe === "liveness" ? "Liveness" : "Startup";
    this.#reports.warning(row, "kubelet", "Unhealthy", `${probe} probe failed: connection refused`);
    const end = `Container ${kill.container} failed ${kill.probe} probe, will be restarted`;
    this.#reports.normal(row, "kubelet", "Killing", end);
    const { graceSeconds } = this.#sourceOf(row);
    const latest = killedAfter(graceSeconds * 1000, preStopMs);
    this.#world.schedule(Math.min(terminateMs, latest), Turn.killed, row);
  }

  #becomeReady(row: number): void {
    this.setReady(row);
    this.#beReady(row);
  }

  #beReady(row: number): void {
    const { fault } = this.#scripts.of(row);
    const { schedule } = this.#world;
    const after = fault?.after ?? 0;
    if (fault?.type === "ReadyThenUnready") schedule(after, Turn.becomeUnready, row);
    if (fault?.type === "Evicted") schedule(after, Turn.evict, row);
    if (fault?.type === "ReadyThenCrash") schedule(after, Turn.crash, row);
  }

  /** `seenMs`: until the kubelet knows of it. */
  #crash(row: number, seenMs: number): void {
    const { store } = this.#world;
    const wasReady = this.#isReady(row);
    store.crashPod(row);
    if (this.#hardships.probes.has(row)) this.#hardships.probes.set(row, "fails");
    if (wasReady) this.#reports.change(row, "unready");
    this.#reports.change(row, "restarted");
    this.#restartLater(row, seenMs);
  }

  #restartLater(row: number, seenMs: number): void {
    const restarts = this.#world.store.pods.columns.restarts[row]!;
    if (restarts > 0) this.#later(seenMs, Turn.backOff, row);
    const waitMs = restarts > 0 ? backOffMs(restarts - 1) : 0;
    this.#later(seenMs + waitMs, Turn.restart, row);
  }

  #stopForRestart(row: number): void {
    this.#world.store.crashPod(row, 0);
    if (this.#hardships.probes.has(row)) this.#hardships.probes.set(row, "fails");
    this.#reports.change(row, "restarted");
  }

  #sourceOf(row: number): PodSource {
    const { pods, registry } = this.#world.store;
    return registry.sources[pods.columns.source[row]!]!;
  }

  #isReady(row: number): boolean {
    return this.#world.store.pods.isReady(row);
  }
}
