import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const canary = (spec: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: "flagger.app/v1beta1",
  kind: "Canary",
  metadata: { name: "web", namespace: "default", ...metadata },
  spec: {
    targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    service: { port: 80 },
    analysis: { interval: "1m", threshold: 5, stepWeight: 10 },
    ...spec,
  },
});

const ref = { resource: "canaries", name: "web" };

function made(object: KubeObject): KubeObject {
  const answer = new Cluster().api.create(object);
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

describe("a custom resource", () => {
  test("is created without a status, in generation 1", () => {
    const { metadata, status } = made({ ...canary(), status: { phase: "Succeeded" } });
    expect([metadata.generation, status]).toEqual([1, undefined]);
  });

  test("has a new generation with a new spec, and none with a new label", () => {
    const { api } = new Cluster();
    api.create(canary());
    api.patch(ref, "merge", { metadata: { labels: { a: "b" } } });
    const labelled = api.get(ref);
    api.patch(ref, "merge", { spec: { suspend: true } });
    const suspended = api.get(ref);
    const generations = [labelled, suspended].map((a) => a.ok && a.value.metadata.generation);
    expect(generations).toEqual([1, 2]);
  });

  test("is the cluster's own: its author can go on writing, and the cluster has what was sent", () => {
    const { api } = new Cluster();
    const webhooks = [{ name: "load-test", url: "http://tester/" }];
    const analysis = Object.freeze({ interval: "1m", threshold: 5, stepWeight: 10, webhooks });
    expect(api.create(canary({ analysis }))).toMatchObject({ ok: true });
    const match = [{ uri: { prefix: "/" } }];
    api.patch(ref, "merge", { spec: { service: { match } } });
    webhooks[0]!.name = "changed";
    match[0]!.uri.prefix = "/changed";
    expect(JSON.stringify(api.get(ref))).not.toContain("changed");
  });

  test("keeps its spec when its status is written, and the other way round", () => {
    const { api } = new Cluster();
    api.create(canary());
    api.patch(
      ref,
      "merge",
      { spec: { suspend: true }, status: { phase: "Failed" } },
      { subresource: "status" },
    );
    api.patch(ref, "merge", { status: { phase: "Succeeded" } });
    const found = api.get(ref);
    const value = found.ok ? found.value : undefined;
    expect(value?.["status"]).toEqual({ phase: "Failed" });
    expect(value?.["spec"]).not.toHaveProperty("suspend");
  });

  test("with a finalizer stays, marked, until the finalizer is taken away", () => {
    const { api } = new Cluster();
    api.create(canary({}, { finalizers: ["finalizer.flagger.app"] }));
    api.delete(ref);
    const marked = api.get(ref);
    expect(marked.ok && marked.value.metadata.deletionTimestamp).toBe("2000-01-01T00:00:00Z");
    api.patch(ref, "merge", { metadata: { finalizers: null } });
    expect(api.get(ref).ok).toBe(false);
  });
});

describe("a Canary", () => {
  test.each([
    [{ provider: "nginxx" }, "spec.provider: Unsupported value"],
    [{ targetRef: { kind: "Deployment", name: "web" } }, "spec.targetRef.apiVersion: Required"],
    [{ analysis: { threshold: 5, stepWeight: 10 } }, "spec.analysis.interval: Required"],
    [{ analysis: { interval: "1m", threshold: 5 } }, "must validate one and only one schema"],
    [
      { analysis: { interval: "1m", threshold: 5, stepWeight: 10, iterations: 3 } },
      "must validate one and only one schema",
    ],
    [{ service: {} }, "spec.service.port: Required"],
    [
      { analysis: { interval: "1m", threshold: 5, stepWeight: 10, metrics: {} } },
      'spec.analysis.metrics in body must be of type array: "object"',
    ],
    [{ service: { port: 80, hosts: "web" } }, "spec.service.hosts in body must be of type array"],
  ])("with %j is refused as Flagger's CRD refuses it", (spec, why) => {
    const answer = new Cluster().api.create(canary(spec));
    expect(answer.ok ? "" : answer.status.message).toContain(why);
  });
});

/** Manifests that argo-rollouts' CRDs refuse, and the first thing that the API server says of them. */
const refused: readonly (readonly [kind: string, spec: unknown, says: string])[] = [
  ["Rollout", undefined, "spec: Required value"],
  ["Rollout", 3, 'spec: Invalid value: "integer": spec in body must be of type object: "integer"'],
  [
    "Rollout",
    { replicas: "3" },
    'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
  ],
  [
    "Rollout",
    { strategy: { blueGreen: {} } },
    "spec.strategy.blueGreen.activeService: Required value",
  ],
  [
    "Rollout",
    { strategy: { canary: { steps: [{ setWeight: 20 }, 3] } } },
    'spec.strategy.canary.steps[1]: Invalid value: "integer": ' +
      'spec.strategy.canary.steps[1] in body must be of type object: "integer"',
  ],
  ["Rollout", { template: { spec: {} } }, "spec.template.spec.containers: Required value"],
  [
    "Rollout",
    { template: { metadata: { labels: { a: 1 } } } },
    'spec.template.metadata.labels.a: Invalid value: "integer": ' +
      'spec.template.metadata.labels.a in body must be of type string: "integer"',
  ],
  ["AnalysisRun", {}, "spec.metrics: Required value"],
  ["AnalysisRun", { metrics: [{ name: "a" }] }, "spec.metrics[0].provider: Required value"],
  [
    "AnalysisTemplate",
    { metrics: [{ name: "a", provider: {}, count: null }] },
    'spec.metrics[0].count: Invalid value: "null": ' +
      'spec.metrics[0].count in body must be of type integer: "null"',
  ],
  ["Experiment", {}, "spec.templates: Required value"],
  [
    "Experiment",
    { templates: [{ name: "a", selector: {} }] },
    "spec.templates[0].template: Required value",
  ],
];

const routes: readonly (readonly [
  kind: string,
  apiVersion: string,
  spec: unknown,
  says: string,
])[] = [
  ["HTTPRoute", "gateway.networking.k8s.io/v1", undefined, "spec: Required value"],
  [
    "HTTPRoute",
    "gateway.networking.k8s.io/v1",
    { rules: [{ backendRefs: [{ name: "web", weight: "90" }] }] },
    'spec.rules[0].backendRefs[0].weight: Invalid value: "string": ' +
      'spec.rules[0].backendRefs[0].weight in body must be of type integer: "string"',
  ],
  [
    "HTTPRoute",
    "gateway.networking.k8s.io/v1",
    { rules: [{ backendRefs: [{ port: 80 }] }] },
    "spec.rules[0].backendRefs[0].name: Required value",
  ],
  [
    "VirtualService",
    "networking.istio.io/v1beta1",
    { hosts: "web", http: [] },
    'spec.hosts: Invalid value: "string": spec.hosts in body must be of type array: "string"',
  ],
  [
    "VirtualService",
    "networking.istio.io/v1beta1",
    { http: [{ match: [{ uri: "/" }], route: [{ destination: { host: "web" } }] }] },
    'spec.http[0].match[0].uri: Invalid value: "string": ' +
      'spec.http[0].match[0].uri in body must be of type object: "string"',
  ],
  ["DestinationRule", "networking.istio.io/v1beta1", {}, "spec.host: Required value"],
  [
    "TrafficSplit",
    "split.smi-spec.io/v1alpha1",
    { service: "web", backends: { service: "web" } },
    'spec.backends: Invalid value: "object": spec.backends in body must be of type array: "object"',
  ],
  [
    "MetricTemplate",
    "flagger.app/v1beta1",
    { query: 3 },
    'spec.query: Invalid value: "integer": spec.query in body must be of type string: "integer"',
  ],
];

describe("a route of requests", () => {
  test.each(routes)("%s of %s with the spec %j is refused: %s", (kind, apiVersion, spec, says) => {
    const object = { apiVersion, kind, metadata: { name: "web" }, spec };
    const answer = new Cluster().api.create(object);
    const causes = answer.ok ? [] : (answer.status.details?.causes ?? []);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual([says]);
  });
});

describe("a custom resource of argo-rollouts", () => {
  test.each(refused)("of kind %s with the spec %j is refused: %s", (kind, spec, says) => {
    const object = { apiVersion: "argoproj.io/v1alpha1", kind, metadata: { name: "web" }, spec };
    const answer = new Cluster().api.create(object);
    const causes = answer.ok ? [] : (answer.status.details?.causes ?? []);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual([says]);
  });

  test("may have fields that rollsim gives no meaning", () => {
    const strategy = { canary: { antiAffinity: { x: 1 }, steps: [{ plugin: { name: "a/b" } }] } };
    const metadata = { name: "web" };
    const spec = { strategy, unknown: [1] };
    const object = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata, spec };
    expect(new Cluster().api.create(object)).toMatchObject({ ok: true, value: { spec } });
  });
});
