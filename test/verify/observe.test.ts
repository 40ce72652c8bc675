/** What a watch takes for true of a Deployment, and what it learns from its pods. */
import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import type { Fault } from "../../src/kubelet/behavior.ts";
import { RolloutWatch } from "../../src/verify/observe.ts";
import { web } from "../support/web.ts";

const second = 1000;

/** Two Deployments, `web` of the image web:v1 and `other` of other:v1, with all their pods at 10 s. */
function pair(match: string, fault: Fault): Cluster {
  const cluster = new Cluster({ behaviors: [{ match: { image: match }, fault }] });
  const other = web(2, {
    selector: { matchLabels: { app: "other" } },
    template: {
      metadata: { labels: { app: "other" } },
      spec: { containers: [{ name: "web", image: "other:v1" }] },
    },
  });
  for (const each of [web(2), { ...other, metadata: { name: "other" } }]) {
    cluster.act("create", (api) => expect(api.create(each)).toMatchObject({ ok: true }));
  }
  cluster.runUntil(10 * second);
  return cluster;
}

describe("a watch that is told nothing", () => {
  test("judges what holds where nothing has happened: not statuses, not bad images", () => {
    const watch = new RolloutWatch(pair("none", { type: "NeverReady" }), "web");
    watch.judge();
    expect([...watch.judged.keys()]).toEqual(["P2", "P3", "P4", "P5", "P7", "P9", "P10"]);
  });

  test.each<[string, string, Fault, number]>([
    ["that crash", "web:v1", { type: "ReadyThenCrash", after: 20 * second }, 2],
    ["that stop being ready", "web:v1", { type: "ReadyThenUnready", after: 20 * second }, 2],
    ["that are evicted", "web:v1", { type: "Evicted", after: 20 * second, first: 2 }, 2],
    ["of another Deployment", "other:v1", { type: "Evicted", after: 20 * second, first: 2 }, 0],
  ])("counts its pods that fail by themselves: those %s", (_, image, fault, lost) => {
    const cluster = pair(image, fault);
    const seen: number[] = [];
    const margin = ({ lost: counted }: { readonly lost: number }): number => {
      seen.push(counted);
      return 0;
    };
    const claim = { id: "seen", statement: "It is never broken.", margin };
    const watch = new RolloutWatch(cluster, "web", undefined, [claim]);
    cluster.runUntil(25 * second);
    watch.judged.clear();
    watch.judge();
    expect(seen.at(-1)).toBe(lost);
    // No law that takes pods to be well says a word any more.
    expect(watch.judged.has("P3")).toBe(lost === 0);
    expect(watch.judged.has("P9")).toBe(true);
  });

  test("takes the number of pods that it is told were lost", () => {
    const seen: number[] = [];
    const margin = ({ lost }: { readonly lost: number }): number => {
      seen.push(lost);
      return 0;
    };
    const claim = { id: "seen", statement: "It is never broken.", margin };
    const cluster = pair("none", { type: "NeverReady" });
    const watch = new RolloutWatch(cluster, "web", undefined, [claim]);
    watch.podLost(3);
    watch.judge();
    expect(seen).toEqual([3]);
  });

  test("judges whether ReplicaSets have their sizes at each moment, whatever is said to hold", () => {
    const watch = new RolloutWatch(pair("none", { type: "NeverReady" }), "web", ["const", "own"]);
    watch.judge();
    expect([...watch.judged.keys()]).toEqual(["P2", "P4", "P7"]);
  });
});

describe("a watch sees by itself", () => {
  const ref = { resource: "deployments", name: "web" } as const;
  const image = (image: string): object => ({
    spec: { template: { spec: { containers: [{ name: "web", image }] } } },
  });

  test.each<[string, readonly object[], readonly string[]]>([
    ["one new template, which ends none", [image("web:v3")], []],
    ["a second new one", [image("web:v3"), image("web:v4")], ["P5", "P9"]],
    [
      "that the template goes back to a ReplicaSet that is there: an undo, by whatever line",
      [image("web:v1")],
      ["P3", "P5", "P9", "P10"],
    ],
    [
      "that a template comes again after another",
      [image("web:v3"), image("web:v2")],
      ["P3", "P5", "P9", "P10"],
    ],
    ["a pause", [{ spec: { paused: true } }], ["P3", "P5", "P9", "P10"]],
    [
      "that bounds change",
      [{ spec: { strategy: { rollingUpdate: { maxUnavailable: 2 } } } }],
      ["P2", "P3", "P4", "P5", "P7", "P9", "P10"],
    ],
    [
      "that bounds are written otherwise",
      [{ spec: { strategy: { rollingUpdate: { maxSurge: 1 } } } }],
      [],
    ],
    ["that a label is new", [{ metadata: { labels: { team: "a" } } }], []],
  ])("%s", (_, patches, ended) => {
    const cluster = new Cluster({ behaviors: [{ ready: { delay: 3 * second } }] });
    cluster.act("create", (api) => api.create(web(4)));
    cluster.runUntil(30 * second);
    cluster.act("update", (api) => api.patch(ref, "strategic", image("web:v2")));
    cluster.runUntil(90 * second);
    const watch = new RolloutWatch(cluster, "web");
    watch.judge();
    const before = [...watch.judged.keys()];
    for (const patch of patches) {
      cluster.act("patch", (api) => api.patch(ref, "strategic", patch));
      cluster.runUntil(cluster.now + 4 * second);
    }
    watch.judged.clear();
    watch.judge();
    expect(before.filter((law) => !watch.judged.has(law))).toEqual(ended);
    expect(watch.breaches).toEqual([]);
  });
});
