import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Container } from "../../src/api/core.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { probedLife } from "../../src/kubelet/probes.ts";
import { runs } from "../support/seed.ts";

const second = 1000;

function life(container: Omit<Container, "name">, listens = 0, age = 0) {
  return probedLife(
    { containers: [{ name: "web", ...container }] },
    listens * second,
    age * second,
  );
}

describe("a readiness probe", () => {
  test.each([
    ["runs at once", {}, 0, 0],
    ["counts from the first run after its initial delay on", { initialDelaySeconds: 5 }, 0, 10],
    ["with a short period sooner", { initialDelaySeconds: 5, periodSeconds: 2 }, 0, 6],
    ["waits for the container to answer", { periodSeconds: 3 }, 7, 9],
    ["succeeds as often as its threshold says", { periodSeconds: 4, successThreshold: 3 }, 0, 8],
    [
      "counts from its initial delay or the first answer, the later",
      { initialDelaySeconds: 5 },
      7,
      10,
    ],
    ["may fail as often as it likes", { periodSeconds: 1, failureThreshold: 1 }, 60, 60],
  ])("%s", (_, readinessProbe, listens, ready) => {
    expect(life({ readinessProbe }, listens)).toEqual({ heldUp: 0, ready: ready * second });
  });
});

describe("a startup probe", () => {
  test.each([
    ["first runs one period after the pod came to its node", {}, 0, 0, 10],
    ["that is a while ago when the image had to be pulled", {}, 0, 7, 3],
    ["holds up the readiness probe, which then runs at once", { periodSeconds: 5 }, 12, 0, 15],
    ["heeds its initial delay", { periodSeconds: 2, initialDelaySeconds: 5 }, 0, 0, 6],
  ])("%s", (_, startupProbe, listens, age, ready) => {
    expect(life({ startupProbe, readinessProbe: {} }, listens, age)?.ready).toBe(ready * second);
  });

  test("keeps the liveness probe from killing what is slow", () => {
    const livenessProbe = { periodSeconds: 1, failureThreshold: 1 };
    const startupProbe = { periodSeconds: 10, failureThreshold: 30 };
    expect(life({ livenessProbe }, 60)?.kill).toMatchObject({ after: second, probe: "liveness" });
    expect(life({ livenessProbe, startupProbe }, 60)).toEqual({ heldUp: 0, ready: 60 * second });
  });

  test.each([
    ["3 failures, 10 s apart", {}, 31, 30],
    [
      "the last of 2, 5 s apart, after its delay",
      { periodSeconds: 5, failureThreshold: 2, initialDelaySeconds: 7 },
      60,
      15,
    ],
  ])("of liveness kills after %s", (_, livenessProbe, listens, after) => {
    expect(life({ livenessProbe }, listens)?.kill?.after).toBe(after * second);
    expect(life({ livenessProbe }, after)?.kill).toBeUndefined();
  });

  test("kills what has not started after its last chance", () => {
    const startupProbe = { periodSeconds: 10, failureThreshold: 3 };
    expect(life({ startupProbe }, 30)?.kill).toBeUndefined();
    expect(life({ startupProbe }, 31)?.kill).toEqual({
      after: 30 * second,
      probe: "startup",
      container: "web",
    });
  });
});

describe("several containers", () => {
  test("are ready when the last of them is", () => {
    const containers = [
      { name: "web", readinessProbe: { initialDelaySeconds: 5, periodSeconds: 5 } },
      { name: "log", readinessProbe: { initialDelaySeconds: 20, periodSeconds: 10 } },
    ];
    expect(probedLife({ containers }, 0, 0)?.ready).toBe(20 * second);
  });

  test("wait for a sidecar to have started, and its readiness counts", () => {
    const containers = [{ name: "web" }];
    const mesh = { name: "mesh", restartPolicy: "Always" };
    const startupProbe = { periodSeconds: 4 };
    const readinessProbe = { initialDelaySeconds: 9, periodSeconds: 3 };
    expect(probedLife({ containers, initContainers: [{ ...mesh, startupProbe }] }, 0, 0)).toEqual({
      heldUp: 4 * second,
      ready: 0,
    });
    const initContainers = [{ ...mesh, startupProbe, readinessProbe }];
    // It starts at 4 s; runs at 7 and 10 s, the latter after its initial delay: 6 s after the others' start.
    expect(probedLife({ containers, initContainers }, 0, 0)?.ready).toBe(6 * second);
  });

  test.each([[0], [1]])(
    "are all restarted by the first that is killed, be it number %d",
    (place) => {
      const slow = { name: "slow", livenessProbe: { periodSeconds: 20, failureThreshold: 1 } };
      const fast = { name: "fast", livenessProbe: { periodSeconds: 10, failureThreshold: 1 } };
      const readyAt = (initialDelaySeconds: number): object => ({
        name: "late",
        readinessProbe: { initialDelaySeconds, periodSeconds: 5 },
      });
      const life = (delay: number) => {
        const containers = [slow, readyAt(delay) as Container].toSpliced(place, 0, fast);
        return probedLife({ containers }, 60 * second, 0);
      };
      expect(life(0)).toEqual({
        heldUp: 0,
        ready: Infinity,
        kill: { after: 10 * second, probe: "liveness", container: "fast" },
      });
    },
  );

  test("start when the sidecars before them have, and their probes' periods go on meanwhile", () => {
    const startupProbe = { periodSeconds: 10 };
    const sidecar = (name: string, periodSeconds: number) => ({
      name,
      restartPolicy: "Always",
      startupProbe: { periodSeconds },
    });
    const containers = [{ name: "web", startupProbe }];
    const initContainers = [sidecar("first", 4), sidecar("second", 5)];
    // Since the pod came 1 s ago: the first at 4, the second at 5, the container at 10.
    expect(probedLife({ containers, initContainers }, 0, 1 * second)).toEqual({
      heldUp: 4 * second,
      ready: 5 * second,
    });
  });

  test("without any probe say nothing", () => {
    expect(life({})).toBeUndefined();
  });
});

