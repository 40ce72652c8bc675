import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  calculateReplicas,
  type CalculationInput,
} from "../../../src/controllers/podautoscaler/replica-calculator.ts";
import type { PodFacts } from "../../../src/controllers/podautoscaler/view.ts";
import { runs } from "../../support/seed.ts";

const minute = 60_000;
const now = 1000 * minute;

interface Case {
  readonly says: string;
  /** One letter a pod: r ready, u not ready, h hot, p Pending, f Failed, d being deleted, m without a metric. */
  readonly pods: string;
  /** In order of the pods, as far as they have a metric. */
  readonly uses: readonly number[];
  readonly current: number;
  readonly target: number;
  readonly wants: number;
  readonly utilization: number;
  readonly requests?: readonly number[];
  readonly tolerances?: readonly [scaleDown: number, scaleUp: number];
}

// Inputs and results as in replica_calculator_test.go of Kubernetes v1.37.2 (TestReplicaCalcResourceScale,
// -Tolerance, -MissingMetrics): pods that request 1 CPU, started 3 min ago with an initialization period of
// 2 min, and a metric that is an average over the last minute. Five rows are ours: the surge's pod, and targets
// below and above 100 %.
// says | pods | uses | requests, if not 1 CPU each | tolerances | replicas, target, wanted, utilization
const rows = `
  grows                                               | rrr   | 300 500 700         |               |          | 3 | 30  | 5 | 50
  grows less for an unready pod                       | urr   | 300 500 700         |               |          | 3 | 30  | 4 | 60
  grows less for a pod that starts                    | hrr   | 300 500 700         |               |          | 3 | 30  | 4 | 60
  does not grow where unready pods may help           | ruu   | 400 500 700         |               |          | 3 | 30  | 3 | 40
  does not grow where the surge's pod may help        | rru   | 500 500 300         |               |          | 2 | 45  | 2 | 50
  does not count failed pods                          | rrff  | 500 700             |               |          | 2 | 30  | 4 | 60
  does not count pods that are deleted                | rrdd  | 500 700             |               |          | 2 | 30  | 4 | 60
  shrinks                                             | rrrrr | 100 300 500 250 250 |               |          | 5 | 50  | 3 | 28
  shrinks without the unready                         | rrruu | 100 300 500 250 250 |               |          | 5 | 50  | 2 | 30
  shrinks without the unscheduled                     | rpppp | 100                 |               |          | 5 | 50  | 1 | 10
  shrinks without those that start                    | rrrhh | 100 300 500 250 250 |               |          | 5 | 50  | 2 | 30
  stays within 10 %                                   | rrr   | 1010 1030 1020      | 900 1000 1100 |          | 3 | 100 | 3 | 102
  grows by 1 % without a tolerance                    | rrr   | 909 1010 1111       | 900 1000 1100 | 0 0      | 3 | 100 | 4 | 101
  stays within 200 % upwards                          | rrr   | 1890 1910 1900      | 900 1000 1100 | 0.1 2    | 3 | 100 | 3 | 190
  grows beyond 8 % upwards                            | rrr   | 1100 1080 1090      | 900 1000 1100 | 2 0.08   | 3 | 100 | 4 | 109
  stays within 36 % downwards                         | rrr   | 660 640 650         | 900 1000 1100 | 0.36 0.1 | 3 | 100 | 3 | 65
  shrinks beyond 34 % downwards                       | rrr   | 660 640 650         | 900 1000 1100 | 0.34 0.1 | 3 | 100 | 2 | 65
  takes missing pods for fully used when it shrinks   | rrmm  | 400 95              |               |          | 4 | 100 | 3 | 24
  does so below a target of 100 % as well             | rrmm  | 100 100             |               |          | 4 | 50  | 4 | 10
  does so up to a target above 100 %                  | rrmm  | 600 100             |               |          | 4 | 150 | 3 | 35
  takes a missing pod for all that it requests        | rrrrrm | 208 208 208 208 208 |              |          | 6 | 50  | 5 | 20
  takes a missing pod for no more than that           | rrrrrm | 207 207 207 207 207 |              |          | 6 | 50  | 4 | 20
  stays where one is at the target and one is missing | rm    | 1000                |               |          | 2 | 100 | 2 | 100
  stays where the missing one may be idle             | rm    | 1900                |               |          | 2 | 100 | 2 | 190
  stays where the missing one may be busy             | rm    | 600                 |               |          | 2 | 100 | 2 | 60
  stays with one unready and one missing              | urm   | 100 450             |               |          | 3 | 50  | 3 | 45
  grows with one unready and one missing              | urm   | 100 2000            |               |          | 3 | 50  | 4 | 200
  grows with one that starts and one missing          | hrm   | 100 2000            |               |          | 3 | 50  | 4 | 200
`
  .trim()
  .split("\n")
  .map(caseOf);

