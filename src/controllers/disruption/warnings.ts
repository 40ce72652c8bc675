/** What the disruption controller's events say. Mirrors trySync and getPdbForPod of disruption.go (v1.37.2). */
import type { Pod } from "../../api/core.ts";
import { controllerOf, type LabelSelector } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import type { Budget } from "./budget.ts";

export interface Telling {
  readonly type: "Normal" | "Warning";
  readonly reason: "NoPods" | "UnmanagedPods" | "MultiplePodDisruptionBudgets";
  readonly message: string;
}

/** What a look at a budget and its pods says. */
export function tellingsOf(budget: Budget, pods: readonly Pod[]): readonly Telling[] {
  if (pods.length === 0) {
    return [{ type: "Normal", reason: "NoPods", message: "No matching pods found" }];
  }
  const { maxUnavailable, minAvailable, selector } = budget.spec;
  const needsScale = maxUnavailable !== undefined || typeof minAvailable === "string";
  if (!needsScale || pods.every(({ metadata }) => controllerOf(metadata) !== undefined)) return [];
  const printed = goSelector(selector as LabelSelector);
  const message =
    `Pods selected by this PodDisruptionBudget (selector: ${printed}) were found to be unmanaged. ` +
    "As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. " +
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
  return [{ type: "Warning", reason: "UnmanagedPods", message }];
}

/** Of a pod that changed: which of its budgets is looked at is left to the order of a Go map. */
export function severalBudgets({ metadata }: Pod, chosen: Budget): Telling {
  const { namespace = "default", name } = metadata;
  const message =
    `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  ` +
    `Chose "${chosen.metadata.name}" arbitrarily.`;
  return { type: "Warning", reason: "MultiplePodDisruptionBudgets", message };
}

/** As the generated String() of Go prints it. */
function goSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${key}: ${value},`);
  const rules = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`,
  );
  return (
    `&LabelSelector{MatchLabels:map[string]string{${labels.join("")}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${rules.join("")}},}`
  );
}
