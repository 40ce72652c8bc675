/** What the arbitraries are asked for, and what they say of wishes that they cannot meet. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Deployment } from "../../src/api/apps.ts";
import { deployments, rolloutCommands, userActions } from "../../src/verify.ts";
import { runs } from "../support/seed.ts";

test("arbitraries keep to what is asked of them, and say what is wrong with that", () => {
  const few = deployments({ name: "api", mostReplicas: 2 });
  const kinds = ["update", "kill-pod"] as const;
  fc.assert(
    fc.property(few, userActions(kinds, 500), ({ metadata, spec }, actions) => {
      expect([metadata.name, (spec as Deployment["spec"]).replicas < 3]).toEqual(["api", true]);
      for (const { do: kind, after } of actions) {
        expect([kinds.some((each) => each === kind), after <= 500]).toEqual([true, true]);
      }
    }),
    runs(50),
  );
  const texts = fc.sample(fc.oneof(...rolloutCommands(["undo"])), 50).map(String);
  expect(new Set(texts.map((text) => text.replace(/\d+/, "n")))).toEqual(
    new Set(['{"after":n,"do":"undo"}', "advance n ms"]),
  );
  const no = "crash" as "undo";
  expect(() => userActions([no])).toThrow('kinds: got "crash"; use any of update, undo, scale');
  expect(() => rolloutCommands([no])).toThrow('kinds: got "crash"; use any of update');
  expect(() => userActions([])).toThrow("kinds: got none; use any of update");
  expect(() => deployments({ most: 3 } as never)).toThrow("most: no such limit; use name, mostR");
  expect(() => deployments({ mostReplicas: 0 })).toThrow("mostReplicas: got 0; use an integer");
});