function caseOf(line: string): Case {
  const [says = "", pods = "", uses = "", requests = "", tolerances = "", ...rest] = line
    .split("|")
    .map((part) => part.trim());
  const numbers = (text: string): number[] => (text === "" ? [] : text.split(" ").map(Number));
  const [current = 0, target = 0, wants = 0, utilization = 0] = rest.map(Number);
  const [scaleDown, scaleUp] = numbers(tolerances);
  return {
    says,
    pods,
    uses: numbers(uses),
    requests: numbers(requests),
    ...(scaleDown === undefined || scaleUp === undefined
      ? {}
      : { tolerances: [scaleDown, scaleUp] }),
    current,
    target,
    wants,
    utilization,
  };
}

function podsOf({
  pods,
  uses,
  requests = [],
}: Pick<Case, "pods" | "uses" | "requests">): PodFacts[] {
  return [...pods].map((letter, index) => {
    const startedMs = letter === "h" ? now : now - 3 * minute;
    const use = letter === "m" ? undefined : uses[index];
    return {
      name: `web-${index}`,
      phase: letter === "p" ? "Pending" : letter === "f" ? "Failed" : "Running",
      deleting: letter === "d",
      startedMs,
      ready: { status: letter === "u" || letter === "f" ? "False" : "True", sinceMs: startedMs },
      requests: [{ name: "web", milli: { cpu: requests[index] ?? 1000 } }],
      ...(use === undefined
        ? {}
        : {
            metric: { value: use, byContainer: { web: use }, timestampMs: now, windowMs: minute },
          }),
    };
  });
}

function input(row: Omit<Case, "says" | "wants" | "utilization">): CalculationInput {
  const [scaleDown, scaleUp] = row.tolerances ?? [0.1, 0.1];
  return {
    resource: "cpu",
    target: { utilization: row.target },
    tolerances: { scaleDown, scaleUp },
    current: row.current,
    pods: podsOf(row),
    nowMs: now,
    initializationMs: 2 * minute,
    readinessDelayMs: 10_000,
  };
}

