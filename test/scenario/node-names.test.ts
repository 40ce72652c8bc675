import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { checkScenario, parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt } from "../../src/scenario/run.ts";
import { web } from "../support/web.ts";

const scenario = (nodes: string, step = "") => `
kind: Scenario
apiVersion: rollsim.dev/v1alpha1
metadata: { name: names }
cluster: { nodes: ${nodes} }
${step}---
${JSON.stringify(web(4))}
`;
const drain = (name: string) =>
  `steps: [{ at: 10s, fault: { type: NodeDrain, on: node/${name} } }]\n`;
const problemsOf = (text: string) =>
  checkScenario(text, "names.yaml").problems.map(({ code, message, line }) => [
    code,
    message,
    line,
  ]);

describe("nodes have names of their own", () => {
  test("one by one, with a number where they are alike, and counted where nobody names them", () => {
    const text = scenario("[{ name: ip-10-0-0-1.internal }, { name: spot, count: 2 }, {}]");
    const names = clusterAt(parseScenario(text), 0)
      .api.list("nodes")
      .map((node) => node.metadata.name);
    expect(names.toSorted()).toEqual(["ip-10-0-0-1.internal", "node-4", "spot-1", "spot-2"]);
  });

  test("by which they are drained, and pods are on them", () => {
    const text = scenario("[{ name: a }, { name: b }]", drain("a"));
    const nodesAt = (ms: number) =>
      clusterAt(parseScenario(text), ms)
        .api.list("pods")
        .map(({ spec }) => (spec as { readonly nodeName: string }).nodeName);
    expect(nodesAt(9000).toSorted()).toEqual(["a", "a", "b", "b"]);
    expect(nodesAt(60_000)).toEqual(["b", "b", "b", "b"]);
  });

  test("which a fault has to know", () => {
    expect(problemsOf(scenario("[{ name: a }, { name: b }]", drain("node-1")))).toEqual([
      ["unknown-node", 'there is no node "node-1": there are a, b', 6],
    ]);
    expect(problemsOf(scenario("5", drain("node-6")))).toEqual([
      ["unknown-node", 'there is no node "node-6": there are node-1 to node-5', 6],
    ]);
    const cluster = new Cluster({ nodes: [{ name: "a" }, { name: "b" }] });
    expect(() => {
      cluster.faults.failNode("c");
    }).toThrow('there is no node "c": use a, b');
  });

  test("and each its own", () => {
    expect(problemsOf(scenario("[{ name: node-2 }, {}]"))).toEqual([
      ["duplicate-name", 'two nodes are called "node-2"', 5],
    ]);
  });
});
