import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { podTicks, timeTicks } from "../../src/report/axis.ts";
import { csvReport } from "../../src/report/csv.ts";
import { htmlReport } from "../../src/report/html.ts";
import { escaped } from "../../src/report/markup.ts";
import { seriesOf, type Series } from "../../src/report/series.ts";
import { chartsOf, svgReport } from "../../src/report/svg.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import type { Result } from "../../src/scenario/result.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { runs } from "../support/seed.ts";
import { wellFormed } from "../support/well-formed.ts";

const scenario = (rest: string, image = "web:v1"): string => `
apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: web }
behaviors: [{ ready: { delay: 5s }, terminate: { delay: 2s } }]
${rest}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: ${JSON.stringify(image)} }] }
`;

const update = "steps: [{ at: 20s, kubectl: set image deploy/web web=web:v2 }]";

function play(text: string): Result {
  return runScenario(parseScenario(text, "web.yaml"));
}

/** Available, waiting and terminating pods at a time. */
function podsAt({ points }: Series, at: number): readonly number[] {
  const { sets } = points.findLast((point) => point.at <= at)!;
  const sum = (of: (counts: (typeof sets)[number]["counts"]) => number): number =>
    sets.reduce((total, { counts }) => total + of(counts), 0);
  return [
    sum(({ available }) => available),
    sum(({ pods, available }) => pods - available),
    sum(({ terminating }) => terminating),
  ];
}

describe("the pods of a Deployment over time", () => {
  test("are those of its statuses after each instant, with what its settings allow", () => {
    const [web] = seriesOf(play(scenario(update)).trace);
    // 25% of 4: at most 5, at least 3.
    expect(web).toMatchObject({ key: "default/web", name: "web" });
    expect(
      web!.points.every(({ wanted, least, most }) => [wanted, least, most].join() === "4,3,5"),
    ).toBe(true);
    expect(podsAt(web!, 0)).toEqual([0, 4, 0]);
    expect(podsAt(web!, 5000)).toEqual([4, 0, 0]);
    expect(podsAt(web!, 20_000)).toEqual([3, 2, 1]);
    expect(podsAt(web!, 22_000)).toEqual([3, 2, 0]);
    expect(podsAt(web!, 60_000)).toEqual([4, 0, 0]);
  });

  test("have a point only where something changes", () => {
    const [web] = seriesOf(play(scenario(update)).trace);
    const seen = web!.points.map(({ at: _, ...rest }) => JSON.stringify(rest));
    expect(seen.filter((point, i) => point === seen[i - 1])).toEqual([]);
  });

  test("end where the Deployment is deleted", () => {
    const both = scenario("steps: [{ at: 20s, kubectl: delete deploy web }]");
    const [, manifest = ""] = both.split("\n---");
    const [api, web] = seriesOf(play(`${both}---${manifest.replaceAll("web", "api")}`).trace);
    expect(api!.points.at(-1)).toMatchObject({ wanted: 4, sets: [{ revision: 1 }] });
    expect(web!.points.at(-1)).toMatchObject({ wanted: 0, least: undefined, sets: [] });
  });
});

describe("a chart", () => {
  const [chart = ""] = chartsOf(play(scenario(update)));

  test("shows what users did, but not what they asked", () => {
    const asks = update.replace("web:v2 }", "web:v2 }, { kubectl: rollout status deploy/web }");
    const [text = ""] = chartsOf(play(scenario(asks)));
    expect(text).toContain("<title>20s kubectl set image deploy/web web=web:v2</title>");
    expect(text).not.toContain("rollout status");
  });

  test("has an area for each revision and what its pods do, the available ones at the bottom", () => {
    const areas = [...chart.matchAll(/class="(available|waiting|terminating)" fill="(#\w+)"/g)];
    expect(areas.map(([, kind]) => kind)).toEqual([
      "available",
      "available",
      "waiting",
      "waiting",
      "terminating",
    ]);
    expect(new Set(areas.map(([, , colour]) => colour)).size).toBe(2);
  });

  test("stacks pods: those that serve, on them those that start, on them those that stop", () => {
    const highest = (kind: string): number => {
      const areas = [...chart.matchAll(new RegExp(`class="${kind}"[^>]* d="([^"]*)"`, "g"))];
      const heights = areas.flatMap(([, d = ""]) =>
        [...d.matchAll(/V([\d.]+)/g)].map(([, y]) => Number(y)),
      );
      return Math.min(...heights);
    };
    const [, bottom] = /x="38" y="([\d.]+)" text-anchor="end">0</.exec(chart)!;
    const [, top] = /x="38" y="([\d.]+)" text-anchor="end">6</.exec(chart)!;
    const yOf = (pods: number): number =>
      Number(bottom) - 4 - ((Number(bottom) - Number(top)) * pods) / 6;
    const [web] = seriesOf(play(scenario(update)).trace);
    const most = (kinds: number): number =>
      Math.max(
        ...web!.points.map(({ at }) =>
          podsAt(web!, at)
            .slice(0, kinds)
            .reduce((a, b) => a + b),
        ),
      );
    expect([most(1), most(2), most(3)]).toEqual([4, 5, 7]);
    expect(highest("available")).toBeCloseTo(yOf(4), 0);
    expect(highest("waiting")).toBeCloseTo(yOf(5), 0);
    expect(highest("terminating")).toBeCloseTo(yOf(7), 0);
  });

  test("says how many pods may be asked for and have to be available", () => {
    expect(chart).toContain(">5 asked for at most<");
    expect(chart).toContain(">3 available at least<");
  });

  test("names all revisions that a ReplicaSet had", () => {
    const undo = `steps: [{ at: 20s, kubectl: set image deploy/web web=web:v2 }, { at: 60s, kubectl: rollout undo deploy/web }]`;
    const [text] = chartsOf(play(scenario(undo)));
    expect(text).toContain(">revision 1, 3: web:v1<");
    expect(text).toContain(">revision 2: web:v2<");
  });

  test("marks where an expectation fails", () => {
    const failing = `${update}\nexpect: { always: ["deploy.web.status.availableReplicas >= 4"] }`;
    expect(chartsOf(play(scenario(failing)))[0]).toContain("an expectation failed");
    const held = failing.replace(">= 4", ">= 0");
    expect(chartsOf(play(scenario(held)))[0]).not.toContain("an expectation failed");
  });

  test("ends a little after the last change", () => {
    // Complete at 30s, the last old pod is gone at 32s.
    const times = [...chart.matchAll(/text-anchor="middle">(\w+)</g)].map(([, time]) => time);
    expect(times).toEqual(["0s", "5s", "10s", "15s", "20s", "25s", "30s"]);
  });
});

