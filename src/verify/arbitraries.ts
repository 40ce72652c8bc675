/**
 * fast-check arbitraries for rollouts. All shrink towards the plain: few replicas, one absolute pod, updates
 * one second apart, no faults.
 */
import fc from "fast-check";
import type { IntOrString, KubeObject, Millis } from "../api/meta.ts";
import { refuse, refuseUnknown, whole } from "../api/check-shape.ts";
import type { Behavior, Fault } from "../kubelet/behavior.ts";
import type { UserAction } from "./user-actions.ts";

export interface StrategySettings {
  readonly maxSurge: IntOrString;
  readonly maxUnavailable: IntOrString;
}

const pods = fc.nat({ max: 4 });
const percentage = fc.constantFrom("0%", "10%", "25%", "34%", "50%", "100%");
const bound: fc.Arbitrary<IntOrString> = fc.oneof(pods, percentage);

function isZero(value: IntOrString): boolean {
  return value === 0 || value === "0%";
}

/** maxSurge and maxUnavailable that the API server accepts: never both zero. */
export function strategies(): fc.Arbitrary<StrategySettings> {
  return fc
    .record({ maxSurge: bound, maxUnavailable: bound })
    .filter(({ maxSurge, maxUnavailable }) => !(isZero(maxSurge) && isZero(maxUnavailable)));
}

export interface DeploymentLimits {
  /** Default `web`. */
  readonly name?: string;
  /** Pods; default 10. */
  readonly mostReplicas?: number;
  /** Default 0: minReadySeconds is left out. */
  readonly mostMinReadySeconds?: number;
}

const LIMITS = {
  name: true,
  mostReplicas: true,
  mostMinReadySeconds: true,
} as const satisfies Record<keyof DeploymentLimits, true>;

/** A Deployment to create, RollingUpdate, with one container of image `NAME:v1`. */
export function deployments(limits: DeploymentLimits = {}): fc.Arbitrary<KubeObject> {
  refuseUnknown("", limits, LIMITS, "limit");
  const { name = "web", mostReplicas = 10, mostMinReadySeconds = 0 } = limits;
  if (!Number.isInteger(mostReplicas) || mostReplicas < 1) {
    throw new RangeError(`mostReplicas: got ${mostReplicas}; use an integer >= 1`);
  }
  return fc
    .record({
      replicas: fc.integer({ min: 1, max: mostReplicas }),
      rollingUpdate: strategies(),
      minReadySeconds: fc.nat({ max: mostMinReadySeconds }),
    })
    .map(({ replicas, rollingUpdate, minReadySeconds }) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: {
        replicas,
        ...(minReadySeconds === 0 ? {} : { minReadySeconds }),
        strategy: { type: "RollingUpdate", rollingUpdate },
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name, image: `${name}:v1` }] },
        },
      },
    }));
}

const node = fc.nat({ max: 2 });
const pod = fc.nat({ max: 20 });

/** What differs between actions of one kind. */
const ACTIONS = {
  update: { version: fc.integer({ min: 1, max: 4 }) },
  undo: {},
  scale: { replicas: fc.nat({ max: 12 }) },
  pause: {},
  resume: {},
  "kill-pod": { pod },
  "evict-pod": { pod },
  "drain-node": { node },
  "kill-node": { node },
  lag: { schedule: fc.constantFrom("fresh" as const, "random-own" as const, "random" as const) },
} as const satisfies Readonly<Record<UserAction["do"], object>>;

export const userActionKinds = Object.keys(ACTIONS) as readonly UserAction["do"][];

/** Throws a RangeError for what is no list of kinds. */
export function checkKinds(kinds: readonly UserAction["do"][]): void {
  if (Array.isArray(kinds) && kinds.length > 0) return;
  refuse("kinds", kinds, `a list of any of ${userActionKinds.join(", ")}`);
}

/** One action of a kind, so many ms `after` the one before. RangeError for a kind that is none. */
export function userAction(
  kind: UserAction["do"],
  after: fc.Arbitrary<Millis>,
): fc.Arbitrary<UserAction> {
  if (!userActionKinds.includes(kind)) {
    const use = `any of ${userActionKinds.join(", ")}`;
    throw new RangeError(`kinds: got ${JSON.stringify(kind)}; use ${use}`);
  }
  return fc.record({ after, do: fc.constant(kind), ...ACTIONS[kind] }) as fc.Arbitrary<UserAction>;
}

/** What users do, in order. `mostPause` is the longest time between two actions, ms (default 10,000). */
export function userActions(
  kinds: readonly UserAction["do"][] = ["update", "undo", "scale", "pause", "resume"],
  mostPause = 10_000,
): fc.Arbitrary<readonly UserAction[]> {
  checkKinds(kinds);
  whole(0, "whole ms, 0 or more")("mostPause", mostPause);
  const after = fc.nat({ max: mostPause });
  const actions = kinds.map((kind) => userAction(kind, after));
  return fc.array(fc.oneof(...actions), { minLength: 1, maxLength: 6 });
}

const ms = fc.nat({ max: 10_000 });

/** Pods that become ready and stop in their own time, healthy all of them. */
export function healthyBehaviors(): fc.Arbitrary<readonly Behavior[]> {
  return fc
    .record({ start: ms, ready: ms, jitter: ms, terminate: ms })
    .map(({ start, ready, jitter, terminate }) => [
      {
        start: { delay: start },
        ready: { delay: ready, jitter },
        terminate: { delay: terminate },
      },
    ]);
}

export function faults(): fc.Arbitrary<Fault> {
  return fc.record(
    {
      type: fc.constantFrom(
        "NeverReady" as const,
        "NeverRunning" as const,
        "ImagePullBackOff" as const,
        "CrashLoopBackOff" as const,
        "ReadyThenCrash" as const,
        "ReadyThenUnready" as const,
        "Evicted" as const,
      ),
      after: ms,
      probability: fc.constantFrom(1, 0.5, 0.1),
    },
    { requiredKeys: ["type"] },
  );
}

/** `fresh`, `random`, `random-own`, under seeds of their own: what a Cluster takes. */
export function worlds(): fc.Arbitrary<{ readonly seed: string; readonly schedule: string }> {
  return fc.record({
    schedule: fc.constantFrom("fresh", "random-own", "random"),
    seed: fc.nat().map(String),
  });
}
