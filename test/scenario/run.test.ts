import { describe, expect, test } from "vitest";
import { AssertionFailed } from "../../src/engine/assert.ts";
import type { Result } from "../../src/scenario/result.ts";
import { deployment, failures, play } from "./play.ts";

describe("steps", () => {
  test("begin at their time, or so long after the previous one ended", () => {
    const result = play(`
steps:
  - { name: ready, kubectl: rollout status deploy/web }
  - { name: pause, after: 4s, kubectl: rollout pause deploy/web }
  - { name: resume, at: 20s, kubectl: rollout resume deploy/web }`);
    expect(result.passed).toBe(true);
    expect(result.steps.map(({ step, began, ended }) => [step.name, began, ended])).toEqual([
      ["ready", 0, 1000],
      ["pause", 5000, 5000],
      ["resume", 20_000, 20_000],
    ]);
  });

  test("that begin while the one before still goes on fail the run", () => {
    const result = play(`
behaviors: [{ ready: { delay: 30s } }]
steps:
  - kubectl: rollout status deploy/web
  - { name: late, at: 10s, kubectl: rollout pause deploy/web }`);
    expect(failures(result)).toEqual(["kubectl late @ 30000"]);
    expect(result.failures[0]?.message).toBe(
      "is to begin at 10s, but the step before ended at 30s",
    );
  });

  test("that write twice give the controllers time between the writes", () => {
    const steps = "steps: [{ kubectl: rollout restart deploy }]";
    const { trace } = play(steps, {}, deployment("a", 1) + deployment("b", 1));
    const from = trace.findIndex(
      (entry) => entry.kind === "step" && entry.name.includes("restart"),
    );
    const first = trace.slice(from).flatMap((entry) => {
      if (entry.kind !== "write" || (entry.verb !== "patch" && entry.verb !== "create")) return [];
      return [`${entry.by} ${entry.verb} ${entry.resource}`];
    });
    const both = ["user patch deployments", "deployment-controller create replicasets"];
    expect(first.filter((write) => both.includes(write)).slice(0, 4)).toEqual([...both, ...both]);
  });

  test("after a failed one are not taken", () => {
    const result = play(`
steps:
  - { name: wrong, kubectl: rollout undo deploy/nope }
  - { name: never, kubectl: get pods }
expect: { finally: ["true"] }`);
    expect(failures(result)).toEqual(["kubectl wrong @ 0"]);
    expect(result.failures[0]?.details.join()).toContain('"nope" not found');
    expect(result.steps).toHaveLength(1);
    expect(result.expectations.map(({ outcome }) => outcome)).toEqual(["unchecked"]);
  });

  test("may be expected to fail, with a code of their last line", () => {
    const missing = "kubectl get deploy/web\\nkubectl get deploy/nope";
    expect(play(`steps: [{ kubectl: "${missing}", exitCode: 1 }]`).passed).toBe(true);
    expect(play(`steps: [{ kubectl: "get deploy/nope\\nget pods", exitCode: 1 }]`).passed).toBe(
      false,
    );
  });

  test("that fail point at the line", () => {
    const result = play(`
steps:
  - kubectl: |
      kubectl get pods
      kubectl rollout undo deploy/nope`);
    expect(result.failures[0]?.place).toMatchObject({ line: 8, column: 15 });
  });

  test("may give a line its document", () => {
    const result = play(`
steps:
  - kubectl: |
      kubectl apply -f - <<EOF
      ${JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" } })}
      EOF
      kubectl get configmap settings`);
    expect(result.failures).toEqual([]);
  });

  test("apply changes as kubectl apply does", () => {
    const manifest = deployment("web", 4, "web:v2").slice(4).replaceAll("\n", "\n      ");
    const result = play(`
steps:
  - at: 5s
    apply:
      ${manifest}
  - kubectl: rollout status deploy/web
expect:
  finally:
    - 'deploy.web.metadata.annotations["deployment.kubernetes.io/revision"] == "2"'`);
    expect(result.failures).toEqual([]);
  });

  test("wait for a condition of an object, and fail in time", () => {
    const wait = (timeout: string): Result =>
      play(`
behaviors: [{ ready: { delay: 10s } }]
steps: [{ name: wait, wait: { for: condition=Available, on: deploy/web, timeout: ${timeout} } }]`);
    expect(wait("20s").steps[0]).toMatchObject({ ok: true, ended: 10_000 });
    expect(failures(wait("5s"))).toEqual(["wait wait @ 5000"]);
  });
});

test("a step that is under way when the run ends fails, and says so", () => {
  const result = play(`
until: 1m
behaviors: [{ fault: { type: NeverReady } }]
steps: [{ name: wait, kubectl: rollout status deploy/web }]`);
  expect(failures(result)).toEqual(["kubectl wait @ 60000"]);
  expect(result.failures[0]?.message).toMatch(/^the run ended \(until 1m\): /);
});

