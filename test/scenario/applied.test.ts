/** Folders that steps apply. */
import { expect, test } from "vitest";
import { checkScenario } from "../../src/scenario/parse.ts";
import { deployment, head } from "./problems.ts";

test("steps that name a folder get those of its files, each with its own places", () => {
  const own = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\n";
  const files = [
    { name: "k8s/a.yaml", text: deployment.replace("replicas", "replicaz") },
    { name: "k8s/b.yaml", text: own },
  ];
  const readFile = () => files;
  const { problems: found } = checkScenario(`${head}steps: [{ apply: k8s }]\n`, "x.yaml", {
    readFile,
  });
  expect(found.map(({ file, line, code }) => [file, line, code])).toEqual([
    ["k8s/b.yaml", 1, "scenario"],
    ["k8s/a.yaml", 5, "unknown-field"],
  ]);
});

test("steps that name a folder without manifests, or a URL, apply nothing and say so", () => {
  const body = `${head}steps: [{ apply: empty }, { apply: "https://x/y.yaml" }]\n`;
  const readFile = (path: string) => (path === "empty" ? [] : undefined);
  expect(
    checkScenario(body, "x.yaml", { readFile }).problems.map(({ message }) => message),
  ).toEqual([
    'cannot apply "empty": no .yaml, .yml or .json file in this folder',
    'cannot apply "https://x/y.yaml": URLs are not fetched; download it first',
  ]);
});
