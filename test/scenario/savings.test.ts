/** `rollsim explain --traffic`: each saving is the same scenario, played again with one change. */
import { describe, expect, test } from "vitest";
import { rollsim } from "../cli/fake-io.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { preStopSleep, remediesOf } from "../../src/scenario/remedies.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { savingsOf } from "../../src/scenario/savings.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";

interface World {
  readonly serve?: string;
  readonly traffic?: string;
  readonly strategy?: string;
  /** terminationGracePeriodSeconds */
  readonly grace?: number;
  /** More of `behaviors`, before the rest. */
  readonly broken?: string;
  /** Further documents. */
  readonly beside?: string;
}

function scenario({
  serve = "time: { delay: 10ms }",
  traffic = "",
  strategy = "maxSurge: 1, maxUnavailable: 0",
  grace = 30,
  broken = "",
  beside = "",
}: World): Scenario {
  return parseScenario(`apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: savings }
behaviors: [${broken}{ start: { delay: 1s }, terminate: { delay: 9s }, serve: { ${serve} } }]
traffic: [{ service: web, rps: 100${traffic} }]
steps:
  - { at: 20s, kubectl: set image deploy/web web=web:v2 }
  - kubectl: rollout status deploy/web
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  strategy: { rollingUpdate: { ${strategy} } }
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { terminationGracePeriodSeconds: ${grace}, containers: [{ name: web, image: "web:v1" }] }
${beside}`);
}

/** The change that saves most, and what it saves of all failed requests. */
function best(world: World): { readonly change: string; readonly share: number } {
  const [first] = savingsOf(scenario(world), {}).traffic[0]!.savings.filter(
    ({ change }) => !change.startsWith("clients"),
  );
  return { change: first!.change, share: first!.share };
}

describe("the setting that would have saved most is", () => {
  test("a grace period as long as the end takes, where pods are killed at their work", () => {
    expect(best({ grace: 3, serve: "time: { delay: 5s }, concurrency: 1000" })).toStrictEqual({
      change: "terminationGracePeriodSeconds 9",
      share: 1,
    });
  });

  test("a preStop sleep as long as the slowest proxy, where views are late", () => {
    expect(best({ traffic: ", proxies: { delay: 1s, jitter: 2s }" })).toStrictEqual({
      change: "preStop sleep 3s",
      share: 1,
    });
  });

  test("a readiness probe, where pods are ready before they listen", () => {
    expect(best({ serve: "listens: 4s" })).toStrictEqual({
      change: "a readiness probe that waits until the pod listens",
      share: 1,
    });
  });

  test("maxUnavailable 0, where the others cannot take the load", () => {
    const serve = "time: { delay: 35ms }, concurrency: 2, queue: 6";
    const { change, share } = best({ serve, strategy: "maxSurge: 0, maxUnavailable: 2" });
    expect(change).toBe("maxUnavailable 0");
    expect(share).toBeGreaterThan(0.9);
  });

  test("minReadySeconds, where pods have to warm up", () => {
    const serve = "time: { delay: 30ms }, concurrency: 3, warmUp: { for: 20s, factor: 3.5 }";
    const { change, share } = best({ serve, traffic: ", timeout: 400ms, from: 19s" });
    expect(change).toBe("minReadySeconds 20");
    expect(share).toBeGreaterThan(0.3);
  });

  test("minReadySeconds, where pods crash some time after they are ready", () => {
    const broken = `{ match: { image: "web:v2" }, fault: { type: ReadyThenCrash, after: 10s } }, `;
    const { change, share } = best({ broken, serve: "time: { delay: 500ms }" });
    expect(change).toBe("minReadySeconds 11");
    expect(share).toBeGreaterThan(0.5);
  });

  test("finishing on SIGTERM, where pods drop what they have", () => {
    const traffic = ", connections: 30";
    expect(best({ serve: "time: { delay: 200ms }, onSigterm: drop", traffic })).toStrictEqual({
      change: "finishing what is under way on SIGTERM",
      share: 1,
    });
  });
});

test("what the pods of the file have is not tried for those of other kinds beside them", () => {
  const beside = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: "db:1" }] }
`;
  const traffic = ", proxies: { delay: 1s }";
  const asked = preStopSleep(2).apply(scenario({ traffic, beside }));
  expect(remediesOf(asked).map(({ name }) => name)).not.toContain("preStop sleep 1s");
});

describe("the least preStop sleep", () => {
  test.each(["500ms", "1s", "2500ms", "7s"])(
    "loses nothing, and one second less does: %s",
    (delay) => {
      const world = scenario({ traffic: `, proxies: { delay: ${delay} }` });
      const { seconds, lostWithLess } = savingsOf(world, {}).leastPreStop!;
      const lost = (sleep: number): number =>
        runScenario(preStopSleep(sleep).apply(world)).traffic[0]!.account.failedBy.staleView;
      expect(lost(seconds)).toBe(0);
      expect(lost(seconds - 1)).toBe(lostWithLess);
      expect(lostWithLess).toBeGreaterThan(0);
    },
  );
});

describe("rollsim explain --traffic", () => {
  test("says so where nothing is to be saved, or nobody asks", async () => {
    const fine = await rollsim(["explain", "scenarios/zero-downtime.yaml", "--traffic"]);
    expect(fine).toMatchObject({ code: 0, err: "" });
    expect(fine.out).toContain("Nothing failed and nothing was slow.");
    const quiet = await rollsim(["explain", "scenarios/undo.yaml", "--traffic"]);
    expect(quiet.out).toBe("No requests were sent: the scenario has no traffic.\n");
  });

  test.each([
    [["--at", "10s"], "leave out --at, --try and the object"],
    [["--try"], "leave out --at, --try and the object"],
    [["deployment/web"], "leave out --at, --try and the object"],
    [["--schedule", "dr"], "which a recorded schedule does not fit"],
  ])("refuses %j", async (more, message) => {
    const argv = ["explain", "scenarios/zero-downtime.yaml", "--traffic", ...more];
    const { code, err } = await rollsim(argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
