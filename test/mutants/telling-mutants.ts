/** What an explanation tells, what an autoscaler wants, what the API lets in, and what watches learn, broken. */
import { noticedBy, type Mutant } from "./mutant.ts";

const explanations = noticedBy(
  ["explain/states.test.ts"],
  [
    [
      "pods that do not count are really available",
      "explain/why",
      `sum + (counts ? pods : 0)`,
      `sum + pods`,
    ],
    [
      "a remedy is told as often as it is found",
      "explain/why",
      `[...new Set(remedies(d, decisions, replicaSets, owned))]`,
      `remedies(d, decisions, replicaSets, owned)`,
    ],
    [
      "a rollout is complete while an old pod stands in for a new one",
      "explain/why",
      `(d.status.replicas ?? 0) === replicas &&`,
      ``,
    ],
    [
      "a paused Deployment is overdue",
      "explain/why",
      `if (d.spec.paused === true) return "paused";
  if (isOverdue(d)) return "deadline exceeded";`,
      `if (isOverdue(d)) return "deadline exceeded";
  if (d.spec.paused === true) return "paused";`,
    ],
    [
      "a Deployment that removes old pods waits",
      "explain/why",
      `  "deployment/rolling/scale-down-old",\n`,
      ``,
    ],
    [
      "a Deployment that hands out shares waits",
      "explain/why",
      `  "deployment/scale/proportional",\n`,
      ``,
    ],
    [
      "one pod fewer is enough to spare one",
      "explain/why",
      `Number(weighed["floor"]) + 1 - Number`,
      `Number(weighed["floor"]) - Number`,
    ],
    [
      "another strategy helps wherever pods fit nowhere",
      "explain/why",
      `if (oldMayGo) texts.push("maxSurge 0`,
      `texts.push("maxSurge 0`,
    ],
    [
      "old pods that cannot start ask for another template",
      "explain/why",
      `.filter(({ role }) => role === "new")
    .flatMap`,
      `.filter(({ role }) => role !== undefined)
    .flatMap`,
    ],
    [
      "nobody is asked to let a webhook answer",
      "explain/why",
      `if (webhook !== undefined) {`,
      `if (webhook === null) {`,
    ],
    [
      "a pod is available in whole seconds, rounded down",
      "explain/pod-groups",
      `Math.ceil((dueMs - wallClockMs) / 1000)`,
      `Math.floor((dueMs - wallClockMs) / 1000)`,
    ],
    [
      "a pod is available only after the instant in which it is",
      "explain/pod-groups",
      `minReady === 0 || dueMs <= wallClockMs`,
      `minReady === 0 || dueMs < wallClockMs`,
    ],
  ],
);

const autoscalers = noticedBy(
  ["sync", "targets", "stabilization"].map((name) => `controllers/podautoscaler/${name}.test.ts`),
  [
    [
      "the metric that asks for least counts",
      "controllers/podautoscaler/metrics",
      `result.replicas > best.replicas`,
      `result.replicas < best.replicas`,
    ],
    [
      "the last metric that cannot be read is told",
      "controllers/podautoscaler/metrics",
      `firstFailure ??= result;`,
      `firstFailure = result;`,
    ],
    [
      "a pod that was ready for five minutes has never been",
      "controllers/podautoscaler/metrics",
      `const READINESS_DELAY_MS = 30_000;`,
      `const READINESS_DELAY_MS = 300_000;`,
    ],
    [
      "the lower edge of the tolerance is outside",
      "controllers/podautoscaler/replica-calculator",
      `1 - scaleDown <= ratio`,
      `1 - scaleDown < ratio`,
    ],
    [
      "an autoscaler remembers for one of the same name",
      "controllers/podautoscaler/horizontal",
      `if (memory?.uid === uid) return memory;`,
      `if (memory !== undefined) return memory;`,
    ],
    [
      "an autoscaler says that it observed the first generation",
      "controllers/podautoscaler/horizontal",
      `observedGeneration: hpa.metadata.generation ?? 1,`,
      `observedGeneration: hpa.status?.observedGeneration ?? 1,`,
    ],
    [
      "an autoscaler finds as many as it wants",
      "controllers/podautoscaler/horizontal",
      `const status = statusOf(progress, current, desired, statuses);`,
      `const status = statusOf(progress, desired, desired, statuses);`,
    ],
    [
      "a status that is the same is written again",
      "controllers/podautoscaler/horizontal",
      `if (deepEqual(hpa.status, status)) return;`,
      ``,
    ],
    [
      "a sync that scales succeeds though a metric cannot be read",
      "controllers/podautoscaler/horizontal",
      `return proposal.error === undefined ? verdict : { ...verdict, ...failed(proposal.error) };`,
      `return verdict;`,
    ],
    [
      "the time of a condition is that of the last look",
      "controllers/podautoscaler/conditions",
      `old?.status === status ? old.lastTransitionTime : timestamp(nowMs)`,
      `timestamp(nowMs)`,
    ],
    [
      "an autoscaler scales what has the name in default",
      "controllers/podautoscaler/controller",
      `const object = store.get(resource, \`\${namespace}/\${name}\`);`,
      `const object = store.get(resource, \`default/\${name}\`);`,
    ],
    [
      "containers that have ended before the pod runs need requests",
      "controllers/podautoscaler/controller",
      `(spec.initContainers ?? []).filter(isSidecar)`,
      `(spec.initContainers ?? [])`,
    ],
    [
      "a policy brings pods back that went before",
      "controllers/podautoscaler/stabilization",
      `const fastest = Math.min(current, fastestDown(`,
      `const fastest = Math.max(0, fastestDown(`,
    ],
  ],
);

