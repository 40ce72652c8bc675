import { describe, expect, test } from "vitest";
import { guaranteesOf } from "../../src/verify/guarantees.ts";
import { explainDeployment } from "../../src/explain/why.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

describe("an option that no cluster can have is named, with what to use", () => {
  test.each([
    [{ nodes: 0 }, "nodes: got 0; use an integer >= 1, or groups of nodes"],
    [{ nodes: [] }, "nodes: got []; use an integer >= 1, or groups of nodes"],
    [
      { nodes: [{ name: "a" }, {}, { name: "a" }] },
      'nodes: got "a"; use another name for one of the two',
    ],
    [{ podsPerNode: 1.5 }, "podsPerNode: got 1.5; use an integer >= 1"],
    [{ podAddresses: 0 }, "podAddresses: got 0; use an integer >= 1"],
    [{ seed: 7 }, 'seed: got 7; use a text, as in "7"'],
    [{ traceLimit: 0 }, "traceLimit: got 0; use an integer >= 1"],
    [{ startTime: "today" }, 'startTime: got "today"; use a time such as 2000-01-01T00:00:00Z'],
    [{ behaviors: {} }, "behaviors: got {}; use a list"],
    [{ behaviors: [{ ready: 5 }] }, "behaviors[0].ready: got 5; use { delay: ms }"],
    [
      { behaviors: [{}, { start: { delay: "5s" } }] },
      'behaviors[1].start.delay: got "5s"; use whole ms, 0 or more',
    ],
    [{ nodez: 3 }, /^nodez: no such option; use seed, schedule, nodes, /u],
    [
      { behaviors: [{ redy: {} }] },
      /^behaviors\[0\]\.redy: no such part of a behavior; use match, /u,
    ],
    [
      { behaviors: [{ match: { img: "a" } }] },
      /^behaviors\[0\]\.match\.img: no such match; use image, /u,
    ],
    [
      { behaviors: [{ fault: { type: "Slow" } }] },
      /^behaviors\[0\]\.fault\.type: got "Slow"; use any of Im/u,
    ],
    [{ behaviors: [3] }, /^behaviors\[0\]: got 3; use an object$/u],
    [{ behaviors: [{ ready: {} }] }, "behaviors[0].ready.delay: got undefined; use whole ms"],
    [
      { behaviors: [{ fault: { type: "NeverReady", probability: 50 } }] },
      "behaviors[0].fault.probability: got 50; use a share from 0 to 1",
    ],
    [{ startTime: new Date(0) }, "startTime: got "],
    [{ controlPlane: "idea" }, 'controlPlane: got "idea"; use ideal, or { qps, burst }'],
    [{ controlPlane: { qps: 20 } }, "controlPlane.burst: got undefined; use an integer >= 1"],
    [
      { controlPlane: { qps: Number.NaN, burst: 1 } },
      "controlPlane.qps: got NaN; use requests a second, more than 0",
    ],
    [{ featureGates: { consistancy: true } }, "featureGates.consistancy: no such feature gate"],
    [{ placement: "packed" }, 'placement: got "packed"; use any of spread, round-robin'],
    [{ nodes: [{ cpus: "4" }] }, "nodes[0].cpus: no such part of a group of nodes; use count"],
    [{ nodes: [{ cpu: "4 cores" }] }, 'nodes[0].cpu: got "4 cores"; use a quantity such as "4"'],
    [{ apps: [{ errorRate: "5%" }] }, 'apps[0].errorRate: got "5%"; use a share from 0 to 1'],
    [{ traffic: [{ service: "web" }] }, "traffic[0].clients: got undefined; use a list"],
    [
      { traffic: [{ service: "web", clients: [{ loop: "open", rps: 9 }] }] },
      "traffic[0].clients[0].rps: no such part of a client; use loop, rate",
    ],
  ])("%j", (options, message) => {
    expect(() => new Cluster(options as unknown as ClusterOptions)).toThrow(message);
  });

  test("so is a time to which no clock can run, and a snapshot that is none", () => {
    for (const [at, shown] of [
      [Number.NaN, "NaN"],
      ["5s", '"5s"'],
      [Infinity, "Infinity"],
    ]) {
      expect(() => {
        new Cluster().runUntil(at as number);
      }).toThrow(`runUntil: got ${shown}; use ms since the start of the run`);
    }
    expect(() => Cluster.restore({} as never)).toThrow("use what Cluster.save() gave");
  });
});

test("a manifest that is not there is no crash", () => {
  expect(() => guaranteesOf(undefined as never)).toThrow("use a Deployment of apps/v1");
});

function create(cluster: Cluster): void {
  cluster.act("create", (api) => api.create(web(1)));
}

test("a name without a namespace is of the default one", () => {
  const cluster = new Cluster();
  create(cluster);
  expect(explainDeployment(cluster, "web")).toMatchObject({ namespace: "default" });
  expect(explainDeployment(cluster, "web")).toEqual(explainDeployment(cluster, "default/web"));
});

test("a limited trace keeps what happened last, also in a fork, and nothing else differs", () => {
  const [whole, limited] = [{}, { traceLimit: 10 }].map((options) => {
    const cluster = new Cluster(options);
    create(cluster);
    return cluster.fork();
  });
  for (const cluster of [whole!, limited!]) cluster.runUntil(60_000);
  const kept = limited!.trace.entries;
  expect(kept).toStrictEqual(whole!.trace.entries.slice(-kept.length));
  expect([whole!.trace.entries.length > 20, kept.length >= 10, kept.length < 20]).toEqual([
    true,
    true,
    true,
  ]);
  expect(limited!.save().store).toEqual(whole!.save().store);
});
