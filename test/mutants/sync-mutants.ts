/** Rules of single syncs, of what wakes them and of what stands around, broken; tests notice them. */
import { deployment, noticedBy, replicaset, type Mutant } from "./mutant.ts";

const deployments = noticedBy(
  ["controllers/sync.test.ts", "controllers/wakes.test.ts"],
  [
    [
      "without a deadline, creating a ReplicaSet is progress all the same",
      `${deployment}new-replica-set`,
      `    if (hasDeadline(sync.d)) {
      const message = \`Created`,
      `    if (true) {
      const message = \`Created`,
    ],
    [
      "a sync in a namespace that goes away is tried again",
      `${deployment}step`,
      `return isNamespaceTerminating(status) ? { ok: false, error, final: true } : { ok: false, error };`,
      `return { ok: false, error };`,
    ],
    [
      "an orphan that is gone by now fails the sync",
      `${deployment}deployment`,
      `return answer.status.reason === "NotFound" ? { ok: true, value: false } : refused(answer.status);`,
      `return refused(answer.status);`,
    ],
    [
      "a Deployment that is going adopts",
      `${deployment}deployment`,
      `if (fresh.value.metadata.deletionTimestamp !== undefined) {`,
      `if (false) {`,
    ],
    [
      "the history is trimmed before a rollback that is asked for",
      `${deployment}scale`,
      `if (sync.d.spec.paused === true && rollbackTo(sync.d) === undefined) {`,
      `if (sync.d.spec.paused === true) {`,
    ],
    [
      "an orphan does not wake Deployments that select by expressions",
      "api/label-selector",
      `return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;`,
      `return Object.keys(matchLabels ?? {}).length === 0;`,
    ],
    [
      "until v1.36, too, the end of any pod wakes a Recreate Deployment",
      `${deployment}controller`,
      `if (this.#features.recreateWakesLate && this.#hasPods(deployment)) return;`,
      ``,
    ],
  ],
);

const replicaSets = noticedBy(
  ["controllers/replicaset.test.ts"],
  [
    [
      "of alike ages the place in the list decides, not the UID",
      `${replicaset}deletion-exact`,
      `ranked[a]!.uid < ranked[b]!.uid`,
      `a < b`,
    ],
    [
      "of alike pods those of one age go first",
      `${replicaset}deletion-cohorts`,
      `compareTimes(last[0]!, cohort, now) === 0`,
      `last[0] === cohort`,
    ],
    [
      "of many alike pods those of one age go first",
      `${replicaset}deletion-cohorts`,
      `if (cursor.row < first.row) first = cursor;`,
      `if (first.row === NO_ROW) first = cursor;`,
    ],
    [
      "an orphan wakes no ReplicaSet",
      `${replicaset}controller`,
      `if (!deleting && (change === PodChange.Added || moved || relabeled)) this.#wakeMatching(row);`,
      ``,
    ],
    [
      "an orphan that is gone by now is deleted once more",
      `${replicaset}replicaset`,
      `surplus: view.surplus.filter((row) => !gone.has(row)),`,
      `surplus: view.surplus,`,
    ],
  ],
);

const sorting = noticedBy(
  ["controllers/go-sort.test.ts"],
  [
    [
      "many bad pivots do not lead to heap sort",
      "controllers/go-sort",
      `if (limit === 0) return heapSort(data, a, b);`,
      ``,
    ],
    [
      "what only reaches into the front is left as it is",
      "controllers/go-sort",
      `if (a >= data.front) return;`,
      `if (b > data.front) return;`,
    ],
  ],
);

const budgets = noticedBy(
  ["controllers/disruption.test.ts"],
  [
    [
      "a budget expects what the ReplicaSets of a Deployment add up to",
      "controllers/disruption/budget",
      `if (above?.kind !== "Deployment") return`,
      `if (above?.kind === "Deployment") return`,
    ],
    [
      "AlwaysAllow allows nothing more",
      "controllers/disruption/controller",
      `if (policy === "AlwaysAllow") return undefined;`,
      ``,
    ],
    [
      "an unready pod may go where the budget wants no healthy ones",
      "controllers/disruption/controller",
      `currentHealthy >= desiredHealthy && desiredHealthy > 0`,
      `currentHealthy >= desiredHealthy`,
    ],
    [
      "a budget counts pods of other namespaces",
      "controllers/disruption/controller",
      `if (namespace !== budget.metadata.namespace) continue;`,
      ``,
    ],
  ],
);

const slices = noticedBy(
  ["controllers/endpointslice.test.ts"],
  [
    [
      "a slice that new endpoints just fit is passed over",
      "controllers/endpointslice/slices",
      `if (left >= 0 && left < least)`,
      `if (left > 0 && left < least)`,
    ],
    [
      "a slice that was empty before goes",
      "controllers/endpointslice/slices",
      `if (empty && (touched.has(slice) || !offered.has(slice.key)))`,
      `if (empty)`,
    ],
    [
      "a port's name is looked for in every init container",
      "controllers/endpointslice/ports",
      `(container) => container["restartPolicy"] === "Always",`,
      `() => true,`,
    ],
    [
      "a port's name is enough, whatever its protocol",
      "controllers/endpointslice/ports",
      `candidate.name === targetPort && (candidate.protocol ?? "TCP") === protocol`,
      `candidate.name === targetPort`,
    ],
  ],
);