const admission = noticedBy(
  ["apiserver/admission.test.ts", "apiserver/quotas.test.ts"],
  [
    [
      "generateName goes before a name",
      "apiserver/admission",
      `if (generateName === "" || (name !== undefined && name !== "")) return object;`,
      `if (generateName === "") return object;`,
    ],
    [
      "an object of the cluster keeps a namespace",
      "apiserver/admission",
      `kind.namespaced ? { ...named.metadata, namespace } : metadata`,
      `kind.namespaced ? { ...named.metadata, namespace } : named.metadata`,
    ],
    [
      "a PUT may be meant for one that is gone",
      "apiserver/admission",
      `if ((metadata.uid ?? "") !== "" && metadata.uid !== uid) {`,
      `if (metadata.uid === "" && metadata.uid !== uid) {`,
    ],
    [
      "a patch may move an object to another namespace",
      "apiserver/admission",
      `if (kind.namespaced && namespace !== "" && namespace !== current.metadata.namespace) {`,
      `if (!kind.namespaced && namespace !== "" && namespace !== current.metadata.namespace) {`,
    ],
    [
      "two Services may have one node port",
      "apiserver/admission",
      `if (port === 0 || !used.has(port)) return [];`,
      `if (port >= 0) return [];`,
    ],
    [
      "a node port is drawn from below its range",
      "apiserver/admission",
      `first: 30_000,`,
      `first: 29_999,`,
    ],
    [
      "a node port is drawn twice",
      "apiserver/admission",
      `      ports.add(port);`,
      `      ports.add(0);`,
    ],
    [
      "two protocols of a new Service's port have a node port each",
      "apiserver/strategy-service",
      `isNew ? ports.find(alike) : undefined`,
      `isNew ? undefined : ports.find(alike)`,
    ],
    [
      "what is wrong with a PUT that is let in is not told",
      "apiserver/updates",
      `const warnings = [...(decoded.warnings ?? []), ...sent.warnings];`,
      `const { warnings } = sent;`,
    ],
    [
      "all tries of a pod that is refused draw one name",
      "apiserver/pod-names",
      `((sync * 4099 + before) % draws)`,
      `(before % draws)`,
    ],
    [
      "pods of one batch that are refused have one name",
      "apiserver/pod-names",
      `((sync * 4099 + before) % draws)`,
      `((sync * 4099) % draws)`,
    ],
    [
      "one quota with room is enough",
      "apiserver/quotas",
      `if (why !== undefined) return forbidden(PODS, name, why);`,
      `return why === undefined ? why : forbidden(PODS, name, why);`,
    ],
    [
      "pods that have ended use up a quota",
      "apiserver/quotas",
      `const live = present && !pods.isTerminal(row);`,
      `const live = present;`,
    ],
    [
      "requests stand in for limits that a quota wants",
      "apiserver/quotas",
      `const budget = key.startsWith("limits.") ? "limits" : "requests";`,
      `const budget = "requests";`,
    ],
  ],
);

const counts = noticedBy(
  ["apiserver/quota-counts.test.ts"],
  [
    [
      "a quota counts the objects of all namespaces",
      "apiserver/quota-counts",
      `if (object.metadata.namespace === namespace) used +=`,
      `used +=`,
    ],
    [
      "a kind of the core group has no limit of its own name",
      "apiserver/quota-counts",
      `return { ...usage, [of.resource]: 1000, ...ports };`,
      `return { ...usage, ...ports };`,
    ],
    [
      "a load balancer always opens ports of nodes",
      "apiserver/quota-counts",
      `...(nodePorts === false ? {} : {`,
      `...({`,
    ],
    [
      "a Service opens one port of the nodes",
      "apiserver/quota-counts",
      `const each = 1000 * asArray(ports).length;`,
      `const each = 1000;`,
    ],
    ["a quota shows nothing of objects", "apiserver/quotas", ` || isCount(key),`, `,`],
    [
      "an object too many is let in",
      "apiserver/pod-admission",
      `return limited ?? server.quotas.refuseObject(of, object);`,
      `return limited;`,
    ],
    [
      "quotas on objects are forgotten by a restore",
      "apiserver/quotas",
      `if ([...store.all(QUOTAS)].length > 0) this.#learn();`,
      `if ([...store.all(QUOTAS)].length > 0) this.#hear();`,
    ],
  ],
);

const watches = noticedBy(
  ["verify/observe.test.ts", "verify/properties.test.ts", "verify/properties-facts.test.ts"],
  [
    [
      "pods of other Deployments are lost, too",
      "verify/observe",
      ` && this.#owns(set)) this.podLost(count);`,
      `) this.podLost(count);`,
    ],
    [
      "a watch takes new pods for bad ones",
      "verify/observe",
      `["acc", "bad", "still"]`,
      `["acc", "still"]`,
    ],
    [
      "a ReplicaSet with too many makes up for one with too few",
      "verify/properties",
      `Math.abs(set.active - set.spec)`,
      `(set.active - set.spec)`,
    ],
    [
      "a surge may be one more than a whole share",
      "verify/properties-facts",
      `(pods - 1) * 100 < hundredths`,
      `(pods - 1) * 100 <= hundredths`,
    ],
  ],
);

const lists = noticedBy(
  ["scheduler/scheduler.test.ts"],
  [
    [
      "a node that takes another's place in a list does not know it",
      "scheduler/scheduler",
      `      this.#place[last] = this.#place[node]!;\n`,
      ``,
    ],
  ],
);

export const tellingMutants: readonly Mutant[] = [
  ...explanations,
  ...autoscalers,
  ...admission,
  ...counts,
  ...watches,
  ...lists,
];
