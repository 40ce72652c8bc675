import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../src/api/apps.ts";
import type { Node } from "../../src/api/node.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt, runScenario } from "../../src/scenario/run.ts";
import {
  checkRollout,
  guaranteesOf,
  rolloutView,
  type Allowed,
  type CheckOptions,
  type Claim,
} from "../../src/verify.ts";
import { web } from "../support/web.ts";

function claimOf(id: string): Claim {
  return { id, statement: "Ours.", margin: () => 0 };
}

/** A Deployment whose pods may only be on some nodes. */
function placed(nodeSelector: Readonly<Record<string, string>>): Deployment {
  const d = web(1);
  const template = { ...d.spec.template, spec: { ...d.spec.template.spec, nodeSelector } };
  return { ...d, spec: { ...d.spec, template } };
}

describe("checkRollout", () => {
  test("finds nothing against updates of a Deployment with default settings", () => {
    const { ok, judged } = checkRollout(web(4), { runs: 15 });
    expect(ok).toBe(true);
    expect(Object.keys(judged).toSorted()).toEqual(["P10", "P2", "P3", "P4", "P5", "P7", "P9"]);
    expect(judged["P3"]).toBeGreaterThan(1000);
  });

  test("finds that an undo in mid-rollout is not as safe as a rollout (CE1), in a few actions", () => {
    const { ok, failure } = checkRollout(web(4), { runs: 60, allow: ["undo"], laws: ["P3"] });
    expect(ok).toBe(false);
    expect(failure?.breach.law).toBe("P3");
    expect(failure?.actions.length).toBeLessThanOrEqual(3);
    expect(failure?.actions.at(-1)?.do).toBe("undo");
  });

  test("gives the run as a scenario that breaks the law at the same instant", () => {
    const { failure } = checkRollout(web(4), { runs: 60, allow: ["undo"], laws: ["P3"] });
    const { breach, scenario, actions } = failure!;
    const { steps } = parseScenario(scenario);
    const times = steps.map(({ at }) => Number(at));
    const gaps = times.map((at, i) => at - (times[i - 1] ?? 120_000));
    expect(gaps).toEqual(actions.map(({ after }) => after));
    const cluster = clusterAt(parseScenario(scenario), breach.at);
    expect(cluster.now).toBe(breach.at);
    const available = rolloutView(cluster, "default/web")!.sets.map((set) => set.available);
    expect(available).toEqual(breach.view.sets.map((set) => set.available));
  });

  test.each<readonly [law: string, allow: readonly Allowed[]]>([
    ["P2", ["scale"]],
    ["P3", ["drain"]],
    ["P4", ["scale"]],
    ["P5", ["scale"]],
    ["P7", ["scale"]],
    ["P9", ["scale"]],
    ["P10", ["drain"]],
    ["P8", ["drain"]],
    ["P15", ["scale"]],
    ["P2", ["lag"]],
  ])("gives a breach of %s as a scenario whose expectation fails", (law, allow) => {
    const manifest = { ...web(4), metadata: { name: "my-web", namespace: "prod" } };
    const options = { seed: "x", runs: 40, actions: 4, allow, laws: [law] };
    const { failure } = checkRollout(manifest, options);
    expect(failure?.breach.law).toBe(law);
    const { failures } = runScenario(parseScenario(failure!.scenario));
    expect(failures.map(({ kind }) => kind)).toEqual(["always"]);
  });

  test("throws a TypeError with the API server's words for a manifest that is refused", () => {
    expect(() => checkRollout(web(-1))).toThrow(TypeError);
    expect(() => checkRollout(web(-1))).toThrow("must be greater than or equal to 0");
  });

  test.each<readonly [says: string, manifest: Deployment, options: CheckOptions]>([
    ["got apiVersion undefined, kind undefined; use a Deployment", {} as Deployment, {}],
    ["got apiVersion apps/v1, kind StatefulSet", { ...web(1), kind: "StatefulSet" } as never, {}],
    ["spec.strategy.type: got Recreate", web(1, { strategy: { type: "Recreate" } }), {}],
    ["runs: got 0; use an integer >= 1", web(1), { runs: 0 }],
    ["actions: got 0; use an integer >= 1", web(1), { actions: 0 }],
    ['allow: got "pray"; use any of undo, scale', web(1), { allow: ["pray" as "undo"] }],
    ['allow: got "undo"; use a list of any of undo', web(1), { allow: "undo" as never }],
    ["run: no such option; use runs, seed", web(1), { run: 3 } as never],
    ['laws: got {"id":"mine"}; use any of P2', web(1), { laws: [{ id: "mine" } as never] }],
    ['unknown field "spec.stratgey"', web(1, { stratgey: {} }), {}],
    ["got undefined; use a Deployment", undefined as never, {}],
    ['laws: got "P99"; use any of P2, P3', web(1), { laws: ["P99"] }],
    ["spec.paused: got true, with which no rollout begins", web(1, { paused: true }), {}],
    ["default/web: 0 of 1 pods are available 120 s after", placed({ disk: "ssd" }), {}],
    [
      'laws: got no statement of "a"; say',
      web(1),
      { laws: [{ ...claimOf("a"), statement: 1 as never }] },
    ],
    ["nodes: got 0; use an integer >= 1, or groups", web(1), { nodes: 0 }],
    ['with "lag" nothing is judged: no law is promised', web(1), { allow: ["undo", "lag"] }],
    ["options: got null; use an object", web(1), null as never],
    ['seed: got 7; use a text, as in "7"', web(1), { seed: 7 as never }],
    ['laws: got two of the name "P3"', web(1), { laws: [claimOf("P3")] }],
    ['laws: got two of the name "a"', web(1), { laws: [claimOf("a"), claimOf("a")] }],
    ["0/3 nodes are available: 3 node(s) didn't match", placed({ disk: "ssd" }), {}],
    ["(web-5669f7dd7f-", web(1), { behaviors: [{ fault: { type: "ImagePullBackOff" } }] }],
    [": ImagePullBackOff)", web(1), { behaviors: [{ fault: { type: "ImagePullBackOff" } }] }],
    ["faulty behaviors match only", web(1), { behaviors: [{ fault: { type: "NeverReady" } }] }],
  ])("says %j instead of judging nothing", (says, manifest, options) => {
    expect(() => checkRollout(manifest, options)).toThrow(says);
  });

  const text = (...documents: object[]): string =>
    documents.map((document) => `${JSON.stringify(document, undefined, 2)}\n`).join("---\n");
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: {} };

  test("takes the text of manifests, in which one is a Deployment, and a List of them", () => {
    const options = { runs: 2 };
    const { judged } = checkRollout(web(3), options);
    expect(checkRollout(text(service, web(3)), options).judged).toEqual(judged);
    const list = { apiVersion: "v1", kind: "List", items: [service, web(3)] };
    expect(checkRollout(text(list), options).judged).toEqual(judged);
    expect(guaranteesOf("# ours\n" + text(web(3)))).toEqual(guaranteesOf(web(3)));
  });

  test.each([
    ["no Deployment of apps/v1 in the text: got apiVersion v1, kind Service", text(service)],
    ["no Deployment of apps/v1 in the text: got nothing", "# none\n"],
    ["2 Deployments in the text: web, web; give one of them", text(web(1), web(2))],
    ['got the name of a file; give its text: readFileSync("k8s/web.yaml", "utf8")', "k8s/web.yaml"],
    ["error parsing the text", "a: [1"],
    ["metadata.name: Required value", "apiVersion: apps/v1\nkind: Deployment\n"],
  ])("says %j of a text", (says, given) => {
    expect(() => checkRollout(given)).toThrow(says);
    expect(() => guaranteesOf(given)).toThrow(says);
  });

  describe("with what else the text says", () => {
    const named = (apiVersion: string, kind: string, spec: object, namespace?: string) => ({
      apiVersion,
      kind,
      metadata: { name: "web", ...(namespace === undefined ? {} : { namespace }) },
      spec,
    });
    const selector = { matchLabels: { app: "web" } };
    const budget = named("policy/v1", "PodDisruptionBudget", { minAvailable: 4, selector });
    const quota = named("v1", "ResourceQuota", { hard: { pods: "4" } });
    const atLeast = (pods: number): Claim => ({
      id: "availability",
      statement: `At least ${pods} pods are available.`,
      margin: ({ sets }) => sets.reduce((sum, set) => sum + set.available, 0) - pods,
    });
    const careful = web(4, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });

    test("a budget keeps pods from being evicted", () => {
      const options = { runs: 20, allow: ["evict"], laws: [atLeast(4)] } as const;
      expect(checkRollout(text(careful), options).ok).toBe(false);
      expect(checkRollout(text(budget, careful), options).ok).toBe(true);
      const others = { ...budget, metadata: { name: "web", namespace: "shop" } };
      expect(checkRollout(text(others, careful), options).ok).toBe(false);
    });

    test("a quota keeps pods from coming", () => {
      const few: Claim = {
        id: "few",
        statement: "There are never more than four pods.",
        margin: (_, cluster) => 4 - cluster.api.list("pods").length,
      };
      const options = { runs: 5, laws: [few] };
      expect(checkRollout(text(careful), options).ok).toBe(false);
      expect(checkRollout(text(quota, careful), options).ok).toBe(true);
      const tight = named("v1", "ResourceQuota", { hard: { pods: "3" } });
      expect(() => checkRollout(text(careful, tight))).toThrow(
        /3 of 4 pods are available 120 s after it was created \(pods "web-.*exceeded quota: web/u,
      );
      const elsewhere = { ...careful, metadata: { name: "web", namespace: "shop" } };
      const theirs = named("v1", "ResourceQuota", { hard: { pods: "3" } }, "shop");
      expect(() => checkRollout(text(elsewhere, theirs))).toThrow(/exceeded quota: web/u);
    });

    test("a LimitRange says for containers what a quota wants to hear", () => {
      const wants = named("v1", "ResourceQuota", { hard: { "requests.cpu": "10" } });
      expect(() => checkRollout(text(careful, wants))).toThrow("0 of 4 pods are available");
      const limits = [{ type: "Container", defaultRequest: { cpu: "100m" } }];
      const says = named("v1", "LimitRange", { limits });
      expect(checkRollout(text(careful, says, wants), { runs: 5 }).ok).toBe(true);
    });

    test("goes into the scenario of a failure", () => {
      const given = text(careful, named("v1", "LimitRange", { limits: [] }), budget);
      const { failure } = checkRollout(given, { runs: 60, allow: ["undo"], laws: ["P3"] });
      const { breach, scenario } = failure!;
      const cluster = clusterAt(parseScenario(scenario), breach.at);
      expect(cluster.api.list("poddisruptionbudgets")).toMatchObject([{ spec: budget.spec }]);
      expect(cluster.api.list("limitranges")).toHaveLength(1);
      const available = rolloutView(cluster, "default/web")!.sets.map((set) => set.available);
      expect(available).toEqual(breach.view.sets.map((set) => set.available));
    });

    const ssd = { disk: "ssd" };
    const node = (name: string, parts: object = {}) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { ...ssd, "kubernetes.io/hostname": name } },
      ...parts,
    });

    test("Nodes take the place of those that there are otherwise, with labels, room and taints", () => {
      const few = { runs: 3 };
      const onSsd = placed(ssd);
      expect(checkRollout(text(onSsd, node("a")), few).ok).toBe(true);
      const says =
        (status: object, spec: object = {}) =>
        () =>
          checkRollout(text(onSsd, node("a", { status, spec })), few);
      const one = { allocatable: { cpu: "2", memory: "4Gi", pods: "1" }, capacity: { pods: "9" } };
      expect(says(one)).not.toThrow();
      expect(says({ capacity: { pods: "0" } })).toThrow("0/1 nodes are available: 1 Too many pods");
      const key = "dedicated";
      const taints = [
        { key, value: "db", effect: "NoSchedule", timeAdded: "2026-01-01T00:00:00Z" },
      ];
      expect(says({}, { taints })).toThrow("1 node(s) had untolerated taint(s)");
      expect(says({}, { unschedulable: true })).toThrow(
        "the text has only Nodes that are cordoned",
      );
      const cordoned = node("b", { spec: { unschedulable: true } });
      expect(checkRollout(text(onSsd, cordoned, node("a")), few).ok).toBe(true);
    });

    test("nodes of the options go before Nodes, and into the scenario of a failure", () => {
      const { failure } = checkRollout([node("a"), careful, service], {
        runs: 60,
        allow: ["undo"],
        laws: ["P3"],
        nodes: [
          { count: 2, cpu: "4", clock: -1_000 },
          { labels: ssd, clock: 2_000, pods: 50 },
        ],
      });
      const { breach, scenario } = failure!;
      const cluster = clusterAt(parseScenario(scenario), breach.at);
      expect(cluster.options.nodes).toEqual([
        { count: 2, cpu: "4", clock: -1_000 },
        { labels: ssd, clock: 2_000, pods: 50 },
      ]);
      const available = rolloutView(cluster, "default/web")!.sets.map((set) => set.available);
      expect(available).toEqual(breach.view.sets.map((set) => set.available));
    });

    test("drains and outages befall every node there is", () => {
      const nodes = ["a", "b", "c", "d", "e"].map((name) => node(name));
      const hit = (name: string): Claim => ({
        id: name,
        statement: `${name} takes pods.`,
        margin: (_, { api }) => {
          const found = api.list("nodes").find(({ metadata }) => metadata.name === name);
          return (found as Node).spec.unschedulable === true ? -1 : 0;
        },
      });
      const options = { runs: 60, allow: ["drain"], laws: [hit("e")] } as const;
      expect(checkRollout([...nodes, web(4)], options).ok).toBe(false);
    });

    test("an autoscaler of the Deployment scales it, in the scenario of a failure too", () => {
      const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
      const autoscaler = named("autoscaling/v2", "HorizontalPodAutoscaler", {
        scaleTargetRef,
        minReplicas: 4,
        maxReplicas: 8,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "AverageValue", averageValue: "1" } },
          },
        ],
      });
      const four: Claim = {
        id: "four",
        statement: "Four pods are wanted.",
        margin: ({ replicas }) => 4 - replicas,
      };
      const load = [
        { at: 0, milli: 3_000 },
        { at: 121_000, milli: 6_000 },
      ];
      const busy = {
        match: { labels: { app: "web" } },
        listens: 500,
        load,
        startCpu: { milli: 10, for: 5_000 },
      };
      const options = { runs: 2, laws: [four], behaviors: [busy] };
      expect(checkRollout([careful], options).ok).toBe(true);
      const target = { ...autoscaler.spec, scaleTargetRef: { ...scaleTargetRef, name: "api" } };
      expect(checkRollout([careful, { ...autoscaler, spec: target }], options).ok).toBe(true);
      const { failure, judged } = checkRollout([careful, autoscaler], options);
      expect(failure!.breach.law).toBe("four");
      expect(judged["P3"]).toBeLessThan(judged["four"]!);
      const { scenario, breach } = failure!;
      const cluster = clusterAt(parseScenario(scenario), breach.at);
      expect(rolloutView(cluster, "web")!.replicas).toBe(breach.view.replicas);
      expect(cluster.options.behaviors).toEqual([busy]);
      const law = checkRollout([careful, autoscaler], { ...options, laws: ["P3"] }).failure!;
      expect(law.breach.law).toBe("P3");
      expect(law.actions).toEqual([]);
      const { failures } = runScenario(parseScenario(law.scenario));
      expect(failures.map(({ kind }) => kind)).toEqual(["always"]);
    });

    test("is refused as the API server does", () => {
      const wrong = named("policy/v1", "PodDisruptionBudget", { minAvailable: -1, selector });
      expect(() => checkRollout(text(wrong, web(1)))).toThrow(
        /PodDisruptionBudget.*spec.minAvailable: Invalid value: -1/u,
      );
    });
  });

  test.each(["ReadyThenUnready", "ReadyThenCrash", "Evicted"] as const)(
    "does not blame the strategy for pods that fail by themselves, as by %s",
    (type) => {
      const behaviors = [
        { match: { image: "*:check-*" }, ready: { delay: 2_000 }, fault: { type, after: 3_000 } },
        { ready: { delay: 2_000 } },
      ];
      const { failure, judged } = checkRollout(web(4), { runs: 6, behaviors });
      expect(failure?.scenario).toBeUndefined();
      expect(judged["P2"]).toBeGreaterThan(judged["P3"]!);
      const { ok } = checkRollout(web(4), { runs: 6, behaviors, laws: ["P3"] });
      expect(ok).toBe(false);
    },
  );

  test("tries a claim of one's own, and shrinks to what refutes it", () => {
    const claim: Claim = {
      id: "never more",
      statement: "There are never more than replicas + maxSurge pods, terminating ones too.",
      margin: ({ replicas, surge }, cluster) => replicas + surge - cluster.api.list("pods").length,
    };
    const { failure } = checkRollout(web(4), { laws: [claim], actions: 4 });
    expect(failure!.breach).toMatchObject({ law: "never more", statement: claim.statement });
    expect(failure!.actions.map((action) => action.do)).toEqual(["update"]);
    const cluster = clusterAt(parseScenario(failure!.scenario), failure!.breach.at);
    expect(claim.margin(rolloutView(cluster, "web")!, cluster)).toBe(-failure!.breach.by);
  });

  test.each([
    ["what it throws", () => assert.fail("no such pod"), "no such pod"],
    ["that it gives no number", () => Number.NaN, "the margin of mine: got NaN; use a number"],
  ])("tells of a claim %s", (_, margin, says) => {
    const claim = { id: "mine", statement: "", margin };
    expect(() => checkRollout(web(1), { runs: 1, laws: [claim] })).toThrow(says);
  });

  test("a readiness probe says when pods are ready, and minReadySeconds how long after", () => {
    const d = web(2, { minReadySeconds: 200 });
    const probe = { initialDelaySeconds: 150, httpGet: { port: 80 } };
    const [container] = d.spec.template.spec.containers;
    const containers = [{ ...container!, readinessProbe: probe }];
    const template = { ...d.spec.template, spec: { ...d.spec.template.spec, containers } };
    const soon: Claim = {
      id: "soon",
      statement: "Once all pods are new they are available.",
      margin: ({ replicas, sets, current }) =>
        (sets[current]?.spec ?? 0) < replicas ? 0 : sets[current]!.available - replicas,
    };
    const { failure } = checkRollout({ ...d, spec: { ...d.spec, template } }, { laws: [soon] });
    expect(failure!.breach.at).toBeGreaterThan(120_000 + 2 * 350_000);
  });

  test("has room for as many pods as there are", () => {
    expect(checkRollout(web(400), { runs: 1, actions: 1 }).ok).toBe(true);
  });

  test("keeps its laws where nodes are drained and go down, each with what it assumes", () => {
    const { ok, judged, failure } = checkRollout(web(4), { runs: 25, allow: ["drain", "node"] });
    expect(failure?.scenario).toBeUndefined();
    expect(ok).toBe(true);
    expect(judged["P2"]).toBeGreaterThan(judged["P3"]!);
  });

  test("shows that a drain costs more pods than maxUnavailable, in a run of two actions at most", () => {
    const options = { runs: 60, allow: ["drain", "undo", "scale", "pause"] as const, actions: 6 };
    const manifest = web(4, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    const { failure } = checkRollout(manifest, { ...options, laws: ["P3"] });
    expect(failure!.breach.law).toBe("P3");
    expect(failure!.actions.length).toBeLessThanOrEqual(2);
    const { breach, scenario } = failure!;
    const cluster = clusterAt(parseScenario(scenario), breach.at);
    const available = rolloutView(cluster, "default/web")!.sets.map((set) => set.available);
    expect(available).toEqual(breach.view.sets.map((set) => set.available));
  });
});
