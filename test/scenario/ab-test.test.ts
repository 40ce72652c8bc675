import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";

import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt, runScenario } from "../../src/scenario/run.ts";

/** Two versions behind one Service, half of the pods each. */
function shop(
  variant: string,
  abTest = "{ control: shop:a, variant: shop:b, detect: 2% }",
): string {
  const deployment = (side: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop-${side} }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop, side: ${side} } }
  template:
    metadata: { labels: { app: shop, side: ${side} } }
    spec: { containers: [{ name: shop, image: "shop:${side}" }] }
`;
  return `apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: shop }
behaviors:
  - { match: { image: "shop:b" }, serve: { conversionRate: ${variant}, onSigterm: drop } }
  - { serve: { conversionRate: 4%, onSigterm: drop } }
traffic: [{ service: shop, rps: 100, to: 5m, abTest: ${abTest} }]
steps:
  - { at: 60s, kubectl: rollout restart deploy/shop-b }
  - { at: 5m, kubectl: get deploy }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec: { selector: { app: shop }, ports: [{ port: 80 }] }
${deployment("a")}${deployment("b")}`;
}

function resultOf(text: string) {
  const [first] = runScenario(parseScenario(text, "shop.yaml")).traffic;
  return { account: first!.account, abTest: first!.abTest! };
}

describe("an A/B test of a scenario", () => {
  const { account, abTest } = resultOf(shop("8%"));

  test("counts every answer of both sides once, though pods die with requests", () => {
    expect(abTest.control.trials).toBe(account.byImage["shop:a"]!.answered);
    expect(abTest.variant.trials).toBe(account.byImage["shop:b"]!.answered);
    expect(abTest.control.trials + abTest.variant.trials).toBe(account.answered);
  });

  test("says which side is better, when, and after how many answers", () => {
    expect(abTest.verdict).toBe("variant is better");
    expect(abTest.pValue).toBeLessThanOrEqual(0.05);
    expect(abTest.decidedAt! % 1000).toBe(0);
    expect(abTest.decidedAfter).toBeLessThan(account.answered);
    expect(abTest.variant.interval.low).toBeGreaterThan(abTest.control.share);
  });

  test("says how many answers one look at its end needs", () => {
    const { control, variant } = abTest.needed!;
    expect(control + variant).toBeGreaterThan(1000);
    expect(control / variant).toBeCloseTo(abTest.control.trials / abTest.variant.trials, 1);
  });

  test("is undecided where both sides are alike, on the same requests", () => {
    const same = resultOf(shop("4%"));
    expect(same.abTest.verdict).toBe("undecided");
    expect(same.abTest).not.toHaveProperty("decidedAt");
    expect(same.account).toEqual(account);
    expect(same.abTest.control).toEqual(abTest.control);
    // Whoever converts at 4% converts at 8%.
    expect(same.abTest.variant.successes).toBeLessThan(abTest.variant.successes);
  });

  test("goes on alike in a world that was saved and restored", () => {
    const scenario = parseScenario(shop("8%"), "shop.yaml");
    const cluster = clusterAt(scenario, 100_000);
    const copy = Cluster.restore(cluster.save());
    for (const each of [cluster, copy]) each.runUntil(200_000);
    const counts = (each: Cluster) => each.traffic.accounts[0]!.conversions("shop:b");
    expect(counts(copy)).toEqual(counts(cluster));
    expect(counts(copy).length).toBeGreaterThan(190);
  });

  test("refuses a bound on false positives that bounds nothing", () => {
    const text = shop("4%", "{ control: shop:a, variant: shop:b, falsePositives: 100% }");
    const { problems } = checkScenario(text, "shop.yaml");
    expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      "7: falsePositives is above 0% and below 100%",
    ]);
  });
});
