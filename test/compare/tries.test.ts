import { describe, expect, test } from "vitest";
import { triedTexts, triesOf, TRIED_FOR_MS, type Try } from "../../src/compare/tries.ts";
import { explainDeployment } from "../../src/explain/why.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt } from "../../src/scenario/run.ts";

interface World {
  readonly steps: string;
  readonly behaviors?: string;
  readonly spec?: string;
  readonly beside?: string;
}

/** Four replicas, of which version 2 cannot be pulled. */
function tries(at: number, world: World): ReadonlyMap<string, Try> {
  const { steps, spec = "", beside = "" } = world;
  const {
    behaviors = '[{ match: { image: "web:v2" }, fault: { type: ImagePullBackOff } }, { ready: { delay: 5s } }]',
  } = world;
  const scenario = parseScenario(`apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: ${behaviors}
steps: ${steps}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  ${spec}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
${beside}`);
  const cluster = clusterAt(scenario, at);
  const before = cluster.save().trace.length;
  const found = triesOf(cluster, explainDeployment(cluster, "web")!);
  expect(cluster.save().trace.length).toBe(before);
  return new Map(
    found.map((one) => [one.lines.join(" && ").replace(/ --namespace=default/g, ""), one]),
  );
}

const stuck = "[{ at: 60s, kubectl: set image deploy/web web=web:v2 }]";
const undo = "kubectl rollout undo deployment/web";
const restart = "kubectl rollout restart deployment/web";
const patch = `kubectl patch deployment/web -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":1}}}}'`;

describe("what people try with a rollout that waits", () => {
  test("is undoing it, which brings back the old pods", () => {
    const found = tries(100_000, { steps: stuck });
    // 25% of 4: one old pod has gone, and needs 5 s to come back.
    expect(found.get(undo)).toMatchObject({ after: 5000, leastAvailable: 3 });
    expect(found.get("")).toMatchObject({ after: Infinity, leastAvailable: 3 });
    expect(found.get(restart)).toMatchObject({ after: Infinity });
  });

  test("is tried once the deadline has passed, too", () => {
    expect(tries(700_000, { steps: stuck }).get(undo)).toMatchObject({ after: 5000 });
  });

  test("is one pod less where one more finds no room", () => {
    const quota = `---
apiVersion: v1
kind: ResourceQuota
metadata: { name: team }
spec: { hard: { pods: "4" } }`;
    const found = tries(100_000, {
      steps: stuck,
      behaviors: "[{ ready: { delay: 5s } }]",
      spec: "strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }",
      beside: quota,
    });
    expect(found.get(patch)!.after).toBeLessThan(TRIED_FOR_MS);
    expect(found.get(patch)!.leastAvailable).toBe(3);
    expect(found.get("")!.after).toBe(Infinity);
  });

  test("is resuming it where it is paused; what kubectl refuses is told in its words", () => {
    const steps = `[{ at: 60s, kubectl: "rollout pause deploy/web && kubectl set image deploy/web web=web:v3" }]`;
    const found = tries(70_000, { steps });
    expect(found.get("kubectl rollout resume deployment/web")).toMatchObject({ after: 10_000 });
    expect(found.get(restart)!.refused).toContain("can't restart paused deployment");
    expect(triedTexts([found.get(restart)!])).toEqual([
      `${restart}: refused: error: deployments.apps "web" can't restart paused deployment (run rollout resume first)`,
    ]);
  });

  test("is given up after ten minutes", () => {
    const slow = (ready: string): Try =>
      tries(100_000, {
        steps: stuck,
        spec: "progressDeadlineSeconds: 100000",
        behaviors: `[{ match: { image: "web:v2" }, ready: { delay: ${ready} } }, {}]`,
      }).get("")!;
    // Two rounds, of which the first began at 60s.
    expect(slow("5m").after).toBe(TRIED_FOR_MS - 40_000);
    expect(slow("6m").after).toBe(Infinity);
  });

  test("is nothing where it goes on, or is complete", () => {
    expect(tries(30_000, { steps: stuck }).size).toBe(0);
    const slow = { steps: "[]", behaviors: "[{ ready: { delay: 5s } }]" };
    expect(tries(60_000, slow).size).toBe(0);
  });

  test("is told with how soon it helps, and how many pods there are meanwhile", () => {
    const found = tries(100_000, { steps: stuck });
    expect(triedTexts([found.get("")!, found.get(undo)!])).toEqual([
      "nothing: not complete after 10m, 3 available at least",
      `${undo}: complete after 5s, 3 available at least`,
    ]);
  });
});
