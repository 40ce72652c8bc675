/** What a remedy changes in a scenario, and what with it. */
import { describe, expect, test } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { remediesOf } from "../../src/scenario/remedies.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";

interface World {
  readonly behaviors?: string;
  readonly strategy?: string;
  /** More of the container. */
  readonly container?: string;
}

function scenario({ behaviors = "", strategy = "", container = "" }: World): Scenario {
  return parseScenario(`apiVersion: rollsim.dev/v1alpha1
kind: Scenario
metadata: { name: shop }
behaviors: [${behaviors}]
traffic: [{ service: web, rps: 10, proxies: { delay: 1s, jitter: 500ms } }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  strategy: { rollingUpdate: { ${strategy} } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1"${container} }] }
`);
}

const names = (world: World): readonly string[] =>
  remediesOf(scenario(world)).map(({ name }) => name);

/** The Deployment's spec, and the behaviors, with a remedy. */
function changed(world: World, name: string) {
  const before = scenario(world);
  const remedy = remediesOf(before).find((each) => each.name.startsWith(name))!;
  const { manifests, behaviors } = remedy.apply(before);
  return { spec: manifests[1]!.object["spec"], behaviors };
}

describe("a remedy", () => {
  test("lets pods sleep for as long as the slowest proxy may take, and end as long as before", () => {
    const world = { behaviors: "{ terminate: { delay: 4s } }" };
    const name = "preStop sleep 2s";
    expect(names(world)).toContain(name);
    const { spec, behaviors } = changed(world, name);
    expect(spec).toMatchObject({
      template: {
        spec: {
          terminationGracePeriodSeconds: 32,
          containers: [{ lifecycle: { preStop: { sleep: { seconds: 2 } } } }],
        },
      },
    });
    expect(behaviors).toMatchObject([{ terminate: { delay: 6000 } }]);
  });

  test("against crashes waits a second longer than a pod is well, and gives the deadline as much", () => {
    const world = { behaviors: "{ fault: { type: ReadyThenCrash, after: 10s } }" };
    expect(names(world)).toContain("minReadySeconds 11");
    expect(changed(world, "minReadySeconds").spec).toMatchObject({
      minReadySeconds: 11,
      progressDeadlineSeconds: 611,
    });
  });

  test("that lets no pod be unavailable lets one be more, where none could", () => {
    const rolling = (strategy: string): unknown => changed({ strategy }, "maxUnavailable 0").spec;
    expect(rolling("maxSurge: 0, maxUnavailable: 1")).toMatchObject({
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    expect(rolling("maxSurge: 2, maxUnavailable: 1")).toMatchObject({
      strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
    });
  });

  test("keeps a readiness probe that there is, and is none where it changes nothing", () => {
    const world = { behaviors: "{ serve: { listens: 3s } }" };
    const probe = "a readiness probe";
    const probed = { ...world, container: ", readinessProbe: { tcpSocket: { port: 8080 } }" };
    expect(names(world).some((name) => name.startsWith(probe))).toBe(true);
    expect(names(probed).some((name) => name.startsWith(probe))).toBe(false);
    expect(names({ strategy: "maxSurge: 1, maxUnavailable: 0" })).not.toContain("maxUnavailable 0");
  });
});
