import { describe, expect, test } from "vitest";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";

const scenario = (body: string): string =>
  `apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\n${body}`;

describe("rules for analyses", () => {
  test("are read with times in milliseconds", () => {
    const { metrics, webhooks, cluster } = parseScenario(
      scenario(`cluster: { meshProvider: linkerd }
metrics:
  - { match: { template: "lat*" }, measure: latency, statistic: p95, scale: 0.001 }
webhooks:
  - { match: { type: confirm-rollout }, answer: fail, to: 5m }
`),
    );
    expect(metrics).toEqual([
      { match: { template: "lat*" }, measure: "latency", statistic: "p95", scale: 0.001 },
    ]);
    expect(webhooks).toEqual([{ match: { type: "confirm-rollout" }, answer: "fail", to: 300_000 }]);
    expect(cluster.meshProvider).toBe("linkerd");
  });

  test.each([
    ["metrics: [{ measure: latencies }]", /latencies/u],
    ["metrics: [{ measure: latency, statistic: p42 }]", /p42/u],
    ["webhooks: [{ answer: maybe }]", /maybe/u],
    ["webhooks: [{ match: { type: confirm }, answer: pass }]", /confirm/u],
    ["cluster: { meshProvider: consul }", /consul/u],
  ])("with a mistake are refused with its place: %s", (body, what) => {
    const { problems } = checkScenario(scenario(`${body}\n`), "x.yaml");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: "error", line: 4 });
    expect(problems[0]?.message).toMatch(what);
  });
});
