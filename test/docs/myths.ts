/** What is said of rollouts in teaching material, and is not so. */
export interface Myth {
  readonly claim: string;
  readonly truth: string;
  /** A story, or how the title of a test in myths.test.ts begins. */
  readonly shown: { readonly story: string } | { readonly test: string };
}

export const myths: readonly Myth[] = [
  {
    claim: "maxSurge 0 with maxUnavailable 0 deadlocks.",
    truth: "The API server refuses it.",
    shown: { test: "maxSurge 0 with maxUnavailable 0 cannot be had" },
  },
  {
    claim: "Percentages that round to 0 and 0 deadlock.",
    truth: "Then one pod may be unavailable.",
    shown: { test: "percentages that round to 0 and 0 do not deadlock" },
  },
  {
    claim: "No connection drops during a rolling update.",
    truth: "Those to pods that go do, unless something is done about it.",
    shown: { story: "endpoint-race" },
  },
  {
    claim: "Kept connections are closed when an endpoint goes.",
    truth: "They stay open until the pod closes or drops them.",
    shown: { story: "keepalive-to-dead" },
  },
  {
    claim: "A PodDisruptionBudget stops a rolling update from removing pods.",
    truth: "It binds evictions; a rollout only uses it up.",
    shown: { story: "pdb-no-guard" },
  },
  {
    claim: "A failing readiness probe pauses the rollout.",
    truth: "Nothing is paused; it cannot go on, and does as soon as pods are ready.",
    shown: { test: "a failing readiness probe pauses nothing" },
  },
  {
    claim: "Each step removes maxUnavailable old pods.",
    truth: "That is a budget, not the size of a batch.",
    shown: { test: "a step removes as many old pods as leave enough available" },
  },
  {
    claim: "maxSurge and maxUnavailable of an Argo canary are 1 by default.",
    truth: "They are 25% each.",
    shown: { test: "maxSurge and maxUnavailable of an Argo canary are 25% by default" },
  },
  {
    claim: "match makes a Canary of Flagger an A/B test.",
    truth: "Only with iterations; without, its weight grows.",
    shown: { test: "match without iterations is no A/B test of Flagger" },
  },
];
