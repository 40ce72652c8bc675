/** Pods beside a Rollout's, for a while (argo-rollouts experiments/). */
import { describe, expect, test } from "vitest";
import type { AnalysisRun } from "../../../src/api/analysis.ts";
import type { ReplicaSet } from "../../../src/api/apps.ts";
import type { Experiment } from "../../../src/api/experiment.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { WriteEntry } from "../../../src/api/trace.ts";
import { Cluster, type ClusterOptions } from "../../../src/cluster.ts";
import { analysisTemplate, second } from "../rollout/world.ts";

const HASH = "rollouts-pod-template-hash";

function experiment(spec: Partial<Experiment["spec"]> = {}): Experiment {
  const labels = { app: "try" };
  const containers = [
    { name: "web", image: "web:v1", ports: [{ name: "http", containerPort: 8080 }] },
  ];
  const of = (name: string, replicas: number, more: object = {}) => ({
    name,
    replicas,
    selector: { matchLabels: { app: "try", of: name } },
    template: { metadata: { labels: { ...labels, of: name } }, spec: { containers } },
    ...more,
  });
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Experiment",
    metadata: { name: "try" },
    spec: { templates: [of("a", 1, { service: {} }), of("b", 2, { minReadySeconds: 3 })], ...spec },
  };
}

class World {
  readonly cluster: Cluster;
  readonly weighed: unknown[] = [];
  readonly written: WriteEntry[] = [];

  constructor(objects: readonly KubeObject[], options: ClusterOptions = {}) {
    this.cluster = new Cluster({ behaviors: [{ ready: { delay: 2 * second } }], ...options });
    this.cluster.on("decision", ({ id, weighed }) => {
      if (id.startsWith("experiment/")) this.weighed.push([id, weighed]);
    });
    this.cluster.on("write", (entry) => {
      if (entry.by === "experiments-controller") this.written.push(entry);
    });
    for (const object of objects) {
      const answer = this.cluster.act("create", (api) => api.create(object));
      if (!answer.ok) throw new Error(answer.status.message);
    }
  }

  look(seconds: number): this {
    this.cluster.runUntil(this.cluster.now + seconds * second);
    return this;
  }

  get experiment(): Experiment {
    return this.cluster.api.list("experiments")[0] as Experiment;
  }

  get sets(): readonly ReplicaSet[] {
    return this.cluster.api.list("replicasets");
  }

  get sizes(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.sets.map(({ metadata, spec }) => [metadata.name, spec.replicas]),
    );
  }

  get runs(): readonly AnalysisRun[] {
    return this.cluster.api.list("analysisruns") as readonly AnalysisRun[];
  }

  get state(): readonly unknown[] {
    const { phase, message } = this.experiment.status ?? {};
    return [phase, message];
  }
}