describe("an assert", () => {
  const until = "steps: [{ kubectl: rollout status deploy/web }, ";

  test("compares the named fields, with counters that the API leaves out as zero", () => {
    const object = `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web },
      spec: { template: { spec: { containers: [{ name: web, image: "web:v1" }] } } },
      status: { availableReplicas: 4, unavailableReplicas: 0, conditions: [{ type: Available, status: "True" }] } }`;
    expect(play(`${until}{ assert: ${object} }]`).failures).toEqual([]);
  });

  test("points at the field that differs", () => {
    const result = play(`${until}
  { assert: { apiVersion: apps/v1, kind: Deployment, metadata: { name: web },
              status: { availableReplicas: 3, readyReplicas: 4 } } }]`);
    const [failure] = result.failures;
    expect(failure?.details).toEqual(["status.availableReplicas is 4, not 3"]);
    expect(failure?.place).toMatchObject({ line: 6, column: 44 });
  });

  test("within a time is tried again after every instant", () => {
    const body = (within: string): string => `
behaviors: [{ ready: { delay: 7s } }]
steps: [{ name: all, assert: "deploy.web.status.availableReplicas == 4", within: ${within} }]`;
    expect(play(body("10s")).steps[0]).toMatchObject({ ok: true, ended: 7000 });
    expect(failures(play(body("7s")))).toEqual([]);
    expect(failures(play(body("5s")))).toEqual(["assert all @ 5000"]);
  });

  test("of an object that is not there says so", () => {
    const object = "{ apiVersion: v1, kind: Service, metadata: { name: nope } }";
    expect(play(`steps: [{ assert: ${object} }]`).failures[0]?.message).toBe(
      'services "nope" not found',
    );
  });
});

describe("faults", () => {
  test("PodKill takes a pod, and the ReplicaSet replaces it", () => {
    const result = play(`
steps:
  - { kubectl: rollout status deploy/web }
  - { at: 10s, fault: { type: PodKill, on: deploy/web } }
  - { assert: "deploy.web.status.availableReplicas == 3" }
  - { assert: "deploy.web.status.availableReplicas == 4", within: 5s }`);
    expect(result.failures).toEqual([]);
  });

  test("QuotaFull stops new pods until it ends", () => {
    const result = play(`
steps:
  - { kubectl: rollout status deploy/web }
  - { at: 10s, fault: { type: QuotaFull, for: 1m } }
  - { kubectl: scale deploy/web --replicas=6 }
  - { at: 60s, assert: "deploy.web.status.replicas == 4" }
  - { assert: "deploy.web.status.availableReplicas == 6", within: 5m }`);
    expect(result.failures).toEqual([]);
  });

  test("ApiError refuses so many requests; the controller tries again", () => {
    const result = play(`
steps:
  - { kubectl: rollout status deploy/web }
  - { at: 10s, fault: { type: ApiError, on: create pods, count: 2 } }
  - { kubectl: scale deploy/web --replicas=5 }
  - { assert: "deploy.web.status.availableReplicas == 5", within: 30s }`);
    expect(result.failures).toEqual([]);
    const refused = result.trace.filter(
      (entry) => entry.kind === "write" && entry.resource === "pods" && entry.error !== undefined,
    );
    expect(refused).toHaveLength(2);
  });

  test.each([
    ["update/status replicasets", "{ kubectl: scale deploy/web --replicas=5 }"],
    ["delete pods", "{ kubectl: scale deploy/web --replicas=3 }"],
    ["patch deployments", "{ kubectl: annotate deploy/web note=x, exitCode: 1 }"],
  ])("ApiError on %s is the refusal of one such request", (on, step) => {
    const result = play(`
steps:
  - { kubectl: rollout status deploy/web }
  - { at: 10s, fault: { type: ApiError, on: ${on}, count: 1 } }
  - ${step}
  - { kubectl: rollout status deploy/web }`);
    expect(result.failures).toEqual([]);
    const refused = result.trace.flatMap((entry) =>
      entry.kind === "write" && entry.error === "Forbidden"
        ? [`${entry.verb} ${entry.resource}`]
        : [],
    );
    expect(refused).toEqual([on]);
  });

  test("NodeDown takes the pods of a node out of service, and NodeDrain empties one, until they end", () => {
    const onNode1 = "pods('app=web').filter(p, p.spec.nodeName == 'node-1')";
    const result = play(`
cluster: { nodes: 2 }
steps:
  - { kubectl: rollout status deploy/web }
  - { at: 10s, fault: { type: NodeDown, on: node/node-2, for: 2m } }
  - { at: 61s, assert: "deploy.web.status.availableReplicas == 2" }
  - { at: 131s, assert: "deploy.web.status.availableReplicas == 4" }
  - { at: 140s, fault: { type: NodeDrain, on: node/node-1, for: 1m } }
  - { at: 150s, assert: "size(${onNode1}) == 0 && deploy.web.status.availableReplicas == 4" }
  - { kubectl: scale deploy/web --replicas=6 }
  - { at: 160s, assert: "size(${onNode1}) == 0" }
  - { at: 201s, kubectl: scale deploy/web --replicas=8 }
  - { at: 210s, assert: "size(${onNode1}) == 2" }`);
    expect(result.failures).toEqual([]);
  });

  test("ProbeFail makes pods unready, and RegistryDown keeps new images away, until they end", () => {
    const result = play(`
steps:
  - { kubectl: rollout status deploy/web }
  - { at: 10s, fault: { type: ProbeFail, on: deploy/web, count: 3, for: 20s } }
  - { at: 29s, assert: "deploy.web.status.readyReplicas == 1" }
  - { at: 31s, assert: "deploy.web.status.readyReplicas == 4" }
  - { at: 40s, fault: { type: RegistryDown, for: 25s } }
  - { kubectl: set image deploy/web web=web:v2 }
  - { at: 66s, assert: "deploy.web.status.updatedReplicas == 2 && deploy.web.status.availableReplicas == 3" }
  - { assert: "deploy.web.status.availableReplicas == 4", within: 1m }`);
    expect(result.failures).toEqual([]);
  });

  test.each([
    ["NodeDown, on: node/node-4", 'there is no node "node-4": there are node-1 to node-3'],
    ["NodeDrain, on: node-1", 'NodeDrain needs "on", as in node/node-1'],
    ["NodeDrain", 'NodeDrain needs "on", as in node/node-1'],
  ])("are refused before the run for nodes that there are not: %s", (fault, message) => {
    expect(() => play(`steps: [{ fault: { type: ${fault} } }]`)).toThrow(message);
  });

  test("fail their step where there are too few pods", () => {
    const result = play("steps: [{ fault: { type: ProbeFail, on: deploy/web, count: 5 } }]");
    expect(result.failures[0]?.message).toBe("deploy/web has 4 pods, not 5");
  });
});

