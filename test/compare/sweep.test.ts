import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { beats } from "../../src/compare/pareto.ts";
import { median } from "../../src/compare/median.ts";
import { withSettings, type Grid } from "../../src/compare/settings.ts";
import { costsOf, sweep, type Cell, type Sweep } from "../../src/compare/sweep.ts";
import { sweepMarkdown, sweepText } from "../../src/compare/sweep-table.ts";
import { deploymentOf } from "../../src/cli/one-deployment.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { runs } from "../support/seed.ts";

const nothing = (): undefined => undefined;

const manifest = ({ replicas = 4, strategy = "", spec = "" } = {}): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  ${strategy === "" ? "" : `strategy: ${strategy}`}
  ${spec}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
`;

const scenario = (rest: string, options: Parameters<typeof manifest>[0] = {}): string => `
apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
${rest}
---${manifest(options)}`;

const release = "steps: [{ at: 60s, kubectl: set image deploy/web web=web:v2 }]";

function swept(text: string, grid: Partial<Grid> = {}, seeds: readonly string[] = ["0"]): Sweep {
  const parsed = parseScenario(text, "web.yaml");
  return sweep(parsed, deploymentOf(parsed, undefined, nothing), {
    grid: { surges: [0, 1, "100%"], unavailables: [0, 1], minReadies: [0], preStops: [0], ...grid },
    seeds,
    run: { readFile: nothing },
  });
}

const nameOf = ({ settings: { rolling, minReady, preStop } }: Cell): string =>
  [
    rolling === undefined ? "as written" : `${rolling.maxSurge}/${rolling.maxUnavailable}`,
    ...(minReady === 0 ? [] : [`ready ${minReady}`]),
    ...(preStop === 0 ? [] : [`sleep ${preStop}`]),
  ].join(" ");

function by(name: string, { cells }: Sweep): Cell {
  const cell = cells.find((each) => nameOf(each) === name);
  if (cell === undefined) throw new Error(`${name} is none of ${cells.map(nameOf).join(", ")}`);
  return cell;
}

describe("the settings that are tried", () => {
  const names = (text: string, grid: Partial<Grid> = {}): readonly string[] =>
    swept(text, grid).cells.map(nameOf);

  test("are those of the file, then each surge with each unavailable, but not 0 with 0", () => {
    expect(names(manifest())).toEqual(["as written", "0/1", "1/0", "100%/0", "100%/1"]);
    expect(names(manifest(), { surges: ["0%"], unavailables: [0, "0%"] })).toEqual(["as written"]);
  });

  test("come to other pods than all before them", () => {
    // 25% of 4 is 1 of each, as written; of two replicas 25% are one more and none less.
    expect(names(manifest(), { surges: [1, "25%"], unavailables: ["25%"] })).toEqual([
      "as written",
    ]);
    expect(
      names(manifest({ replicas: 2 }), { surges: ["25%", 1], unavailables: [0, "25%"] }),
    ).toEqual(["as written"]);
  });

  test("are tried with each least minReadySeconds and each preStop sleep", () => {
    const grid = { surges: [1], unavailables: [0], minReadies: [0, 5], preStops: [0, 3] };
    expect(names(manifest(), grid)).toEqual([
      "as written",
      "1/0",
      "as written ready 5",
      "1/0 ready 5",
      "as written sleep 3",
      "1/0 sleep 3",
      "as written ready 5 sleep 3",
      "1/0 ready 5 sleep 3",
    ]);
    expect(names(manifest({ spec: "minReadySeconds: 5" }), { ...grid, preStops: [0] })).toEqual([
      "as written",
      "1/0",
    ]);
  });

  test("take the place of Recreate", () => {
    const found = swept(scenario(release, { strategy: "{ type: Recreate }" }));
    expect(found.cells[0]).toMatchObject({ pods: undefined, summary: { leastAvailable: 0 } });
    expect(by("1/0", found)).toMatchObject({
      pods: { surge: 1, unavailable: 0 },
      summary: { leastAvailable: 4, mostPods: 5 },
    });
  });
});

describe("a sweep", () => {
  // 4 pods that need 5 s each.
  const slow = `behaviors: [{ ready: { delay: 5s } }]\n${release}`;

  test("measures the rollouts after the first: their time, pods and cost", () => {
    const found = swept(scenario(slow));
    expect(by("1/0", found).summary).toEqual({
      duration: 20_000,
      leastAvailable: 4,
      mostPods: 5,
      extraPodSeconds: 20,
      passed: 1,
      faster: 0,
    });
    expect(by("0/1", found).summary).toMatchObject({ leastAvailable: 3, mostPods: 4 });
    // As long as with one more and one less, as written.
    expect(by("2/0", swept(scenario(slow), { surges: [2] })).summary).toMatchObject({
      duration: 10_000,
      faster: 0,
    });
    expect(by("100%/0", found).summary).toMatchObject({
      duration: 5000,
      mostPods: 8,
      extraPodSeconds: 20,
      faster: 1,
    });
  });

  test("restarts the pods of plain manifests once", () => {
    const probe = "readinessProbe: { httpGet: { port: 80 }, initialDelaySeconds: 7 }";
    const found = swept(manifest().replace('image: "web:v1"', `image: "web:v1", ${probe}`));
    const durations = ["1/0", "100%/0"].map((name) => by(name, found).summary.duration);
    expect(durations[0]).toBe(4 * durations[1]!);
  });

  test("leaves other Deployments as they are", () => {
    const other = manifest().replaceAll("web", "api");
    const parsed = parseScenario(`${scenario(slow)}---${other}`, "web.yaml");
    const options = {
      grid: { surges: ["100%"], unavailables: [0], minReadies: [0], preStops: [0] },
      seeds: ["0"],
      run: { readFile: nothing },
    };
    expect(() => deploymentOf(parsed, undefined, nothing)).toThrow(/several Deployments/);
    const { manifests } = withSettings(parsed, deploymentOf(parsed, "web", nothing), {
      rolling: { maxSurge: 3, maxUnavailable: 0 },
      minReady: 0,
      preStop: 0,
    });
    expect(
      manifests.map(({ object }) => (object["spec"] as { strategy?: unknown }).strategy),
    ).toEqual([
      { type: "RollingUpdate", rollingUpdate: { maxSurge: 3, maxUnavailable: 0 } },
      undefined,
    ]);
    const web = deploymentOf(parsed, "deployment/web", nothing);
    expect(sweep(parsed, web, options).cells[1]!.summary.duration).toBe(5000);
    const api = deploymentOf(parsed, "api", nothing);
    expect(() => sweep(parsed, api, options)).toThrow(/after its first rollout no other one/);
  });

  test("counts failed requests, of which a sleep before the stop saves some", () => {
    const traffic = `