describe("an Experiment", () => {
  test("makes a ReplicaSet for each template, and a Service where it is asked to", () => {
    const world = new World([experiment()]);
    const [a, b] = world.sets as [ReplicaSet, ReplicaSet];
    const hash = a.metadata.labels?.[HASH];
    const labels = { app: "try", of: "a", [HASH]: hash };
    expect(a).toMatchObject({
      metadata: {
        name: "try-a",
        labels,
        annotations: {
          "experiment.argoproj.io/name": "try",
          "experiment.argoproj.io/template-name": "a",
        },
        ownerReferences: [{ kind: "Experiment", name: "try", controller: true }],
      },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels } } },
    });
    expect(b.spec).toMatchObject({ replicas: 2, minReadySeconds: 3 });
    const services = world.cluster.api.list("services");
    expect(services).toMatchObject([
      {
        metadata: { name: "try-a", ownerReferences: [{ kind: "Experiment" }] },
        spec: { selector: labels, ports: [{ port: 8080, name: "http" }] },
      },
    ]);
    expect(world.experiment.status).toMatchObject({
      phase: "Pending",
      templateStatuses: [
        { name: "a", status: "Progressing", podTemplateHash: hash, serviceName: "try-a" },
        { name: "b", status: "Progressing" },
      ],
    });
    expect(world.experiment.status?.templateStatuses?.[1]).not.toHaveProperty("serviceName");
  });

  test("runs from when all pods are available, for its duration, and its pods stay a little longer", () => {
    const world = new World([experiment({ duration: "20s", scaleDownDelaySeconds: 10 })]).look(4);
    expect(world.state).toEqual(["Pending", undefined]);
    world.look(2);
    expect(world.experiment.status).toMatchObject({
      phase: "Running",
      availableAt: "2000-01-01T00:00:05Z",
      templateStatuses: [
        {
          status: "Running",
          replicas: 1,
          updatedReplicas: 1,
          readyReplicas: 1,
          availableReplicas: 1,
        },
        {
          status: "Running",
          replicas: 2,
          updatedReplicas: 2,
          readyReplicas: 2,
          availableReplicas: 2,
        },
      ],
    });
    world.look(18);
    expect(world.experiment.status?.phase).toBe("Running");
    world.look(2);
    expect(world.experiment.status).toMatchObject({
      phase: "Successful",
      templateStatuses: [{ status: "Successful" }, { status: "Successful" }],
    });
    expect(world.sizes).toEqual({ "try-a": 1, "try-b": 2 });
    expect(world.sets[0]?.metadata.annotations?.["scale-down-deadline"]).toBe(
      "2000-01-01T00:00:35Z",
    );
    world.look(12);
    expect(world.sizes).toEqual({ "try-a": 0, "try-b": 0 });
    const why = "it has run its course";
    const over = { experiment: "try", phase: "Successful", why };
    expect(world.weighed).toEqual([
      ["experiment/set", { replicaSet: "try-a", replicas: 1 }],
      ["experiment/set", { replicaSet: "try-b", replicas: 2 }],
      ["experiment/over", over],
      ["experiment/scale-down", { replicaSet: "try-a" }],
      ["experiment/scale-down", { replicaSet: "try-b" }],
    ]);
  });

  test("makes nothing twice, and writes no status again", () => {
    const world = new World([experiment({ duration: "20s" })]).look(120);
    const made = world.written.filter(({ verb }) => verb === "create");
    expect(made.map(({ resource, name }) => `${resource} ${name}`)).toEqual([
      "replicasets try-a",
      "services try-a",
      "replicasets try-b",
    ]);
    const statuses = world.written
      .filter(({ resource }) => resource === "experiments")
      .map(({ object }) => JSON.stringify(object?.["status"]));
    expect(statuses.length).toBeGreaterThan(3);
    expect(new Set(statuses).size).toBe(statuses.length);
  });

  test("has one pod of a template that does not say how many, in its own namespace", () => {
    const { spec, ...rest } = experiment();
    const [{ replicas: _, ...one }] = spec.templates as [Experiment["spec"]["templates"][0]];
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const world = new World([
      namespace,
      {
        ...rest,
        metadata: { name: "try", namespace: "shop" },
        spec: { templates: [one] },
      },
    ]).look(1);
    expect(world.sets).toMatchObject([{ metadata: { namespace: "shop" }, spec: { replicas: 1 } }]);
    expect(world.cluster.api.list("services", { namespace: "shop" })).toHaveLength(1);
    expect(world.state).toEqual(["Pending", undefined]);
    expect(world.look(2).state).toEqual(["Running", undefined]);
  });

  test("goes on for ever without a duration, until it is told to end", () => {
    const world = new World([experiment({ scaleDownDelaySeconds: 0 })]).look(1000);
    expect(world.state).toEqual(["Running", undefined]);
    world.cluster.act("end", (api) =>
      api.patch({ resource: "experiments", name: "try" }, "merge", { spec: { terminate: true } }),
    );
    world.look(1);
    expect(world.state).toEqual(["Successful", "Experiment terminated"]);
    expect(world.sizes).toEqual({ "try-a": 0, "try-b": 0 });
  });

  test("fails where pods are not available by its deadline", () => {
    const behaviors = [{ fault: { type: "NeverReady" as const } }];
    const world = new World([experiment({ progressDeadlineSeconds: 30 })], { behaviors });
    expect(world.look(30).experiment.status?.phase).toBe("Pending");
    expect(world.look(1).experiment.status?.phase).toBe("Failed");
  });

  const analyses = [{ name: "rate", templateName: "rate", args: [{ name: "x", value: "1" }] }];
  const rate = analysisTemplate("rate", { interval: "5s", count: 3 }, { args: [{ name: "x" }] });

  test.each([
    [1, "Successful"],
    [0, "Failed"],
  ])("is as its analyses are: at %d %s", (value, phase) => {
    const metricRules = [{ measure: "value" as const, value }];
    const required = analyses.map((each) => ({ ...each, requiredForCompletion: true }));
    const world = new World([rate, experiment({ analyses: required })], { metricRules }).look(4);
    expect(world.runs).toEqual([]);
    world.look(20);
    expect(world.experiment.status).toMatchObject({
      phase,
      analysisRuns: [{ name: "rate", analysisRun: "try-rate", phase }],
    });
    expect(world.runs).toMatchObject([
      {
        metadata: { name: "try-rate", ownerReferences: [{ kind: "Experiment" }] },
        spec: { args: [{ name: "x", value: "1" }] },
      },
    ]);
  });

  test("has all its analyses, and is over when the last that it needs is", () => {
    const slow = analysisTemplate("slow", { interval: "5s", count: 6 });
    const metricRules = [{ measure: "value" as const, value: 1 }];
    const both = [...analyses, { name: "slow", templateName: "slow" }];
    const world = new World([rate, slow, experiment({ analyses: both })], { metricRules }).look(25);
    expect(world.runs.map(({ metadata, status }) => `${metadata.name} ${status?.phase}`)).toEqual([
      "try-rate Successful",
      "try-slow Running",
    ]);
    expect(world.state).toEqual(["Running", undefined]);
    world.cluster.act("end", (api) =>
      api.patch({ resource: "experiments", name: "try" }, "merge", { spec: { terminate: true } }),
    );
    world.look(2);
    const ended = world.written.filter(
      ({ resource, verb }) => resource === "analysisruns" && verb === "patch",
    );
    expect(ended.map(({ name }) => name)).toEqual(["try-slow"]);
  });

  test("ends its analyses with it", () => {
    const endless = analysisTemplate("rate", { interval: "5s" }, { args: [{ name: "x" }] });
    const metricRules = [{ measure: "value" as const, value: 1 }];
    const world = new World([endless, experiment({ duration: "20s", analyses })], { metricRules });
    expect(world.look(20).runs[0]?.status?.phase).toBe("Running");
    expect(world.look(10).runs[0]).toMatchObject({
      spec: { terminate: true },
      status: { phase: "Successful" },
    });
  });

  test.each([
    [[experiment({ analyses })], "analysis rate: AnalysisTemplate 'rate' not found"],
    [
      [rate, experiment({ analyses: [{ name: "rate", templateName: "rate" }] })],
      "analysis rate: args.x was not resolved",
    ],
  ])("is an error where an analysis cannot begin", (objects, message) => {
    expect(new World(objects).look(10).state).toEqual(["Error", message]);
  });
});
