/**
 * How pods behave, by image or labels: how long they take to start, become ready and stop, and what goes
 * wrong. All times are ms.
 */
import { globMatcher } from "../api/glob.ts";
import type { PodSpec, PodTemplateSpec } from "../api/core.ts";
import { deepEqual } from "../api/json.ts";
import type { Millis, StringMap } from "../api/meta.ts";
import { preStopOf } from "../apiserver/pod-lifecycle.ts";
import type { Random } from "../engine/random.ts";
import { probedLife, type Kill } from "./probes.ts";

/** `delay`, plus a share of `jitter` drawn per pod: uniform in [delay, delay + jitter]. */
export interface Delay {
  readonly delay: Millis;
  readonly jitter?: Millis;
}

/** Ready only: `extra[i]` is added for the i-th pod of a ReplicaSet. */
export interface ReadyDelay extends Delay {
  readonly extra?: readonly Millis[];
}

export type FaultType =
  /** The image cannot be pulled: the pod stays Pending. */
  | "ImagePullBackOff"
  /** The container starts, exits after `after`, and is started again after 10 s, 20 s ... 5 min. */
  | "CrashLoopBackOff"
  /** Runs, but its readiness probe never succeeds. */
  | "NeverReady"
  /** Stays in ContainerCreating for ever, as with a volume that cannot be mounted. */
  | "NeverRunning"
  /** Crashes `after` it became ready, again and again. */
  | "ReadyThenCrash"
  /** Its readiness probe fails `after` it became ready; `recover` later it succeeds again. */
  | "ReadyThenUnready"
  /** Evicted (phase Failed) `after` it became ready. */
  | "Evicted";

export const podFaults = [
  "ImagePullBackOff",
  "CrashLoopBackOff",
  "NeverReady",
  "NeverRunning",
  "ReadyThenCrash",
  "ReadyThenUnready",
  "Evicted",
] as const satisfies readonly FaultType[];

export interface Fault {
  readonly type: FaultType;
  /** Default 0; for CrashLoopBackOff 1 s. */
  readonly after?: Millis;
  /** Absent: never. */
  readonly recover?: Millis;
  /** Share of the pods that it hits, 0 to 1. Default 1. */
  readonly probability?: number;
  /** Only the first so many pods of each ReplicaSet. */
  readonly first?: number;
}

/** Milli-CPU from a time of the run on, until the next point. Before the first: 0. */
export interface CpuPoint {
  readonly at: Millis;
  readonly milli: number;
}

export interface Behavior {
  readonly match?: {
    /** A glob on any container's image. */
    readonly image?: string;
    /** The pod has these, and maybe more. */
    readonly labels?: StringMap;
    /** The pod is made by a template of exactly this spec. */
    readonly podSpec?: PodSpec;
  };
  /** Creation to a node. Default 0. */
  readonly schedule?: Delay;
  /** Node to image pulled. Default 0. */
  readonly pull?: Delay;
  /** Image pulled to container running. Default 0. */
  readonly start?: Delay;
  /** Restarts that the i-th pod of a ReplicaSet has behind it once it runs. Default none. */
  readonly restarts?: readonly number[];
  /** Running to ready, whatever the probes. Default: as the probes have it (probes.ts), else 1 s. */
  readonly ready?: ReadyDelay;
  /** ms from running to when the probes can succeed. Default 0. */
  readonly listens?: Millis;
  /**
   * Containers ready to the conditions of the pod's readinessGates being True, which some controller outside
   * sets. Default 0; of no account for pods without gates.
   */
  readonly gates?: Delay;
  /** Deletion to gone, at least the preStop hook, at most until it is killed (killedAfter). Default 0. */
  readonly terminate?: Delay;
  readonly fault?: Fault;
  /** CPU that each running pod uses, whatever the others do. In order of time. */
  readonly cpu?: readonly CpuPoint[];
  /** CPU that all ready pods of this behavior share evenly: their load. In order of time. */
  readonly load?: readonly CpuPoint[];
  /** CPU that a pod uses besides, for so long from when its containers run. */
  readonly startCpu?: { readonly milli: number; readonly for: Millis };
}

