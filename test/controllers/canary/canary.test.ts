/**
 * Sequences from Flagger's own tests (fluxcd/flagger at 15bd6ad), as facts: the tests are named. Where those
 * call advanceCanary once, Flagger looks once here.
 */
import { describe, expect, test } from "vitest";
import { canary, CanaryWorld, course, deployment, second } from "./world.ts";

const METRICS = [
  { name: "request-success-rate", thresholdRange: { min: 99 }, interval: "10s" },
  { name: "request-duration", thresholdRange: { max: 500 }, interval: "10s" },
];

/** Initialised, and the new version is there. */
function updated(...args: Parameters<typeof canary>): CanaryWorld {
  const world = new CanaryWorld([deployment(), canary(...args)]);
  world.look();
  expect(world.phase).toBe("Initialized");
  world.update("podinfo:2");
  return world;
}

describe("a new Canary", () => {
  test("gets its primary at Flagger's first look (TestScheduler_DeploymentInit)", () => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10 })]);
    expect(world.phase).toBe("Initializing");
    expect(world.image("podinfo-primary")).toBe("podinfo:1");
    expect(world.replicas("podinfo-primary")).toBe(2);
  });

  test("has its target at 0 when it is initialised, and all requests at the primary", () => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10 })]).look();
    expect([world.phase, world.replicas()]).toEqual(["Initialized", 0]);
    expect(world.weights).toEqual([100, 0]);
    const { spec } = world.get("services") as { spec?: unknown };
    expect(spec).toMatchObject({ selector: { app: "podinfo-primary" } });
    expect(world.status.conditions?.[0]).toMatchObject({ type: "Promoted", status: "True" });
  });

  test("tells what it waits for in Flagger's words", () => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10 })]).look();
    expect(world.events).toEqual([
      "all the metrics providers are available!",
      "podinfo-primary.default not ready: waiting for rollout to finish: " +
        "observed deployment generation less than desired generation",
      "all the metrics providers are available!",
      "Initialization done! podinfo.default",
    ]);
  });

  test("of a target that is not there says so, and sleeps until it is", () => {
    const world = new CanaryWorld([canary({ stepWeight: 10 })]).look(20);
    expect(world.events).toEqual([
      'deployment podinfo.default get query error: deployments.apps "podinfo" not found',
    ]);
    expect(world.decisions).toHaveLength(0);
    world.apply(deployment());
    world.look(3);
    expect(world.phase).toBe("Initialized");
  });

  test("copies the autoscaler of its target for the primary (test/kubernetes/test-hpa.sh)", () => {
    const autoscaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "podinfo" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "podinfo" },
        minReplicas: 2,
        maxReplicas: 4,
      },
    };
    const autoscalerRef = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      name: "podinfo",
      primaryScalerReplicas: { maxReplicas: 8 },
    };
    const of = canary({ stepWeight: 10 }, { autoscalerRef });
    const world = new CanaryWorld([deployment(), autoscaler, of]).look();
    expect(world.get("horizontalpodautoscalers", "podinfo-primary")["spec"]).toMatchObject({
      scaleTargetRef: { name: "podinfo-primary" },
      minReplicas: 2,
      maxReplicas: 8,
    });
    world.patch("horizontalpodautoscalers", { spec: { minReplicas: 3 } });
    world.update("podinfo:2");
    world.look(2);
    const scaled = world.cluster.trace.entries.flatMap((entry) =>
      entry.kind === "decision" && entry.id === "canary/scale-up" ? [entry.weighed] : [],
    );
    expect(scaled).toEqual([{ target: "podinfo", from: 0, to: 3 }]);
    const least = (): unknown =>
      (world.get("horizontalpodautoscalers", "podinfo-primary")["spec"] as { minReplicas: number })
        .minReplicas;
    expect(least()).toBe(2);
    world.look(14);
    expect([world.phase, least()]).toEqual(["Succeeded", 3]);
  });

  test("discovers the ports of its target (TestScheduler_DeploymentTargetPortName)", () => {
    const ports = [
      { name: "http", containerPort: 9898 },
      { containerPort: 8888 },
      { name: "http-metrics", containerPort: 8080 },
    ];
    const template = {
      metadata: { labels: { app: "podinfo" } },
      spec: { containers: [{ name: "podinfo", image: "podinfo:1", ports }] },
    };
    const service = { port: 8081, targetPort: "http", portDiscovery: true };
    const world = new CanaryWorld([
      deployment("podinfo:1", { template }),
      canary({ stepWeight: 10 }, { service }),
    ]);
    const { spec } = world.get("services", "podinfo-canary") as { spec?: unknown };
    const found = (spec as { ports: readonly { name: string; port: number }[] }).ports;
    expect(found.map(({ name, port }) => `${name} ${port}`)).toEqual([
      "http 8081",
      "http-metrics 8080",
      "tcp-podinfo-1 8888",
    ]);
  });
});

