import { describe, expect, test } from "vitest";
import { deployment, problems } from "./problems.ts";

/** What is said of the one unknown field of the manifest. */
function hint(from: string, to: string): string {
  expect(deployment).toContain(from);
  const found = problems(deployment.replace(from, to)).filter((each) => each.includes("unknown"));
  expect(found).toHaveLength(1);
  return /\[did you mean "(.*)"\?\]$/u.exec(found[0]!)?.[1] ?? "";
}

describe("a field at the wrong level is named with its right one", () => {
  test.each([
    ["spec.strategy.rollingUpdate.maxSurge", "  replicas: 3", "  replicas: 3\n  maxSurge: 1"],
    ["spec.strategy.rollingUpdate.maxSurge", "replicas: 3", "strategy: { maxSurge: 1 }"],
    [
      "spec.template.spec.containers[].readinessProbe",
      "spec: { c",
      "spec: { readinessProbe: {}, c",
    ],
    ["spec.template.spec.containers", "  replicas: 3", "  containers: []"],
    ["spec.template.metadata.labels", "    metadata: { labels: { app: web } }", "    labels: {}"],
  ])("further in: %s", (place, from, to) => {
    expect(hint(from, to)).toBe(place);
  });

  test.each([
    ["spec.replicas", "name: web }\nspec", "name: web, replicas: 3 }\nspec"],
    [
      "spec.template.spec.terminationGracePeriodSeconds",
      "{ name: web, i",
      "{ terminationGracePeriodSeconds: 9, name: web, i",
    ],
    ["spec.minReadySeconds", "    metadata: {", "    minReadySeconds: 9\n    metadata: {"],
  ])("further out: %s", (place, from, to) => {
    expect(hint(from, to)).toBe(place);
  });

  test("and where several places are as near, none is", () => {
    expect(hint("{ name: web, i", "{ periodSeconds: 1, name: web, i")).toBe("");
  });

  test("and a slip of the pen here is not looked for elsewhere", () => {
    expect(hint("replicas: 3", "replica: 3")).toBe("replicas");
  });
});
