import { describe, expect, test } from "vitest";
import { check } from "../../src/verify/check.ts";
import { rolloutModel } from "./rollout.ts";
import { rows } from "./rows.ts";
import type { Row } from "./rows.ts";

const creations = ["create ends", "create goes on"] as const;
const all: readonly Row[] = Object.values(rows);

describe("the counter model has as many states as the recorded one", () => {
  for (const creation of creations) {
    test.each(all)(`${creation}: $name`, ({ config, states }) => {
      const result = check(rolloutModel({ ...config, creation }));
      expect(result.exhausted).toBe(true);
      expect(result.states).toBe(states[creation]);
    });
  }
});
