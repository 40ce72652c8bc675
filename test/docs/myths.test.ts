/** What teaching material says of rollouts, and what happens instead. The rest is in pairs of scenarios (stories-of-deployments.ts). */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { DecisionEntry } from "../../src/api/trace.ts";
import { Cluster } from "../../src/cluster.ts";
import { explainDeployment } from "../../src/explain/why.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { toldStories } from "./stories.ts";
import { myths } from "./myths.ts";

const second = 1000;
const template = (version: number): object => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: `web:v${version}` }] },
});

function web(replicas: number, maxSurge: number | string, maxUnavailable: number | string): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
      selector: { matchLabels: { app: "web" } },
      template: template(1),
    },
  };
}

function kubectl(cluster: Cluster, line: string): { readonly code: number; readonly err: string } {
  let err = "";
  const io = {
    readFile: () => undefined,
    out: () => undefined,
    err: (text: string) => (err += text),
  };
  return { code: runKubectl(cluster, line, io).code, err };
}

/** The cluster a while after `set image`, which comes at 60 s. */
function updated(
  manifest: object,
  options: ConstructorParameters<typeof Cluster>[0] = {},
): Cluster {
  const cluster = new Cluster(options);
  cluster.act("create", (api) => expect(api.create(manifest as never)).toMatchObject({ ok: true }));
  cluster.runUntil(60 * second);
  expect(kubectl(cluster, "set image deployment/web web=web:v2").code).toBe(0);
  cluster.runUntil(120 * second);
  return cluster;
}

function decisions(cluster: Cluster, id: string): readonly DecisionEntry[] {
  return cluster.trace.entries.filter(
    (entry): entry is DecisionEntry => entry.kind === "decision" && entry.id === id,
  );
}

test("maxSurge 0 with maxUnavailable 0 cannot be had: the API server refuses it", () => {
  const cluster = new Cluster();
  const answer = cluster.act("create", (api) => api.create(web(3, 0, 0) as never));
  expect(answer).toMatchObject({ ok: false, status: { code: 422 } });
  expect(answer).toMatchObject({
    status: { message: expect.stringContaining("may not be 0 when `maxSurge` is 0") as string },
  });
});

test("percentages that round to 0 and 0 do not deadlock: one pod may be unavailable", () => {
  const cluster = updated(web(3, "0%", "25%"));
  const explanation = explainDeployment(cluster, "default/web")!;
  expect(explanation).toMatchObject({ state: "complete", surge: 0, unavailable: 1 });
});

test("a failing readiness probe pauses nothing: there is nothing to resume, and it goes on by itself", () => {
  const slow = { match: { image: "web:v2" }, ready: { delay: 90 * second } };
  const cluster = updated(web(3, 1, 0), { behaviors: [slow] });
  expect(explainDeployment(cluster, "default/web")).toMatchObject({ state: "waiting" });
  expect(kubectl(cluster, "rollout resume deployment/web")).toMatchObject({ code: 1 });
  expect(decisions(cluster, "deployment/paused")).toEqual([]);
  cluster.runUntil(600 * second);
  expect(explainDeployment(cluster, "default/web")).toMatchObject({ state: "complete" });
});

test("a step removes as many old pods as leave enough available, not maxUnavailable of them", () => {
  const cluster = updated(web(10, "25%", "25%"));
  const taken = decisions(cluster, "deployment/rolling/scale-down-old").map(
    ({ weighed }) => Number(weighed["from"]) - Number(weighed["to"]),
  );
  expect(explainDeployment(cluster, "default/web")).toMatchObject({ unavailable: 2 });
  expect(taken).toEqual([2, 5, 3]);
});

test("maxSurge and maxUnavailable of an Argo canary are 25% by default, not 1", () => {
  const result = runScenario(
    parseScenario(`apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: defaults }
behaviors: [{ ready: { delay: 5s } }]
steps:
  - { name: update, at: 30s, kubectl: kubectl argo rollouts set image web web=web:v2 }
  - { name: begun, after: 1s, assert: rollout.web.status.availableReplicas == 6 }
expect: { thresholds: { total_pods: [max==10] } }
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web }
spec:
  replicas: 8
  selector: { matchLabels: { app: web } }
  template: ${JSON.stringify(template(1))}
  strategy: { canary: { steps: [{ setWeight: 50 }] } }
`),
  );
  expect(result.failures).toEqual([]);
});

test("match without iterations is no A/B test of Flagger: its weight grows", () => {
  const path = fileURLToPath(new URL("../../scenarios/flagger-ab-test.yaml", import.meta.url));
  const text = readFileSync(path, "utf8");
  const ids = (scenario: string): ReadonlySet<string> =>
    new Set(
      runScenario(parseScenario(scenario)).trace.flatMap((entry) =>
        entry.kind === "decision" ? [entry.id] : [],
      ),
    );
  expect(text).toMatch(/iterations: \d+/u);
  expect(ids(text)).toContain("canary/iteration");
  const without = ids(text.replace(/iterations: \d+/u, "stepWeight: 50"));
  expect(without).toContain("canary/weight/advance");
  expect(without).not.toContain("canary/iteration");
});

test("each claim is refuted by a story or by a test of this file", () => {
  const names = new Set<string>(toldStories.map(({ name }) => name));
  const own = readFileSync(fileURLToPath(import.meta.url), "utf8");
  for (const { shown } of myths) {
    if ("story" in shown) expect(names).toContain(shown.story);
    else expect(own).toContain(`test("${shown.test}`);
  }
});
