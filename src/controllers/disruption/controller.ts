/**
 * The disruption controller: keeps the status of PodDisruptionBudgets, and answers evictions by it. Mirrors
 * kubernetes/pkg/controller/disruption and registry/core/pod/storage/eviction.go (v1.37.2). It acts once
 * the Deployment and ReplicaSet controllers have settled, and does nothing where there is no budget.
 *
 * A rolling update deletes pods without asking; what it makes unavailable still uses up the budget.
 */
import { matchesSelector } from "../../api/label-selector.ts";
import type { Client, DeleteOptions } from "../../api/client.ts";
import type { Pod } from "../../api/core.ts";
import { deepEqual } from "../../api/json.ts";
import type { KubeObject, LabelSelector } from "../../api/meta.ts";
import { failure, forbidden, type Answer, type Status } from "../../api/status.ts";
import { timestamp } from "../../api/time.ts";
import { podObject } from "../../apiserver/pod-objects.ts";
import type { Store } from "../../apiserver/store.ts";
import type { Trace } from "../../engine/trace.ts";
import { sentence, type Decision } from "../decisions.ts";
import {
  allowed,
  budgetStatus,
  isReady,
  scaleFrom,
  type Budget,
  type BudgetStatus,
} from "./budget.ts";
import { severalBudgets, tellingsOf, type Telling } from "./warnings.ts";

const BUDGETS = "poddisruptionbudgets";

export class DisruptionController {
  readonly #store: Store;
  readonly #trace: Trace;
  #changed = false;
  #hears = false;
  /** Rows of pods that have changed since it settled last. */
  readonly #touched = new Set<number>();

  constructor(store: Store, trace: Trace) {
    this.#store = store;
    this.#trace = trace;
    store.listen({
      object: ({ resource }) => {
        if (resource === BUDGETS) this.#hearPods();
        this.#changed = true;
      },
    });
    for (const _ of store.all(BUDGETS)) this.#hearPods();
  }