describe("the number of replicas that CPU asks for", () => {
  test.each(rows)("$says: $pods at $uses with a target of $target %", (row) => {
    expect(calculateReplicas(input(row))).toMatchObject({
      ok: true,
      replicas: row.wants,
      utilization: row.utilization,
    });
  });

  const row = { pods: "rr", uses: [1000, 1001], current: 2, target: 100 };

  test("an average is of whole milli-units, as Go divides, and the decision says what range is near enough", () => {
    const found = calculateReplicas({ ...input(row), target: { average: 1000 } });
    expect(found).toMatchObject({
      average: 1000,
      replicas: 2,
      because: { id: "hpa/within-tolerance", weighed: { ratio: 1, low: 0.9, high: 1.1 } },
    });
  });

  test("fails where a pod has no such container, as in a rollout that adds one", () => {
    const one = input(row);
    const [web, other] = one.pods as [PodFacts, PodFacts];
    const pods = [web, { ...other, requests: [] }];
    expect(calculateReplicas({ ...one, container: "web", pods })).toEqual({
      ok: false,
      error: "container web not found in Pod web-1",
    });
  });

  // The pod in question uses 1800m of 1000m, another 1000m; the target is 100 %. 3: it counts; 2: it does not.
  test.each([
    ["while it starts, measured before it was ready for a whole window", 119, 60, "True", 59, 2],
    ["while it starts, measured when it had just been ready for one", 119, 60, "True", 60, 3],
    ["when its start is over, measured however early", 120, 60, "True", 59, 3],
    ["that became unready 9 s after its start", 200, 191, "False", 191, 2],
    ["that became unready 10 s after its start, as it had been ready", 200, 190, "False", 190, 3],
  ] as const)("looks at a pod %s", (_, startedS, sinceS, status, windowS, wants) => {
    const row = input({ pods: "rr", uses: [1800, 1000], current: 2, target: 100 });
    const [first, second] = row.pods as [PodFacts, PodFacts];
    const pod = {
      ...first,
      startedMs: now - startedS * 1000,
      ready: { status, sinceMs: now - sinceS * 1000 },
      metric: {
        ...first.metric!,
        windowMs: 60_000,
        timestampMs: now - sinceS * 1000 + windowS * 1000,
      },
    };
    expect(calculateReplicas({ ...row, pods: [pod, second] })).toMatchObject({ replicas: wants });
  });

  test("counts pods of a surge once it is outside the tolerance, and not within it", () => {
    const surge = { pods: "rrrrrrrr", current: 4, target: 50 };
    const at = (milli: number): unknown =>
      calculateReplicas(input({ ...surge, uses: Array.from({ length: 8 }, () => milli) }));
    expect(at(550)).toMatchObject({ replicas: 4, because: { id: "hpa/within-tolerance" } });
    expect(at(575)).toMatchObject({ replicas: 10, because: { id: "hpa/by-ratio" } });
  });

  test("compares an average with a target in milli-CPU", () => {
    const row = input({ pods: "rrrr", uses: [450, 300, 500, 550], current: 4, target: 1 });
    expect(calculateReplicas({ ...row, target: { average: 300 } })).toEqual({
      ok: true,
      replicas: 6,
      average: 450,
      because: {
        id: "hpa/by-ratio",
        weighed: {
          resource: "cpu",
          usage: "450m",
          target: "300m",
          current: 4,
          ratio: 1.5,
          pods: 4,
          proposal: 6,
        },
      },
    });
  });

  test("looks at one container where it is asked to", () => {
    const row = {
      ...input({ pods: "rr", uses: [900, 900], current: 2, target: 60 }),
      container: "web",
    };
    expect(calculateReplicas(row)).toMatchObject({ replicas: 3, utilization: 90 });
    // Without a metric of that container nobody asks what it requests.
    expect(calculateReplicas({ ...row, container: "log" })).toMatchObject({
      error: "did not receive metrics for targeted pods (pods might be unready)",
    });
  });

  test.each([
    ["no pods returned by selector while calculating replica count", { pods: "", uses: [] }],
    [
      "did not receive metrics for targeted pods (pods might be unready)",
      { pods: "uu", uses: [100, 100] },
    ],
  ])("fails with %j", (error, pods) => {
    expect(calculateReplicas(input({ ...pods, current: 2, target: 50 }))).toEqual({
      ok: false,
      error,
    });
  });

  test("fails where a container requests none", () => {
    const row = input({ pods: "rr", uses: [100, 100], current: 2, target: 50 });
    const pods = row.pods.map((pod) => ({ ...pod, requests: [{ name: "web", milli: {} }] }));
    expect(calculateReplicas({ ...row, pods })).toEqual({
      ok: false,
      error: "missing request for cpu in container web of Pod web-0",
    });
  });

  test("never turns the direction of the usage around", () => {
    const letters = fc.array(fc.constantFrom(..."rrrruhpfdm"), { minLength: 1, maxLength: 12 });
    const property = fc.property(
      letters,
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 12, maxLength: 12 }),
      fc.integer({ min: 10, max: 150 }),
      fc.integer({ min: 1, max: 12 }),
      (pods, uses, target, current) => {
        const row = input({ pods: pods.join(""), uses, current, target });
        const found = calculateReplicas(row);
        if (!found.ok || found.because.id !== "hpa/by-cautious-ratio") return;
        const grows = (found.utilization ?? 0) > target;
        expect(grows ? found.replicas >= current : found.replicas <= current).toBe(true);
      },
    );
    fc.assert(property, runs(500));
  });
});