describe("a new revision", () => {
  test("gets pods again (TestScheduler_DeploymentNewRevision)", () => {
    const world = updated({ stepWeight: 10 });
    world.look();
    expect([world.phase, world.replicas()]).toEqual(["Progressing", 2]);
    expect(world.events.at(-1)).toBe("New revision detected! Scaling up podinfo.default");
  });

  test("goes through all phases (TestScheduler_DeploymentAnalysisPhases)", () => {
    const world = updated({ stepWeight: 100, stepWeightPromotion: 50, metrics: METRICS });
    expect(course(world, 6)).toEqual([
      "Progressing 0",
      "Progressing 100",
      "Promoting 100",
      "Promoting 50",
      "Finalising 0",
      "Succeeded 0",
    ]);
    expect([world.image("podinfo-primary"), world.replicas()]).toEqual(["podinfo:2", 0]);
  });

  test("gets 10% more with each look, to maxWeight and no more", () => {
    const world = updated({ stepWeight: 20, maxWeight: 50, metrics: METRICS });
    expect(course(world, 8)).toEqual([
      "Progressing 0",
      "Progressing 20",
      "Progressing 40",
      "Progressing 60",
      "Promoting 60",
      "Finalising 0",
      "Succeeded 0",
      "Succeeded 0",
    ]);
    expect(world.events.slice(4)).toEqual([
      "New revision detected! Scaling up podinfo.default",
      "Starting canary analysis for podinfo.default",
      "Advance podinfo.default canary weight 20",
      "Advance podinfo.default canary weight 40",
      "Advance podinfo.default canary weight 60",
      "Copying podinfo.default template spec to podinfo-primary.default",
      "Routing all traffic to primary",
      "Promotion completed! Scaling down podinfo.default",
    ]);
  });

  test("follows stepWeights (artifacts/examples/linkerd-canary-steps.yaml)", () => {
    const world = updated({ stepWeights: [5, 20, 80], metrics: METRICS }, { provider: "linkerd" });
    expect(course(world, 5)).toEqual([
      "Progressing 0",
      "Progressing 5",
      "Progressing 20",
      "Progressing 80",
      "Promoting 80",
    ]);
    expect(world.get("trafficsplits")["spec"]).toMatchObject({
      backends: [
        { service: "podinfo-canary", weight: "80" },
        { service: "podinfo-primary", weight: "20" },
      ],
    });
  });

  test("begins anew when the template changes again (TestScheduler_DeploymentNewRevisionReset)", () => {
    const world = updated({ stepWeight: 10 });
    world.look(2);
    expect(world.weights).toEqual([90, 10]);
    world.update("podinfo:3");
    world.look();
    expect(world.weights).toEqual([100, 0]);
    expect([world.phase, world.status.canaryWeight]).toEqual(["Progressing", 0]);
    expect(world.decisions).toContain("canary/restart");
    expect(world.events.at(-1)).toBe(
      "New revision detected! Restarting analysis for podinfo.default",
    );
  });

  test("is mirrored for one look first (TestScheduler_DeploymentMirroring)", () => {
    const world = updated({ stepWeight: 10, mirror: true, mirrorWeight: 50 });
    world.look(2);
    expect(world.weights).toEqual([100, 0]);
    expect(world.get("virtualservices")["spec"]).toMatchObject({
      http: [{ mirror: { host: "podinfo-canary" }, mirrorPercentage: { value: 50 } }],
    });
    world.look();
    expect(world.weights).toEqual([90, 10]);
    expect(JSON.stringify(world.get("virtualservices")["spec"])).not.toContain("mirror");
    expect(world.decisions).toContain("canary/weight/mirror");
    const whole = updated({ stepWeight: 10, mirror: true }).look(2);
    expect(JSON.stringify(whole.get("virtualservices")["spec"])).not.toContain("mirrorPercentage");
  });

  test("is promoted at once with skipAnalysis (TestScheduler_DeploymentSkipAnalysis)", () => {
    const world = updated({ stepWeight: 10 }, { skipAnalysis: true });
    world.look(2);
    expect([world.phase, world.image("podinfo-primary")]).toEqual(["Succeeded", "podinfo:2"]);
  });

  test("of the promoted template again is no new revision", () => {
    const world = updated({ stepWeight: 10, threshold: 1, metrics: METRICS });
    world.patch("canaries", {
      spec: { analysis: { metrics: [{ name: "request-success-rate", threshold: 101 }] } },
    });
    world.look(5);
    expect(world.phase).toBe("Failed");
    world.update("podinfo:1");
    world.look(3);
    expect(world.phase).toBe("Failed");
    world.update("podinfo:3");
    world.look(1);
    expect(world.phase).toBe("Progressing");
  });
});

