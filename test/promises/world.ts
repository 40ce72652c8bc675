/** Random worlds: Deployments, how their pods behave, who goes next, and what users do. */
import fc from "fast-check";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import { behaviors } from "../support/arbitraries/behavior.ts";
import { deployments } from "../support/arbitraries/deployment.ts";
import { schedules, type DrawnSchedule } from "../support/arbitraries/schedule.ts";
import { userActions, type UserAction } from "../support/arbitraries/user-action.ts";
import { playActions } from "../support/play-actions.ts";

export interface World extends DrawnSchedule {
  readonly deployment: KubeObject;
  readonly behavior: Behavior;
  readonly actions: readonly UserAction[];
}

export const worlds: fc.Arbitrary<World> = fc
  .tuple(
    schedules(),
    fc.record({
      deployment: deployments({ spec: { progressDeadlineSeconds: 600 } }),
      behavior: behaviors(),
      actions: userActions(),
    }),
  )
  .map(([schedule, rest]) => ({ ...schedule, ...rest }));

export function begin({ schedule, seed, deployment, behavior }: World): Cluster {
  const cluster = new Cluster({ schedule, seed, behaviors: [behavior] });
  cluster.act("create", (api) => api.create(deployment));
  return cluster;
}

/** All actions, then 30 s. */
export function goOn(cluster: Cluster, actions: readonly UserAction[]): void {
  playActions(cluster, actions);
  cluster.runUntil(cluster.now + 30_000);
}

/** JSON with keys in order, so that equal values are equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
