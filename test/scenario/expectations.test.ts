/** What a scenario expects: at all times, in the end, and of what is measured. */
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/scenario/result.ts";
import { failures, play } from "./play.ts";

describe("expect.always", () => {
  test("is checked after every instant: the first failing one is named, with values", () => {
    const result = play(`
behaviors: [{ ready: { delay: 5s } }]
steps:
  - { kubectl: rollout status deploy/web }
  - { name: update, at: 20s, kubectl: set image deploy/web web=web:v2 }
expect:
  always:
    - { that: "deploy.web.status.availableReplicas >= 4", from: update }`);
    expect(failures(result)).toEqual(["always deploy.web.status.availableReplicas >= 4 @ 20000"]);
    expect(result.failures[0]?.details).toEqual(["deploy.web.status.availableReplicas is 3"]);
    expect(result.failures[0]?.place).toMatchObject({ line: 11, column: 15 });
  });

  test("and expect.finally are told by their names, where they have one", () => {
    const result = play(`
behaviors: [{ ready: { delay: 5s } }]
expect:
  always: [{ name: four at all times, that: "deploy.web.status.availableReplicas == 4" }]
  finally: [{ name: three in the end, that: "deploy.web.spec.replicas == 3" }, "size(pod) == 4"]`);
    expect(failures(result)).toEqual([
      "always four at all times @ 0",
      "finally three in the end @ 601000",
    ]);
    expect(result.failures[1]?.details).toEqual(["deploy.web.spec.replicas is 4"]);
    expect(result.expectations.map(({ text, outcome }) => [text, outcome])).toEqual([
      ["four at all times", "failed"],
      ["three in the end", "failed"],
      ["size(pod) == 4", "held"],
    ]);
  });

  test("sees Services, nodes and Canaries, too, by their names", () => {
    const result = play(`
cluster: { nodes: 3 }
steps:
  - { kubectl: create service clusterip api --tcp=80 }
expect:
  finally: ['svc.api.spec.type == "ClusterIP"', "size(node) == 3", "size(canary) == 0"]`);
    expect(failures(result)).toEqual([]);
  });

  test("holds from a step or a time, and up to one", () => {
    const outcome = (range: string): string | undefined =>
      play(`
behaviors: [{ ready: { delay: 5s } }]
steps:
  - { name: grow, at: 20s, kubectl: scale deploy/web --replicas=6 }
expect: { always: [{ that: "deploy.web.spec.replicas == 4", ${range} }] }`).expectations[0]
        ?.outcome;
    expect(outcome("to: grow")).toBe("held");
    expect(outcome("to: 19s")).toBe("held");
    expect(outcome("to: 20s")).toBe("failed");
    expect(outcome("from: grow")).toBe("failed");
    expect(outcome("from: 2h")).toBe("unchecked");
  });
});

describe("thresholds", () => {
  const measured = (metric: string, threshold: string): Result =>
    play(`
behaviors: [{ ready: { delay: 5s } }]
steps:
  - { kubectl: rollout status deploy/web }
  - at: 20s
    kubectl: |
      set image deploy/web web=web:v2
      rollout status deploy/web
expect: { thresholds: { ${metric}: ["${threshold}"] } }`);

  // 4 replicas, surge 1, unavailable 1: two rounds of 5 s, one pod short all the while.
  test.each([
    ["rollout_duration", "max==10s"],
    ["rollout_duration", "min==5s"],
    ["rollout_duration", "count==2"],
    ["rollout_duration", "avg==7.5s"],
    ["rollout_duration", "sum!=14s"],
    ["available_pods", "avg==3.6"],
    ["unavailable_seconds", "sum==10s"],
    ["extra_pod_seconds", "sum==10s"],
    ["available_pods", "min==3"],
    ["available_pods", "max==4"],
    ["total_pods", "max==5"],
    ["total_pods", "p(10)==4"],
  ])("%s %s", (metric, threshold) => {
    expect(measured(metric, threshold).failures).toEqual([]);
  });

  test("that are not kept say what was measured", () => {
    expect(measured("rollout_duration", "max<10s").failures[0]).toMatchObject({
      kind: "threshold",
      name: "rollout_duration: max<10s",
      message: "was 10s",
    });
  });

  test("measure a Deployment no longer once it is deleted", () => {
    const result = play(`
behaviors: [{ ready: { delay: 5s } }]
steps:
  - { kubectl: rollout status deploy/web }
  - { at: 20s, kubectl: set image deploy/web web=web:v2 }
  - { at: 23s, kubectl: delete deploy web --cascade=orphan --wait=false }
until: 60s
expect: { thresholds: { rollout_duration: ["count==1", "max==5s"], unavailable_seconds: ["sum==3s"] } }`);
    expect(failures(result)).toEqual([]);
  });

  test("on a rollout that never completes are not kept", () => {
    const result = play(`
behaviors: [{ fault: { type: NeverReady } }]
until: 5m
expect: { thresholds: { rollout_duration: ["max<1h"] } }`);
    expect(result.failures[0]?.message).toBe("was without end: a rollout did not complete");
  });
});
