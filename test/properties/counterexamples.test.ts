/**
 * What people believe of rollouts and what is not true: each is shown on the simulator, with the claim that
 * is true beside it. The same happens on the real controllers (test/conformance/data/witnesses.jsonl.gz).
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IntOrString } from "../../src/api/meta.ts";
import { deployments } from "../support/arbitraries/deployment.ts";
import type { UserAction } from "../support/arbitraries/user-action.ts";
import { playActions } from "../support/play-actions.ts";
import { completeCluster, watch, type Seen } from "./observer.ts";

interface Experiment {
  readonly replicas: number;
  readonly surge: IntOrString;
  readonly unavailable: IntOrString;
  readonly schedule: string;
  readonly actions: readonly UserAction[];
}

const line = (text: string, afterMs = 0): UserAction => ({ afterMs, line: text });
const image = (n: number): string => `set image deployment/web app=web:${n}`;
const undo = "rollout undo deployment/web";

function run(
  { replicas, surge, unavailable, schedule, actions }: Experiment,
  seed: number,
): Seen[] {
  const rollingUpdate = { maxSurge: surge, maxUnavailable: unavailable };
  const strategy = { type: "RollingUpdate", rollingUpdate } as const;
  const spec = { replicas, strategy, minReadySeconds: 0, progressDeadlineSeconds: 2147483647 };
  const [deployment] = fc.sample(deployments({ spec }), { seed: 1, numRuns: 1 });
  const behavior = { ready: { delay: 1000, jitter: 3000 }, terminate: { delay: 2000 } };
  const cluster = completeCluster(deployment!, {
    behaviors: [behavior],
    schedule,
    seed: String(seed),
  });
  const seen: Seen[] = [];
  watch(cluster, (now) => seen.push(now));
  playActions(cluster, actions);
  cluster.runUntil(cluster.now + 60_000);
  return seen;
}

/** The first run, by seed, in which something like this is seen. */
function search(
  experiment: Experiment,
  most: number,
  is: (seen: Seen) => boolean,
): number | undefined {
  for (let seed = 0; seed < most; seed++) {
    if (run(experiment, seed).some(is)) return seed;
  }
  return undefined;
}

const specsBeyond = ({ specs, replicas, surge }: Seen): boolean => specs > replicas + surge;
const podsBeyond = ({ pods, replicas, surge }: Seen): boolean => pods > replicas + surge;
const belowFloor = (seen: Seen): boolean => seen.available < seen.replicas - seen.unavailable;

const quarter = { surge: "25%", unavailable: "25%" } as const;

describe("it is not true that", () => {
  test("there are never more than R+S pods: only the sizes asked for keep to it (CE0)", () => {
    const experiment = {
      replicas: 10,
      surge: 3,
      unavailable: 2,
      schedule: "random",
      actions: [line(image(2))],
    };
    expect(search(experiment, 100, podsBeyond)).toBeDefined();
    expect(search(experiment, 8, specsBeyond)).toBeUndefined();
  });

  test("an undo is as safe as a rollout: in mid-rollout it can take pods below the floor (CE1)", () => {
    const experiment = (waitMs: number): Experiment => ({
      replicas: 4,
      ...quarter,
      schedule: "random",
      actions: [line(image(2)), line(undo, waitMs)],
    });
    const found = [2000, 3000, 4000, 5000].some(
      (waitMs) => search(experiment(waitMs), 40, belowFloor) !== undefined,
    );
    expect(found).toBe(true);
    const rollover = {
      ...experiment(0),
      schedule: "random-own",
      actions: [line(image(2)), line(image(3), 3000)],
    };
    expect(search(rollover, 15, belowFloor)).toBeUndefined();
  });

  test("scaling respects maxUnavailable: fewer replicas are shared out, ready or not (CE3)", () => {
    const experiment = (waitMs: number): Experiment => ({
      replicas: 6,
      ...quarter,
      schedule: "random",
      actions: [line(image(2)), line("scale deployment/web --replicas=3", waitMs)],
    });
    const found = [1000, 2000, 3000, 4000].some(
      (waitMs) => search(experiment(waitMs), 40, belowFloor) !== undefined,
    );
    expect(found).toBe(true);
  });

  test("sizes keep to R+S whatever the caches show: a third revision may be sized without the second (CE4)", () => {
    const experiment = (waitMs: number, schedule: string): Experiment => ({
      replicas: 3,
      surge: 1,
      unavailable: 0,
      schedule,
      actions: [line(image(2)), line(image(3), waitMs)],
    });
    const found = [0, 1, 500].some(
      (waitMs) => search(experiment(waitMs, "random"), 150, specsBeyond) !== undefined,
    );
    expect(found).toBe(true);
    expect(search(experiment(0, "random-own"), 20, specsBeyond)).toBeUndefined();
  });
});
