/** What goes wrong with Canaries, and what Flagger makes of it (its own tests and issues are named). */
import { describe, expect, test } from "vitest";
import type { ClusterOptions } from "../../../src/cluster.ts";
import { answerOf } from "../../../src/controllers/canary/webhooks.ts";
import {
  canary,
  CanaryWorld,
  course,
  deployment,
  DURATION,
  second,
  specOf,
  SUCCESS,
  updated,
} from "./world.ts";

describe("a new version with errors", () => {
  const apps = [{ image: "podinfo:2", errorRate: 0.5 }, {}];

  test("is rolled back once `threshold` checks have failed (TestScheduler_DeploymentRollback)", () => {
    const world = updated({ stepWeight: 10, threshold: 2, metrics: [SUCCESS] }, { apps });
    expect(course(world, 6)).toEqual([
      "Progressing 0",
      "Progressing 10",
      "Progressing 10",
      "Progressing 10",
      "Failed 0",
      "Failed 0",
    ]);
    expect(world.status.failedChecks).toBe(0);
    expect([world.replicas(), world.image("podinfo-primary")]).toEqual([0, "podinfo:1"]);
    expect(world.weights).toEqual([100, 0]);
    expect(world.status.conditions?.[0]).toMatchObject({ status: "False", reason: "Failed" });
    expect(world.events.slice(-2)).toEqual([
      "Rolling back podinfo.default failed checks threshold reached 2",
      "Canary failed! Scaling down podinfo.default",
    ]);
    expect(world.events.at(-3)).toMatch(
      /^Halt podinfo.default advancement success rate \d+\.\d\d% < 99%$/u,
    );
  });

  test.each([
    ["at least 99", { thresholdRange: { min: 99 } }, 98.99, "98.99 < 99"],
    ["at least 99", { thresholdRange: { min: 99 } }, 99, ""],
    ["at most 500", { thresholdRange: { max: 500 } }, 500, ""],
    ["at most 500", { thresholdRange: { max: 500 } }, 500.01, "500.01 > 500"],
    ["at most 500, in old words", { threshold: 500 }, 500, ""],
    ["at most 500, in old words", { threshold: 500 }, 501, "501.00 > 500"],
  ])("is one where a metric is to be %s (%j) and reads %d: %s", (_, range, value, broken) => {
    const metrics = [{ name: "custom", query: "up", ...range }];
    const metricRules = [{ measure: "value", value }] as const;
    const world = updated({ stepWeight: 10, threshold: 5, metrics }, { metricRules }).look(3);
    expect(world.status.failedChecks).toBe(broken === "" ? 0 : 1);
    const halts = world.events.filter((text) => text.startsWith("Halt"));
    expect(halts).toEqual(
      broken === "" ? [] : [`Halt podinfo.default advancement custom ${broken}`],
    );
  });

  test("goes on where it recovers before that", () => {
    const metrics = [{ ...SUCCESS, interval: "10s" }];
    const metricRules = [
      { measure: "value", value: 50, from: 0, to: 55 * second },
      { measure: "success-rate", scale: 100 },
    ] as const;
    const world = updated({ stepWeight: 10, threshold: 5, metrics }, { metricRules });
    world.look(3);
    expect(world.status).toMatchObject({ failedChecks: 1, canaryWeight: 10 });
    world.look(1);
    expect(world.status).toMatchObject({ failedChecks: 1, canaryWeight: 20 });
  });
});

describe("a slow new version", () => {
  test("halts in Flagger's words for durations", () => {
    const apps = [{ image: "podinfo:2", serviceTime: { delay: 800 } }, {}];
    const world = updated({ stepWeight: 10, threshold: 2, metrics: [DURATION] }, { apps });
    world.look(3);
    expect(world.events.at(-1)).toMatch(
      /^Halt podinfo.default advancement request duration \d+ms > 500ms$/u,
    );
  });
});

