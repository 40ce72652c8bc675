/** Where Rollouts and Canaries stand, in words, and what a user can do about it. */
import { describe, expect, test } from "vitest";
import { explainCanary, explainRollout } from "../../src/explain/operated.ts";
import { operatedText } from "../../src/explain/text.ts";
import { canary, CanaryWorld, deployment } from "../controllers/canary/world.ts";
import { rollout, RolloutWorld } from "../controllers/rollout/world.ts";

const steps = [{ setWeight: 50 }, { pause: { duration: "60s" } }, { setWeight: 75 }, { pause: {} }];

function updated(image = "web:v2"): RolloutWorld {
  const behaviors = [{ match: { image: "web:bad" }, fault: { type: "ImagePullBackOff" } as const }];
  const world = new RolloutWorld([rollout({ canary: { steps } }, { replicas: 4 })], { behaviors });
  return world.look().update(image).look(20);
}

function told({ cluster, rollout: of }: RolloutWorld): object {
  const { state, facts, replicaSets, decisions, wouldHelp } = explainRollout(cluster, of);
  const sets = replicaSets.map(
    ({ role, revision, asked, available }) => `${role} ${revision}: ${available} of ${asked}`,
  );
  return { state, facts, sets, last: decisions.map(({ id }) => id), help: wouldHelp };
}

const goBack = "or kubectl argo rollouts abort web, to go back";

describe("an explanation of a Rollout", () => {
  test.each<[string, () => RolloutWorld, object]>([
    [
      "before any update",
      () => new RolloutWorld([rollout({ canary: { steps } }, { replicas: 4 })]).look(),
      {
        state: "Healthy",
        facts: ["all 4 steps are done", "weight of the new version: 100 of 100"],
        sets: ["stable 1: 4 of 4"],
        last: ["rollout/progress/waiting"],
        help: [],
      },
    ],
    [
      "in a pause that ends by itself",
      () => updated(),
      {
        state: "Paused (CanaryPauseStep)",
        facts: [
          'step 2 of 4: {"pause":{"duration":"60s"}}',
          "weight of the new version: 50 of 100",
        ],
        sets: ["new 2: 2 of 2", "stable 1: 2 of 2"],
        last: ["rollout/pause/lasts"],
        help: ["kubectl argo rollouts promote web, to go on before the pause is over", goBack],
      },
    ],
    [
      "in a pause that does not",
      () => updated().look(60),
      {
        state: "Paused (CanaryPauseStep)",
        facts: ['step 4 of 4: {"pause":{}}', "weight of the new version: 75 of 100"],
        sets: ["new 2: 3 of 3", "stable 1: 1 of 1"],
        last: ["rollout/pause/until-promoted"],
        help: ["kubectl argo rollouts promote web, to go on", goBack],
      },
    ],
    [
      "paused by its user",
      () =>
        updated()
          .patch({ spec: { paused: true } })
          .look(),
      {
        state: "Paused (manually paused)",
        facts: [
          'step 2 of 4: {"pause":{"duration":"60s"}}',
          "weight of the new version: 50 of 100",
        ],
        sets: ["new 2: 2 of 2", "stable 1: 2 of 2"],
        last: ["rollout/halted"],
        help: ["kubectl argo rollouts promote web"],
      },
    ],
    [
      "aborted",
      () => updated().abort().look(1),
      {
        state: "Degraded (RolloutAborted: Rollout aborted update to revision 2)",
        facts: ['step 1 of 4: {"setWeight":50}', "weight of the new version: 0 of 100"],
        sets: ["new 2: 0 of 0", "stable 1: 4 of 4"],
        last: ["rollout/canary/scale-new"],
        help: [
          "kubectl argo rollouts retry rollout web, which tries it again",
          "or kubectl argo rollouts undo web",
        ],
      },
    ],
    [
      "with a bad image",
      () => updated("web:bad"),
      {
        state: "Progressing (more replicas need to be updated)",
        facts: ['step 1 of 4: {"setWeight":50}', "weight of the new version: 50 of 100"],
        sets: ["new 2: 0 of 2", "stable 1: 3 of 3"],
        last: ["rollout/canary/waits-for-pods", "rollout/progress/waiting"],
        help: ["a template whose pods become ready, or kubectl argo rollouts abort web"],
      },
    ],
  ])("%s", (_, world, wanted) => {
    expect(told(world())).toEqual(wanted);
  });

  test("is a page: where it is, its pods, when its controller decided what, and what helps", () => {
    const { cluster, rollout: of } = updated();
    expect(operatedText(explainRollout(cluster, of)))
      .toBe(`rollout/web at 30s: Paused (CanaryPauseStep)

  step 2 of 4: {"pause":{"duration":"60s"}}
  weight of the new version: 50 of 100

  web-84c5f745db (revision 2, new): asks for 2, 2 available
       2 available
  web-5dfb79b7ff (revision 1, stable): asks for 2, 2 available
       2 available

What its controller decided last, at 11s:
  - rollout/pause/lasts: Step 2 pauses for 60 s more.

What would let it go on:
  - kubectl argo rollouts promote web, to go on before the pause is over
  - or kubectl argo rollouts abort web, to go back
`);
  });
});

test("an explanation of a Canary names its phase, its weight and its failed checks", () => {
  const world = new CanaryWorld([deployment(), canary({ stepWeight: 10 })]);
  const seen = (): readonly unknown[] => {
    const { state, facts, decisions } = explainCanary(world.cluster, world.canary);
    return [state, ...facts, decisions.at(-1)?.id];
  };
  const none = ["weight of the new version: 0", "failed checks: 0 of 10"];
  expect(seen()).toEqual(["Initializing", ...none, "canary/init/primary"]);
  world.look();
  expect(seen()).toEqual(["Initialized", ...none, "canary/init/done"]);
  world.update("podinfo:2");
  world.look(3);
  const on = ["weight of the new version: 20", "failed checks: 0 of 10"];
  expect(seen()).toEqual(["Progressing", ...on, "canary/weight/advance"]);
});
