import fc from "fast-check";
import { expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt } from "../../src/scenario/run.ts";
import type { Cluster } from "../../src/cluster.ts";
import { runs } from "../support/seed.ts";

const strategies = {
  canary: {
    canary: {
      steps: [{ setWeight: 40 }, { pause: { duration: "20s" } }, { setWeight: 80 }, { pause: {} }],
    },
  },
  "blue-green": {
    blueGreen: { activeService: "web", autoPromotionSeconds: 30, scaleDownDelaySeconds: 15 },
  },
};

function scenario(strategy: object): string {
  const labels = { app: "web" };
  const containers = [{ name: "web", image: "web:v1" }];
  const documents = [
    {
      apiVersion: "rollsim.dev/v1alpha1",
      kind: "Scenario",
      metadata: { name: "release" },
      behaviors: [{ ready: { delay: "4s" }, terminate: { delay: "2s" } }],
      steps: [{ at: "30s", kubectl: "argo rollouts set image web web=web:v2" }],
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { name: "web" },
      spec: {
        replicas: 5,
        strategy,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    },
  ];
  return documents.map((document) => JSON.stringify(document)).join("\n---\n");
}

const sort = ["rollouts", "replicasets", "pods", "services"];

function standing({ api }: Cluster): unknown {
  return ["rollouts", "replicasets"].map((kind) =>
    api
      .list(kind)
      .map(
        ({
          metadata: { name, annotations, labels },
          spec,
          status,
        }: KubeObject & { spec?: unknown; status?: unknown }) => ({
          name,
          annotations,
          labels,
          spec,
          status,
        }),
      ),
  );
}

test.each(Object.entries(strategies))("a Rollout (%s) goes on as it would have", (_, strategy) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), (second) => {
      const text = scenario(strategy);
      const there = clusterAt(parseScenario(text), second * 1000);
      const items = sort.flatMap((kind) => [...there.api.list(kind)]);
      const startTime = new Date(Date.parse("2000-01-01T00:00:00Z") + second * 1000);
      const head = text
        .slice(0, text.indexOf("\n---"))
        .replace(
          /"steps":\[.*?\]/u,
          `"cluster":{"startTime":"${startTime.toISOString().replace(".000", "")}"}`,
        );
      const here = parseScenario(
        `${head}\n---\n${JSON.stringify({ apiVersion: "v1", kind: "List", items })}`,
      );
      expect(standing(clusterAt(here, 0))).toEqual(standing(there));
      const later = (second + (second < 30 ? 29 - second : 200)) * 1000;
      const now = clusterAt(here, later - second * 1000);
      expect(standing(now)).toEqual(standing(clusterAt(parseScenario(text), later)));
    }),
    runs(25),
  );
});