describe("a quiet canary (fluxcd/flagger#1035)", () => {
  test("is rolled back as no values are found, and the decision says what to do", () => {
    const world = updated({ stepWeight: 10, threshold: 1, metrics: [SUCCESS] }, { traffic: [] });
    world.look(4);
    expect(world.phase).toBe("Failed");
    expect(world.events).toContain(
      "Halt advancement no values found for istio metric request-success-rate probably " +
        "podinfo.default is not receiving traffic: running query failed: no values found",
    );
    const told = world.cluster.trace.entries.flatMap((entry) =>
      entry.kind === "decision" && entry.id === "canary/metric/no-values" ? [entry.sentence] : [],
    );
    expect(told[0]).toContain("Send it some");
  });
});

describe("a metric that only the scenario can answer", () => {
  const template = {
    apiVersion: "flagger.app/v1beta1",
    kind: "MetricTemplate",
    metadata: { name: "latency" },
    spec: { provider: { type: "prometheus", address: "http://prometheus:9090" }, query: "x" },
  };
  const metrics = [
    { name: "latency", templateRef: { name: "latency" }, thresholdRange: { max: 500 } },
  ];

  test("halts the canary and says what to add", () => {
    const world = new CanaryWorld([deployment(), template, canary({ stepWeight: 10, metrics })]);
    world.look();
    world.update("podinfo:2");
    world.look(3);
    expect(world.events.at(-1)).toContain("add to the scenario: metrics:");
    expect(world.events.at(-1)).toMatch(/^Metric query failed for latency: /u);
  });

  test("reads the measure that the scenario names", () => {
    const metricRules = [{ match: { template: "lat*" }, measure: "latency" }] as const;
    const objects = [deployment(), template, canary({ stepWeight: 10, metrics })];
    const world = new CanaryWorld(objects, { metricRules }).look();
    world.update("podinfo:2");
    world.look(3);
    expect(world.status.canaryWeight).toBe(20);
    expect(world.events[0]).toBe("all the metrics providers are available!");
  });

  test("of a template that is not there is told at the first look and at each check", () => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10, metrics })]).look();
    const why =
      'metric template latency.default error: metrictemplates.flagger.app "latency" not found';
    expect(world.events[0]).toBe(`Error checking metric providers: ${why}`);
    world.update("podinfo:2");
    world.look(3);
    expect(world.events.at(-1)).toBe(`M${why.slice(1)}`);
  });
});

