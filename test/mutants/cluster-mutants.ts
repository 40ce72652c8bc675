/** Rules of budgets, endpoints, kubelets and autoscalers, which no recorded trace shows, broken; tests notice them. */
import { noticedBy, type Mutant } from "./mutant.ts";

const budgets = noticedBy(
  ["controllers/disruption.test.ts"],
  [
    [
      "a budget's percentages round down",
      "controllers/disruption/budget",
      `Math.ceil((Number.parseInt(value, 10) * of) / 100)`,
      `Math.floor((Number.parseInt(value, 10) * of) / 100)`,
    ],
    [
      "an evicted pod counts as healthy until it goes",
      "controllers/disruption/budget",
      `disrupted[metadata.name] === undefined &&`,
      ``,
    ],
    [
      "terminating pods count as healthy",
      "controllers/disruption/budget",
      `metadata.deletionTimestamp === undefined &&`,
      ``,
    ],
    [
      "an evicted pod that stays counts again at once",
      "controllers/disruption/budget",
      `const DELETION_TIMEOUT: Millis = 120_000;`,
      `const DELETION_TIMEOUT: Millis = 0;`,
    ],
    [
      "an eviction does not use up the budget",
      "controllers/disruption/controller",
      `const left = disruptionsAllowed - 1;`,
      `const left = disruptionsAllowed;`,
    ],
    [
      "a pod may have two budgets",
      "controllers/disruption/controller",
      `if (budgets.length > 1) {`,
      `if (budgets.length > 2) {`,
    ],
    [
      "an unready pod is evicted only as a ready one",
      "controllers/disruption/controller",
      `if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return undefined;`,
      ``,
    ],
    [
      "a pending pod asks its budget",
      "controllers/disruption/controller",
      ` || phase === "Pending"`,
      ``,
    ],
  ],
);

const endpoints = noticedBy(
  ["controllers/endpointslice.test.ts", "controllers/endpointslice-runs.test.ts"],
  [
    [
      "a terminating endpoint stays ready",
      "controllers/endpointslice/endpoint",
      `(serving && !terminating)`,
      `serving`,
    ],
    [
      "a pod that has ended keeps its endpoint",
      "controllers/endpointslice/endpoint",
      ` || pods.isTerminal(row)`,
      ``,
    ],
    [
      "a slice has room for 101",
      "controllers/endpointslice/slices",
      `MAX_ENDPOINTS_PER_SLICE = 100`,
      `MAX_ENDPOINTS_PER_SLICE = 101`,
    ],
    [
      "the emptiest slice is filled first",
      "controllers/endpointslice/slices",
      `b.rows.length - a.rows.length`,
      `a.rows.length - b.rows.length`,
    ],
    [
      "new endpoints never go to an unchanged slice",
      "controllers/endpointslice/slices",
      `left >= 0 && left < least`,
      `left < 0 && left < least`,
    ],
    [
      "a slice is deleted where it could be written over",
      "controllers/endpointslice/slices",
      `while (changes.delete.length > 0 && changes.create.length > 0) {`,
      `while (changes.delete.length > 9000) {`,
    ],
  ],
);

const probes = noticedBy(
  ["kubelet/probes.test.ts"],
  [
    [
      "a probe may fail once more than its threshold",
      "kubelet/probes",
      `first + (failureThreshold - 1) * every`,
      `first + failureThreshold * every`,
    ],
    [
      "one success is enough for readiness",
      "kubelet/probes",
      `((readiness.successThreshold ?? 1) - 1) * every`,
      `0`,
    ],
    ["a sidecar holds nothing up", "kubelet/probes", `heldUp += started;`, ``],
    [
      "readiness does not wait for its initial delay",
      "kubelet/probes",
      `Math.max(listens, delayOf(readiness))`,
      `listens`,
    ],
    ["periods begin with the container", "kubelet/probes", `every - (age % every)`, `every`],
  ],
);

