// Which laws an exploration judges, and what it says that its settings do not give.
import { describe, expect, test } from "vitest";
import { exploration } from "../../src/verify/explore.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { endingLaw } from "../../src/verify/explore-endings.ts";
import { lackOf, lawsOn, type JudgedLaw } from "../../src/verify/explore-laws.ts";
import { liveness } from "../../src/verify/properties-facts.ts";
import { assumptions, stateLaws, type Assumption } from "../../src/verify/properties.ts";
import { syncLaws } from "../../src/verify/sync-laws.ts";

const plain: ExploreConfig = { replicas: 2, surge: 1, unavailable: 0, revisions: 2 };

function judgedIn(options: Partial<ExploreConfig>): readonly JudgedLaw[] {
  const model = exploration({ ...plain, ...options });
  return [...lawsOn(model), endingLaw(model)];
}

/** What single settings take away, and the claims that a breach of a law then shows to be false. */
const lacks: readonly (readonly [
  Assumption,
  Partial<ExploreConfig>,
  Readonly<Record<string, string>>,
])[] = [
  ["fwd", { direction: "forward or back" }, { P3: "CE1" }],
  ["mrs0", { minReady: "positive" }, { P3: "CE2" }],
  ["const", { scaleTo: 1 }, { P3: "CE3", P24: "CE7" }],
  ["own", { cache: "lagging" }, { P2: "CE4" }],
  ["one", { revisions: 3 }, {}],
  ["one", { changes: 2 }, {}],
  ["np", { pause: "once" }, { P3: "CE6" }],
  ["nf", { faults: 1 }, {}],
];

/** Of one of these laws: what it assumes. */
function assumedBy({ id, name }: JudgedLaw): readonly Assumption[] {
  const all = [...stateLaws, ...syncLaws, liveness];
  return all.find((law) => law.id === id && (law.name === name || id === "P24"))?.assumes ?? [];
}

describe.each(lacks)("where not given is %s", (lack, options, known) => {
  const judged = judgedIn(options).filter(({ id }) => id !== "CE0");

  test("each law that assumes it is not promised, for this and no other reason", () => {
    expect(judged.map(({ name, missing }) => [name, missing])).toEqual(
      judged.map((law) => [law.name, assumedBy(law).includes(lack) ? [assumptions[lack]] : []]),
    );
  });

  test("a breach is told as the claim that it shows to be false", () => {
    const told = judged.flatMap(({ id, knownAs }) =>
      knownAs === undefined ? [] : [[id, knownAs]],
    );
    expect(Object.fromEntries(told)).toEqual(known);
    for (const claim of Object.values(known)) expect(lackOf(claim)).toBe(assumptions[lack]);
  });
});

test.each<Partial<ExploreConfig>>([{}, { newPods: "never ready" }])(
  "all is given to all laws in one plain rollout: %j",
  (options) => {
    expect(judgedIn(options).flatMap(({ id, missing }) => (id === "CE0" ? [] : missing))).toEqual(
      [],
    );
  },
);

test("a failure in a rollover is CE5; what is scaled up, and what lacks more, is no known claim", () => {
  const claimIn = (options: Partial<ExploreConfig>, law: string) =>
    judgedIn(options).find(({ id }) => id === law)!.knownAs;
  expect(claimIn({ revisions: 3, faults: 1 }, "P9")).toBe("CE5");
  expect(claimIn({ scaleTo: 4 }, "P3")).toBeUndefined();
  expect(claimIn({ scaleTo: 4 }, "P24")).toBeUndefined();
  expect(claimIn({ scaleTo: 1, pause: "once" }, "P3")).toBeUndefined();
  expect(lackOf("CE9")).toBeUndefined();
});

test.each<[string, Partial<ExploreConfig>, readonly string[]]>([
  ["of good images", {}, ["P2", "P3", "P4", "P5", "P7", "P9", "P10"]],
  ["of bad images", { newPods: "never ready" }, ["P2", "P3", "P4", "P5", "P7", "P9", "P10", "P15"]],
])("laws about states are judged %s: %j", (_, options, ids) => {
  const judged = judgedIn(options).filter(({ law }) => law !== undefined);
  expect(judged.map(({ id }) => id)).toEqual([...ids, "CE0"]);
});

test("laws about syncs are judged where a sync reads what there is", () => {
  const about = (options: Partial<ExploreConfig>) =>
    judgedIn(options).filter(({ property }) => property.kind === "every step");
  expect(about({}).map(({ name }) => name)).toEqual(syncLaws.map(({ name }) => name));
  expect(about({ cache: "lagging" })).toEqual([]);
});