test("what answers in time is ready and stays; what does not is killed at a run of its probe", () => {
  const probe = fc.record({
    initialDelaySeconds: fc.nat(30),
    periodSeconds: fc.integer({ min: 1, max: 15 }),
    failureThreshold: fc.integer({ min: 1, max: 5 }),
  });
  const property = fc.property(
    fc.record(
      { startupProbe: probe, livenessProbe: probe, readinessProbe: probe },
      { requiredKeys: [] },
    ),
    fc.nat(60),
    fc.nat(20),
    (container, listens, age) => {
      const { kill, ready = Infinity } = life(container, listens, age) ?? {};
      if (kill === undefined) {
        const probed = container.readinessProbe ?? container.startupProbe;
        if (probed !== undefined) expect(ready).toBeGreaterThanOrEqual(listens * second);
        expect(Number.isFinite(ready) || Object.keys(container).length === 0).toBe(true);
        return;
      }
      const asked = container.readinessProbe !== undefined || kill.probe === "startup";
      expect(ready).toBe(asked ? Infinity : 0);
      expect(kill.after).toBeLessThan(listens * second);
      const { periodSeconds } = container[`${kill.probe}Probe`]!;
      expect((kill.after + age * second) % (periodSeconds * second)).toBe(0);
    },
  );
  fc.assert(property, runs(200));
});

describe("in a cluster", () => {
  const deployment = (container: object, spec: object = {}) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1", ...container }], ...spec },
      },
    },
  });

  function started(options: ClusterOptions, container: object, spec?: object): Cluster {
    const cluster = new Cluster(options);
    cluster.act("create", (api) => api.create(deployment(container, spec)));
    return cluster;
  }

  function shown(cluster: Cluster, at: number): string {
    cluster.runUntil(at * second);
    let out = "";
    const print = (text: string) => (out += text);
    const streams = { out: print, err: print, readFile: () => undefined };
    runKubectl(cluster, "get pods --no-headers", streams);
    return out
      .trim()
      .split(/\s{2,}/)
      .slice(1, -1)
      .join(" ");
  }

  const livenessProbe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 2 };

  test("liveness kills a slow start again and again, with the kubelet's back-off and words", () => {
    const cluster = started({ behaviors: [{ listens: 60 * second }] }, { livenessProbe });
    expect(shown(cluster, 9)).toBe("1/1 Running 0"); // no readiness probe: ready all the same
    expect(shown(cluster, 10)).toMatch(/^1\/1 Running 1/);
    expect(shown(cluster, 20)).toMatch(/^0\/1 CrashLoopBackOff 1 /);
    expect(shown(cluster, 30)).toMatch(/^1\/1 Running 2/);
    const messages = cluster.api.list("events").map((event) => String(event["message"]));
    expect(messages).toContain("Liveness probe failed: connection refused");
    expect(messages).toContain("Container web failed liveness probe, will be restarted");
  });

  test("what it kills has its grace period to stop in", () => {
    const behaviors = [{ listens: 60 * second, terminate: { delay: 60 * second } }];
    const cluster = started(
      { behaviors },
      { livenessProbe },
      { terminationGracePeriodSeconds: 20 },
    );
    expect(shown(cluster, 29)).toBe("1/1 Running 0");
    expect(shown(cluster, 30)).toMatch(/^1\/1 Running 1/);
  });

  test("a startup probe that fails once too often kills, too, in words of its own", () => {
    const startupProbe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 2 };
    const cluster = started({ behaviors: [{ listens: 60 * second }] }, { startupProbe });
    expect(shown(cluster, 10)).toMatch(/^0\/1 Running 1/);
    const messages = cluster.api.list("events").map((event) => String(event["message"]));
    expect(messages).toContain("Startup probe failed: connection refused");
    expect(messages).toContain("Container web failed startup probe, will be restarted");
  });

  test("a startup probe mends that", () => {
    const startupProbe = { httpGet: { port: 80 }, failureThreshold: 30 };
    const container = { livenessProbe, startupProbe };
    const cluster = started({ behaviors: [{ listens: 55 * second }] }, container);
    expect(shown(cluster, 59)).toBe("0/1 Running 0");
    expect(shown(cluster, 60)).toBe("1/1 Running 0");
    expect(shown(cluster, 900)).toBe("1/1 Running 0");
  });

  test("a behavior that says when pods are ready has the last word", () => {
    const readinessProbe = { httpGet: { port: 80 }, initialDelaySeconds: 60 };
    const behaviors = [{ listens: 60 * second, ready: { delay: 3 * second } }];
    const cluster = started({ behaviors }, { readinessProbe, livenessProbe });
    expect(shown(cluster, 3)).toBe("1/1 Running 0");
    expect(shown(cluster, 900)).toBe("1/1 Running 0");
  });

  test("init containers come first, and sidecars count", () => {
    const initContainers = [
      { name: "migrate", image: "web:1" },
      { name: "mesh", image: "mesh:1", restartPolicy: "Always" },
    ];
    const behaviors = [{ start: { delay: 5 * second } }];
    const cluster = started({ behaviors }, {}, { initContainers });
    expect(shown(cluster, 4)).toBe("0/2 Init:0/2 0");
    expect(shown(cluster, 5)).toBe("0/2 Running 0");
    expect(shown(cluster, 6)).toBe("2/2 Running 0");
  });
});
