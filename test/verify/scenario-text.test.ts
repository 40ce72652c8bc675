// A run that is written down is the same run when it is read.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { deployments, faults, healthyBehaviors } from "../../src/verify/arbitraries.ts";
import { scenarioText } from "../../src/verify/scenario-text.ts";
import { runs } from "../support/seed.ts";

test("behaviors, steps, nodes, namespace and end are read as they were given", () => {
  const ms = fc.nat({ max: 100_000 });
  const parts = fc.record({
    seed: fc.string({ unit: "grapheme-ascii" }),
    healthy: healthyBehaviors(),
    fault: faults(),
    extra: fc.array(ms, { minLength: 1, maxLength: 4 }),
    manifest: deployments(),
    clock: fc.integer({ min: -5_000, max: 5_000 }),
    at: ms,
    namespace: fc.constantFrom(undefined, "shop"),
  });
  fc.assert(
    fc.property(parts, ({ seed, healthy, fault, extra, manifest, clock, at, namespace }) => {
      const behaviors = [
        ...healthy,
        { match: { image: "*:v2" }, fault, ready: { delay: 0, extra } },
        { cpu: [{ at, milli: 250 }], startCpu: { milli: 100, for: at } },
      ];
      const nodes = [{ count: 2, cpu: "4", clock }];
      const text = scenarioText({
        seed,
        schedule: "random-own",
        behaviors,
        steps: [[at, { kubectl: "get pods" }]],
        manifests: [manifest],
        nodes,
        until: at + 1_000,
        namespace,
      });
      const read = parseScenario(text);
      expect(read).toMatchObject({ seed, behaviors, schedule: "random-own" });
      expect(read.cluster).toMatchObject({ nodes });
      expect(read.steps.map((step) => step.at)).toEqual([at]);
      expect(read).toMatchObject({ until: at + 1_000, namespace: namespace ?? "default" });
    }),
    runs(100),
  );
});
