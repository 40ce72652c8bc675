/** A small world in which evictions are refused for every reason. */
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const labels = { app: "web" };
const web: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:v1" }] } },
  },
};

export function reachedByEvictions(): ReadonlySet<string> {
  const reached = new Set<string>();
  const cluster = new Cluster({});
  cluster.on("decision", ({ id }) => reached.add(id));
  cluster.act("create", (api) => api.create(web));
  cluster.runUntil(5000);
  const [first, second] = cluster.api.list("pods").map(({ metadata }) => ({
    resource: "pods",
    name: metadata.name,
  }));
  cluster.act("budget", (api) => {
    api.create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: { selector: { matchLabels: labels }, minAvailable: 2 },
    });
    api.evict(first!); // at once: nobody has looked at the budget
  });
  cluster.act("evict two at once", (api) => {
    api.evict(first!);
    api.evict(second!);
  });
  cluster.act("another", (api) => api.evict(second!));
  return reached;
}