  /** From the first budget on: pods are many, and budgets are few. */
  #hearPods(): void {
    if (this.#hears) return;
    this.#hears = true;
    this.#store.listen({
      pod: (_, row) => {
        this.#changed = true;
        this.#touched.add(row);
      },
    });
  }

  settled(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const budgets = [...this.#store.all(BUDGETS)] as Budget[];
    if (budgets.length > 1) for (const row of this.#touched) this.#tellSeveral(row);
    this.#touched.clear();
    if (budgets.length === 0) return;
    for (const budget of budgets) this.#sync(budget);
    // Its own writes do not concern it.
    this.#changed = false;
  }

  /** What `kubectl drain` asks for: a deletion, if the pod's budget can spare it. */
  evict(
    api: Pick<Client, "get" | "delete">,
    { namespace = "default", name }: PodRef,
    options: DeleteOptions = {},
  ): Answer<KubeObject> {
    const ref = { resource: "pods", namespace, name };
    const found = api.get(ref);
    if (!found.ok) return found;
    const pod = found.value as Pod;
    const { phase } = pod.status;
    const going = pod.metadata.deletionTimestamp !== undefined;
    if (going || phase === "Succeeded" || phase === "Failed" || phase === "Pending") {
      return api.delete(ref, options);
    }
    const budgets = this.#budgetsOf(pod);
    if (budgets.length > 1) {
      const message =
        "This pod has more than one PodDisruptionBudget, " +
        "which the eviction subresource does not support.";
      return { ok: false, status: failure(500, "none", message) };
    }
    const [budget] = budgets;
    const refusal = budget === undefined ? undefined : this.#spend(budget, pod);
    return refusal === undefined ? api.delete(ref, options) : { ok: false, status: refusal };
  }

  #sync(budget: Budget): void {
    const pods = this.#podsOf(budget);
    const scaleOf = scaleFrom((resource, key) => this.#store.get(resource, key));
    const status = budgetStatus(budget, pods, scaleOf, this.#store.wallClockMs);
    if (deepEqual(budget.status, status)) return;
    const tellings = tellingsOf(budget, pods);
    for (const telling of tellings) this.#tell(budget, telling);
    this.#write(budget, status);
    // Its own write wakes the real one, which finds the same again.
    for (const telling of tellings) this.#tell(budget, telling);
  }

  #write(budget: Budget, status: BudgetStatus): void {
    const stored = this.#store.replace(BUDGETS, { ...budget, status });
    const { namespace = "default", name } = budget.metadata;
    this.#trace.add({
      kind: "write",
      at: this.#store.now,
      by: "disruption-controller",
      verb: "update/status",
      resource: BUDGETS,
      namespace,
      name,
      object: stored,
    });
  }

  #tellSeveral(row: number): void {
    if (!this.#store.pods.isPresent(row)) return;
    const pod = podObject(this.#store, row);
    const budgets = this.#budgetsOf(pod);
    if (budgets.length > 1) this.#tell(pod, severalBudgets(pod, budgets[row % budgets.length]!));
  }

  #tell({ kind, metadata }: KubeObject, telling: Telling): void {
    const { namespace = "default", name } = metadata;
    this.#trace.add({
      kind: "event",
      at: this.#store.now,
      by: "controllermanager",
      about: { kind, namespace, name },
      ...telling,
    });
  }

  #podsOf(budget: Budget): readonly Pod[] {
    const { pods, registry } = this.#store;
    const selected: Pod[] = [];
    for (let row = 0; row < pods.length; row++) {
      if (!pods.isPresent(row)) continue;
      const { namespace } = registry.sources[pods.columns.source[row]!]!;
      if (namespace !== budget.metadata.namespace) continue;
      const pod = podObject(this.#store, row);
      if (selects(budget, pod)) selected.push(pod);
    }
    return selected;
  }

  #budgetsOf(pod: Pod): readonly Budget[] {
    return ([...this.#store.all(BUDGETS)] as Budget[]).filter(
      (budget) => budget.metadata.namespace === pod.metadata.namespace && selects(budget, pod),
    );
  }

  /** Mirrors checkAndDecrement: takes one disruption from the budget, or says why there is none. */
  #spend(budget: Budget, pod: Pod): Status | undefined {
    const { name, generation = 1 } = budget.metadata;
    const { status } = budget;
    const { desiredHealthy = 0, currentHealthy = 0, disruptionsAllowed = 0 } = status ?? {};
    if (!isReady(pod.status)) {
      const policy = budget.spec["unhealthyPodEvictionPolicy"];
      if (policy === "AlwaysAllow") return undefined;
      if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return undefined;
    }
    if (status === undefined || (status.observedGeneration ?? 0) < generation) {
      this.#tellRefusal(pod, { id: "disruption/not-observed", weighed: { budget: name } });
      return refused(`The disruption budget ${name} is still being processed by the server.`);
    }
    if (disruptionsAllowed < 0) {
      const of = { group: "policy", resource: "poddisruptionbudget" };
      return forbidden(of, name, "pdb disruptions allowed is negative");
    }
    if (disruptionsAllowed === 0) {
      const tooFew = currentHealthy <= desiredHealthy;
      const weighed = { budget: name, desired: desiredHealthy, healthy: currentHealthy };
      const id = tooFew ? "disruption/too-few-healthy" : "disruption/none-to-spare";
      this.#tellRefusal(pod, { id, weighed });
      return refused(
        tooFew
          ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
          : `The disruption budget ${name} does not allow evicting pods currently`,
      );
    }
    const left = disruptionsAllowed - 1;
    const evicted = { [pod.metadata.name]: timestamp(this.#store.wallClockMs) };
    this.#write(budget, {
      ...status,
      disruptionsAllowed: left,
      disruptedPods: { ...status.disruptedPods, ...evicted },
      ...(left === 0 ? { conditions: [allowed(budget, left, this.#store.wallClockMs)] } : {}),
    });
    return undefined;
  }

  #tellRefusal({ metadata }: Pod, { id, weighed }: Decision): void {
    const decision = { id, weighed: { ...weighed, pod: metadata.name } };
    this.#trace.add({
      kind: "decision",
      at: this.#store.now,
      by: "apiserver",
      sync: 0,
      key: `${metadata.namespace}/${metadata.name}`,
      ...decision,
      sentence: sentence(decision),
    });
  }
}

interface PodRef {
  readonly namespace?: string;
  readonly name: string;
}

function selects({ spec }: Budget, { metadata }: Pod): boolean {
  const selector = spec["selector"] as LabelSelector | undefined;
  return selector !== undefined && matchesSelector(selector, metadata.labels ?? {});
}

function refused(why: string): Status {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return failure(429, "TooManyRequests", message, {
    causes: [{ reason: "DisruptionBudget", message: why, field: "" }],
  });
}
