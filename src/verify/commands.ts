/** Commands for fast-check's model-based tests: what users do to one Deployment, and time. */
import fc from "fast-check";
import type { KubeObject, Millis } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import { checkKinds, userAction, userActionKinds } from "./arbitraries.ts";
import type { Breach, RolloutWatch } from "./observe.ts";
import { perform, type UserAction } from "./user-actions.ts";

/** The real thing under test: a cluster with a Deployment, and the watch that judges it. */
export interface RolloutSystem {
  readonly cluster: Cluster;
  /** As the cluster answered it. */
  readonly deployment: KubeObject;
  readonly watch: RolloutWatch;
}

/** What the model remembers. */
export interface RolloutModel {
  paused: boolean;
}

export class LawBroken extends Error {
  override readonly name = "LawBroken";
  readonly breach: Breach;

  constructor(breach: Breach) {
    super(`${breach.law} at ${breach.at} ms, by ${breach.by}: ${breach.statement}`);
    this.breach = breach;
  }
}

function act(action: UserAction): fc.Command<RolloutModel, RolloutSystem> {
  return {
    // kubectl refuses to undo, to restart or to pause a paused Deployment.
    check: ({ paused }) =>
      action.do === "resume" ? paused : !paused || !["undo", "pause"].includes(action.do),
    run: (model, { cluster, deployment, watch }) => {
      if (action.do === "pause") model.paused = true;
      if (action.do === "resume") model.paused = false;
      perform(cluster, deployment, action, watch);
      throwBreach(watch);
    },
    toString: () => JSON.stringify(action),
  };
}

function advance(by: Millis): fc.Command<RolloutModel, RolloutSystem> {
  return {
    check: () => true,
    run: (_, { cluster, watch }) => {
      cluster.runUntil(cluster.now + by);
      throwBreach(watch);
    },
    toString: () => `advance ${by} ms`,
  };
}

function throwBreach({ breaches }: RolloutWatch): void {
  const [breach] = breaches;
  if (breach !== undefined) throw new LawBroken(breach);
}

/** For `fc.commands(rolloutCommands())`: actions of these kinds (default all), and time. */
export function rolloutCommands(
  kinds: readonly UserAction["do"][] = userActionKinds,
): fc.Arbitrary<fc.Command<RolloutModel, RolloutSystem>>[] {
  checkKinds(kinds);
  const advances = fc.integer({ min: 1, max: 20_000 }).map(advance);
  return [...kinds.map((kind) => userAction(kind, fc.constant(0)).map(act)), advances];
}
