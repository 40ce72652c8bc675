/** How pods behave. */
import fc from "fast-check";
import type { Behavior, Delay, Fault } from "../../../src/kubelet/behavior.ts";

export interface BehaviorOptions {
  /** Longest time for each part of a pod's life, ms; default 5000. Shrinks to 0. */
  readonly longest?: number;
}

/** Pods that become ready and stay so, sooner or later. */
export function healthyBehaviors({ longest = 5000 }: BehaviorOptions = {}): fc.Arbitrary<Behavior> {
  const ms = fc.oneof(
    fc.nat(longest),
    fc.nat(Math.floor(longest / 1000)).map((s) => s * 1000),
  );
  const delay: fc.Arbitrary<Delay> = fc.oneof(
    ms.map((value) => ({ delay: value })),
    fc.record({ delay: ms, jitter: ms }),
  );
  return fc.record({ start: delay, ready: delay, terminate: delay });
}

/** What can be wrong with pods. */
export function faults({ longest = 5000 }: BehaviorOptions = {}): fc.Arbitrary<Fault> {
  const after = fc.nat(longest);
  return fc.oneof(
    fc.constantFrom<Fault>(
      { type: "NeverReady" },
      { type: "NeverRunning" },
      { type: "ImagePullBackOff" },
    ),
    fc.record({ type: fc.constant("CrashLoopBackOff" as const), after }),
    fc.record({ type: fc.constant("ReadyThenCrash" as const), after }),
    fc.record({ type: fc.constant("ReadyThenUnready" as const), after, recover: after }),
    fc.record({
      type: fc.constant("Evicted" as const),
      after,
      first: fc.integer({ min: 1, max: 3 }),
    }),
  );
}

/** Healthy pods, now and then with a fault. */
export function behaviors(options: BehaviorOptions = {}): fc.Arbitrary<Behavior> {
  const fault = fc.option(faults(options), { nil: undefined, freq: 2 });
  return fc
    .tuple(healthyBehaviors(options), fault)
    .map(([behavior, what]) => (what === undefined ? behavior : { ...behavior, fault: what }));
}
