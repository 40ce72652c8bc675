/** P24 on an exploration: where a rollout rests when it is left alone. */
import { isStuck, type EndingRules } from "./endings.ts";
import type { Exploration } from "./explore.ts";
import { judgedWords, type JudgedLaw } from "./explore-laws.ts";
import { isSystemAction } from "./explore-layout.ts";
import { always, sometimes } from "./judge.ts";
import { liveness } from "./properties-facts.ts";

export function endingRules(model: Exploration): EndingRules {
  const done = (states: Int32Array, at: number): boolean =>
    model.isPaused(states, at) ||
    isComplete(model, states, at) ||
    isStuckForGood(model, states, at);
  return { acts: isSystemAction, done };
}

/**
 * P24. `property` is the part that one state can breach: to rest before the end. `judged`: `rests` if nothing is
 * known of circles.
 */
export function endingLaw(
  model: Exploration,
  judged: "rests and circles" | "rests" = "rests and circles",
): JudgedLaw {
  const { config } = model;
  const stuck = config.newPods === "never ready" ? ", stuck with pods that are not ready," : "";
  const rests = isStuck(model, endingRules(model));
  const restsOnly = `rests only when the rollout is complete${stuck} or paused`;
  const [name, statement] =
    judged === "rests"
      ? [
          "no rollout rests before its end",
          `left alone, the system ${restsOnly}; whether it can go round in a circle was not found out`,
        ]
      : [
          "every rollout ends",
          `left alone, the system never goes round in a circle, and ${restsOnly}`,
        ];
  return {
    ...judgedWords(config, {
      id: liveness.id,
      name,
      statement,
      form: "state",
      // A bad image is an end of its own, which the statement tells.
      assumes: liveness.assumes.filter((word) => word !== "ready"),
    }),
    property: always(liveness.id, (words, at) => !rests(words, at)),
    occasion: sometimes(liveness.id, () => true),
  };
}

function isComplete(model: Exploration, states: Int32Array, at: number): boolean {
  const { replicas, current, sets } = model.view(states, at);
  return sets.every(({ spec, active, available, status }, i) => {
    const size = i === current ? replicas : 0;
    return [spec, active, available, status].every((count) => count === size);
  });
}

/** Of a state of rest, where each ReplicaSet has its size: all is done that can be done about a bad image. */
function isStuckForGood(model: Exploration, states: Int32Array, at: number): boolean {
  const { current, sets } = model.view(states, at);
  return model.config.newPods === "never ready" && current > 0 && sets[current]!.active > 0;
}
