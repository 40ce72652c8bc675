/** What users ask with, broken: verbs of kubectl and of its plugin, and what scenarios expect. */
import { noticedBy, type Mutant } from "./mutant.ts";

const verbs = noticedBy(
  ["kubectl/rollout.test.ts"],
  [
    [
      "status takes any revision for the one that is meant",
      "kubectl/verbs/rollout-status",
      `if (revision > 0 && running !== revision) {`,
      `if (revision < 0 && running !== revision) {`,
    ],
    [
      "status takes a negative revision",
      "kubectl/verbs/rollout-status",
      `if (revision < 0) fail(`,
      `if (revision < -1) fail(`,
    ],
    [
      "status ends well when its object is gone",
      "kubectl/verbs/rollout-status",
      `problem = { text: "object has been deleted" };`,
      ``,
    ],
    [
      "a request times out after milliseconds",
      "kubectl/waiting",
      `Number(given) * 1000`,
      `Number(given)`,
    ],
    [
      "history has revisions that are no number",
      "kubectl/verbs/rollout-history",
      `revision === undefined ? [] : [[revision, set] as const]`,
      `[[revision ?? 0, set] as const]`,
    ],
    [
      "history does not tell what a revision was for",
      "kubectl/verbs/rollout-history",
      `cause === "" ? template`,
      `cause !== "" ? template`,
    ],
    [
      "a second restart within a second is one",
      "kubectl/verbs/rollout-change",
      `if (change.unchanged !== undefined) report(`,
      `if (change.unchanged === undefined) report(`,
    ],
  ],
);

const plugin = noticedBy(
  ["kubectl/argo.test.ts"],
  [
    ["a retry aborts again", "kubectl/argo/rollouts", `{ abort: false }`, `{ abort: true }`],
    [
      "a restart is at once",
      "kubectl/argo/rollouts",
      `timestamp(call.io.client.wallClockMs + wait)`,
      `timestamp(call.io.client.wallClockMs)`,
    ],
    [
      "Rollouts of all namespaces have no namespace",
      "kubectl/argo/rollouts",
      `(everywhere ? ["NAMESPACE", ...columns] : columns)`,
      `columns`,
    ],
  ],
);

const expectations = noticedBy(
  ["scenario/expectations.test.ts"],
  [
    [
      "a Deployment is measured on when it is deleted",
      "scenario/metrics",
      `watched.seen = undefined;
    watched.began = undefined;`,
      ``,
    ],
    [
      "an average does not weigh how long",
      "scenario/metrics",
      `sum + sample.value * sample.weight`,
      `sum + sample.value`,
    ],
  ],
);

export const askingMutants: readonly Mutant[] = [...verbs, ...plugin, ...expectations];
