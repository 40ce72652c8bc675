/** A small world in which evictions are refused for every reason. */
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

export function reachedByEvictions(): ReadonlySet<string> {
  const reached = new Set<string>();
  const cluster = new Cluster({});
  cluster.on("decision", ({ id }) => reached.add(id));
  cluster.act("create", (api) => api.create(web(3)));
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
      spec: { selector: { matchLabels: { app: "web" } }, minAvailable: 2 },
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
