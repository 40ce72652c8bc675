/** Admission webhooks of pods that do not answer. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";

const about = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
const service = { name: "policy", namespace: "default", path: "/validate" };
const webhook = {
  name: "pods.policy.example.com",
  clientConfig: { service },
  rules: [about],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};

const pod = (name: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", labels: { app: name } },
  spec: { containers: [{ name: "web", image: "web:1" }] },
});

interface World {
  readonly webhook?: object;
  readonly kind?: "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration";
  readonly before?: readonly object[];
}

const policy = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "policy", namespace: "default" },
  spec: { selector: { app: "policy" }, ports: [{ port: 443 }] },
};

/** A cluster with a webhook; its Service is there, its pods are not. */
function world({
  webhook: changes = {},
  kind = "ValidatingWebhookConfiguration",
  before = [policy],
}: World): Cluster {
  const cluster = new Cluster();
  for (const object of before) create(cluster, object);
  cluster.runUntil(10_000);
  const webhooks = [{ ...webhook, ...changes }];
  const apiVersion = "admissionregistration.k8s.io/v1";
  create(cluster, { apiVersion, kind, metadata: { name: "policy" }, webhooks });
  return cluster;
}

function create(cluster: Cluster, object: object): void {
  cluster.act("create", (api) => expect(api.create(object as never)).toMatchObject({ ok: true }));
}

function created(cluster: Cluster): string {
  const answer = cluster.act("create", (api) => api.create(pod("web") as never));
  return answer.ok ? "created" : `${answer.status.code} ${answer.status.message}`;
}

const REFUSED =
  '500 Internal error occurred: failed calling webhook "pods.policy.example.com": failed to call webhook: ' +
  'Post "https://policy.default.svc:443/validate?timeout=10s": no endpoints available for service "policy"';

test.each([
  ["a validating webhook", {}],
  ["a mutating webhook", { kind: "MutatingWebhookConfiguration" }],
  ["a webhook about everything", { webhook: { rules: [{ ...about, resources: ["*"] }] } }],
  [
    "a webhook that selects its labels",
    { webhook: { objectSelector: { matchLabels: { app: "web" } } } },
  ],
] satisfies [string, World][])("a pod is refused while %s has no ready pod", (_, options) => {
  expect(created(world(options))).toBe(REFUSED);
});

test.each([
  ["its failurePolicy is Ignore", { webhook: { failurePolicy: "Ignore" } }],
  ["it is about other objects", { webhook: { rules: [{ ...about, resources: ["services"] }] } }],
  ["it is about deletions", { webhook: { rules: [{ ...about, operations: ["DELETE"] }] } }],
  ["it selects other labels", { webhook: { objectSelector: { matchLabels: { app: "api" } } } }],
  [
    "it selects other namespaces",
    { webhook: { namespaceSelector: { matchLabels: { guarded: "yes" } } } },
  ],
  [
    "it has match conditions",
    { webhook: { matchConditions: [{ name: "any", expression: "true" }] } },
  ],
  ["its Service has no object", { before: [] }],
  ["its Service has a ready pod", { before: [policy, pod("policy")] }],
] satisfies [string, World][])(
  "a pod is created where a webhook cannot be asked, but %s",
  (_, options) => {
    expect(created(world(options))).toBe("created");
  },
);

test("a ReplicaSet's pods are refused in the same words, and come when the webhook answers again", () => {
  const cluster = world({});
  create(cluster, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1" }] },
      },
    },
  });
  const [event] = cluster.api.list("events").filter(({ reason }) => reason === "FailedCreate");
  expect(event).toMatchObject({ message: `Error creating: ${REFUSED.slice("500 ".length)}` });
  expect(cluster.api.list("pods")).toEqual([]);
  const ref = { resource: "services", namespace: "default", name: "policy" };
  cluster.act("out of its hands", (api) => api.delete(ref));
  cluster.runUntil(120_000);
  expect(cluster.api.list("pods")).toHaveLength(1);
});
