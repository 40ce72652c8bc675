import { describe, expect, test } from "vitest";
import { compareStrategies, type Comparison } from "../../src/compare/compare.ts";
import { isRelease, releaseOf } from "../../src/compare/release.ts";
import { strategies, strategyNamed } from "../../src/compare/strategies.ts";
import { comparisonMarkdown, comparisonText } from "../../src/compare/table.ts";
import { defaultWatch } from "../../src/compare/watch.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { shop } from "./shop.ts";

function compared(
  options: NonNullable<Parameters<typeof shop>[1]> & {
    readonly seeds?: readonly string[];
    readonly of?: readonly string[];
  } = {},
): Comparison {
  const { seeds = ["0"], of, ...rest } = options;
  const step = "kubectl: set image deploy/shop shop=shop:v2";
  const scenario = parseScenario(shop(step, rest), "shop.yaml");
  const release = releaseOf(scenario);
  if (!isRelease(release)) throw new Error(release.message);
  const chosen = of?.map((name) => strategyNamed(name)!) ?? strategies;
  return compareStrategies(release, {
    scenario,
    strategies: chosen,
    watch: defaultWatch,
    seeds,
    readFile: () => undefined,
  });
}

function byName({ outcomes }: Comparison) {
  return Object.fromEntries(outcomes.map(([first]) => [first!.strategy, first!]));
}

describe("a bad version under each strategy", () => {
  const comparison = compared();
  const found = byName(comparison);

  test.each(strategies.map(({ name }) => name))("is taken back by %s", (name) => {
    const outcome = found[name]!;
    expect(outcome.end).toBe("rolled back");
    expect(outcome.detected).toBeGreaterThan(0);
    expect(outcome.takenBack).toBeGreaterThan(0);
    expect(outcome.metFailed / outcome.met).toBeCloseTo(0.05, 1);
  });

  test("meets the same requests", () => {
    const counts = comparison.outcomes.map(([first]) => first!.requests);
    expect(new Set(counts).size).toBe(1);
  });

  test("is met by fewer requests where a share is split off", () => {
    expect(found["canary"]!.met).toBeLessThan(found["rolling"]!.met / 2);
    expect(found["flagger"]!.met).toBeLessThan(found["rolling"]!.met / 2);
  });

  test("costs no downtime but under Recreate, which has no extra pods instead", () => {
    const down = Object.values(found).filter(({ downtime }) => downtime > 0);
    expect(down.map(({ strategy }) => strategy)).toEqual(["recreate"]);
    expect(found["blue-green"]!.extraPods).toBe(10);
    expect(found["recreate"]).toMatchObject({ extraPods: 0, extraPodSeconds: 0 });
    const least = Object.fromEntries(
      Object.values(found).map((of) => [of.strategy, of.leastAvailable]),
    );
    const all = { "blue-green": 10, canary: 10, flagger: 10 };
    expect(least).toEqual({ recreate: 0, rolling: 8, ...all });
  });

  test("makes the same table again, byte for byte", () => {
    expect(comparisonText(compared())).toBe(comparisonText(comparison));
  });
});

describe("a good version", () => {
  test("is promoted under each strategy, and nobody is refused but under Recreate", () => {
    const { outcomes } = compared({ errorRate: "0%" });
    for (const [outcome] of outcomes) {
      expect(outcome).toMatchObject({ end: "promoted" });
      expect(outcome).not.toHaveProperty("detected");
      expect(outcome!.failed > 0).toBe(outcome!.strategy === "recreate");
    }
  });
});

describe("a small regression", () => {
  // 1.2% of errors where 1% is too much: it takes requests to tell.
  const seeds = Array.from({ length: 12 }, (_, i) => `world ${i}`);
  const caughtWith = (rps: number): number => {
    const traffic = `[{ service: shop, rps: ${rps} }]`;
    const { outcomes } = compared({ seeds, of: ["flagger"], errorRate: "1.2%", traffic });
    return outcomes[0]!.filter(({ end }) => end === "rolled back").length;
  };

  test("is caught or missed by chance; more load makes it surer", () => {
    const [few, many] = [caughtWith(10), caughtWith(400)];
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThan(seeds.length);
    expect(many).toBeGreaterThan(few);
  });
});

describe("the table of a comparison", () => {
  test("has a row for each strategy, in Markdown too", () => {
    const lines = comparisonMarkdown(compared({ of: ["rolling", "recreate"] })).split("\n");
    expect(lines.map((line) => line.split("|").length)).toEqual([13, 13, 13, 13]);
    expect(lines[2]).toMatch(/^\| rolling \| rolled back \| \d+s \| 8 \| \d+ \|/u);
  });

  test("says how sure it is where there are several worlds", () => {
    const text = comparisonText(compared({ of: ["rolling"], seeds: ["a", "b", "c"] }));
    expect(text).toContain("medians of 3 worlds");
    expect(text).toContain("rolled back 3/3 (44-100%)");
  });
});

describe("a sweep of maxSurge and maxUnavailable", () => {
  test("plays the release once with each", () => {
    const of = ["rolling:1/0", "rolling:0/1", "rolling:100%/0", "rolling:50%/50%"];
    const found = byName(compared({ of }));
    const pods = of.map((name) => found[name]!.extraPods);
    expect(pods).toEqual([2, 1, 10, 10]);
    expect(of.map((name) => found[name]!.leastAvailable)).toEqual([10, 9, 10, 5]);
  });

  test.each([
    "rolling:",
    "rolling:0/0",
    "rolling:0%/0",
    "rolling:1",
    "rolling:1/-1",
    "rolling:a/b",
  ])("takes no %s", (name) => {
    expect(strategyNamed(name)).toBeUndefined();
  });
});