test("kubectl's context keeps the namespace that a line gives it, for all steps to come", () => {
  const { failures } = play(`steps:
  - kubectl: |
      kubectl create namespace dev
      kubectl config set-context --current --namespace=dev
      kubectl create deployment other --image=other:v1
  - wait: { for: condition=Available, on: deploy/other }
  - { kubectl: get deploy/web, exitCode: 1 }
  - { kubectl: get deploy/web -n default }
  - assert: { apiVersion: apps/v1, kind: Deployment, metadata: { name: other, namespace: dev } }
  - assert: "has(deploy.web) && !has(deploy.other)"`);
  expect(failures).toEqual([]);
});

describe("the end of a run", () => {
  test("comes when nothing is left to happen", () => {
    expect(play("")).toMatchObject({ end: "idle", settledAt: 1000 });
  });

  test("comes at `until` at the latest", () => {
    const body = "behaviors: [{ fault: { type: CrashLoopBackOff } }]\nuntil: 90s";
    expect(play(body)).toMatchObject({ end: "until", endedAt: 90_000 });
    expect(play(body, { until: 30_000 })).toMatchObject({ end: "until", endedAt: 30_000 });
  });
});

test("the same seed gives the same trace; another seed another one", () => {
  const body = "behaviors: [{ ready: { delay: 1s, jitter: 9s } }]";
  const trace = (seed: string): string => JSON.stringify(play(body, { seed }).trace);
  expect(trace("1")).toBe(trace("1"));
  expect(trace("1")).not.toBe(trace("2"));
});

test("a random schedule can be played again by its letters", () => {
  const body = `
behaviors: [{ ready: { delay: 1s } }]
steps: [{ at: 5s, kubectl: set image deploy/web web=web:v2 }]`;
  const random = play(body, { schedule: "random", seed: "5" });
  expect(random.playedSchedule).toMatch(/^[drpDR.]{20,}$/);
  const again = play(body, { schedule: random.playedSchedule, seed: "5" });
  expect(again.trace).toEqual(random.trace);
  expect(play(body).trace).not.toEqual(random.trace);
});

test("a broken assertion of ours says when, after what, and how to see it again", () => {
  const breakAt = (now: number): void => {
    if (now === 1000) throw new AssertionFailed("made for this test");
  };
  expect(() => play("", { seed: "9", onInstant: breakAt })).toThrow(
    /^made for this test\n {2}at 1s, after \{"kind":.*\n {2}again: rollsim run x.yaml --seed '9' --schedule 'fresh'$/,
  );
});

test("what listens to instants cannot change the run", () => {
  const seen: number[] = [];
  const heard = play("", { onInstant: (now) => seen.push(now) });
  expect(heard.trace).toEqual(play("").trace);
  expect(seen).toContain(1000);
});
