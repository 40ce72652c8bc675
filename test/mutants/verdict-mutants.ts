/** What is said of laws, broken: verdicts and counts, what is not given, guarantees, and ways as scenarios. */
import { noticedBy, type Mutant } from "./mutant.ts";

const counts = noticedBy(
  ["verify/verdicts.test.ts"],
  [
    [
      "a law is put to the test where it has nothing to say",
      "verify/explore-laws",
      `margin(words, at) < Infinity`,
      `margin(words, at) <= Infinity`,
    ],
    [
      "a law about honest statuses is put to the test by others",
      "verify/explore-laws",
      `(!needsHonesty || isStatusHonest(model.view(states, at)))`,
      `true`,
    ],
    [
      "a sync that scales is judged as one that rolls",
      "verify/explore-laws",
      `return model.isScalingEvent(states, at) ? "scaling" : "rolling";`,
      `return "rolling";`,
    ],
    [
      "a sync of a paused rollout is judged as one that rolls",
      "verify/explore-laws",
      `if (model.isPaused(states, at)) return "other";`,
      ``,
    ],
    [
      "states that look alike to laws are counted once",
      "verify/state-judge",
      `this.#found[place * length + which]! * states;`,
      `this.#found[place * length + which]!;`,
    ],
    [
      "the longest way is told a step too short",
      "verify/explore-verdicts",
      `return { config, states, exhausted, steps: depth, laws: all };`,
      `return { config, states, exhausted, steps: depth - 1, laws: all };`,
    ],
    [
      "a way to a breach begins after its start",
      "verify/trace",
      `for (let at = index; at >= 0; at = log.parent(at)) path.unshift(at);`,
      `for (let at = index; at > 0; at = log.parent(at)) path.unshift(at);`,
    ],
    [
      "only the first ReplicaSet shows that a rollout is scaled",
      "verify/explore",
      `if (hasPods && ((word >> at.sizedAt) & 1) !== scaledBy(states, place)) return true;`,
      `if (hasPods && ((word >> at.sizedAt) & 1) !== scaledBy(states, place)) return i < 1;`,
    ],
  ],
);

const promises = noticedBy(
  ["verify/explore-laws.test.ts"],
  [
    [
      "two changes of the template are one",
      "verify/explore-laws",
      `return changesOf(config) === 1;`,
      `return changesOf(config) <= 2;`,
    ],
    [
      "one pod that fails is none",
      "verify/explore-laws",
      `return (config.faults ?? 0) === 0;`,
      `return (config.faults ?? 0) <= 1;`,
    ],
    [
      "scaling up shows that scaling down costs pods",
      "verify/explore-laws",
      `scaleTo > replicas || `,
      ``,
    ],
    [
      "a rollover without a failure is CE5",
      "verify/explore-laws",
      ` || (id === "P9" && faults === 0)`,
      ``,
    ],
    [
      "laws about syncs are judged where a sync reads what was",
      "verify/explore-laws",
      `config.cache === "lagging" ? [] : syncLaws`,
      `syncLaws`,
    ],
    [
      "what a bad image reaches is judged of good ones",
      "verify/explore-laws",
      `id !== "P8" && (id !== "P15" || isBad)`,
      `id !== "P8"`,
    ],
    [
      "of a bad image it is not given that pods become ready",
      "verify/explore-endings",
      `liveness.assumes.filter((word) => word !== "ready")`,
      `liveness.assumes`,
    ],
  ],
);

const pages = noticedBy(
  ["cli/verify-page.test.ts"],
  [
    [
      "what is not promised should hold",
      "cli/verify",
      `missing.length === 0 ? "BROKEN, and should hold"`,
      `missing.length > 0 ? "BROKEN, and should hold"`,
    ],
    [
      "what is not promised fails the command",
      "cli/verify",
      `!holds && missing.length === 0);`,
      `!holds);`,
    ],
    [
      "the states of a way are not told",
      "cli/verify",
      `    ...underMargin(state, \`\${margin} \`),\n`,
      ``,
    ],
  ],
);

const refusals = noticedBy(
  ["cli/verify.test.ts"],
  [
    [
      "runs are told of that nobody played",
      "cli/verify",
      `if (law === podsCeiling.id) return podsCeiling;`,
      ``,
    ],
    [
      "a paused Deployment is explored as if it were not",
      "cli/verify",
      `if (found.spec.paused === true) {`,
      `if (false) {`,
    ],
  ],
);

const texts = noticedBy(
  ["verify/scenario-text.test.ts"],
  [
    [
      "a probability is a duration",
      "verify/scenario-text",
      `TIMES.has(key) && typeof value`,
      `typeof value`,
    ],
    [
      "a clock that is behind is ahead",
      "verify/scenario-text",
      `ms < 0 ? "behind" : "ahead"`,
      `ms < 0 ? "ahead" : "behind"`,
    ],
    [
      "the namespace is left out",
      "verify/scenario-text",
      `...(namespace === undefined ? [] : [\`namespace: \${JSON.stringify(namespace)}\`]),`,
      ``,
    ],
  ],
);

const together = noticedBy(
  ["verify/local-states.test.ts"],
  [
    [
      "a longer set of states forgets those before",
      "verify/local-states",
      `        bits.set(this.#bits);\n`,
      ``,
    ],
  ],
);

const ways = noticedBy(
  ["verify/counterexample.test.ts"],
  [
    [
      "a pod that recovers on the way never does in the scenario",
      "verify/witness-run",
      `, for: formatDuration(this.#now - failure.at)`,
      ``,
    ],
  ],
);

const stops = noticedBy(
  ["verify/check.test.ts"],
  [
    [
      "a step that breaks a law does not stop the search",
      "verify/judges",
      ` || this.#stepCounts.some((count) => count > 0)`,
      ``,
    ],
  ],
);

const guarantees = noticedBy(
  ["verify/guarantees.test.ts"],
  [
    [
      "surge is counted once of pods that are not terminating",
      "verify/guarantees",
      `Math.min(2 * f.replicas, f.replicas + 2 * f.surge + f.unavailable)`,
      `Math.min(2 * f.replicas, f.replicas + f.surge + f.unavailable)`,
    ],
    [
      "a bad image breaks more pods than there are",
      "verify/guarantees",
      `Math.min(f.replicas, f.surge + f.unavailable)`,
      `f.surge + f.unavailable`,
    ],
    [
      "with minReadySeconds a rollover keeps the least available",
      "verify/guarantees",
      `available === "slow" ? assumed.map((name) => (name === "fwd" ? "one" : name)) : assumed`,
      `assumed`,
    ],
  ],
);

const syncs = noticedBy(
  ["verify/properties.test.ts"],
  [
    [
      "a sync that creates a ReplicaSet may resize no other",
      "verify/sync-laws",
      `if (facts.path !== "rolling" || facts.created) return true;`,
      `if (facts.path !== "rolling") return true;`,
    ],
    [
      "an old ReplicaSet may grow",
      "verify/sync-laws",
      `if (index !== after.current) return spec <= earlier;`,
      `if (index !== after.current) return true;`,
    ],
  ],
);

export const verdictMutants: readonly Mutant[] = [
  ...counts,
  ...promises,
  ...pages,
  ...refusals,
  ...texts,
  ...together,
  ...ways,
  ...stops,
  ...guarantees,
  ...syncs,
];
