/** What `kubectl rollout undo` and `status` make of a Deployment that is not simply at rest. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { deploymentState } from "../../src/kubectl/verbs/rollout-status.ts";
import { behaviors, session } from "./session.ts";

const IMAGE = "get deploy web -o jsonpath={.spec.template.spec.containers[0].image}";
const REVISION =
  "get deploy web -o 'jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}'";

function threeRevisions(): (lines: string) => string {
  const run = session();
  run("create deployment web --image=web:1 && rollout status deploy/web");
  for (const version of [2, 3]) {
    run(`set image deploy/web web=web:${version} && rollout status deploy/web`);
  }
  return run;
}

describe("rollout undo", () => {
  test("goes to the revision before, and back again with the next undo", () => {
    const run = threeRevisions();
    run("rollout undo deploy/web && rollout status deploy/web");
    expect([run(IMAGE), run(REVISION)]).toEqual(["web:2", "4"]);
    run("rollout undo deploy/web && rollout status deploy/web");
    expect([run(IMAGE), run(REVISION)]).toEqual(["web:3", "5"]);
  });

  test("to a revision leaves the revision's number to the controller", () => {
    const run = threeRevisions();
    expect(run("rollout undo deploy/web --to-revision=1")).toBe(
      "deployment.apps/web rolled back\n",
    );
    run("rollout status deploy/web");
    expect([run(IMAGE), run(REVISION)]).toEqual(["web:1", "4"]);
  });

  test("does not touch the annotations that the controller keeps", () => {
    const cluster = new Cluster({ behaviors });
    const print = { out: () => {}, err: () => {}, readFile: () => undefined };
    const run = (line: string): unknown => runKubectl(cluster, line.split(" "), print);
    run("create deployment web --image=web:1");
    run("set image deploy/web web=web:2");
    cluster.runUntil(60_000);
    const written: KubeObject[] = [];
    cluster.on("write", ({ resource, object }) => {
      if (resource === "deployments" && object !== undefined) written.push(object);
    });
    run("rollout undo deploy/web");
    const { annotations } = written[0]!.metadata;
    expect(annotations).toEqual({ "deployment.kubernetes.io/revision": "2" });
  });

  test("reads a revision as Go does, and knows none below 0", () => {
    const run = threeRevisions();
    const first = run("get rs --sort-by=.metadata.creationTimestamp -o name").split("\n")[0]!;
    run(`annotate ${first} --overwrite deployment.kubernetes.io/revision=+1`);
    expect(run("rollout undo deploy/web --to-revision=1")).toContain("rolled back");
    run("rollout pause deploy/web");
    run(`annotate ${first} --overwrite deployment.kubernetes.io/revision=-1`);
    expect(run("rollout undo deploy/web --to-revision=-1")).toBe(
      "error: unable to find specified revision -1 in history\n",
    );
  });

  test("to the revision that runs is skipped", () => {
    const run = threeRevisions();
    expect(run("rollout undo deploy/web --to-revision=3")).toBe(
      "deployment.apps/web skipped rollback (current template already matches revision 3)\n",
    );
    expect(run(REVISION)).toBe("3");
  });

  test("of a paused Deployment is refused", () => {
    const run = threeRevisions();
    run("rollout pause deploy/web");
    expect(run("rollout undo deploy/web")).toContain("you cannot rollback a paused deployment");
    expect(run(IMAGE)).toBe("web:3");
  });
});

test.each(["undo", "status", "history", "pause", "resume", "restart"])(
  "rollout %s asks of what",
  (verb) => {
    expect(session()(`rollout ${verb}`)).toBe("error: required resource not specified\n");
  },
);

describe("rollout history", () => {
  test("leaves out ReplicaSets whose revision is no number, and tells what a revision was for", () => {
    const run = threeRevisions();
    run("annotate deploy/web kubernetes.io/change-cause=third");
    const [oldest = ""] = run("get rs --sort-by .metadata.creationTimestamp -o name").split("\n");
    run(`annotate ${oldest} --overwrite deployment.kubernetes.io/revision=first`);
    expect(run("rollout history deploy/web")).toBe(
      "deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         third\n\n",
    );
    const [cause, none] = ["3", "2"].map((revision) =>
      run(`rollout history deploy/web --revision ${revision}`),
    );
    expect(cause).toContain("  Annotations:\tkubernetes.io/change-cause: third\n");
    expect(none).not.toContain("Annotations");
  });

  test("of StatefulSets, which nothing runs here, there is none; they are waited for in vain", () => {
    const run = session({
      "set.yaml":
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {selector: " +
        "{matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: d}]}}}}",
    });
    run("apply -f set.yaml");
    expect(run("rollout history sts/db")).toBe("statefulset.apps/db \nNo rollout history found.\n");
    expect(run("rollout status sts/db --timeout=1s")).toBe(
      "Waiting for statefulset spec update to be observed...\n" +
        "error: timed out waiting for the condition\n",
    );
  });
});

describe("rollout pause, resume and restart", () => {
  test("a restart in the same second changes nothing, and fails", () => {
    const run = threeRevisions();
    run("rollout restart deploy/web");
    expect(run("rollout restart deploy/web")).toBe(
      "error: failed to create patch for web: if restart has already been triggered within the past " +
        "second, please wait before attempting to trigger another\n",
    );
  });

  test("refuse what is so already, and a restart while paused", () => {
    const run = threeRevisions();
    expect(run("rollout resume deploy/web")).toBe('error: deployments.apps "web" is not paused\n');
    expect(run("rollout pause deploy/web")).toBe("deployment.apps/web paused\n");
    expect(run("rollout pause deploy/web")).toBe(
      'error: deployments.apps "web" is already paused\n',
    );
    expect(run("rollout restart deploy/web")).toBe(
      `error: deployments.apps "web" can't restart paused deployment (run rollout resume first)\n`,
    );
    expect(run("rollout resume deploy/web")).toBe("deployment.apps/web resumed\n");
  });

  test("restart writes the second into the template, which starts a rollout", () => {
    const run = threeRevisions();
    expect(run("rollout restart deploy/web")).toBe("deployment.apps/web restarted\n");
    const annotations = "jsonpath={.spec.template.metadata.annotations}";
    expect(run(`get deploy web -o ${annotations}`)).toBe(
      '{"kubectl.kubernetes.io/restartedAt":"2000-01-01T00:00:03Z"}',
    );
    expect(run("rollout history deploy/web")).toBe(
      "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n" +
        "3         <none>\n4         <none>\n\n",
    );
  });
});

describe("rollout status", () => {
  test.each([
    ["-1", "error: revision must be a positive integer: -1\n"],
    ["2", "error: desired revision (2) is different from the running revision (3)\n"],
    ["3", 'deployment "web" successfully rolled out\n'],
  ])("of revision %s says so where it is another", (revision, says) => {
    expect(threeRevisions()(`rollout status deploy/web --revision=${revision}`)).toBe(says);
  });

  test("ends when its Deployment is gone, or the time of a request is up", () => {
    const run = session();
    run("create ns shop && create deployment web -n shop --image=web:1 --replicas=2");
    run("rollout pause deploy/web -n shop && set image deploy/web web=web:2 -n shop");
    expect(run("rollout status deploy/web -n shop --request-timeout=30")).toMatch(
      /^Waiting for deployment "web" rollout to finish: 0 out of 2 new replicas/,
    );
    expect(run("get deploy -n shop --no-headers")).toMatch(/ 30s\n$/);
    run("delete ns shop --wait=false");
    expect(run("rollout status deploy/web -n shop")).toMatch(/error: object has been deleted\n$/);
  });

  const state = (status: object, generation = 2): unknown =>
    deploymentState({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", generation },
      spec: { replicas: 3 },
      status: { observedGeneration: 2, ...status },
    });
  const full = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
  const waiting = (why: string): object => ({
    line: `Waiting for deployment "web" rollout to finish: ${why}...`,
    done: false,
  });

  test.each([
    [{ ...full, replicas: 4 }, waiting("1 old replicas are pending termination")],
    [{ ...full, availableReplicas: 2 }, waiting("2 of 3 updated replicas are available")],
    [{ ...full, updatedReplicas: 2 }, waiting("2 out of 3 new replicas have been updated")],
    [full, { line: 'deployment "web" successfully rolled out', done: true }],
  ])("of %j tells one thing, the first that is not done", (status, told) => {
    expect(state(status)).toEqual(told);
  });

  test("believes no status of before the last change", () => {
    expect(state(full, 3)).toEqual({
      line: "Waiting for deployment spec update to be observed...",
      done: false,
    });
  });

  test("ends with an error once the deadline has passed", () => {
    const conditions = [{ type: "Progressing", reason: "ProgressDeadlineExceeded" }];
    expect(state({ ...full, availableReplicas: 1, conditions })).toEqual({
      error: 'deployment "web" exceeded its progress deadline',
    });
  });
});