const kubelet = noticedBy(
  ["kubelet/kubelet.test.ts"],
  [
    [
      "the back-off of a crashing container does not grow",
      "kubelet/kubelet",
      `backOffMs(restarts - 1)`,
      `backOffMs(0)`,
    ],
    [
      "a container that has crashed restarts before its kubelet knows",
      "kubelet/kubelet",
      `this.#crash(row, RELIST_MS)`,
      `this.#crash(row, 0)`,
    ],
    [
      "an image that is not there is pulled as often as ever",
      "kubelet/pulls",
      `backOffMs((this.#hardships.pulls.get(row) ?? 1) - 1)`,
      `backOffMs(0)`,
    ],
    [
      "the grace period ends nothing",
      "kubelet/kubelet",
      `Math.min(terminateMs, killedAfter(graceMs, preStopMs))`,
      `terminateMs`,
    ],
  ],
);

const clocks = noticedBy(
  ["kubelet/clocks.test.ts"],
  [
    [
      "all clocks agree",
      "kubelet/kubelet",
      `store.wallClockSeconds + Math.floor(ahead / 1000)`,
      `store.wallClockSeconds`,
    ],
  ],
);

const addresses = noticedBy(
  ["kubelet/pod-addresses.test.ts"],
  [
    [
      "a pod that is gone keeps its address",
      "kubelet/preparation",
      `this.#addresses.release(row);`,
      ``,
    ],
    [
      "a pod takes a second address for its new image",
      "kubelet/pod-addresses",
      `this.#held.has(row) || `,
      ``,
    ],
  ],
);

const autoscalers = noticedBy(
  [
    "controllers/podautoscaler/autoscaler.test.ts",
    "controllers/podautoscaler/surge.test.ts",
    "controllers/podautoscaler/targets.test.ts",
    "controllers/podautoscaler/replica-calculator.test.ts",
    "controllers/podautoscaler/stabilization.test.ts",
  ],
  [
    [
      "there is no tolerance",
      "controllers/podautoscaler/replica-calculator",
      `if (isWithin(input.tolerances, usage.ratio)) {`,
      `if (usage.ratio === 1) {`,
    ],
    [
      "the edge of the tolerance is outside",
      "controllers/podautoscaler/replica-calculator",
      `ratio <= 1 + scaleUp`,
      `ratio < 1 + scaleUp`,
    ],
    [
      "proposals round down",
      "controllers/podautoscaler/replica-calculator",
      `Math.ceil(usage.ratio * ready.length)`,
      `Math.floor(usage.ratio * ready.length)`,
    ],
    [
      "a pod without a metric uses its target when pods are to go",
      "controllers/podautoscaler/replica-calculator",
      `Math.max(100, target.utilization)`,
      `target.utilization`,
    ],
    [
      "pods that start are left out when pods are to come",
      "controllers/podautoscaler/replica-calculator",
      `if (growing) for (const pod of unready) values.set(pod.name, 0);`,
      ``,
    ],
    [
      "caution may turn the direction",
      "controllers/podautoscaler/replica-calculator",
      `(usage.ratio > 1 && ratio < 1) ||`,
      ``,
    ],
    [
      "the lowest recommendation of five minutes counts",
      "controllers/podautoscaler/stabilization",
      `Math.max(most, each.replicas)`,
      `Math.min(most, each.replicas)`,
    ],
    [
      "few replicas at most double",
      "controllers/podautoscaler/stabilization",
      `Math.max(2 * current, 4)`,
      `2 * current`,
    ],
    [
      "Min selects the largest growth",
      "controllers/podautoscaler/stabilization",
      `rules.selectPolicy === "Min" ? Math.min(...proposals) : Math.max(...proposals)`,
      `Math.max(...proposals)`,
    ],
    [
      "scalings before the period count",
      "controllers/podautoscaler/stabilization",
      `(atMs > cutoff ? change : 0)`,
      `change`,
    ],
    [
      "a percentage of fewer replicas rounds up",
      "controllers/podautoscaler/stabilization",
      `Math.trunc(start * (1 - value / 100))`,
      `Math.ceil(start * (1 - value / 100))`,
    ],
    [
      "a rescale is not remembered",
      "controllers/podautoscaler/horizontal",
      `withScaling({ behavior, memory, nowMs }, current, desired)`,
      `withScaling({ behavior: undefined, memory, nowMs }, current, desired)`,
    ],
    [
      "a metric that cannot be read makes an autoscaler forget",
      "controllers/podautoscaler/horizontal",
      `...(memory === undefined ? {} : { memory }) };`,
      `memory } as Verdict;`,
    ],
    [
      "a kind is known in any group",
      "controllers/podautoscaler/controller",
      `each.kind === kind && each.group === group`,
      `each.kind === kind`,
    ],
    [
      "custom resources are looked for among Kubernetes' own",
      "controllers/podautoscaler/controller",
      `const resource = storeName(found);`,
      `const { resource } = found;`,
    ],
    [
      "what pods use before they are ready counts",
      "controllers/podautoscaler/controller",
      `pods.isReady(row) ? "True" : "False"`,
      `"True"`,
    ],
  ],
);

