/**
 * The metrics server: every 15 s it asks all kubelets how much CPU containers have used so far, and answers
 * with the average over the time between its last two looks. A container that has run for 10 to 15 s when it
 * is first looked at counts from its start; a younger one has no metric before the next look. Mirrors
 * metrics-server v0.8 (--metric-resolution 15s; pkg/storage).
 *
 * Nothing is kept: what a pod used follows from its behavior, its times and the traffic. The cluster has a
 * metrics server where any behavior says how much CPU its pods use, or where there is traffic.
 *
 * CPU is that of a pod's first container, and never more than its limit. Left out: memory; readiness that
 * a pod had and lost (of the load it then takes no share for the whole time).
 */
import type { Millis } from "../api/meta.ts";
import type { MetricsSource, PodMetric, ResourceMetricsSource } from "../api/metrics.ts";
import { podName } from "../apiserver/events/pod-events.ts";
import { Flag, Phase } from "../apiserver/pod-columns.ts";
import { cpuOf } from "../apiserver/pod-resources.ts";
import type { Store } from "../apiserver/store.ts";
import { behaviorFor, type Behavior, type CpuPoint } from "./behavior.ts";

const RESOLUTION_MS = 15_000;
const FRESH_MS = 10_000;

export interface MetricsServerWorld {
  readonly store: Store;
  readonly behaviors: readonly Behavior[];
  readonly traffic: Pick<MetricsSource, "cpu"> & { readonly accounts: readonly unknown[] };
  readonly now: () => Millis;
}

/** [from, to), virtual ms. */
interface Window {
  readonly from: Millis;
  readonly to: Millis;
}

export class MetricsServer implements ResourceMetricsSource {
  readonly #world: MetricsServerWorld;
  /** By source. */
  readonly #behaviors: Behavior[] = [];
  /** How many share a load, by behavior, namespace and second; for the last window that was asked for. */
  #sharers = new Map<string, readonly number[]>();
  #sharersOf: { readonly to: Millis; readonly version: number } = { to: -1, version: -1 };

  constructor(world: MetricsServerWorld) {
    this.#world = world;
  }

  get state(): "serves" | "absent" {
    const { behaviors, traffic } = this.#world;
    const says = behaviors.some(
      ({ cpu, load, startCpu }) => (cpu ?? load ?? startCpu) !== undefined,
    );
    return says || traffic.accounts.length > 0 ? "serves" : "absent";
  }

  podMetric(row: number): PodMetric | undefined {
    const { store, now } = this.#world;
    const { columns, epochMs } = { columns: store.pods.columns, epochMs: store.epochMs };
    if (columns.phase[row] !== Phase.Running || columns.startedS[row] === 0) return undefined;
    // What is being looked at just now is not known yet.
    const to = Math.floor((now() - 1) / RESOLUTION_MS) * RESOLUTION_MS;
    const startedMs = columns.startedS[row]! * 1000 - epochMs;
    const age = to - startedMs;
    if (age < FRESH_MS) return undefined;
    const window = { from: Math.max(startedMs, to - RESOLUTION_MS), to };
    const value = Math.round(this.#used(row, startedMs, window));
    const { containers } = this.#sourceOf(row).spec;
    const byContainer = Object.fromEntries(
      containers.map(({ name }, index) => [name, index === 0 ? value : 0]),
    );
    return { value, byContainer, timestampMs: epochMs + to, windowMs: to - window.from };
  }

  /** Average milli-CPU. */
  #used(row: number, startedMs: Millis, window: Window): number {
    const { store, traffic } = this.#world;
    const source = this.#sourceOf(row);
    const { cpu, load, startCpu } = this.#behaviorOf(row);
    const length = window.to - window.from;
    let sum = areaOf(cpu ?? [], window);
    if (startCpu !== undefined) {
      const until = Math.min(window.to, startedMs + startCpu.for);
      sum += startCpu.milli * Math.max(0, until - window.from);
    }
    if (load !== undefined) sum += this.#shareOf(row, load, window);
    let used = sum / length;
    const pod = { namespace: source.namespace, name: podName(store, row) };
    const busy = traffic.cpu(pod, window.from, window.to);
    const [first] = source.spec.containers;
    const limit = cpuOf(first, "limits");
    if (busy !== undefined) used += busy * (limit ?? cpuOf(first, "requests") ?? 0);
    return Math.min(used, limit ?? Infinity);
  }

  #shareOf(row: number, load: readonly CpuPoint[], window: Window): number {
    let sum = 0;
    for (let at = window.from; at < window.to; at += 1000) {
      if (!this.#isReadyAt(row, at)) continue;
      const sharers = this.#sharersAt(row, window.to)[(window.to - at) / 1000 - 1] ?? 1;
      sum += areaOf(load, { from: at, to: at + 1000 }) / Math.max(1, sharers);
    }
    return sum;
  }

  /** By seconds before `to`. */
  #sharersAt(row: number, to: Millis): readonly number[] {
    const { store } = this.#world;
    const { pods, resourceVersion: version } = store;
    if (this.#sharersOf.to !== to || this.#sharersOf.version !== version) {
      this.#sharers = new Map();
      this.#sharersOf = { to, version };
    }
    const behavior = this.#behaviorOf(row);
    const { namespace } = this.#sourceOf(row);
    const key = `${this.#world.behaviors.indexOf(behavior)} ${namespace}`;
    const known = this.#sharers.get(key);
    if (known !== undefined) return known;
    const counts = Array.from({ length: RESOLUTION_MS / 1000 }, () => 0);
    for (let other = 0; other < pods.length; other++) {
      if (this.#behaviorOf(other) !== behavior) continue;
      if (this.#sourceOf(other).namespace !== namespace) continue;
      counts.forEach((count, second) => {
        if (this.#isReadyAt(other, to - (second + 1) * 1000)) counts[second] = count + 1;
      });
    }
    this.#sharers.set(key, counts);
    return counts;
  }

  /** From the columns as they are now: a pod that was asked to stop served until then. */
  #isReadyAt(row: number, at: Millis): boolean {
    const { pods, epochMs } = this.#world.store;
    const { flags, readyS, deletionS, graceS } = pods.columns;
    if ((flags[row]! & Flag.Ready) === 0) return false;
    const second = Math.floor((epochMs + at) / 1000);
    if (readyS[row]! > second) return false;
    if ((flags[row]! & Flag.Deleting) === 0) return pods.isPresent(row);
    return deletionS[row]! - graceS[row]! > second;
  }

  #sourceOf(row: number): Store["registry"]["sources"][number] {
    const { pods, registry } = this.#world.store;
    return registry.sources[pods.columns.source[row]!]!;
  }

  #behaviorOf(row: number): Behavior {
    const { store, behaviors } = this.#world;
    const index = store.pods.columns.source[row]!;
    return (this.#behaviors[index] ??= behaviorFor(behaviors, this.#sourceOf(row).template));
  }
}

/** Milli-CPU x ms. */
function areaOf(points: readonly CpuPoint[], { from, to }: Window): number {
  let area = 0;
  points.forEach(({ at, milli }, index) => {
    const until = points[index + 1]?.at ?? Infinity;
    area += milli * Math.max(0, Math.min(to, until) - Math.max(from, at));
  });
  return area;
}
