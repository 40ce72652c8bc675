/** What the disruption controller tells of budgets that do not fit their pods. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { session } from "../kubectl/session.ts";

const eventsOf = (kind: string): string =>
  `get events --field-selector involvedObject.kind=${kind},type=Warning ` +
  "-o 'jsonpath={range .items[*]}{.reason} {.count} {.message}{\"\\n\"}{end}'";

test("a budget that needs a scale says which of its pods have none", () => {
  const run = session();
  run("run solo --image=web:1 --labels=app=solo && wait pod/solo --for=condition=Ready");
  run("create pdb share --selector=app=solo --max-unavailable=1");
  run("create pdb number --selector=app=solo --min-available=1");
  expect(run(eventsOf("PodDisruptionBudget"))).toBe(
    "UnmanagedPods 2 Pods selected by this PodDisruptionBudget (selector: " +
      "&LabelSelector{MatchLabels:map[string]string{app: solo,},MatchExpressions:[]LabelSelectorRequirement{},}) " +
      "were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, " +
      'which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" ' +
      "field of the PDB to an integer value.\n",
  );
});

test("a pod that changes under several budgets says that one of them is chosen", () => {
  const run = session();
  run("create deployment web --image=web:1 && rollout status deploy/web");
  run("create pdb one --selector=app=web --min-available=1");
  run("label pods -l app=web a=b");
  expect(run(eventsOf("Pod"))).toBe("");
  run("create pdb two --selector='app in (web,api)' --min-available=1");
  run("label pods -l app=web a=c --overwrite");
  expect(run(eventsOf("Pod"))).toMatch(
    /^MultiplePodDisruptionBudgets 1 Pod "default"\/"web-\S+" matches multiple PodDisruptionBudgets\. {2}Chose "(one|two)" arbitrarily\.\n$/u,
  );
});

test("an eviction is refused without numbers where nobody knows how many pods there are to be", () => {
  const cluster = new Cluster();
  const metadata = { name: "alone", labels: { app: "web" } };
  const spec = { containers: [{ name: "web", image: "web:v1" }] };
  const budget = { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } };
  cluster.act("create", (api) => {
    api.create({ apiVersion: "v1", kind: "Pod", metadata, spec });
    api.create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: budget,
    });
  });
  cluster.runUntil(10_000);
  const message = "The disruption budget web does not allow evicting pods currently";
  expect(cluster.evict({ name: "alone" })).toMatchObject({
    status: { code: 429, details: { causes: [{ message }] } },
  });
  const decided = { kind: "decision", id: "disruption/none-to-spare" };
  expect(cluster.trace.entries.at(-1)).toMatchObject(decided);
});

test("a budget that selects nothing says so twice: when it is seen, and when its status is written", () => {
  const cluster = new Cluster();
  cluster.act("create", (api) => {
    api.create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "other" } } },
    });
  });
  cluster.runUntil(20_000);
  const events = cluster.api.list("events").filter(({ reason }) => reason === "NoPods");
  expect(events).toMatchObject([
    { count: 2, message: "No matching pods found", involvedObject: { apiVersion: "policy/v1" } },
  ]);
  expect(cluster.api.get({ resource: "poddisruptionbudgets", name: "web" })).toMatchObject({
    value: { status: { expectedPods: 0, disruptionsAllowed: 0 } },
  });
});
