/** Load tests that webhooks start. */
import { describe, expect, test } from "vitest";
import type { CanaryAnalysis } from "../../../src/api/canary.ts";
import { SUCCESS, updated } from "./world.ts";

describe("a load test of Flagger's load tester (artifacts/examples/istio-canary.yaml)", () => {
  const load = (cmd: string): Partial<CanaryAnalysis> => ({
    stepWeight: 20,
    maxWeight: 40,
    threshold: 2,
    metrics: [SUCCESS],
    webhooks: [
      {
        name: "load-test",
        type: "rollout",
        url: "http://flagger-loadtester.test/",
        metadata: { type: "cmd", cmd },
      },
    ],
  });

  test("sends the requests by which a canary without users is judged", () => {
    const cmd = "hey -z 1m -q 10 -c 2 http://podinfo-canary.default:9898/";
    const world = updated(load(cmd), { traffic: [] });
    world.look(7);
    expect(world.phase).toBe("Succeeded");
    const [test] = world.cluster.traffic.accounts;
    expect(world.cluster.traffic.accounts).toHaveLength(1);
    expect(test?.name).toBe(
      "load test load-test of default/podinfo: podinfo-canary.default until 110000 ms",
    );
    expect(test?.snapshot().requests).toBeGreaterThan(700);
  });

  test("carries its headers through the routes, and finds a bad version", () => {
    const cmd = "hey -z 2m -q 5 -c 2 -H 'Cookie: type=insider' http://podinfo.default/";
    const match = [{ headers: { cookie: { regex: "^(.*?;)?(type=insider)(;.*)?$" } } }];
    const { stepWeight: _, maxWeight: _most, ...analysis } = load(cmd);
    const apps = [{ image: "podinfo:2", errorRate: 0.3 }, {}];
    const world = updated({ ...analysis, iterations: 4, match }, { apps, traffic: [] });
    world.look(8);
    expect(world.phase).toBe("Failed");
    expect(world.events.join()).toContain("advancement success rate");
  });

  test("goes on in a restored world, and only once", () => {
    const cmd = "hey -z 1m -q 10 -c 2 http://podinfo-canary.default:9898/";
    const world = updated(load(cmd), { traffic: [] });
    world.look(3);
    const copy = world.cluster.fork();
    world.look(4);
    copy.runUntil(world.cluster.now);
    expect(copy.trace.entries).toEqual(world.cluster.trace.entries);
    expect(copy.traffic.accounts).toHaveLength(1);
  });

  test("may go to a host, and its other headers are none of the cookies", () => {
    const cmd = "hey -z 1m -q 5 -c 2 -H 'X-Canary: insider' http://app.example.com/";
    const world = updated(load(cmd), { traffic: [] });
    world.look(3);
    expect(world.cluster.traffic.accounts.map(({ name }) => name)).toEqual([
      "load test load-test of default/podinfo: app.example.com until 110000 ms",
    ]);
  });

  test.each([
    "wrk -t2 http://podinfo/",
    "hey -n 200 http://podinfo/",
    "hey -z 1m -q 9 -c 999 http://x/",
    "hey -z 1m -q",
  ])("of another kind sends nothing: %s", (cmd) => {
    const world = updated(load(cmd), { traffic: [] });
    world.look(3);
    expect(world.cluster.traffic.accounts).toEqual([]);
  });
});
