import { describe, expect, test } from "vitest";
import { isRelease, releaseOf } from "../../src/compare/release.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { shop } from "./shop.ts";

function refusal(steps: string, rest?: Parameters<typeof shop>[1]): string {
  const found = releaseOf(parseScenario(shop(steps, rest), "shop.yaml"));
  if (isRelease(found)) throw new Error("there is a release");
  return `${found.place.line}: ${found.message}`;
}

describe("the release of a scenario", () => {
  test.each([
    ["set image deploy/shop shop=shop:v2", undefined],
    ["kubectl set image deployment shop shop=shop:v2 --record=false", undefined],
    ["set image deployments.apps/shop *=shop:v2", undefined],
  ])("is read from %s", (line, at) => {
    const found = releaseOf(parseScenario(shop([`kubectl: ${line}`].join("")), "shop.yaml"));
    expect(found).toMatchObject({
      container: "shop",
      oldImage: "shop:v1",
      newImage: "shop:v2",
      at,
      deployment: { metadata: { name: "shop" } },
      service: { kind: "Service", metadata: { name: "shop" } },
      others: [{ kind: "ConfigMap" }, { kind: "ServiceMonitor" }],
    });
  });

  test("begins when its step does", () => {
    const step = "{ at: 90s, kubectl: set image deploy/shop shop=shop:v2 }";
    expect(releaseOf(parseScenario(shop(step), "shop.yaml"))).toMatchObject({ at: 90_000 });
  });

  test("needs a step that sets an image", () => {
    expect(refusal("kubectl: rollout status deploy/shop")).toBe(
      "12: compare needs a step such as kubectl: set image deploy/web web=web:v2",
    );
  });

  test("is the only one", () => {
    const lines =
      "kubectl: set image deploy/shop shop=shop:v2 && kubectl set image deploy/shop shop=shop:v3";
    expect(refusal(lines)).toBe("12: compare takes one release, and here is a second one");
  });

  test("is of a Deployment among the manifests", () => {
    expect(refusal("kubectl: set image deploy/chop shop=shop:v2")).toBe(
      "12: no manifest of Deployment chop; add it after a line ---",
    );
  });

  test("is of a container that is there", () => {
    expect(refusal("kubectl: set image deploy/shop web=shop:v2")).toBe(
      "12: Deployment shop has no container web",
    );
  });

  test("has a Service in front, and requests", () => {
    const line = "kubectl: set image deploy/shop shop=shop:v2";
    expect(refusal(line, { app: "other" })).toBe(
      "12: no Service in front of Deployment shop: compare counts requests; add one that selects its pods",
    );
    expect(refusal(line, { traffic: "[]" })).toBe(
      "12: no traffic: compare counts requests; add traffic: [{ service: shop, rps: 100 }]",
    );
  });
});
