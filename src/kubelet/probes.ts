/**
 * What a pod's probes make of containers that answer from a known time on: when it is ready, and whether a
 * probe gives a container up before. Mirrors kubelet/prober worker.go and prober_manager.go (v1.37.2):
 *
 * - A probe runs every `periodSeconds`, and does nothing before `initialDelaySeconds` after the container's
 *   start. The readiness probe runs at once when the container has started, and from there on; the others'
 *   period began when the pod came to its node.
 * - Until the startup probe has succeeded, the others do not run. Not ready until the first success.
 * - `failureThreshold` failures of the liveness or startup probe in a row end the container; it is restarted.
 * - A sidecar (an init container with restartPolicy Always) holds up what comes after it until it has
 *   started, and counts for readiness; other init containers are taken to need no time.
 *
 * Left out: the random delay after a restart of the kubelet; `timeoutSeconds`, as a probe either is answered
 * at once or not at all; after a restart of a container the period counts as after its first start.
 */
import type { Container, PodSpec } from "../api/core.ts";
import type { Millis } from "../api/meta.ts";

interface Probe {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

/** A container that a probe ends, ms after it runs. */
export interface Kill {
  readonly after: Millis;
  readonly probe: "liveness" | "startup";
  readonly container: string;
}

export interface ProbedLife {
  /** ms by which sidecars put off the start of the containers. */
  readonly heldUp: Millis;
  /** ms from running to ready; Infinity where a probe ends a container before. */
  readonly ready: Millis;
  readonly kill?: Kill;
}

/**
 * `listens`: ms from a container's start to when it answers probes. `age`: ms from the pod's coming to its
 * node to its containers' start. Undefined: no container has a probe that could tell.
 */
export function probedLife(spec: PodSpec, listens: Millis, age: Millis): ProbedLife | undefined {
  if (!hasProbes(spec)) return undefined;
  const sidecars = sidecarsOf(spec);
  let heldUp = 0;
  let ready = 0;
  for (const sidecar of sidecars) {
    const { started, readyAt } = lifeOf(sidecar, 0, age + heldUp);
    ready = Math.max(ready, heldUp + readyAt);
    heldUp += started;
  }
  const lives = spec.containers.map((container) => lifeOf(container, listens, age + heldUp));
  const kills = lives.flatMap(({ kill }) => kill ?? []);
  const first = kills.toSorted((a, b) => a.after - b.after)[0];
  ready = Math.max(ready - heldUp, ...lives.map(({ readyAt }) => readyAt));
  if (first !== undefined && ready >= first.after) ready = Infinity;
  return { heldUp, ready, ...(first === undefined ? {} : { kill: first }) };
}

/** Whether a container has a probe that can tell when it is ready. */
export function hasProbes(spec: PodSpec): boolean {
  return [...sidecarsOf(spec), ...spec.containers].some((container) =>
    PROBES.some((name) => container[name] !== undefined),
  );
}

function sidecarsOf(spec: PodSpec): readonly Container[] {
  return (spec.initContainers ?? []).filter((each) => each["restartPolicy"] === "Always");
}

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;

interface ContainerLife {
  /** ms from its start to when its startup probe, if it has one, has succeeded. */
  readonly started: Millis;
  readonly readyAt: Millis;
  readonly kill?: Kill;
}

function lifeOf(container: Container, listens: Millis, age: Millis): ContainerLife {
  const [startup, readiness, liveness] = PROBES.map((name) => container[name] as Probe | undefined);
  const { name } = container;
  let started = 0;
  if (startup !== undefined) {
    const runs = { first: firstRun(startup, age), every: periodOf(startup) };
    started = firstAt(runs, listens);
    const after = lastFailure(startup, runs);
    if (after < started)
      return { started, readyAt: Infinity, kill: { after, probe: "startup", container: name } };
  } else if (liveness !== undefined) {
    const runs = { first: firstRun(liveness, age), every: periodOf(liveness) };
    const after = lastFailure(liveness, runs);
    if (after < listens) {
      const readyAt = readiness === undefined ? 0 : Infinity; // nobody asked
      return { started, readyAt, kill: { after, probe: "liveness", container: name } };
    }
  }
  if (readiness === undefined) return { started, readyAt: started };
  const every = periodOf(readiness);
  const success = firstAt({ first: started, every }, Math.max(listens, delayOf(readiness)));
  return { started, readyAt: success + ((readiness.successThreshold ?? 1) - 1) * every };
}

interface Runs {
  readonly first: Millis;
  readonly every: Millis;
}

/** The first run at or after a time. */
function firstAt({ first, every }: Runs, at: Millis): Millis {
  return first + Math.ceil(Math.max(0, at - first) / every) * every;
}

/** The failure that is one too many, if all runs fail. */
function lastFailure({ failureThreshold = 3 }: Probe, { first, every }: Runs): Millis {
  return first + (failureThreshold - 1) * every;
}

/** The first run after a container's start that counts, of a probe whose period began `age` ms before. */
function firstRun(probe: Probe, age: Millis): Millis {
  const every = periodOf(probe);
  return firstAt({ first: every - (age % every), every }, delayOf(probe));
}

function periodOf({ periodSeconds = 10 }: Probe): Millis {
  return periodSeconds * 1000;
}

function delayOf({ initialDelaySeconds = 0 }: Probe): Millis {
  return initialDelaySeconds * 1000;
}