describe("webhooks", () => {
  const gate = (type: "confirm-rollout" | "confirm-promotion" | "confirm-traffic-increase") =>
    [{ name: "gate", type, url: "http://flagger-loadtester.test/gate/check" }] as const;
  const opens = (from: number): ClusterOptions => ({
    webhooks: [{ match: { name: "gate" }, answer: "pass", from: from * second }],
  });

  test("hold a rollout in Waiting until a gate opens", () => {
    const world = updated({ stepWeight: 10, webhooks: gate("confirm-rollout") }, opens(55));
    expect(course(world, 4)).toEqual(["Waiting 0", "Waiting 0", "Waiting 0", "Progressing 0"]);
    expect(world.events.slice(4, 6)).toEqual([
      "Halt podinfo.default advancement waiting for approval gate",
      "Confirm-rollout check gate passed",
    ]);
  });

  const match = [{ headers: { "x-canary": { exact: "insider" } } }];
  test.each([
    ["blue/green", {}],
    ["A/B testing", { match }],
  ])("hold a promotion in WaitingPromotion, where its checks go on: %s", (_, more) => {
    const analysis = { iterations: 2, webhooks: gate("confirm-promotion"), ...more };
    const world = updated(analysis, opens(95));
    expect(course(world, 4).at(-1)).toBe("WaitingPromotion 0");
    expect(world.status.iterations).toBe(1);
    world.look(5);
    expect(["Promoting", "Finalising", "Succeeded"]).toContain(world.phase);
  });

  test("hold the next weight", () => {
    const analysis = { stepWeight: 10, webhooks: gate("confirm-traffic-increase") };
    const world = updated(analysis, opens(75));
    world.look(4);
    expect(world.status.canaryWeight).toBe(0);
    expect(world.events.at(-1)).toBe(
      "Halt podinfo.default advancement waiting for traffic increase approval gate",
    );
    world.look(2);
    expect(world.status.canaryWeight).toBe(10);
  });

  // pkg/loadtester/server.go
  test.each([
    ["/gate/approve", "rollout", true],
    ["/gate/check", "rollout", false],
    ["/gate/halt", "rollout", false],
    ["/", "rollout", true],
    ["/", "", true],
    ["/", "rollback", false],
    ["/rollback/check", "rollback", false],
    ["/rollback/open", "rollback", true],
  ] as const)("of the load tester answer by their path: %s to a %j", (path, type, ok) => {
    const hook = { name: "gate", type: type as "rollout", url: `http://tester.test${path}` };
    expect(answerOf([], "podinfo", hook, 0).ok).toBe(ok);
    const named = [{ match: { name: "other" }, answer: "pass" as const }];
    expect(answerOf(named, "podinfo", hook, 0).ok).toBe(ok);
    expect(answerOf([{ match: { url: "http*" }, answer: "pass" }], "podinfo", hook, 0).ok).toBe(
      true,
    );
  });

  test("of before the rollout and during it fail checks", () => {
    const webhooks = [
      { name: "smoke", type: "pre-rollout", url: "http://tester/" },
      { name: "load", url: "http://tester/" },
      { name: "done", type: "post-rollout", url: "http://tester/" },
    ] as const;
    const rules = [
      { match: { name: "smoke" }, answer: "fail", to: 45 * second },
      { match: { type: "rollout" }, answer: "fail" },
    ] as const;
    const world = updated({ stepWeight: 10, threshold: 2, webhooks }, { webhooks: rules });
    world.look(6);
    expect(world.events.slice(6)).toEqual([
      "Halt podinfo.default advancement pre-rollout check smoke failed Forbidden",
      "Starting canary analysis for podinfo.default",
      "Pre-rollout check smoke passed",
      "Advance podinfo.default canary weight 10",
      "Halt podinfo.default advancement external check load failed Forbidden",
      "Rolling back podinfo.default failed checks threshold reached 2",
      "Canary failed! Scaling down podinfo.default",
      "Post-rollout check done passed",
    ]);
  });

  test("of type rollback ask for a rollback when they pass, and only then", () => {
    const webhooks = [
      { name: "back", type: "rollback", url: "http://flagger-loadtester.test/rollback/check" },
    ] as const;
    const rules = [{ match: { url: "*/rollback/*" }, answer: "pass", from: 65 * second }] as const;
    const world = updated({ stepWeight: 10, webhooks }, { webhooks: rules });
    world.look(3);
    expect(world.status.canaryWeight).toBe(20);
    world.look(2);
    expect(world.phase).toBe("Failed");
    expect(world.events).toContain("Rolling back podinfo.default manual webhook invoked");
  });
});

