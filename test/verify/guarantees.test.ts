// The numbers that `rollsim guarantees` prints, held against every interleaving of small rollouts.
import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { manifestOf } from "../../src/verify/counterexample.ts";
import { exploration } from "../../src/verify/explore.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { rollsim } from "../cli/fake-io.ts";
import { exploreRollout } from "../../src/verify/explore-verdicts.ts";
import { guaranteesOf, guaranteesText } from "../../src/verify/guarantees.ts";
import { always } from "../../src/verify/judge.ts";
import type { RolloutView, SetView } from "../../src/verify/properties.ts";

const sizes = [1, 2, 3, 4, 5].flatMap((replicas) =>
  [0, 1, 2].flatMap((surge) =>
    [0, 1, 2]
      .filter((unavailable) => surge + unavailable > 0)
      .map((unavailable) => ({ replicas, surge, unavailable })),
  ),
);

type Sum = (view: RolloutView) => number;

const total =
  (part: (set: SetView) => number): Sum =>
  ({ sets }) =>
    sets.reduce((sum, set) => sum + part(set), 0);

/** Least and most of each sum over all reachable states. */
function extremes(config: ExploreConfig, sums: readonly Sum[]): (readonly [number, number])[] {
  const model = exploration(config);
  const seen = sums.map((): [number, number] => [Infinity, -Infinity]);
  const look = always("look", (words, at) => {
    const view = model.view(words, at);
    sums.forEach((sum, i) => {
      const value = sum(view);
      const range = seen[i]!;
      range[0] = Math.min(range[0], value);
      range[1] = Math.max(range[1], value);
    });
    return true;
  });
  expect(check(model, [look]).exhausted).toBe(true);
  return seen;
}

function promised(config: ExploreConfig): (name: string) => number {
  const { guarantees } = guaranteesOf(manifestOf(config));
  return (name) => guarantees.find((guarantee) => guarantee.name === name)!.number!;
}

describe.each(sizes)("$replicas replicas, surge $surge, unavailable $unavailable", (size) => {
  const config = { ...size, revisions: 2 } as const;
  const number = promised(config);

  test("one rollout reaches the least available, and stays within the most pods", () => {
    const [available, sized, active] = extremes(config, [
      total((set) => set.available),
      total((set) => set.spec),
      total((set) => set.active),
    ]);
    expect(available![0]).toBe(number("least available at every moment"));
    expect(sized![1]).toBeLessThanOrEqual(number("most pods asked for"));
    expect(active![1]).toBeLessThanOrEqual(number("most pods that are not terminating"));
  });

  test("a bad image reaches as many pods as it says", () => {
    const ofNew: Sum = ({ sets }) => sets[1]!.active;
    const [broken] = extremes({ ...config, newPods: "never ready" }, [ofNew]);
    expect(broken![1]).toBe(number("pods that a bad image can break"));
  });
});

test.each([
  [{ replicas: 10, surge: 3, unavailable: 2 }, [18, 20]],
  [{ replicas: 4, surge: 3, unavailable: 1 }, [8, 8]],
])("of %j at most %j pods are there, without and with terminating ones", (size, most) => {
  const number = promised({ ...size, revisions: 2 });
  expect([
    number("most pods that are not terminating"),
    number("most pods, terminating ones too"),
  ]).toEqual(most);
});

test("a Recreate Deployment promises no pod, and no more than its replicas", () => {
  const { replicas, surge, unavailable } = { replicas: 3, surge: 1, unavailable: 1 };
  const deployment = manifestOf({ replicas, surge, unavailable, revisions: 2 });
  const spec = { ...(deployment["spec"] as object), strategy: { type: "Recreate" } };
  const found = guaranteesOf({ ...deployment, spec });
  const numbers = found.guarantees.map(({ name, number }) => [name, number]);
  expect(found).toMatchObject({ strategy: "Recreate", replicas: 3, surge: 0, unavailable: 0 });
  expect(found.guarantees.slice(0, 3).map(({ value, rule }) => `${value}: ${rule}`)).toEqual([
    "0 of 3: all old pods stop before any new one starts",
    "3: no new pod while an old one exists",
    "3: nothing of the old revision is left",
  ]);
  expect(numbers).toEqual([
    ["least available at every moment", 0],
    ["most pods, terminating ones too", 3],
    ["pods that a bad image can break", 3],
    ["longest stall before the deadline is reported", 601],
  ]);
});

