// The numbers that `rollsim guarantees` prints, held against every interleaving of small rollouts.
import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { manifestOf } from "../../src/verify/counterexample.ts";
import { exploration } from "../../src/verify/explore.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { guaranteesOf } from "../../src/verify/guarantees.ts";
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

test("a Recreate Deployment promises no pod, and no more than its replicas", () => {
  const { replicas, surge, unavailable } = { replicas: 3, surge: 1, unavailable: 1 };
  const deployment = manifestOf({ replicas, surge, unavailable, revisions: 2 });
  const spec = { ...(deployment["spec"] as object), strategy: { type: "Recreate" } };
  const found = guaranteesOf({ ...deployment, spec });
  const numbers = found.guarantees.map(({ name, number }) => [name, number]);
  expect(numbers).toEqual([
    ["least available at every moment", 0],
    ["most pods, terminating ones too", 3],
    ["pods that a bad image can break", 3],
    ["longest stall before the deadline is reported", 601],
  ]);
});
