/** Rules that the recorded traces do not show, broken; tests notice them. */
import { mutant, type Mutant } from "./mutant.ts";

type Broken = Parameters<typeof mutant>;

function noticedBy(tests: readonly string[], mutants: readonly Broken[]): readonly Mutant[] {
  return mutants.map((args) => ({ ...mutant(...args), tests }));
}

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
      `FIRST_BACKOFF_MS * 2 ** (restarts - 1)`,
      `FIRST_BACKOFF_MS`,
    ],
    [
      "the grace period ends nothing",
      "kubelet/kubelet",
      `Math.min(this.#script(row).terminateMs, graceMs)`,
      `this.#script(row).terminateMs`,
    ],
  ],
);

const autoscalers = noticedBy(
  [
    "controllers/podautoscaler/autoscaler.test.ts",
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
  ],
);

const rollouts = noticedBy(
  ["controllers/rollout/replica-counts.test.ts", "controllers/rollout/canary-scaling.test.ts"],
  [
    [
      "a split looks at no surge",
      "controllers/rollout/replica-counts",
      `if (surge > 0) consider(replicas + 1);`,
      ``,
    ],
    [
      "of two splits the worse is taken",
      "controllers/rollout/replica-counts",
      `off(b) < off(a) ? b : a`,
      `off(b) < off(a) ? a : b`,
    ],
    [
      "a version may be left without a pod",
      "controllers/rollout/replica-counts",
      `const zeroAllowed = weight === maxWeight ||`,
      `const zeroAllowed = weight !== maxWeight ||`,
    ],
    [
      "the canary grows before the stable ReplicaSet",
      "controllers/rollout/replica-counts",
      `const stable = towards(stableRS, wanted.stable);
  return { stable, canary: towards(newRS, wanted.canary) };`,
      `const canary = towards(newRS, wanted.canary);
  return { canary, stable: towards(stableRS, wanted.stable) };`,
    ],
    [
      "stable pods go before canary pods are available",
      "controllers/rollout/replica-counts",
      `return by === "asked for" ? rs.spec.replicas : Math.min(rs.spec.replicas, available(rs));`,
      `return rs.spec.replicas;`,
    ],
    [
      "with a router the stable ReplicaSet shrinks",
      "controllers/rollout/replica-counts",
      `if (canaryOf(rollout)?.dynamicStableScale !== true) {
    return`,
      `if (canaryOf(rollout)?.dynamicStableScale === true) {
    return`,
    ],
    [
      "minPodsPerReplicaSet makes pods of none",
      "controllers/rollout/replica-counts",
      `if (count === 0 || least === undefined`,
      `if (least === undefined`,
    ],
    [
      "a weight of pods rounds down",
      "controllers/rollout/canary-steps",
      `Math.ceil((weight * replicasOf(rollout)) / maxWeightOf(rollout))`,
      `Math.floor((weight * replicasOf(rollout)) / maxWeightOf(rollout))`,
    ],
    [
      "the first setWeight stays in force",
      "controllers/rollout/canary-steps",
      `.slice(0, index + 1)
    .map(valueOf)
    .findLast(`,
      `.slice(0, index + 1)
    .map(valueOf)
    .find(`,
    ],
  ],
);

const canaries = noticedBy(
  ["controllers/canary/canary.test.ts", "controllers/canary/failures.test.ts"],
  [
    [
      "a Canary fails one check later",
      "controllers/canary/advance",
      `failedChecks >= analysisThreshold(sync.canary)`,
      `failedChecks > analysisThreshold(sync.canary)`,
    ],
    [
      "a value at its maximum fails",
      "controllers/canary/metrics",
      `max !== undefined && value > max`,
      `max !== undefined && value >= max`,
    ],
    [
      "a value at its minimum fails",
      "controllers/canary/metrics",
      `min !== undefined && value < min`,
      `min !== undefined && value <= min`,
    ],
    [
      "the threshold of a success rate is the most",
      "controllers/canary/metrics",
      `name === SUCCESS_RATE ? { min: threshold } : { max: threshold }`,
      `{ max: threshold }`,
    ],
    [
      "a Canary takes one step beyond its maxWeight",
      "controllers/canary/strategies",
      `weights.canary >= most`,
      `weights.canary > most`,
    ],
    [
      "a new template does not restart the analysis",
      "controllers/canary/advance",
      `ASKED.includes(phaseOf(sync.canary)) && hasTargetChanged(sync)`,
      `false`,
    ],
    [
      "metrics are asked before the canary gets requests",
      "controllers/canary/advance",
      `if (canary === 0 && iterations === 0 && !(mirror && mirrored)) {`,
      `if (canary < 0 && iterations === 0 && !(mirror && mirrored)) {`,
    ],
  ],
);

