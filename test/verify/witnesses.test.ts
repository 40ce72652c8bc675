// Each false claim on the recorded traces of the real controllers: the quantity that the claim bounds,
// computed from what was recorded, and the same from rollsim playing the trace.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DeploymentSpec } from "../../src/api/apps.ts";
import { play } from "../conformance/play.ts";
import { DATA, readTraces } from "../conformance/trace-file.ts";
import type { RecordedCase, RecordedFrame, RecordedTrace } from "../conformance/trace-file.ts";
import { sizeOf, type Size } from "../models/law.ts";

type Settings = Partial<DeploymentSpec>;

interface Seen extends Size {
  readonly t: number;
  /** Sizes of all ReplicaSets together. */
  readonly sizes: number;
  /** Pods that are not terminating and have not ended. */
  readonly pods: number;
  readonly available: number;
  /** Pods deleted by the case so far. */
  readonly lost: number;
}

/** How far beyond each claim: 0 or less where it is kept. */
const claims: Readonly<Record<string, (seen: Seen) => number>> = {
  CE0: ({ pods, replicas, surge }) => pods - (replicas + surge),
  CE1: belowFloor,
  CE2: belowFloor,
  CE3: belowFloor,
  CE4: ({ sizes, replicas, surge }) => sizes - (replicas + surge),
  CE5: (seen) => belowFloor(seen) - seen.lost,
  CE6: belowFloor,
};

function belowFloor({ replicas, unavailable, available }: Seen): number {
  return replicas - unavailable - available;
}

/** `web~1 Running ready terminating@2 created@0`; times in seconds. */
const podPattern = /^\S+ (\w+)\S* (ready|unready)( terminating)?(?:@(-?\d+))? /;

function seenIn(recorded: RecordedCase, frame: RecordedFrame): Seen | undefined {
  const [deployment] = (frame.deployments ?? []) as readonly { readonly replicas: number }[];
  if (deployment === undefined) return undefined;
  const { spec } = recorded.actions[0]!.deployment! as unknown as { readonly spec: Settings };
  const { minReadySeconds = 0, strategy } = spec;
  const { maxSurge = "25%", maxUnavailable = "25%" } = strategy?.rollingUpdate ?? {};
  let pods = 0;
  let available = 0;
  for (const [text, count] of Object.entries(frame.pods ?? {})) {
    const [, phase, readiness, terminating, since] = podPattern.exec(text)!;
    if (terminating !== undefined || phase === "Failed" || phase === "Succeeded") continue;
    pods += count;
    const isDue = Number(since) + minReadySeconds <= frame.t / 1000;
    if (readiness === "ready" && isDue) available += count;
  }
  const sets = (frame.replicaSets ?? []) as readonly { readonly replicas: number }[];
  return {
    ...sizeOf(deployment.replicas, maxSurge, maxUnavailable),
    t: frame.t,
    sizes: sets.reduce((sum, { replicas }) => sum + replicas, 0),
    pods,
    available,
    lost: recorded.actions.filter(
      ({ at, do: verb }) => verb === "delete-pod" && at * 1000 <= frame.t,
    ).length,
  };
}

interface Breach {
  readonly t: number;
  readonly by: number;
}

/** From the first template change on. */
function breaches(
  recorded: RecordedCase,
  frames: readonly RecordedFrame[],
  excess: (seen: Seen) => number,
): Breach[] {
  const begun = recorded.actions[1]!.at * 1000;
  return frames.flatMap((frame): Breach[] => {
    const seen = frame.t < begun ? undefined : seenIn(recorded, frame);
    if (seen === undefined) return [];
    const by = excess(seen);
    return by > 0 ? [{ t: seen.t, by }] : [];
  });
}

const files = ["witnesses", "witnesses-ce2-ce5", "witnesses-shortest"];
const traces = files.flatMap((file) =>
  readTraces(join(DATA, `${file}.jsonl.gz`)).map((trace) => ({ name: trace.case.name, trace })),
);

/** Which trace shows which claim to be false. CE4 is not in the trace of that name: see the last test. */
const witnesses = [
  ["CE0", "CE0"],
  ["CE1", "CE1"],
  ["CE2", "CE2"],
  ["CE2", "CE2-lag"],
  ["CE3", "CE3"],
  ["CE4", "P3"],
  ["CE5", "CE5"],
  ["CE5", "CE5-slow"],
  ["CE5", "CE5-sway"],
  ["CE0", "CE0-shortest"],
  ["CE1", "CE1-shortest"],
  ["CE2", "CE2-shortest"],
  ["CE3", "CE3-shortest"],
  ["CE4", "CE4-shortest"],
  ["CE6", "CE6-shortest"],
] as const;

function traceOf(name: string): RecordedTrace {
  return traces.find((found) => found.name === name)!.trace;
}

describe.each(witnesses)("%s in the trace %s", (claim, name) => {
  const trace = traceOf(name);
  const excess = claims[claim]!;
  const recorded = breaches(trace.case, trace.frames, excess);

  test("is breached by the real controllers, after the user's last change", () => {
    expect(recorded).not.toEqual([]);
    const lastChange = trace.case.actions.at(-1)!.at * 1000;
    expect(recorded[0]!.t).toBeGreaterThanOrEqual(lastChange);
  });

  test("is breached by rollsim at the same instants by as many", () => {
    expect(breaches(trace.case, play(trace).frames, excess)).toEqual(recorded);
  });
});

describe("CE7, that a rollout always ends, in the trace CE7-shortest", () => {
  const trace = traceOf("CE7-shortest");
  const deadlineMs = 600_000;
  const scaledAt = trace.case.actions.at(-1)!.at * 1000;

  /** What a Deployment that hangs shows, longer after its deadline than that is long. */
  function hangs(frames: readonly RecordedFrame[]): void {
    expect(trace.case.until * 1000).toBeGreaterThan(scaledAt + 2 * deadlineMs);
    const { t, deployments, replicaSets } = frames.at(-1)!;
    expect(t).toBeLessThan(scaledAt + deadlineMs); // nothing is written after that
    const [web] = deployments as readonly {
      readonly conditions: unknown;
      readonly done: boolean;
    }[];
    expect(web!.done).toBe(false);
    expect(web!.conditions).toContainEqual(
      expect.arrayContaining(["Progressing", "True", "NewReplicaSetCreated"]),
    );
    const sizes = (replicaSets as readonly { readonly replicas: number }[]).map(
      (rs) => rs.replicas,
    );
    expect(sizes).toEqual([1, 0]);
  }

  test("is breached by the real controllers: no pod of the new template, and no deadline", () => {
    hangs(trace.frames);
  });

  test("is breached by rollsim alike", () => {
    hangs(play(trace).frames);
  });
});

test("has a witness for each of the seven claims about a moment", () => {
  expect([...new Set(witnesses.map(([claim]) => claim))]).toEqual(Object.keys(claims));
});

test("the control, a forward rollover, never falls below the floor", () => {
  const trace = traceOf("P3");
  expect(breaches(trace.case, trace.frames, belowFloor)).toEqual([]);
  expect(breaches(trace.case, play(trace).frames, belowFloor)).toEqual([]);
});

test("the trace named CE4 meets a cache that lacks a new ReplicaSet, but stays within R+S", () => {
  const { case: recorded, frames } = traceOf("CE4");
  expect(breaches(recorded, frames, claims["CE4"]!)).toEqual([]);
  const writes = frames.flatMap(({ syncs = [] }) => syncs.flatMap((sync) => sync.writes ?? []));
  expect(writes.filter((write) => write.endsWith("AlreadyExists"))).not.toEqual([]);
});
