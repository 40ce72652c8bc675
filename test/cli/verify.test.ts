import { describe, expect, test } from "vitest";
import { exploreRollout } from "../../src/verify/explore-verdicts.ts";
import { rows } from "../models/rows.ts";
import { rollsim } from "./fake-io.ts";

interface Law {
  readonly id: string;
  readonly holds: boolean;
  readonly missing: readonly string[];
  readonly knownAs?: string;
  readonly witness?: readonly unknown[];
}

async function explored(line: string): Promise<{ states: number; laws: readonly Law[] }> {
  const { out, code } = await rollsim(["verify", ...line.split(" "), "--output", "json"]);
  expect(code).toBe(0);
  return JSON.parse(out) as { states: number; laws: readonly Law[] };
}

describe("rollsim verify", () => {
  test("says that a forward rollover keeps its promises in all states", async () => {
    const { laws } = await explored("--replicas 6 --surge 2 --unavailable 1 --revisions 3");
    const broken = laws.filter(({ holds }) => !holds).map(({ id }) => id);
    expect(laws.find(({ id }) => id === "P3")).toMatchObject({ holds: true, missing: [] });
    expect(laws.find(({ id }) => id === "P24")).toMatchObject({ holds: true, missing: [] });
    // A rollover is more than one rollout: the transient surge is not promised. Pods above R+S never are.
    expect(broken).toEqual(["P5", "CE0"]);
  });

  test.each([
    ["CE0", "--replicas 10 --surge 3 --unavailable 2 --revisions 2"],
    ["CE1", "--replicas 4 --revisions 2 --allow undo"],
    ["CE2", "--replicas 3 --surge 1 --unavailable 1 --min-ready"],
    ["CE3", "--replicas 6 --revisions 2 --scale-to 3"],
    ["CE4", "--replicas 3 --surge 1 --unavailable 0 --allow lag"],
    ["CE5", "--replicas 4 --surge 1 --unavailable 1 --allow fail"],
    ["CE6", "--replicas 4 --allow pause"],
    ["CE7", "--replicas 2 --surge 0 --unavailable 1 --revisions 2 --scale-to 1"],
    // The new ReplicaSet has no pod either where two old ones take all the room.
    ["CE7", "--replicas 2 --surge 1 --unavailable 1 --scale-to 1"],
  ])("finds %s again, as not promised: %s", async (claim, line) => {
    const { laws } = await explored(line);
    const law = laws.find(({ knownAs }) => knownAs === claim);
    expect(law).toMatchObject({ holds: false });
    expect(law!.missing).not.toEqual([]);
    expect(law!.witness!.length).toBeGreaterThan(1);
  });

  test("does not promise availability where the user may pause in mid-rollout", async () => {
    const { laws } = await explored("--replicas 4 --allow pause");
    const law = laws.find(({ id }) => id === "P3");
    expect(law).toMatchObject({ holds: false, missing: ["nobody pauses in mid-rollout"] });
  });

  test("shows the shortest way in words", async () => {
    const { out, code } = await rollsim(
      "verify --replicas 4 --revisions 2 --allow undo".split(" "),
    );
    expect(code).toBe(0);
    expect(out).toContain(
      `all ${rows.undo.states["create goes on"].toLocaleString("en-US")} states`,
    );
    expect(out).toContain("(CE1)");
    expect(out).toContain("the user changes the template to v1");
  });

  test("takes the settings of a file", async () => {
    const { out, code } = await rollsim(
      "verify scenarios/rolling-update.yaml --replicas 2 --revisions 2".split(" "),
    );
    expect([code, out]).toEqual([0, expect.stringMatching(/^replicas 2, maxSurge /)]);
  });

  test("looks at no more states than are asked for, and says how to go on", async () => {
    const line = "verify --replicas 2 --revisions 2 --states 20";
    const { out } = await rollsim(line.split(" "));
    const words = out.replaceAll("\n", " ");
    expect(words).toContain("what holds there may fail later; look at more with --states");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(Number(/only the first (\d+) states/.exec(words)?.[1])).toBeLessThan(60);
  });

  test("prints a scenario that breaks a law, and that rollsim run replays", async () => {
    const line = "verify --replicas 4 --revisions 2 --allow scale --scenario P3";
    const found = await rollsim(line.split(" "));
    expect(found.code).toBe(0);
    expect(found.out).toMatch(/^# Breaks P3, availability: the shortest way, \d+ steps\.\n/);
    const replayed = await rollsim(["run", "-"], { stdin: found.out });
    expect(replayed.code).toBe(1);
    expect(replayed.out).toContain("FAILED counterexample: 1 failure");
    const explained = await rollsim(["explain", "-", "--at", "11s"], { stdin: found.out });
    expect([explained.code, explained.err]).toEqual([0, ""]);
  });

  test("prints the rollout that hangs, of which explain tells that no deadline ends it", async () => {
    const line = "verify --replicas 2 --surge 0 --unavailable 1 --revisions 2 --scale-to 1";
    const { out } = await rollsim([...line.split(" "), "--scenario", "P24"]);
    const { out: said } = await rollsim(["explain", "-", "--at", "60s"], { stdin: out });
    expect(said).toContain("was sized for 2 replicas, the\n    Deployment now wants 1");
    expect(said).toContain("kubectl scale deployment/web to another count, then back");
    expect(said).not.toContain("deadline after");
  });

  test.each([
    ["--allow everything", "--allow: got everything"],
    ["--replicas many", "--replicas: got many"],
    ["--replicas 14 --surge 3", "use at most 14 together"],
    ["--states many", "--states: got many"],
    ["--revisions 5", "--revisions: use 2 or 3"],
    ["--scenario P99", "law P99: use one of P2, P3"],
  ])("refuses %s", async (line, message) => {
    const { code, err } = await rollsim(["verify", ...line.split(" ")]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

test("an exploration that stops early says so, and judges no endings", () => {
  const config = { replicas: 4, surge: 1, unavailable: 1, revisions: 2 } as const;
  const { exhausted, laws } = exploreRollout(config, { stateLimit: 50 });
  expect(exhausted).toBe(false);
  expect(laws.map(({ id }) => id)).not.toContain("P24");
});
