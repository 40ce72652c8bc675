/** How Canaries are promoted, and what they do with a template that changes meanwhile. */
import { expect, test } from "vitest";
import { canary, CanaryWorld, course, deployment, updated } from "./world.ts";

const hook = (name: string, type: "confirm-promotion" | "post-rollout") =>
  ({ name, type, url: `http://flagger-loadtester.test/${name}` }) as const;

test("a new template begins the analysis anew while a promotion waits to be confirmed, too", () => {
  const webhooks = [hook("gate", "confirm-promotion")];
  const refuse = { webhooks: [{ match: { name: "gate" }, answer: "fail" as const }] };
  const world = updated({ iterations: 1, webhooks }, refuse);
  expect(course(world, 4).at(-1)).toBe("WaitingPromotion 0");
  world.update("podinfo:3");
  world.look();
  expect(world.phase).toBe("Progressing");
  expect(world.events.at(-1)).toBe(
    "New revision detected! Restarting analysis for podinfo.default",
  );
});

test("a promotion after steps of weight waits to be confirmed, too", () => {
  const webhooks = [hook("gate", "confirm-promotion")];
  const refuse = { webhooks: [{ match: { name: "gate" }, answer: "fail" as const }] };
  const world = updated({ stepWeight: 50, maxWeight: 50, webhooks }, refuse);
  // The status forgets the weight, the router does not.
  expect(course(world, 4).slice(1)).toEqual([
    "Progressing 50",
    "WaitingPromotion 0",
    "WaitingPromotion 0",
  ]);
  expect([world.weights, world.image("podinfo-primary")]).toEqual([[50, 50], "podinfo:1"]);
});

test("the last step of weights is as long as it can be", () => {
  const world = updated({ stepWeight: 60, maxWeight: 100 });
  world.look(2);
  expect([world.status.canaryWeight, world.weights]).toEqual([60, [40, 60]]);
  world.look();
  expect([world.status.canaryWeight, world.weights]).toEqual([100, [0, 100]]);
});

test("a version that needs no analysis is promoted at once, and its target goes to 0", () => {
  const objects = [deployment(), canary({ stepWeight: 10 }, { skipAnalysis: true })];
  const world = new CanaryWorld(objects).look();
  world.update("podinfo:2");
  world.look(2);
  expect([world.phase, world.replicas(), world.image("podinfo-primary")]).toEqual([
    "Succeeded",
    0,
    "podinfo:2",
  ]);
});

test("what is to be asked after a rollout is asked after one that went well", () => {
  const webhooks = [hook("done", "post-rollout")];
  const world = updated({ stepWeight: 50, maxWeight: 50, webhooks });
  world.look(8);
  expect(world.phase).toBe("Succeeded");
  expect(world.events.slice(-2)).toEqual([
    "Post-rollout check done passed",
    "Promotion completed! Scaling down podinfo.default",
  ]);
});

test("without a router users cannot be told apart: A/B testing becomes blue/green", () => {
  const match = [{ headers: { "x-canary": { exact: "insider" } } }];
  const phases = [{ match }, {}].map((more) => {
    const analysis = { iterations: 2, ...more };
    const world = new CanaryWorld([deployment(), canary(analysis, { provider: "kubernetes" })]);
    world.look();
    world.update("podinfo:2");
    const seen = course(world, 9);
    return { seen, warned: world.events.some((text) => text.startsWith("A/B testing is not")) };
  });
  expect(phases.map(({ warned }) => warned)).toEqual([true, false]);
  expect(phases[0]!.seen).toEqual(phases[1]!.seen);
});
