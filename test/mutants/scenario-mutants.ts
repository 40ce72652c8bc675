/** How scenarios are read and measured, and releases under way, broken. */
import { noticedBy, type Mutant } from "./mutant.ts";

const reading = noticedBy(
  ["scenario/unsaid.test.ts"],
  [
    [
      "a wait ends after an hour",
      "scenario/compile-steps",
      `durationOf(input.wait.timeout ?? "30s")`,
      `durationOf(input.wait.timeout ?? "1h")`,
    ],
    [
      "an expectation may last from a step to the same step",
      "scenario/compile-expectations",
      `steps.indexOf(from.step) < steps.indexOf(to.step)`,
      `steps.indexOf(from.step) <= steps.indexOf(to.step)`,
    ],
    [
      "CPU is used in the order of the file",
      "scenario/compile-behaviors",
      `points.toSorted((a, b) => a.at - b.at)`,
      `points`,
    ],
  ],
);

const measuring = noticedBy(
  ["scenario/measures.test.ts", "scenario/endings.test.ts"],
  [
    [
      "a percentile is the value below it",
      "scenario/metrics",
      `Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)`,
      `Math.max(0, Math.floor((percent / 100) * sorted.length) - 1)`,
    ],
    [
      "pods beyond what is wanted make up for missing ones",
      "scenario/metrics",
      `Math.max(0, seen.wanted - seen.available) * weight`,
      `(seen.wanted - seen.available) * weight`,
    ],
    [
      "what was not measured holds",
      "scenario/metrics",
      `const held = value !== undefined && compares`,
      `const held = value === undefined || compares`,
    ],
    [
      "a run passes whatever it expected",
      "scenario/run",
      `passed: failures.length === 0,`,
      `passed: this.#failures.length === 0,`,
    ],
  ],
);

const remedies = noticedBy(
  ["scenario/remedies.test.ts"],
  [
    [
      "pods sleep for less than the slowest proxy takes",
      "scenario/remedies",
      `const preStop = Math.ceil(slowestProxy(scenario) / 1000);`,
      `const preStop = Math.floor(slowestProxy(scenario) / 1000);`,
    ],
    [
      "a pod that sleeps has less time to end",
      "scenario/remedies",
      `grace + seconds - before`,
      `grace`,
    ],
  ],
);

const releases = noticedBy(
  ["controllers/canary/promotions.test.ts", "controllers/rollout/updates.test.ts"],
  [
    [
      "a promotion that waits goes on with another template",
      "controllers/canary/advance",
      `const ASKED: readonly CanaryPhase[] = ["Progressing", "WaitingPromotion"];`,
      `const ASKED: readonly CanaryPhase[] = ["Progressing"];`,
    ],
    [
      "a promotion after steps of weight is not confirmed",
      "controllers/canary/strategies",
      `if (yield* runConfirmPromotionHooks(sync)) yield* beginPromotion(sync);`,
      `yield* beginPromotion(sync);`,
    ],
    [
      "a canary gets more than all requests",
      "controllers/canary/strategies",
      `Math.min(canary + step, TOTAL_WEIGHT)`,
      `canary + step`,
    ],
    [
      "an abort is always of now",
      "controllers/rollout/pause",
      `abortedAt: before.abortedAt ?? timestamp(now)`,
      `abortedAt: timestamp(now)`,
    ],
    [
      "other steps are gone on with where the old ones were",
      "controllers/rollout/canary",
      `const changed = currentStepHash !== stepHash(canaryOf(c.rollout)?.steps);`,
      `const changed = false;`,
    ],
  ],
);

const requests = noticedBy(
  ["traffic/routes.test.ts"],
  [
    ["a mirror gets what it is not to get", "traffic/router", `bits < share`, `bits > share`],
    [
      "a router goes on by the routes of before",
      "traffic/router",
      `    this.#known = this.#contents.map(() => new Map<number, number>());\n`,
      `    if (this.#known.length === 0) this.#known = this.#contents.map(() => new Map());\n`,
    ],
  ],
);

export const scenarioMutants: readonly Mutant[] = [
  ...reading,
  ...measuring,
  ...remedies,
  ...releases,
  ...requests,
];