behaviors: [{ ready: { delay: 5s } }]
traffic: [{ service: web, rps: 40, proxies: { delay: 2s } }]
${release}
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }`;
    const found = swept(scenario(traffic), { surges: [1], unavailables: [0], preStops: [0, 5] });
    expect(by("1/0", found).summary.failedRequests).toBeGreaterThan(0);
    expect(by("1/0 sleep 5", found).summary.failedRequests).toBe(0);
    expect(by("1/0 sleep 5", found).standing).toBe("best");
    expect(sweepText(found)).toMatch(/^Fewest failed requests: 25%\/25%, preStop 5s: /m);
  });

  test("plays the same worlds with all settings, and says in how many it is faster", () => {
    const jitter = `behaviors: [{ ready: { delay: 5s, jitter: 5s } }]\n${release}`;
    const found = swept(scenario(jitter), {}, ["a", "b", "c"]);
    const all = by("100%/0", found);
    expect(all.worlds.map(({ seed }) => seed)).toEqual(["a", "b", "c"]);
    expect(all.summary.duration).toBe(median(all.worlds.map(({ duration }) => duration)));
    expect(all.summary.faster).toBe(3);
    expect(swept(scenario(jitter), {}, ["b"]).cells[0]!.worlds[0]).toEqual(
      found.cells[0]!.worlds[1],
    );
    expect(sweepText(found)).toMatch(/100% \(4\) .* 3\/3/);
  });

  test("tells of the worst world how few pods were available, and how many there were", () => {
    // A pod is lost at 80s: in mid-rollout, or after it.
    const lost = `behaviors: [{ ready: { delay: 5s, jitter: 10s }, terminate: { delay: 0s, jitter: 10s } }]