const zones = noticedBy(
  ["faults/node-down.test.ts"],
  [
    [
      "two nodes of three are too many",
      "faults/node-faults",
      `gone > 2 && gone / nodes >= UNHEALTHY_SHARE`,
      `gone / nodes >= UNHEALTHY_SHARE`,
    ],
    [
      "three nodes are too many, whatever their share",
      "faults/node-faults",
      `gone > 2 && gone / nodes >= UNHEALTHY_SHARE`,
      `gone > 2`,
    ],
    [
      "a large zone is not evicted either",
      "faults/node-faults",
      `nodes <= SMALL_ZONE && gone > 2`,
      `gone > 2`,
    ],
    [
      "55 % of a zone are not too many",
      "faults/node-faults",
      `gone / nodes >= UNHEALTHY_SHARE`,
      `gone / nodes > UNHEALTHY_SHARE`,
    ],
  ],
);

const autoscalers = noticedBy(
  ["autoscaler", "pod-usage", "stabilization"].map(
    (name) => `controllers/podautoscaler/${name}.test.ts`,
  ),
  [
    [
      "a metric that cannot be read stands against as many replicas as there are",
      "controllers/podautoscaler/metrics",
      `best.replicas < target.specReplicas`,
      `best.replicas <= target.specReplicas`,
    ],
    [
      "the time of the last scaling is forgotten",
      "controllers/podautoscaler/horizontal",
      `...(lastScaleTime === undefined ? {} : { lastScaleTime }),`,
      ``,
    ],
    [
      "pods go where more came than a policy lets come",
      "controllers/podautoscaler/stabilization",
      `const fastest = Math.max(current, fastestUp(input, behavior.scaleUp ?? {}));`,
      `const fastest = fastestUp(input, behavior.scaleUp ?? {});`,
    ],
    [
      "pods that went in the period are not made up for",
      "controllers/podautoscaler/stabilization",
      ` + sum(memory.scaleDowns);`,
      `;`,
    ],
    [
      "a request counts for more than a limit",
      "kubelet/metrics-server",
      `limit ?? cpuOf(first, "requests") ?? 0`,
      `cpuOf(first, "requests") ?? limit ?? 0`,
    ],
  ],
);

const placement = noticedBy(
  ["scheduler/filters.test.ts", "scheduler/nearby-pods.test.ts"],
  [
    [
      "pods of other namespaces are kept away, too",
      "scheduler/nearby-pods",
      `return namespaces.includes(namespace) && matcher.matches(template.metadata?.labels);`,
      `return matcher.matches(template.metadata?.labels);`,
    ],
    [
      "a pod that asks for a whole node cannot be helped",
      "scheduler/filters",
      `if (milli > whole) helpless = true;`,
      `if (milli >= whole) helpless = true;`,
    ],
    [
      "a term's labels do not matter",
      "scheduler/demand",
      `    ...selector,
    matchExpressions`,
      `    matchExpressions`,
    ],
    [
      "pods near and far at once are not counted",
      "scheduler/nearby-pods",
      `near.length + far.length === 0`,
      `near.length === far.length`,
    ],
    [
      "a spread counts nodes that the pod may not go to",
      "scheduler/nearby-pods",
      `if (rule.nodeAffinity === "honor" && allowed?.(name, labels) === false) continue;`,
      ``,
    ],
    [
      "a pod may want to be near nobody",
      "scheduler/nearby-pods",
      `return this.#selects(term, row) && this.#matching(undefined, term) === 0;`,
      `return this.#matching(undefined, term) === 0;`,
    ],
  ],
);

const preemptions = noticedBy(
  ["scheduler/preemption.test.ts"],
  [
    [
      "a pod of lower priority keeps its claim to the room",
      "scheduler/placement",
      `if (on === node && priorityOf(store, other) < priority) this.#nominated.delete(other);`,
      ``,
    ],
    [
      "who may take others' room does not when some is left",
      "scheduler/placement",
      ` || this.#preemption(row) !== undefined`,
      ``,
    ],
    [
      "room that is kept for others counts as what victims leave",
      "scheduler/preemption",
      `for (const each of coming) world.filters.bound(each, node);`,
      ``,
    ],
    [
      "the pods that started first go",
      "scheduler/preemption",
      `-Math.min(...started)`,
      `Math.min(...started)`,
    ],
    [
      "the most important pods go",
      "scheduler/preemption",
      `priorityOf(store, b) - priorityOf(store, a) || startOf`,
      `priorityOf(store, a) - priorityOf(store, b) || startOf`,
    ],
  ],
);

export const syncMutants: readonly Mutant[] = [
  ...deployments,
  ...replicaSets,
  ...sorting,
  ...budgets,
  ...slices,
  ...zones,
  ...autoscalers,
  ...placement,
  ...preemptions,
];
