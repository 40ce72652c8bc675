import { expect, test } from "vitest";
import { checkRollout, type Claim } from "../../src/verify.ts";
import { web } from "../support/web.ts";

test("checkRollout plays a hundred runs of three updates unless it is told otherwise", () => {
  let mostSets = 0;
  const margin: Claim["margin"] = ({ sets }) => {
    mostSets = Math.max(mostSets, sets.length);
    return 0;
  };
  const { runs } = checkRollout(web(1), { laws: [{ id: "sets", statement: "Ours.", margin }] });
  expect([runs, mostSets]).toEqual([100, 4]);
});