describe("pods that do not come up", () => {
  test("of the target: it fails at the Canary's deadline, as the Deployment was complete with 0 pods", () => {
    const behaviors = [
      { match: { image: "podinfo:2" }, fault: { type: "NeverReady" as const } },
      { ready: { delay: second } },
    ];
    const of = deployment("podinfo:1", { progressDeadlineSeconds: 10 });
    const spec = { progressDeadlineSeconds: 45 };
    const world = new CanaryWorld([of, canary({ stepWeight: 10 }, spec)], { behaviors }).look();
    world.update("podinfo:2");
    world.look(5);
    expect(world.events.at(-1)).toBe(
      "canary deployment podinfo.default not ready: waiting for rollout to finish: " +
        "0 of 2 (readyThreshold 100%) updated replicas are available",
    );
    expect([world.phase, world.replicas()]).toEqual(["Progressing", 2]);
    expect(world.decisions).toContain("canary/not-ready");
    world.look();
    expect([world.phase, world.replicas()]).toEqual(["Failed", 0]);
  });

  test("of the primary in a promotion: requests stay with the canary (fluxcd/flagger#1898, TestScheduler_DeploymentPromotionPrimaryNotReady)", () => {
    const behaviors = [
      {
        match: { image: "podinfo:2", labels: { app: "podinfo-primary" } },
        fault: { type: "NeverReady" as const },
      },
      { ready: { delay: second } },
    ];
    const of = deployment("podinfo:1", { progressDeadlineSeconds: 20 });
    const analysis = { stepWeight: 50, maxWeight: 50 };
    const world = new CanaryWorld([of, canary(analysis)], { behaviors }).look();
    world.update("podinfo:2");
    world.look(8);
    expect([world.phase, world.status.canaryWeight]).toEqual(["Failed", 100]);
    expect([world.weights, world.replicas()]).toEqual([[0, 100], 2]);
    expect(world.events.at(-1)).toMatch(/^Promotion of podinfo.default failed, primary not ready/u);
  });

  test("of the primary for long: it says for what a Promoting canary waits (fluxcd/flagger#1588)", () => {
    const behaviors = [
      {
        match: { image: "podinfo:2", labels: { app: "podinfo-primary" } },
        fault: { type: "NeverReady" as const },
      },
      { ready: { delay: second } },
    ];
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 50, maxWeight: 50 })], {
      behaviors,
    }).look();
    world.update("podinfo:2");
    world.look(8);
    expect(world.phase).toBe("Promoting");
    expect(world.events.at(-1)).toContain("podinfo-primary.default not ready: waiting for");
  });
});

test("pods of the primary are kept apart and spread by the primary's own name", () => {
  const labelSelector = (value: string): object => ({
    matchLabels: { app: value },
    matchExpressions: [
      { key: "app", operator: "In", values: [value, "other"] },
      { key: "tier", operator: "In", values: [value] },
    ],
  });
  const spread = (value: string): object => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "zone", labelSelector: labelSelector(value) },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: labelSelector(value),
      },
    ],
  });
  const containers = [{ name: "podinfod", image: "podinfo:1" }];
  const template = {
    metadata: { labels: { app: "podinfo" } },
    spec: { containers, ...spread("podinfo") },
  };
  const objects = [deployment("podinfo:1", { template }), canary({ stepWeight: 10 })];
  const world = new CanaryWorld(objects);
  const text = JSON.stringify(spread("podinfo-primary")).replaceAll(
    '"tier","operator":"In","values":["podinfo-primary"]',
    '"tier","operator":"In","values":["podinfo"]',
  );
  expect(specOf(world, "deployments", "podinfo-primary")).toMatchObject({
    template: { spec: JSON.parse(text) as object },
  });
});

describe("mirroring with the Gateway API", () => {
  test("is for blue/green only: a canary with steps stands still, as in Flagger", () => {
    const service = { port: 9898, gatewayRefs: [{ name: "gateway" }] };
    const spec = { provider: "gatewayapi:v1", service };
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10, mirror: true }, spec)]);
    world.look();
    world.update("podinfo:2");
    world.look(10);
    expect([world.phase, world.status.canaryWeight]).toEqual(["Progressing", 0]);
  });
});

describe("what rollsim does not play", () => {
  test.each([
    [{ provider: "appmesh" }, "rollsim has no provider appmesh: use one of gatewayapi:v1beta1,"],
    [
      { targetRef: { apiVersion: "apps/v1", kind: "DaemonSet", name: "podinfo" } },
      "rollsim plays Canaries of Deployments: DaemonSet podinfo is left alone",
    ],
  ])("is told by an event: %j", (spec, why) => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10 }, spec)]);
    expect(world.events.at(-1)).toContain(why);
    expect(world.decisions).toContain("canary/left-alone");
  });

  test("counts a suspended Canary once, and lets it sleep", () => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10 }, { suspend: true })]);
    world.look(30);
    expect(world.decisions.filter((id) => id === "canary/suspended").length).toBeLessThan(3);
    world.patch("canaries", { spec: { suspend: false } });
    world.look(3);
    expect(world.phase).toBe("Initialized");
  });
});