steps:
  - { at: 60s, kubectl: set image deploy/web web=web:v2 }
  - { at: 80s, fault: { type: PodKill, on: deploy/web } }`;
    const seeds = ["a", "b", "c", "d", "e", "f"];
    const { worlds, summary } = by("as written", swept(scenario(lost), {}, seeds));
    const available = worlds.map(({ leastAvailable }) => leastAvailable);
    const pods = worlds.map(({ mostPods }) => mostPods);
    expect(new Set(available).size).toBeGreaterThan(1);
    expect(new Set(pods).size).toBeGreaterThan(1);
    expect(summary).toMatchObject({
      leastAvailable: Math.min(...available),
      mostPods: Math.max(...pods),
    });
  });

  test("does not choose settings with which an expectation fails", () => {
    const bound = `${slow}\nexpect: { always: ["deploy.web.status.replicas <= 5"] }`;
    const found = swept(scenario(bound));
    expect(by("100%/0", found)).toMatchObject({ standing: "breaks", summary: { passed: 0 } });
    expect(found.cells[0]!.standing).toBe("best");
    const text = sweepText(found);
    expect(text).toMatch(/^! +100% \(4\) +0 .* no$/m);
    expect(text).not.toContain("Fastest: 100%");
  });

  test("of which none keeps an expectation compares them all the same", () => {
    const found = swept(scenario(`${slow}\nexpect: { always: ["false"] }`));
    expect(found.cells.map(({ standing }) => standing)).not.toContain("breaks");
  });

  test("calls a rollout that does not complete endless", () => {
    const fault = `behaviors: [{ match: { image: "web:v2" }, fault: { type: NeverReady } }, {}]`;
    const found = swept(scenario(`${fault}\n${release}\nuntil: 5m`));
    expect(found.cells.map(({ summary }) => summary.duration)).toEqual(
      found.cells.map(() => Infinity),
    );
    expect(sweepText(found)).toMatch(/ never /);
  });

  test.each([
    ["no step that updates it", "steps: [{ at: 5s, kubectl: get pods }]", /no other one begins/],
    [
      "no first rollout",
      `behaviors: [{ fault: { type: NeverReady } }]\nuntil: 5m\n${release}`,
      /never/,
    ],
    ["a step that fails", "steps: [{ kubectl: delete deploy/api }]", /as written, step-1/],
  ])("has nothing to compare where there is %s", (_, rest, why) => {
    expect(() => swept(scenario(rest))).toThrow(why);
  });
});

describe("what a sweep advises", () => {
  const slow = `behaviors: [{ ready: { delay: 5s } }]\n${release}`;

  test("is what beats the settings as written, and by how much", () => {
    // Of 8 pods, 5 and 3 take as long as 4 and 4.
    const many = { replicas: 8, strategy: "{ rollingUpdate: { maxSurge: 0, maxUnavailable: 5 } }" };
    const text = sweepText(swept(scenario(slow, many), { surges: [0], unavailables: [4, 3] }));
    expect(text).toContain("As written (0/5): beaten by 0/4, with 4 instead of 3 available.");
    const surging = {
      replicas: 8,
      strategy: "{ rollingUpdate: { maxSurge: 5, maxUnavailable: 0 } }",
    };
    expect(
      sweepText(swept(scenario(slow, surging), { surges: [4], unavailables: [0, 4] })),
    ).toContain("As written (5/0): beaten by 4/0, with 12 instead of 13 pods at most.");
  });

  test("is that the settings as written break an expectation, and in how many worlds", () => {
    const bound = `${slow}\nexpect: { always: ["deploy.web.status.replicas <= 4"] }`;
    expect(sweepText(swept(scenario(bound)))).toContain(
      "As written (25%/25%): an expectation fails.",
    );
    expect(sweepText(swept(scenario(bound), {}, ["a", "b"]))).toContain("fails in 2 of 2 worlds.");
  });

  test("says what is best in one thing, each once", () => {
    const text = sweepText(swept(scenario(slow)));
    expect(text.split("\n").slice(-4)).toEqual([
      "As written (25%/25%): nothing tried beats it.",
      "Fastest: 100%/1: 5s, 3 available, 7 pods at most.",
      "Most available: 100%/0: 5s, 4 available, 8 pods at most.",
      "Fewest pods: 0/1: 20s, 3 available, 4 pods at most.",
    ]);
  });

  test("stands in a pull request as a table and a list", () => {
    const text = sweepMarkdown(swept(scenario(slow)));
    expect(text).toContain(
      "|  | surge | unavailable | duration | available | most pods | pod-minutes |",
    );
    expect(text).toContain("| *= | 25% (1) | 25% (1) | 10s | 3 | 5 | ");
    expect(text).toContain("- As written (25%/25%): nothing tried beats it.");
  });
});

describe("one that beats another", () => {
  const costs = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 });

  test("is never beaten by it, nor by itself", () => {
    fc.assert(
      fc.property(costs, costs, (one, other) => {
        expect(beats(one, one)).toBe(false);
        if (beats(one, other)) expect(beats(other, one)).toBe(false);
      }),
      runs(100),
    );
  });

  test("beats all that the other one beats, so that what is beaten is beaten by one of the best", () => {
    fc.assert(
      fc.property(fc.array(costs, { minLength: 1, maxLength: 12 }), (all) => {
        const best = all.filter((one) => !all.some((other) => beats(other, one)));
        for (const one of all) {
          expect(best.includes(one) || best.some((other) => beats(other, one))).toBe(true);
        }
      }),
      runs(100),
    );
  });

  test("is judged by time, available pods, most pods and failed requests", () => {
    const summary = { duration: 5, leastAvailable: 4, mostPods: 6, extraPodSeconds: 9 };
    expect(costsOf({ ...summary, passed: 1, faster: 0 })).toEqual([5, -4, 6, 0]);
    expect(costsOf({ ...summary, failedRequests: 7, passed: 1, faster: 0 })).toEqual([5, -4, 6, 7]);
  });
});
