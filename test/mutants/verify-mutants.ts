/** Laws, the watch that judges them, and endings, broken: what proves must not be wrong either. */
import { noticedBy, type Mutant } from "./mutant.ts";

const laws = noticedBy(
  ["verify/properties.test.ts"],
  [
    [
      "a status that counts pods that are gone is honest",
      "verify/properties",
      `view.sets.every((set) => set.status <= Math.min(set.available, set.spec))`,
      `view.sets.every((set) => set.status <= Math.max(set.available, set.spec))`,
    ],
    [
      "one honest status is enough",
      "verify/properties",
      `return view.sets.every((set) => set.status <=`,
      `return view.sets.some((set) => set.status <=`,
    ],
    [
      "a sync may take what is to spare without a budget",
      "verify/sync-laws",
      `if (max === 0) return taken <= 0;`,
      ``,
    ],
    [
      "the guard holds only while nothing was cleaned up",
      "verify/sync-laws",
      `Math.min(rest, spec - status)`,
      `Math.max(rest, spec - status)`,
    ],
  ],
);

const watch = noticedBy(
  ["verify/kit.test.ts"],
  [
    ["ReplicaSets of others count", "verify/observe", `.filter((rs) => isControlledBy(rs, d))`, ``],
    [
      "a watch that is stopped judges on",
      "verify/observe",
      `for (const stop of this.#stops) stop();`,
      ``,
    ],
    [
      "commands of a model do nothing",
      "verify/commands",
      `      perform(cluster, deployment, action, watch);`,
      ``,
    ],
    [
      "commands of a model do not throw what is broken",
      "verify/commands",
      `if (breach !== undefined) throw new LawBroken(breach);`,
      `return;`,
    ],
  ],
);

const seen = noticedBy(
  ["verify/observe.test.ts"],
  [
    [
      "a second change is not told from the first",
      "verify/observe",
      `if (this.#current !== undefined && this.#changes++ > 0) this.giveUp("one");`,
      ``,
    ],
    [
      "a template of before, applied again, is taken for a new one",
      "verify/observe",
      `if (last.uids.includes(uid)) this.giveUp("fwd", "one");`,
      ``,
    ],
    [
      "a change of bounds is not seen",
      "verify/observe",
      `(["replicas", "surge", "unavailable"] as const)`,
      `(["replicas"] as const)`,
    ],
    ["a pause is not seen", "verify/observe", `if (isPaused) this.giveUp("np");`, ``],
  ],
);

const endings = noticedBy(
  ["verify/check.test.ts"],
  [
    [
      "a state where only users go on is no state of rest",
      "verify/endings",
      `if (!rules.acts(into.actions[k]!)) continue;`,
      ``,
    ],
  ],
);

export const verifyMutants: readonly Mutant[] = [...laws, ...watch, ...seen, ...endings];
