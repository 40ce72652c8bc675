/** Which behavior is a pod's, whom a fault hits, and where all pods of a template are alike. */
import { describe, expect, test } from "vitest";
import type { PodTemplateSpec } from "../../src/api/core.ts";
import { Random } from "../../src/engine/random.ts";
import {
  behaviorFor,
  scriptFor,
  variesByPod,
  type Behavior,
  type Fault,
} from "../../src/kubelet/behavior.ts";

const template = (more: object = {}): PodTemplateSpec => ({
  metadata: { labels: { app: "web", tier: "front" } },
  spec: {
    containers: [
      { name: "log", image: "log:v1" },
      { name: "web", image: "web:v1" },
    ],
    ...more,
  },
});

test("a behavior is that of pods with an image that it names, and with all its labels", () => {
  const chosen = (match: Behavior["match"]): boolean => {
    const behavior: Behavior = match === undefined ? {} : { match };
    return behaviorFor([behavior, {}], template()) === behavior;
  };
  expect(chosen(undefined)).toBe(true);
  expect([chosen({ image: "web:*" }), chosen({ image: "api:*" })]).toEqual([true, false]);
  expect(chosen({ labels: { app: "web", tier: "front" } })).toBe(true);
  expect(chosen({ labels: { app: "web", tier: "back" } })).toBe(false);
  expect(chosen({ image: "web:*", labels: { app: "api" } })).toBe(false);
});

describe("a fault hits", () => {
  const hit = (fault: Partial<Fault>, pods = 200): number => {
    const random = new Random("fault");
    const behavior: Behavior = { fault: { type: "NeverReady", ...fault } };
    const scripts = Array.from({ length: pods }, (_, i) =>
      scriptFor(behavior, template(), random, { uid: i, ordinal: i + 1 }),
    );
    return scripts.filter((script) => script.fault !== undefined).length;
  };

  test.each<[string, Partial<Fault>, number, number]>([
    ["every pod", {}, 200, 200],
    ["every pod where it is certain", { probability: 1 }, 200, 200],
    ["none where it is impossible", { probability: 0 }, 0, 0],
    ["about so many", { probability: 0.5 }, 70, 130],
    ["only the first ones", { first: 3 }, 3, 3],
    ["some of the first ones", { first: 100, probability: 0.5 }, 30, 70],
  ])("%s", (_, fault, least, most) => {
    expect(hit(fault)).toBeGreaterThanOrEqual(least);
    expect(hit(fault)).toBeLessThanOrEqual(most);
  });
});

test.each<[Behavior, boolean]>([
  [{}, false],
  [{ ready: { delay: 5, jitter: 0 }, fault: { type: "NeverReady" } }, false],
  [{ fault: { type: "NeverReady", probability: 1 } }, false],
  [{ fault: { type: "NeverReady", probability: 0.9 } }, true],
  [{ fault: { type: "NeverReady", first: 1 } }, true],
  [{ terminate: { delay: 5, jitter: 1 } }, true],
  [{ ready: { delay: 5, extra: [] } }, true],
  [{ restarts: [0] }, true],
])("pods of a template with %j differ: %j", (behavior, differ) => {
  expect(variesByPod(behavior)).toBe(differ);
});

test("gates are waited for by pods that have some, and whose containers get ready", () => {
  const behavior: Behavior = { ready: { delay: 1_000 }, gates: { delay: 500 } };
  const pod = { uid: 1, ordinal: 1 };
  const script = (more: object, how = behavior) =>
    scriptFor(how, template(more), new Random("gates"), pod);
  const readinessGates = [{ conditionType: "example.com/ready" }];
  expect(script({})).toMatchObject({ readyMs: 1_000, gatedMs: undefined });
  expect(script({ readinessGates })).toMatchObject({ readyMs: 1_500, gatedMs: 1_000 });
  const livenessProbe = { periodSeconds: 1, failureThreshold: 1, tcpSocket: { port: 80 } };
  const readinessProbe = { tcpSocket: { port: 80 } };
  const containers = [{ name: "web", image: "web:v1", livenessProbe, readinessProbe }];
  const dead = script({ readinessGates, containers }, { listens: 60_000, gates: { delay: 500 } });
  expect(dead).toMatchObject({ readyMs: Infinity, gatedMs: undefined });
});