const page = `deployment/web: RollingUpdate, 10 replicas, maxSurge 3, maxUnavailable 2 (pods)

  least available at every moment                                 8 of 10  P3
      replicas 10 - maxUnavailable 2 [fwd, nf, const, np, own]
  most pods asked for                                                  13  P2
      replicas 10 + maxSurge 3 [const, own]
  most pods that are not terminating                                   18  P5
      the smaller of 2 x 10 and 10 + 2 x 3 + 2 [one, nf, const, np, own]
  most pods, terminating ones too                                      20  P5
      each old pod goes once, each new one comes once [one, nf, const, np, own]
  pods that a bad image can break                                       5  P15
      the smaller of 10 and maxSurge 3 + maxUnavailable 2 [bad, fwd, nf, const,
      np, own]
  least available when a rollout is undone half-way              no floor  CE1
      a status that lags may count pods of the new revision that are gone
  least available when it is paused and resumed in mid-rollout   no floor  CE6
      a pause fills old ReplicaSets up; their pods, not ready yet, use up what
      cleanup may take
  least available when it is scaled down in mid-rollout          no floor  CE3
      shares are by size, not by availability
  longest rollout when it is scaled down in mid-rollout          for ever  CE7
      scaled to what one old ReplicaSet has while the new one has none, it
      hangs; no deadline tells
  longest stall before the deadline is reported                     601 s  P22
      progressDeadlineSeconds 600 + 1 s of the timer; nothing is rolled back
      [fwd, const, np]

Assumptions:
  fwd    every change of the template is a new one: no undo
  nf     no pod fails by itself
  const  replicas, maxSurge and maxUnavailable stay as they are since the
         rollout began complete
  np     nobody pauses in mid-rollout
  own    the Deployment controller sees its own writes
  one    one change of the template, begun when the last rollout was complete
  bad    no pod of a new template ever becomes available
`;

describe("the table of guarantees", () => {
  const manifest = manifestOf({ replicas: 10, surge: 3, unavailable: 2, revisions: 2 });

  test("has a line and a rule for each, and its assumptions in words", () => {
    expect(guaranteesText(guaranteesOf(manifest))).toBe(page);
  });

  test("says what is assumed once, after the last of several Deployments", () => {
    const one = guaranteesOf({
      ...manifest,
      spec: { ...(manifest["spec"] as object), replicas: 1 },
    });
    const [first = "", second = "", ...more] = guaranteesText(guaranteesOf(manifest), one).split(
      /^(?=deployment)/mu,
    );
    expect(first + page.slice(page.indexOf("Assumptions:"))).toBe(page);
    expect(second).toMatch(/^deployment\/web: RollingUpdate, 1 replica, [^]*\nAssumptions:\n/u);
    expect(more).toEqual([]);
  });

  test("tells of one change only where pods have to stay ready for a while (CE2)", () => {
    const spec = { ...(manifest["spec"] as object), minReadySeconds: 5 };
    const [least] = guaranteesOf({ ...manifest, spec }).guarantees;
    expect(least).toMatchObject({ number: 8, assumes: ["one", "nf", "const", "np", "own"] });
  });

  test.each([
    [0, []],
    [1, ["CE1", "CE6"]],
    [2, ["CE1", "CE6", "CE3", "CE7"]],
  ])("of %i replicas says only what can befall them", (replicas, laws) => {
    const spec = { ...(manifest["spec"] as object), replicas };
    const { guarantees } = guaranteesOf({ ...manifest, spec });
    expect(guarantees.map(({ law }) => law).filter((law) => law.startsWith("CE"))).toEqual(laws);
  });

  test.each([
    [1, true],
    [2, false],
  ])("of %i replicas: scaled down, all interleavings agree", (replicas, holds) => {
    const config = { replicas, surge: 1, unavailable: 0, revisions: 3 } as const;
    const { laws, exhausted } = exploreRollout({
      ...config,
      scaleTo: replicas - 1,
      cache: "lagging",
    });
    const judged = laws.filter(({ id }) => id === "P3" || id === "P24");
    expect(exhausted).toBe(true);
    expect(judged.map((law) => [law.id, law.holds])).toEqual([
      ["P3", holds],
      ["P24", holds],
    ]);
  });

  test("knows no bound without a deadline", () => {
    const spec = { ...(manifest["spec"] as object), progressDeadlineSeconds: 2147483647 };
    expect(guaranteesOf({ ...manifest, spec }).guarantees.at(-1)).toMatchObject({
      value: "for ever",
      number: undefined,
    });
  });
});

test("rollsim guarantees says so where an autoscaler changes the count that they assume", async () => {
  const scenario = await rollsim(["guarantees", "scenarios/hpa-ratchet.yaml"]);
  expect(scenario).toMatchObject({ code: 0 });
  expect(scenario.err).toBe(
    "warning: deployment/web is scaled by the HorizontalPodAutoscaler web, 2 to 40: " +
      "what assumes const holds while it does nothing\n",
  );
});

test("rollsim guarantees says nothing of an autoscaler whose Deployment is not among the manifests", async () => {
  const stdin = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { maxReplicas: 4, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }
`;
  const { code, err } = await rollsim(["guarantees", "-"], { stdin });
  expect(code).toBe(2);
  expect(err).toMatch(
    /^<stdin>:4:1: warning.* cpu stays <unknown>[^]*\nrollsim: <stdin>: no Deployment in it\n$/,
  );
});
