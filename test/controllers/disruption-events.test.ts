/** What the disruption controller tells of budgets that do not fit their pods. */
import { expect, test } from "vitest";
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