const containers = noticedBy(
  ["kubelet/renewals.test.ts", "faults/probes-and-registry.test.ts"],
  [
    [
      "an image is there when any node has it",
      "kubelet/images",
      `columns.node[row] === node && columns.startedS[row]! > 0`,
      `columns.startedS[row]! > 0`,
    ],
    [
      "a new image starts a pod anew that is asked to stop",
      "kubelet/kubelet",
      `if (node[row] === UNBOUND || store.pods.isDeleting(row) || store.pods.isTerminal(row)) return;
    const { spec, graceSeconds }`,
      `if (node[row] === UNBOUND || store.pods.isTerminal(row)) return;
    const { spec, graceSeconds }`,
    ],
    [
      "a container that crashed waits on, though its image is another",
      "kubelet/kubelet",
      `startedS[row] === 0 || isStopped(reason[row]!)`,
      `startedS[row] === 0`,
    ],
    [
      "what was put off for the old container happens to the new one",
      "kubelet/renewals",
      `what === turn && at === now`,
      `what === turn`,
    ],
  ],
);

const namespaces = noticedBy(
  ["apiserver/namespace-deletion.test.ts", "apiserver/strategy.test.ts"],
  [
    [
      "a namespace waits for the whole grace of its pods",
      "controllers/namespace/controller",
      `Math.floor(guess / 2) + 1`,
      `guess`,
    ],
    [
      "a toleration that evicts nobody keeps the default away",
      "apiserver/strategy-pod",
      ` && (effect === "" || effect === "NoExecute")`,
      ``,
    ],
  ],
);

const routes = noticedBy(
  ["traffic/route-readers.test.ts", "faults/node-objects.test.ts"],
  [
    [
      "a VirtualService of the mesh answers requests from outside",
      "traffic/routes/virtual-service",
      `gateways.some((name) => name !== MESH) && `,
      ``,
    ],
    [
      "a wildcard goes before a whole host",
      "traffic/routes/ingress",
      `host === "" ? 2 : host.startsWith("*") ? 1 : 0`,
      `host === "" ? 2 : host.startsWith("*") ? 0 : 1`,
    ],
    [
      "a user's taint passes for the node controller's",
      "faults/node-objects",
      `a.key === b.key && a.effect === b.effect`,
      `a.effect === b.effect`,
    ],
  ],
);

export const clusterMutants: readonly Mutant[] = [
  ...budgets,
  ...endpoints,
  ...probes,
  ...kubelet,
  ...clocks,
  ...addresses,
  ...autoscalers,
  ...containers,
  ...namespaces,
  ...routes,
];