const traffic = noticedBy(
  ["traffic/ledger.test.ts", "traffic/clients.test.ts"],
  [
    [
      "a failure is charged to its last attempt",
      "traffic/attempts",
      `const firstCause = attempt.firstCause === NONE ? why : attempt.firstCause;`,
      `const firstCause = why;`,
    ],
    [
      "a client tries once more than its retries",
      "traffic/attempts",
      `attempt.attempt < source.retries`,
      `attempt.attempt <= source.retries`,
    ],
    [
      "what a version does is downtime",
      "traffic/ledger",
      `if (this.#blameless[cause] === 1) this.#otherIn`,
      `if (this.#blameless[cause] === 2) this.#otherIn`,
    ],
    [
      "one failure is an outage",
      "traffic/ledger",
      `if (bad > 0 && this.#answeredIn[i] === 0) windows.out++;`,
      `if (bad > 0) windows.out++;`,
    ],
    [
      "a request that its pod took along stays answered",
      "traffic/attempts",
      `settle(caller, server, entry, -1);`,
      ``,
    ],
    [
      "a slow answer after a failed attempt is the last pod's fault",
      "traffic/attempts",
      `firstCause === NONE ? whySlow(server, stream.slow) : SLOW.retried`,
      `whySlow(server, stream.slow)`,
    ],
  ],
);

const kubectl = noticedBy(
  ["kubectl/rollout.test.ts"],
  [
    [
      "undo goes to the highest revision",
      "kubectl/verbs/rollout-undo",
      `if (previous !== undefined) return previous.set;`,
      `if (latest !== undefined) return latest.set;`,
    ],
    [
      "undo writes the template that is there",
      "kubectl/verbs/rollout-undo",
      `if (sameTemplate(templateOf(target), templateOf(deployment))) {`,
      `if (revision === -1) {`,
    ],
    [
      "a paused Deployment is undone",
      "kubectl/verbs/rollout-undo",
      `if (at(deployment, "spec", "paused") === true) {`,
      `if (revision === -1) {`,
    ],
    [
      "undo brings the old revision number back",
      "kubectl/verbs/rollout-undo",
      `  revisionKey,
  "deployment.kubernetes.io/revision-history",`,
      `  "deployment.kubernetes.io/revision-history",`,
    ],
    [
      "status does not wait for old pods",
      "kubectl/verbs/rollout-status",
      `if (total > updated) return`,
      `if (total < updated) return`,
    ],
    [
      "status believes a status of before",
      "kubectl/verbs/rollout-status",
      `if ((deployment.metadata.generation ?? 0) > observed) {`,
      `if ((deployment.metadata.generation ?? 0) < observed) {`,
    ],
    [
      "status does not wait for availability",
      "kubectl/verbs/rollout-status",
      `if (available < updated) {`,
      `if (available < 0) {`,
    ],
    [
      "status goes on after the deadline",
      "kubectl/verbs/rollout-status",
      `if (text(progressing, "reason") === "ProgressDeadlineExceeded") {`,
      `if (text(progressing, "reason") === "DeadlineExceeded") {`,
    ],
  ],
);

export const testedMutants: readonly Mutant[] = [
  ...budgets,
  ...endpoints,
  ...probes,
  ...kubelet,
  ...autoscalers,
  ...rollouts,
  ...canaries,
  ...traffic,
  ...kubectl,
];
