/** Rules of Rollouts, Canaries, requests and kubectl, which no recorded trace shows, broken; tests notice them. */
import { noticedBy, type Mutant } from "./mutant.ts";

const rollouts = noticedBy(
  ["replica-counts", "canary-scaling", "previews"].map(
    (name) => `controllers/rollout/${name}.test.ts`,
  ),
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
    [
      "a preview is whole as soon as it is not paused",
      "controllers/rollout/bluegreen",
      `!paused && status.blueGreen?.scaleUpPreviewCheckPoint === true`,
      `!paused`,
    ],
    [
      "a preview grows before its pods are there",
      "controllers/rollout/bluegreen",
      `over && there === preview`,
      `over`,
    ],
    [
      "a preview grows before its analysis is over",
      "controllers/rollout/bluegreen",
      `prePromotionIsDone(c) && blueGreenPauseIsOver`,
      `blueGreenPauseIsOver`,
    ],
    [
      "a ReplicaSet's name that is taken is tried again",
      "controllers/rollout/new-replica-set",
      `if (!answer.ok && answer.status.reason === "AlreadyExists") yield* bumpCollisionCount(c, name);`,
      ``,
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
    [
      "a canary with an autoscaler begins with one pod",
      "controllers/canary/target",
      `replicas = typeof minReplicas === "number" ? minReplicas : 1;`,
      `replicas = 1;`,
    ],
    [
      "an old threshold is the least of any metric",
      "controllers/canary/metrics",
      `name === SUCCESS_RATE ? { min: threshold } : { max: threshold }`,
      `{ min: threshold }`,
    ],
    [
      "expressions of the primary's selectors name the target",
      "controllers/canary/primary-pod-spec",
      `return { ...expression, values: asArray(expression["values"]).map(renamed) };`,
      `return expression;`,
    ],
  ],
);

const healthChecks = noticedBy(
  ["traffic/health-checks.test.ts"],
  [
    [
      "a load balancer uses new pods before it has checked them",
      "traffic/endpoint-news",
      `passedAt[i]! <= at`,
      `passedAt[i]! >= 0`,
    ],
    [
      "a pod that was not ready for a while is not checked again",
      "traffic/pods",
      `server.containersReadyAt = NEVER;`,
      `{}`,
    ],
    [
      "checks begin when the pod is ready, not its containers",
      "traffic/pods",
      `type === "ContainersReady" &&`,
      `type === "Ready" &&`,
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

const experiments = noticedBy(
  ["controllers/rollout/experiment-step.test.ts", "controllers/rollout/traffic-routers.test.ts"],
  [
    [
      "an experiment that is tried again takes its old name",
      "controllers/rollout/experiment-step",
      `taken.has(name); collisions++`,
      `false; collisions++`,
    ],
    [
      "pods of an experiment lack the annotations of its step",
      "controllers/rollout/experiment-step",
      `labels, ...added }`,
      `labels }`,
    ],
    [
      "pods of an experiment go at their usual time",
      "controllers/rollout/experiment-step",
      `...(scaleDownDelaySeconds === undefined ? {} : { scaleDownDelaySeconds }),`,
      ``,
    ],
    [
      "with Istio the stable side keeps the share of an experiment",
      "controllers/rollout/trafficrouting/istio",
      `taken.reduce((left, weight) => left - weight, 100 - order.weight)`,
      `100 - order.weight`,
    ],
    [
      "an experiment that is over stays in its route",
      "controllers/rollout/trafficrouting/istio",
      `=== 0 ? [part] : [];`,
      `=== 0 ? [part] : [part];`,
    ],
    [
      "a subset of the user's own goes",
      "controllers/rollout/trafficrouting/istio",
      `kept.includes(part) || `,
      ``,
    ],
    [
      "with a load balancer the stable side keeps the share of an experiment",
      "controllers/rollout/trafficrouting/alb",
      `order.additional.reduce((left, { weight }) => left - weight, 100 - order.weight)`,
      `100 - order.weight`,
    ],
    [
      "the Gateway API's plugin takes one route alone",
      "controllers/rollout/trafficrouting/gateway-api",
      `...asArray(httpRoutes).map((each) => asString(asRecord(each)["name"])),`,
      ``,
    ],
  ],
);

const storage = noticedBy(
  ["kubectl/storage.test.ts"],
  [
    [
      "a deleted claim is waited for",
      "apiserver/garbage-collection",
      `.filter((name) => !PROTECTION.includes(name))`,
      ``,
    ],
    [
      "of two default classes the last by name counts",
      "kubectl/columns/storage",
      `compareText(a.name, b.name)`,
      `compareText(b.name, a.name)`,
    ],
    [
      "the provisioner of a class may change",
      "apiserver/validation/storage",
      `"parameters", "provisioner", `,
      `"parameters", `,
    ],
  ],
);

export const strategyMutants: readonly Mutant[] = [
  ...healthChecks,
  ...rollouts,
  ...canaries,
  ...traffic,
  ...kubectl,
  ...storage,
  ...experiments,
];
