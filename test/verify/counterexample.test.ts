// The shortest way to each false claim, played in the whole simulator as a scenario: it is as short as the
// counter model's, its expectation fails, and the real controllers did the same on the same schedule.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt, runScenario } from "../../src/scenario/run.ts";
import { counterexampleTo, type Counterexample } from "../../src/verify/counterexample.ts";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { rolloutView } from "../../src/verify/observe.ts";
import type { RolloutView } from "../../src/verify/properties.ts";
import { DATA, readTraces } from "../conformance/trace-file.ts";
import { claims } from "../models/claims.ts";

const four = { replicas: 4, surge: "25%", unavailable: "25%" } as const;
const small = { replicas: 3, surge: 1, unavailable: 1 } as const;

/** As the command line's options of docs/verify.md make them. */
const ways: Readonly<Record<string, ExploreConfig>> = {
  CE0: { replicas: 10, surge: 3, unavailable: 2, revisions: 2 },
  CE1: { ...four, revisions: 2, direction: "forward or back", changes: 2 },
  CE2: { ...small, revisions: 3, minReady: "positive" },
  CE3: { ...four, replicas: 6, revisions: 2, scaleTo: 3 },
  CE4: { ...small, unavailable: 0, revisions: 3, cache: "lagging" },
  CE5: { replicas: 4, surge: 1, unavailable: 1, revisions: 3, faults: 1 },
  CE6: { ...four, revisions: 3, pause: "once" },
  CE7: { replicas: 2, surge: 0, unavailable: 1, revisions: 2, scaleTo: 1 },
};

/** In which a pod fails and recovers. */
const recovering: ExploreConfig = {
  replicas: 2,
  surge: 1,
  unavailable: 0,
  revisions: 3,
  faults: 1,
};

/** Of those that the counter model's claims do not have. */
const steps: Readonly<Record<string, number>> = { CE6: 19, CE7: 5 };

const found = new Map<string, Counterexample>();

function wayTo(claim: string): Counterexample {
  const way = found.get(claim) ?? counterexampleTo(claim, ways[claim] ?? recovering)!;
  found.set(claim, way);
  return way;
}

/** As ways tell of a state. */
function told({ sets, current }: RolloutView): string {
  return sets
    .map(({ spec, active, available, status }, i) => {
      const name = `v${i + 1}${i === current ? "*" : ""}`;
      return `${name} size ${spec}, pods ${active}, available ${available} (reported ${status})`;
    })
    .filter(
      (line) => line.includes("*") || !line.endsWith("size 0, pods 0, available 0 (reported 0)"),
    )
    .join("; ");
}

const recorded = readTraces(join(DATA, "witnesses-shortest.jsonl.gz"));

describe.each(Object.keys(ways))("the shortest way to %s", (claim) => {
  test("is no longer than the counter model's", () => {
    const modelled = claims.find(({ id }) => id === claim)?.length["create goes on"];
    expect(wayTo(claim).witness.length - 1).toBe(modelled ?? steps[claim]);
  });

  test("is a scenario that fails its expectation, and nothing else", () => {
    const { failures } = runScenario(parseScenario(wayTo(claim).scenario!));
    expect(failures.map(({ kind }) => kind)).toEqual([claim === "CE7" ? "finally" : "always"]);
  });
});

test.each([...Object.keys(ways), "P6"])(
  "the scenario of %s is, at its end, where the way leads",
  (law) => {
    const { scenario, witness } = wayTo(law);
    const parsed = parseScenario(scenario!);
    const cluster = clusterAt(parsed, parsed.until - 60_000);
    expect(told(rolloutView(cluster, "web")!)).toBe(witness.at(-1)!.state);
  },
);

test("a pod that fails on the way fails for as long in the scenario", () => {
  const { scenario, witness } = wayTo("P6");
  const pods = witness.flatMap(({ action }) => (/^an? .*pod/u.test(action) ? [action] : []));
  expect(pods).toEqual(["an available pod fails in v1", "a pod turns ready in v1"]);
  const { steps } = parseScenario(scenario!);
  const faults = steps.filter(({ verb }) => verb === "fault");
  expect(faults).toMatchObject([{ type: "ProbeFail", for: 1_000 }]);
});

test.each(recorded)("$case.name was recorded on the schedule of the scenario", (trace) => {
  const claim = trace.case.name.replace("-shortest", "");
  const { scenario } = wayTo(claim);
  const [, moves = "none"] = /^schedule: .*, then (\S+)$/m.exec(scenario!) ?? [];
  // Beyond our letters, the recording goes on by chance.
  expect(trace.case.moves).toMatch(new RegExp(`^${moves.replaceAll(".", "\\.")}`));
});

test("every claim but CE5, which needs a pod that fails alone, is recorded along its shortest way", () => {
  const names = recorded.map(({ case: { name } }) => name.replace("-shortest", ""));
  expect(names).toEqual(Object.keys(ways).filter((claim) => claim !== "CE5"));
});

test("there is no counterexample to what holds", () => {
  expect(counterexampleTo("P3", { ...four, revisions: 2 })).toBeUndefined();
});

test("a law that is not judged is refused with those that are", () => {
  expect(() => counterexampleTo("P99", { ...four, revisions: 2 })).toThrow(
    /^law P99: use one of P2, P3, /,
  );
});

test("a claim that these settings cannot show is answered with what it takes", () => {
  expect(() => counterexampleTo("CE1", { ...four, revisions: 2 })).toThrow(
    "CE1 shows where this is not given: every change of the template is a new one: no undo",
  );
});
