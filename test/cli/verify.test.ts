import { describe, expect, test } from "vitest";
import type { ExploreConfig } from "../../src/verify/explore-config.ts";
import { exploreRollout, exploreWhatFits } from "../../src/verify/explore-verdicts.ts";
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
    expect(out.replaceAll("\n", " ")).toContain(
      `all ${rows.undo.states["create goes on"].toLocaleString("en-US")} states`,
    );
    expect(out).toContain("(CE1)");
    expect(out).toContain("the user changes the template to v1");
  });

  test("takes the settings of a file", async () => {
    const { out, code } = await rollsim(
      "verify scenarios/rolling-update.yaml --replicas 2 --revisions 2".split(" "),
    );
    const head =
      /^deployment\/web: replicas 2, maxSurge 25% \(1\), maxUnavailable 25% \(0\), 2 revisions: all \d/;
    expect([code, out.replaceAll("\n", " ")]).toEqual([0, expect.stringMatching(head)]);
  });

  test("takes one of several Deployments of a file, by name, and asks for the name", async () => {
    const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
`;
    const stdin = `${web}---\n${web.replaceAll("web", "api").replace("replicas: 2", "replicas: 1")}`;
    const ask = (object: string) =>
      rollsim(`verify - ${object} --revisions 2`.replace("  ", " ").split(" "), { stdin });
    const which = "deployment/api or deployment/web";
    expect(await ask("")).toMatchObject({
      code: 2,
      err: expect.stringContaining(`<stdin>: several Deployments: add ${which}`) as string,
    });
    expect(await ask("deploy/api")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^deployment\/api: replicas 1, /) as string,
    });
    expect(await ask("deploy/db")).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        "got deploy/db; it has deployment/api, deployment/web",
      ) as string,
    });
  });

  test("looks at no more states than are asked for, and says how to go on", async () => {
    const line = "verify --replicas 2 --revisions 2 --states 2";
    const { out } = await rollsim(line.split(" "));
    const words = out.replaceAll("\n", " ");
    expect(words).toContain(
      "what holds there may fail on a longer one; look at more with --states",
    );
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(Number(/only the first (\d+) states/.exec(words)?.[1])).toBeLessThan(24);
  });

  test("prints a scenario that breaks a law, and that rollsim run replays", async () => {
    const line = "verify --replicas 4 --revisions 2 --allow scale --scenario P3";
    const found = await rollsim(line.split(" "));
    expect(found.code).toBe(0);
    expect(found.out).toMatch(
      /^# Breaks P3, availability: the shortest way to where pods show it, \d+ steps\.\n/,
    );
    const replayed = await rollsim(["run", "-"], { stdin: found.out });
    expect(replayed.code).toBe(1);
    expect(replayed.out).toContain(
      "  ✗ always  P3: at least 3 (of 4 replicas) or 2 (of 2) pods are available\n",
    );
    expect(replayed.out).toContain("FAILED counterexample: 1 failure");
    expect(replayed.out).toContain("least available    4 (as reported)\n");
    expect(replayed.out).toMatch(/\nagain: rollsim run <stdin> --seed 0\n$/);
    const other = ["run", "-", "--quiet", "--schedule", "fresh"];
    expect((await rollsim(other, { stdin: found.out })).out).toContain("PASSED");
    const explained = await rollsim(["explain", "-", "--at", "13s"], { stdin: found.out });
    expect([explained.code, explained.err]).toEqual([0, ""]);
    expect(explained.out).toContain("available: 4 as reported (really 1: a status is behind), at");
  });

  test("prints the rollout that hangs, of which explain tells that no deadline ends it", async () => {
    const line = "verify --replicas 2 --surge 0 --unavailable 1 --revisions 2 --scale-to 1";
    const { out } = await rollsim([...line.split(" "), "--scenario", "P24"]);
    const { out: said } = await rollsim(["explain", "-", "--at", "60s"], { stdin: out });
    expect(said).toContain("was sized for 2 replicas, the\n    Deployment now wants 1");
    expect(said).toContain("kubectl scale deployment/web to another count, then back");
    expect(said).not.toContain("deadline after");
  });

  test("plays at random where no cluster can follow the shortest way, and says so", async () => {
    const line = "verify --replicas 1 --surge 1 --unavailable 0 --allow lag --scenario";
    for (const law of ["P5", "CE0"]) {
      const { code, out, err } = await rollsim([...line.split(" "), law]);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(
        new RegExp(
          `^# The shortest way, \\d+ steps, is .*Found by playing at random,\\n.*\\n# Breaks ${law} at `,
        ),
      );
      const replayed = await rollsim(["run", "-"], { stdin: out });
      expect(replayed).toMatchObject({
        code: 1,
        out: expect.stringContaining(`✗ always  ${law}: `) as string,
      });
    }
  });

  test("says first which settings it explored", async () => {
    const line = "verify --replicas 2 --surge 50% --unavailable 0 --revisions 2 --min-ready";
    const { out } = await rollsim([...line.split(" "), "--bad-image", "--actions", "2"]);
    expect(out.split(": all ")[0]!.replaceAll("\n", " ")).toBe(
      "replicas 2, maxSurge 50% (1), maxUnavailable 0, minReadySeconds above 0, 2 revisions, " +
        "new pods never ready, at most 2 actions of users and faults",
    );
  });

  test("has no scenario of a law that holds", async () => {
    const line = "verify --replicas 2 --revisions 2 --scenario P3";
    expect(await rollsim(line.split(" "))).toEqual({
      code: 1,
      out: "",
      err: "P3 holds in all states that were explored: there is no counterexample.\n",
    });
  });

  test.each([
    ["strategy: { type: Recreate }", "strategy Recreate; verify explores RollingUpdate"],
    ["paused: true", "paused, so no rollout begins; --allow pause explores pauses"],
  ])("refuses a Deployment with %s", async (setting, why) => {
    const stdin = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  ${setting}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
`;
    const refused = { code: 2, out: "", err: `rollsim: <stdin>: ${why}\n` };
    expect(await rollsim(["verify", "-"], { stdin })).toEqual(refused);
  });

  test.each([
    ["--allow everything", "--allow: got everything"],
    ["--surge many", "--surge: got many; use a whole number or a percentage such as 25%"],
    ["--unavailable 1.5", "--unavailable: got 1.5; use a whole number or a percentage such as"],
    ["--states 0", "--states: got 0; use a whole number from 1 to 999999999"],
    ["--replicas many", "--replicas: got many"],
    ["--replicas 14 --surge 3", "use at most 14 together"],
    ["--states many", "--states: got many"],
    ["--actions many", "--actions: got many"],
    ["--revisions 5", "--revisions: use 2 or 3"],
    ["--scenario P99", "law P99: use one of P2, P3"],
    [
      "--scenario CE6",
      "CE6 shows where this is not given: nobody pauses in mid-rollout; add --allow pause\n",
    ],
    ["--surge 0 --unavailable 0%", "maxSurge and maxUnavailable may not both be 0"],
    ["--replicas 2 --scale-to 2", "scaleTo: got 2, as many as there are; use another count"],
  ])("refuses %s", async (line, message) => {
    const { code, err } = await rollsim(["verify", ...line.split(" ")]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

test.each([
  [{ revision: 2 }, "revision: no such setting; use replicas, surge"],
  [{ revisions: 4 }, "revisions: got 4; use 2 or 3"],
  [{ direction: "back" }, 'direction: got "back"; use any of forward, forward or back'],
])("an exploration refuses %j", (wrong, says) => {
  const config = { replicas: 2, surge: 1, unavailable: 0, revisions: 2, ...wrong } as const;
  expect(() => exploreRollout(config as never)).toThrow(says);
});

test("of no replicas, which have no half, scaling is to one", async () => {
  const { code } = await rollsim("verify --replicas 0 --revisions 2 --allow scale".split(" "));
  expect(code).toBe(0);
});

test("an exploration that stops early says so, and how far every way was followed; it judges no endings", async () => {
  const config = { replicas: 4, surge: 1, unavailable: 1, revisions: 2 } as const;
  const { exhausted, steps, states, laws } = exploreRollout(config, { stateLimit: 12 });
  expect(exhausted).toBe(false);
  expect(laws.map(({ id }) => id)).not.toContain("P24");
  // One limit more, and the next step's states are begun.
  const further = exploreRollout(config, { stateLimit: states + 1 });
  expect(further.steps).toBeGreaterThan(steps);
  const line = "verify --replicas 4 --surge 1 --unavailable 1 --revisions 2 --states 12";
  const { out } = await rollsim(line.split(" "));
  expect(out.replaceAll("\n", " ")).toContain(
    `only the first ${states} states explored, every way of up to ${steps} steps:`,
  );
});

describe("where not every order can be explored", () => {
  const many: ExploreConfig = {
    replicas: 2,
    surge: 1,
    unavailable: 1,
    revisions: 2,
    changes: 2,
    direction: "forward or back",
    scaleTo: 1,
    pause: "once",
    faults: 1,
  };

  test("all orders are in which users and faults act less often", () => {
    const all = [1, 2, 3, 4, 5].map((actions) => exploreRollout({ ...many, actions }));
    expect(all[4]).toMatchObject({ states: exploreRollout(many).states });
    const stateLimit = all[2]!.states - 1;
    const fitting = exploreWhatFits(many, { stateLimit, workLimit: 0 });
    expect(fitting).toMatchObject({
      exhausted: true,
      config: { actions: 2 },
      states: all[1]!.states,
    });
    expect(fitting.beyond!.states).toBeGreaterThanOrEqual(stateLimit);
  });

  test("a law that is broken beyond these does not hold", () => {
    // P3 without undo alone is safe with one action; the first states of the whole have an undo.
    const undo = { replicas: 4, surge: 1, unavailable: 1, revisions: 2, changes: 2 } as const;
    const config = { ...undo, direction: "forward or back" } as const;
    const one = exploreRollout({ ...config, actions: 1 });
    expect(one.laws.find(({ id }) => id === "P3")).toMatchObject({ holds: true });
    const { states } = exploreRollout(config);
    const fitting = exploreWhatFits(config, { stateLimit: states - 1, workLimit: 0 });
    expect(fitting.config).toMatchObject({ actions: 1 });
    expect(fitting.laws.find(({ id }) => id === "P3")).toMatchObject({
      holds: false,
      knownAs: "CE1",
    });
  });

  test("the command says how often, and what it saw of the rest", async () => {
    const line = "verify --replicas 2 --revisions 2 --allow undo,scale,pause --states 150";
    const { code, out } = await rollsim(line.split(" "));
    expect(code).toBe(0);
    const words = out.replaceAll("\n", " ");
    expect(words).toMatch(/, at most \d actions? of users and faults: all [\d,]+ states explored/);
    expect(words).toMatch(
      / With more actions, only the first \d+ states explored, every way of up to \d+ steps;/,
    );
  });

  test("the user may say how often", async () => {
    const line = "verify --replicas 4 --revisions 2 --allow undo --actions 1";
    const { out } = await rollsim(line.split(" "));
    expect(out.replaceAll("\n", " ")).toContain(
      "2 revisions, at most 1 action of users and faults: all 168 states explored",
    );
    expect(out).not.toContain("CE1");
  });

  test("a terminal sees how many states there are so far, and the line goes", async () => {
    let now = 0;
    const terminal = { tty: "err" as const, clock: () => (now += 700) };
    const line = "verify --replicas 3 --revisions 3";
    const { err } = await rollsim(line.split(" "), terminal);
    expect(err).toMatch(/verify: [\d,]+ states so far/);
    expect(err.endsWith("\r\u{1b}[K")).toBe(true);
    expect((await rollsim(line.split(" "))).err).toBe("");
  });
});