/** One pod's life, drawn from its behavior. */
export interface PodScript {
  readonly scheduleMs: Millis;
  readonly startMs: Millis;
  readonly restarts: number;
  /** Infinity: a probe ends it before. */
  readonly readyMs: Millis;
  /** Containers ready, readiness gates not yet; undefined: no time between. */
  readonly gatedMs: Millis | undefined;
  /** What a probe does to it. */
  readonly kill: Kill | undefined;
  readonly terminateMs: Millis;
  /** Of `terminateMs`, before SIGTERM. */
  readonly preStopMs: Millis;
  readonly fault: Fault | undefined;
}

const DEFAULT_READY_MS = 1000;

/** The first behavior of which all that is given matches. */
export function behaviorFor(behaviors: readonly Behavior[], template: PodTemplateSpec): Behavior {
  const images = template.spec.containers.map((container) => container.image ?? "");
  const labels = template.metadata?.labels ?? {};
  return (
    behaviors.find(({ match }) => {
      if (match?.image !== undefined) {
        if (!images.some(globMatcher(match.image))) return false;
      }
      if (match?.podSpec !== undefined && !deepEqual(match.podSpec, template.spec)) return false;
      return Object.entries(match?.labels ?? {}).every(([key, value]) => labels[key] === value);
    }) ?? {}
  );
}

export function scriptFor(
  behavior: Behavior,
  template: PodTemplateSpec,
  random: Random,
  pod: { readonly uid: number; readonly ordinal: number },
): PodScript {
  const drawn = (purpose: string, { delay, jitter = 0 }: Delay): Millis =>
    jitter === 0 ? delay : delay + Math.floor(random.draw(purpose, pod.uid) * (jitter + 1));
  const { schedule, pull, start, ready, gates, terminate, fault } = behavior;
  const none = { delay: 0 };
  const startMs = drawn("pull", pull ?? none) + drawn("start", start ?? none);
  // Who says when pods are ready need not have probes that agree.
  const probed =
    ready === undefined ? probedLife(template.spec, behavior.listens ?? 0, startMs) : undefined;
  const readiness = ready ?? { delay: probed?.ready ?? DEFAULT_READY_MS };
  const containersMs = drawn("ready", readiness) + (ready?.extra?.[pod.ordinal - 1] ?? 0);
  const preStopMs = preStopOf(template.spec);
  const gatesMs = hasGates(template) ? drawn("gates", gates ?? none) : 0;
  return {
    scheduleMs: drawn("schedule", schedule ?? none),
    startMs: startMs + (probed?.heldUp ?? 0),
    kill: probed?.kill,
    restarts: behavior.restarts?.[pod.ordinal - 1] ?? 0,
    readyMs: containersMs + gatesMs,
    gatedMs: gatesMs === 0 || containersMs === Infinity ? undefined : containersMs,
    // The container does not hear of it before its preStop hook is over.
    terminateMs: Math.max(drawn("terminate", terminate ?? none), preStopMs),
    preStopMs,
    fault: fault !== undefined && isHit(fault, random, pod) ? fault : undefined,
  };
}

/** False: every pod of a template has the same script. */
export function variesByPod(behavior: Behavior): boolean {
  const { schedule, pull, start, ready, gates, terminate, fault } = behavior;
  const delays = [schedule, pull, start, ready, gates, terminate];
  if (delays.some((delay) => (delay?.jitter ?? 0) !== 0)) return true;
  if (ready?.extra !== undefined || behavior.restarts !== undefined) return true;
  return fault?.first !== undefined || (fault?.probability ?? 1) < 1;
}

function hasGates({ spec }: PodTemplateSpec): boolean {
  return ((spec["readinessGates"] ?? []) as readonly unknown[]).length > 0;
}

function isHit(
  { first = Infinity, probability = 1 }: Fault,
  random: Random,
  pod: { readonly uid: number; readonly ordinal: number },
): boolean {
  if (pod.ordinal > first) return false;
  return probability >= 1 || random.draw("fault", pod.uid) < probability;
}