describe("all scenarios of the project", () => {
  test.each(["argo-blue-green", "hpa-mid-rollout", "canary", "found-stuck"])(
    "as %s are drawn as well-formed SVG and HTML",
    (name) => {
      const file = `scenarios/${name}.yaml`;
      const result = runScenario(parseScenario(readFileSync(file, "utf8"), file));
      expect(wellFormed(svgReport([result, result]))).toBe("well-formed");
      const html = htmlReport([result], []);
      expect(
        wellFormed(html.replace(/^<!doctype html>\n/, "").replaceAll(/<meta[^>]*>/g, "")),
      ).toBe("well-formed");
      expect(html).not.toMatch(/NaN|undefined|Infinity/);
    },
  );
});

describe("what users wrote", () => {
  const hostile = `web</pre><script>alert(1)</script>&"'`;

  test("opens no tag in a page", () => {
    const line = `annotate deploy/web '${hostile.slice(0, -1)}=x'`;
    const result = play(
      scenario(`steps: [{ at: 20s, kubectl: ${JSON.stringify(line)}, exitCode: 1 }]`, hostile),
    );
    const html = htmlReport([result], [{ file: "<b>", problems: [] }]);
    expect(html).not.toMatch(/<script|<b>/);
    expect(svgReport([result])).not.toContain("<script");
    expect(html).toContain("web&lt;/pre&gt;&lt;script&gt;");
  });

  test("never holds what HTML and SVG give a meaning, nor control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."&<>\"'a\0\n") }), (text) => {
        expect(escaped(text).replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toMatch(
          /[&<>"'\p{Cc}]/u,
        );
      }),
      runs(100),
    );
  });

  test("is quoted in CSV", () => {
    const [titles, first] = csvReport([play(scenario("", 'a "web", or so'))]).split("\r\n");
    expect(titles).toBe(
      "scenario,deployment,at_ms,wanted,replicaset,revision,image,asked_for,pods,ready,available,terminating",
    );
    expect(csvReport([play(scenario("", "web,v1"))])).toContain(',"web,v1",');
    expect(first).toMatch(/^web,default\/web,0,4,web-\w+,1,"a ""web"", or so",4,4,0,0,0$/);
  });
});

describe("ticks", () => {
  test.each([
    [30_000, 10, 5000],
    [72_000, 10, 10_000],
    [3_600_000, 10, 600_000],
    [400 * 86_400_000, 10, 40 * 86_400_000],
    [1, 10, 1],
  ])("of %i ms are at most %i, %i ms apart", (end, most, step) => {
    const ticks = timeTicks(end, most);
    expect(ticks[1]! - ticks[0]!).toBe(step);
  });

  test("are few, begin at 0 and do not pass the end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (end) => {
        for (const ticks of [timeTicks(end, 10), podTicks(end, 6)]) {
          expect(ticks[0]).toBe(0);
          expect(ticks.at(-1)).toBeLessThanOrEqual(end);
          expect(ticks.length).toBeLessThanOrEqual(11);
          expect(ticks.length).toBeGreaterThan(1);
        }
      }),
      runs(100),
    );
  });
});
