/** PriorityClasses that every API server makes for itself. */
import { SYSTEM_CLASSES } from "./pod-classes.ts";
import type { Store } from "./store.ts";

export function seedPriorityClasses(store: Store): void {
  for (const { name, value, description } of SYSTEM_CLASSES) {
    store.seed("priorityclasses", {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name, generation: 1 },
      value,
      description,
      preemptionPolicy: "PreemptLowerPriority",
    });
  }
}
