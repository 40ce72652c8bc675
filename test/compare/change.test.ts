import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { changedFields } from "../../src/compare/changed-fields.ts";
import { changeOf, type Change, type DeploymentChange } from "../../src/compare/change.ts";
import { changeMarkdown, changeText } from "../../src/compare/change-table.ts";
import { parseScenario } from "../../src/scenario/parse.ts";

const probe = "readinessProbe: { httpGet: { port: 80 }, initialDelaySeconds: 10 }";

const deployment = ({
  name = "web",
  image = "web:v1",
  replicas = 4,
  spec = "",
  app = "web",
} = {}) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  ${spec}
  selector: { matchLabels: { app: ${app} } }
  template:
    metadata: { labels: { app: ${app} } }
    spec: { containers: [{ name: web, image: "${image}", ${probe} }] }
`;

function changed(before: string, after: string, seeds: readonly string[] = ["0"]): Change {
  const [old, now] = [parseScenario(before, "old.yaml"), parseScenario(after, "new.yaml")];
  return changeOf(old, now, { seeds, run: {} });
}

function only(change: Change): DeploymentChange {
  expect(change.deployments).toHaveLength(1);
  return change.deployments[0]!;
}

describe("new manifests on a cluster that has the old ones", () => {
  test("roll out a Deployment whose template they change", () => {
    const one = only(changed(deployment(), deployment({ image: "web:v2" })));
    expect(one).toMatchObject({
      key: "default/web",
      how: "rolled out",
      revisions: [1, 2],
      fields: [{ path: "template.spec.containers[web].image", before: "web:v1", after: "web:v2" }],
      // One more and one less than four: two rounds of ten seconds.
      course: { duration: 20_000, leastAvailable: 3, mostPods: 5 },
    });
  });

  test("leave alone what they do not change", () => {
    const change = changed(deployment(), deployment());
    expect(only(change)).toMatchObject({ how: "unchanged", fields: [], course: { duration: 0 } });
    expect(changeText(change)).toBe("deployment/web: unchanged");
  });

  test("scale, and replace no pod", () => {
    const one = only(changed(deployment(), deployment({ replicas: 6 })));
    expect(one).toMatchObject({
      how: "changed",
      revisions: [1, 1],
      fields: [{ path: "replicas", before: 4, after: 6 }],
      course: { duration: 10_000, leastAvailable: 4, mostPods: 6 },
    });
  });

  test("create what is new, and delete nothing", () => {
    const change = changed(deployment({ name: "old" }), deployment());
    expect(change.deployments.map(({ key, how }) => [key, how])).toEqual([
      ["default/old", "stays"],
      ["default/web", "created"],
    ]);
    const [, created] = change.deployments;
    expect(created).toMatchObject({ before: undefined, revisions: [0, 1] });
    expect(created!.course).toEqual({ duration: 10_000, mostPods: 4 });
  });

  test("are applied in the old file's namespace where they name none", () => {
    const scenario = `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: shop }
namespace: shop
---`;
    const one = only(changed(scenario + deployment(), deployment({ image: "web:v2" })));
    expect(one).toMatchObject({ key: "shop/web", how: "rolled out" });
  });

  test("change the template of a paused Deployment, and nothing rolls out", () => {
    const spec = "paused: true";
    const change = changed(deployment(), deployment({ image: "web:v2", spec }));
    expect(only(change)).toMatchObject({ revisions: [1, 1], course: { duration: Infinity } });
    expect(changeText(change)).toContain(
      "its template changes, and nothing rolls out: it is paused",
    );
    expect(changeText(change)).toContain("takes            never: it is paused");
  });

  test("have pods that the new file's behaviors describe before the old one's", () => {
    const head = (behaviors: string): string => `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: ${behaviors}
---`;
    const old = head(`[{ ready: { delay: 2s } }]`) + deployment();
    const now = head(`[{ match: { image: "web:v2" }, ready: { delay: 7s } }]`);
    const one = only(changed(old, now + deployment({ image: "web:v2" })));
    expect(one.course.duration).toBe(14_000);
  });

  test("never roll out what no node can pull, as the controller says", () => {
    const fault = `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: [{ match: { image: "web:v2" }, fault: { type: ImagePullBackOff } }]
---`;
    const change = changed(deployment(), fault + deployment({ image: "web:v2" }));
    expect(only(change).course).toMatchObject({ duration: Infinity, leastAvailable: 3 });
    expect(changeText(change)).toMatch(
      /takes +never: ReplicaSet "web-\w+" has timed out progressing\./,
    );
  });

  test("take the median time of several worlds, and the worst of their pods", () => {
    const jitter = `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: [{ ready: { delay: 5s, jitter: 10s }, terminate: { delay: 0s, jitter: 10s } }]