describe("blue/green", () => {
  test("goes through its phases (TestScheduler_DeploymentBlueGreenAnalysisPhases)", () => {
    const world = updated({ iterations: 1 });
    expect(course(world, 6).map((text) => text.split(" ")[0])).toEqual([
      "Progressing",
      "Progressing",
      "Progressing",
      "Promoting",
      "Finalising",
      "Succeeded",
    ]);
    expect(world.events).toContain("Routing all traffic to canary");
  });

  test("with Services alone sends nobody to the canary (test/kubernetes/test-deployment.sh)", () => {
    const world = updated({ iterations: 2 }, { provider: "kubernetes" });
    world.look(4);
    const { spec } = world.get("services") as { spec?: unknown };
    expect(spec).toMatchObject({ selector: { app: "podinfo-primary" } });
    world.look(3);
    expect(world.phase).toBe("Succeeded");
  });

  test("is what becomes of steps where Services alone cannot send shares", () => {
    const world = updated({ stepWeight: 10 }, { provider: "kubernetes" });
    world.look(2);
    expect(world.events.slice(-3)).toEqual([
      "Progressive traffic is not supported when using the kubernetes provider",
      "Setting canaryAnalysis.iterations: 10",
      "Advance podinfo.default canary iteration 1/10",
    ]);
  });

  test("with mirror copies requests while it is checked (test/gatewayapi/test-bg.sh)", () => {
    const service = { port: 9898, gatewayRefs: [{ name: "gateway" }] };
    const analysis = { iterations: 2, mirror: true };
    const world = updated(analysis, { provider: "gatewayapi:v1", service });
    world.look(2);
    expect(world.get("httproutes")["spec"]).toMatchObject({
      rules: [
        {
          filters: [{ type: "RequestMirror" }],
          backendRefs: [{ weight: 100 }, { weight: 0 }],
        },
      ],
    });
    world.look(2);
    expect(world.events.at(-1)).toBe("Stop traffic mirroring and route all traffic to canary");
  });
});

describe("A/B testing", () => {
  const match = [{ headers: { "x-canary": { exact: "insider" } } }];

  test("sends all that match to the canary (TestScheduler_DeploymentABTesting)", () => {
    const world = updated({ iterations: 2, match });
    world.look(2);
    expect(world.weights).toEqual([0, 100]);
    world.look(2);
    expect(world.phase).toBe("Promoting");
    world.look(2);
    expect([world.phase, world.image("podinfo-primary")]).toEqual(["Succeeded", "podinfo:2"]);
  });

  test("needs iterations: match alone makes a canary of the requests that match", () => {
    const world = updated({ stepWeight: 10, match });
    world.look(2);
    expect(world.events.at(-1)).toBe("Advance podinfo.default canary weight 10");
    const { spec } = world.get("virtualservices") as { spec?: unknown };
    expect((spec as { http: readonly unknown[] }).http).toHaveLength(2);
  });

  test("through ingress-nginx is told in annotations (TestIngressRouter_ABTest)", () => {
    const backend = { service: { name: "podinfo", port: { number: 80 } } };
    const ingress = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "podinfo" },
      spec: {
        rules: [
          {
            host: "app.example.com",
            http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
          },
        ],
      },
    };
    const ingressRef = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "podinfo" };
    const of = canary({ iterations: 3, match }, { provider: "nginx", ingressRef });
    const world = new CanaryWorld([deployment(), ingress, of]).look();
    const prefix = "nginx.ingress.kubernetes.io/canary";
    const annotations = (): unknown =>
      world.get("ingresses", "podinfo-canary").metadata.annotations;
    expect(annotations()).toMatchObject({ [prefix]: "true", [`${prefix}-weight`]: "0" });
    world.update("podinfo:2");
    world.look(2);
    expect(annotations()).toMatchObject({
      [`${prefix}-by-header`]: "x-canary",
      [`${prefix}-by-header-value`]: "insider",
    });
    world.look(6);
    expect(world.phase).toBe("Succeeded");
    expect(annotations()).not.toHaveProperty(`${prefix}-by-header`);
  });
});

describe("session affinity", () => {
  test("keeps a cookie in the status, and a rule for who has it (test/gatewayapi/test-session-affinity.sh)", () => {
    const sessionAffinity = { cookieName: "flagger-cookie", maxAge: 21600 };
    const service = { port: 9898, gatewayRefs: [{ name: "gateway" }] };
    const analysis = { stepWeight: 10, maxWeight: 20, sessionAffinity };
    const world = updated(analysis, { provider: "gatewayapi:v1", service });
    world.look(2);
    const cookie = world.status.sessionAffinityCookie;
    expect(cookie).toMatch(/^flagger-cookie=[a-z0-9]{10}$/u);
    const { spec } = world.get("httproutes") as { spec?: unknown };
    const { rules } = spec as { rules: readonly unknown[] };
    expect(rules).toMatchObject([
      { backendRefs: [{ weight: 0 }, { weight: 100 }] },
      { backendRefs: [{ weight: 90 }, { weight: 10, filters: [{}] }] },
    ]);
    world.look();
    expect(world.status.sessionAffinityCookie).toBe(cookie);
    world.look(4);
    expect(world.status).toMatchObject({
      phase: "Succeeded",
      previousSessionAffinityCookie: cookie,
    });
    expect(world.status).not.toHaveProperty("sessionAffinityCookie");
  });
});

describe("time", () => {
  test("is Flagger's: first at its next look for new Canaries, then at every interval", () => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10, interval: "25s" })]);
    world.until(100 * second);
    const looks = world.cluster.trace.entries.flatMap((entry) =>
      entry.kind === "event" && entry.about.kind === "Canary" ? [entry.at / second] : [],
    );
    expect([...new Set(looks)]).toEqual([10, 35]);
  });
});