---`;
    const old = jitter + deployment();
    const now = deployment({ image: "web:v2" });
    const one = only(changed(old, now, ["a", "b", "c"]));
    const durations = one.worlds.map(({ duration }) => duration).toSorted((a, b) => a - b);
    expect(one.worlds.map(({ seed }) => seed)).toEqual(["a", "b", "c"]);
    expect(one.course.duration).toBe(durations[1]);
    expect(one.course.mostPods).toBe(Math.max(...one.worlds.map(({ mostPods }) => mostPods)));
    // Four and one more, and those that are still stopping.
    expect(one.course.mostPods).toBeGreaterThan(5);
    expect(only(changed(old, now, ["b"])).course.duration).toBe(one.worlds[1]!.duration);
  });

  test("are refused as the API server refuses them", () => {
    expect(() => changed(deployment(), deployment({ app: "api" }))).toThrow(
      /^new\.yaml: a manifest was refused\n {2}.*field is immutable/,
    );
  });

  test("wait for an old rollout that never completes, and say so", () => {
    const fault = `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: [{ fault: { type: NeverReady } }]
---`;
    expect(() => changed(fault + deployment(), deployment())).toThrow(
      /^old\.yaml: before the change its rollout does not complete: /,
    );
  });
});

describe("new manifests on a running cluster", () => {
  test("leave one that is stuck as it is, and say so", () => {
    const stuck = readFileSync(
      new URL("../../scenarios/found-stuck.yaml", import.meta.url),
      "utf8",
    );
    const old = stuck.replace(/^steps:[^]*?^---/mu, "---");
    const change = changed(old, deployment());
    expect(change.deployments.map(({ how }) => how)).toEqual(["stays", "created"]);
    expect(changeText(change)).toMatch(/stays: .*\n {2}takes +never: ReplicaSet .* has timed out/);
  });

  test("take as long as its pods did, and lose none of those that are there", () => {
    const stuck = readFileSync(
      new URL("../../scenarios/found-stuck.yaml", import.meta.url),
      "utf8",
    );
    const fixed = deployment({
      name: "nginx-deployment",
      app: "nginx",
      image: "nginx:1.16.1",
      replicas: 3,
    })
      .replace("name: web, image", "name: nginx, image")
      .replace(`, ${probe}`, "");
    const one = only(changed(stuck, fixed));
    expect(one).toMatchObject({ how: "rolled out", revisions: [3, 4] });
    expect(one.course.leastAvailable).toBe(3);
    expect(one.course.duration).toBeLessThan(60_000);
  });
});

describe("a change in words", () => {
  const change = changed(
    deployment(),
    deployment({ spec: "strategy: { rollingUpdate: { maxUnavailable: 0 } }" }),
  );

  test("says what is promised before and after, where that differs", () => {
    expect(changeText(change)).toContain("  least available at every moment     3 of 4  4 of 4");
    expect(changeText(change)).not.toContain("deadline");
    expect(changeMarkdown(change)).toContain(
      "- promised least available at every moment: 3 of 4 -> 4 of 4",
    );
  });

  test("is a table in a pull request", () => {
    expect(changeMarkdown(change).split("\n").slice(0, 3)).toEqual([
      "| deployment | what happens | takes | least available | most pods |",
      "| --- | --- | --- | --- | --- |",
      "| web | changes, and no pod is replaced | 0s | 4 of 4 | 4, terminating ones too |",
    ]);
  });
});

describe("changed fields", () => {
  test.each([
    [
      "entries of lists by name",
      { c: [{ name: "a", x: 1 }, { name: "b" }] },
      { c: [{ name: "b" }, { name: "a", x: 2 }] },
      [["c[a].x", 1, 2]],
    ],
    [
      "entries without names by place",
      { args: ["a", "b"] },
      { args: ["a", "c", "d"] },
      [
        ["args[1]", "b", "c"],
        ["args[2]", undefined, "d"],
      ],
    ],
    [
      "what comes and goes whole",
      { a: { b: 1 } },
      { c: [] },
      [
        ["a", { b: 1 }, undefined],
        ["c", undefined, []],
      ],
    ],
    ["nothing of equals", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ])("tell %s", (_, before, after, fields) => {
    expect(changedFields(before, after)).toEqual(
      fields.map(([path, old, now]) => ({ path, before: old, after: now })),
    );
  });
});
