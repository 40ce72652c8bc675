/** Rules that generated mutants broke and nobody noticed, until examples were written for them. */
import { deployment, noticedBy, type Mutant } from "./mutant.ts";

const revisions = noticedBy(
  ["controllers/new-replica-set.test.ts"],
  [
    [
      "annotations of a Deployment do not reach the ReplicaSet that it finds",
      `${deployment}new-replica-set`,
      `annotations === rs.metadata.annotations\n      ? rs`,
      `annotations !== rs.metadata.annotations\n      ? rs`,
    ],
    [
      "a collision wipes the rest of the status",
      `${deployment}new-replica-set`,
      `status: { ...sync.d.status, collisionCount: collisions }`,
      `status: { collisionCount: collisions }`,
    ],
    [
      "a creation is followed by a status, whatever is to be said",
      `${deployment}new-replica-set`,
      `const error = dirty ? yield* writeStatus(sync) : undefined;`,
      `const error = dirty || answer.ok ? yield* writeStatus(sync) : undefined;`,
    ],
    [
      "a rollback leaves out the annotations of the template",
      `${deployment}rollback`,
      `metadata: { ...target.spec.template.metadata, labels }`,
      `metadata: { labels }`,
    ],
    [
      "what was refused to the new ReplicaSet does not end a sync under Recreate",
      `${deployment}recreate`,
      `if (!revisions.ok) return failed(revisions);

  const stopped`,
      `const stopped`,
    ],
  ],
);

const waiting = noticedBy(
  ["controllers/loop-parts.test.ts"],
  [
    [
      "a key waits for the latest time that was asked for",
      "controllers/waiting-keys",
      `    if ((this.#due.get(id) ?? Infinity) <= at) return false;\n`,
      ``,
    ],
    [
      "a timer that was overtaken wakes its key",
      "controllers/waiting-keys",
      `    if ((this.#due.get(id) ?? Infinity) >= now + 1) return false;\n`,
      ``,
    ],
  ],
);

const limited = noticedBy(
  ["controllers/control-plane.test.ts"],
  [
    [
      "with limited clients no key is put back",
      "controllers/controller-manager",
      "if (this.#isLimited && !this.#waiting.ask(`${event} ${number}`, at)) return;",
      `if (this.#isLimited) return;`,
    ],
  ],
);

const budgets = noticedBy(
  ["controllers/disruption.test.ts", "controllers/disruption-events.test.ts"],
  [
    [
      "an eviction is refused with numbers that nobody can rely on",
      "controllers/disruption/controller",
      `const tooFew = currentHealthy <= desiredHealthy;`,
      `const tooFew = true;`,
    ],
    [
      "a budget's condition is new with each status",
      "controllers/disruption/budget",
      `before?.status === status ? before.lastTransitionTime : timestamp(wallClockMs)`,
      `timestamp(wallClockMs)`,
    ],
  ],
);

const usage = noticedBy(
  ["controllers/podautoscaler/pod-usage.test.ts"],
  [
    [
      "pods that start use no more CPU than others",
      "kubelet/metrics-server",
      `      sum += startCpu.milli * Math.max(0, until - window.from);\n`,
      ``,
    ],
  ],
);

const starts = noticedBy(
  ["kubelet/bound.test.ts"],
  [
    [
      "a pod starts when it is created",
      "apiserver/pod-objects",
      `const bound = timestamp(columns.boundS[row]! * 1000);`,
      `const bound = timestamp(columns.createdS[row]! * 1000);`,
    ],
  ],
);

const preemption = noticedBy(
  ["scheduler/preemption.test.ts"],
  [
    [
      "of pods that lose alike the one that was created last is taken",
      "scheduler/preemption",
      `.map((row) => store.pods.columns.boundS[row]!)`,
      `.map((row) => store.pods.columns.createdS[row]!)`,
    ],
    [
      "a pod for which room is kept looks elsewhere first",
      "scheduler/placement",
      `return nominated === undefined ? refuses : this.#there(nominated, refuses);`,
      `return nominated === undefined ? refuses : refuses;`,
    ],
  ],
);

const defaults = noticedBy(
  ["verify/check-rollout-defaults.test.ts"],
  [
    [
      "fewer runs than a hundred are played where nobody says how many",
      "verify/check-rollout",
      `const { runs = 100, seed = "0" } = options;`,
      `const { runs = 10, seed = "0" } = options;`,
    ],
    [
      "a run has two actions where nobody says how many",
      "verify/check-rollout",
      `const { allow = [], actions = 3 } = options;
  const choices`,
      `const { allow = [], actions = 2 } = options;
  const choices`,
    ],
  ],
);

const wakes = noticedBy(
  ["controllers/wakes.test.ts"],
  [
    [
      "an orphan without labels wakes a Deployment that selects by what is not there",
      `${deployment}controller`,
      `    if (Object.keys(labels).length === 0) return;\n`,
      ``,
    ],
    [
      "an orphan wakes Deployments of all namespaces",
      `${deployment}controller`,
      `        d.metadata.namespace === rs.metadata.namespace &&
        !isEmptySelector`,
      `        !isEmptySelector`,
    ],
    [
      "an orphan wakes Deployments that do not select it",
      `${deployment}controller`,
      ` &&
        matchesSelector(d.spec.selector, labels),`,
      `,`,
    ],
  ],
);

const unseen = noticedBy(
  ["controllers/new-replica-set.test.ts", "controllers/sync.test.ts"],
  [
    [
      "a sync goes on though the revision of a ReplicaSet that was created unseen is refused",
      `${deployment}new-replica-set`,
      `return error === undefined ? { ok: true, value: cached } : refused(error);`,
      `return { ok: true, value: cached };`,
    ],
    [
      "nobody knows which Deployment selects all pods",
      `${deployment}deployment`,
      `    about: d,\n    type: "Warning",\n    reason: "SelectingAll",`,
      `    type: "Warning",\n    reason: "SelectingAll",`,
    ],
  ],
);

const graces = noticedBy(
  ["kubelet/renewals.test.ts"],
  [
    [
      "a pod with another image is given thirty seconds, whatever it asks for",
      "apiserver/pod-registry",
      `const graceSeconds = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;`,
      `const graceSeconds = DEFAULT_GRACE_SECONDS;`,
    ],
  ],
);

const drawn = noticedBy(
  ["verify/arbitraries.test.ts"],
  [
    [
      "drawn Deployments have no strategy of their own",
      "verify/arbitraries",
      `strategy: { type: "RollingUpdate", rollingUpdate }`,
      `strategy: { type: "RollingUpdate" }`,
    ],
    [
      "drawn Deployments have nine replicas at most",
      "verify/arbitraries",
      `mostReplicas = 10`,
      `mostReplicas = 9`,
    ],
    [
      "drawn Deployments never have minReadySeconds",
      "verify/arbitraries",
      `...(minReadySeconds === 0 ? {} : { minReadySeconds })`,
      `...(minReadySeconds === 0 ? {} : {})`,
    ],
    [
      "drawn users do nothing at all",
      "verify/arbitraries",
      `{ minLength: 1, maxLength: 6 }`,
      `{ minLength: 0, maxLength: 6 }`,
    ],
    ["drawn pods start at once", "verify/arbitraries", `        start: { delay: start },\n`, ``],
    [
      "drawn pods are ready at once",
      "verify/arbitraries",
      `        ready: { delay: ready, jitter },\n`,
      ``,
    ],
    [
      "drawn worlds have caches that are never behind",
      "verify/arbitraries",
      `fc.constantFrom("fresh", "random-own", "random"),
    seed`,
      `fc.constant("fresh"),
    seed`,
    ],
  ],
);

const notes = noticedBy(
  ["apiserver/limit-ranges.test.ts"],
  [
    [
      "what a LimitRange says of a pod is its only annotation",
      "apiserver/admission",
      `annotations: { ...annotations, [LIMITED_ANNOTATION]: note }`,
      `annotations: { [LIMITED_ANNOTATION]: note }`,
    ],
    [
      "what a LimitRange says of a ReplicaSet's pods is their only annotation",
      "apiserver/pod-registry",
      `{ ...template.metadata?.annotations, [LIMITED_ANNOTATION]: note }`,
      `{ [LIMITED_ANNOTATION]: note }`,
    ],
  ],
);

const evicted = noticedBy(
  ["kubelet/failed-pod.test.ts"],
  [
    ["an evicted pod stays ready", "kubelet/failed-pod", ` & ~(Flag.Ready | Flag.Gated);`, `;`],
    [
      "an evicted pod names containers that are not ready",
      "apiserver/pod-objects",
      `  if (phase[row] === Phase.Failed) return { reason: "PodFailed" };\n`,
      ``,
    ],
  ],
);

const refusedElsewhere = noticedBy(
  ["verify/check-rollout.test.ts"],
  [
    [
      "why a rollout does not begin is looked up in the default namespace",
      "verify/check-rollout",
      `{ resource: "deployments", namespace, name });
  const failed`,
      `{ resource: "deployments", name });
  const failed`,
    ],
  ],
);

const evictions = noticedBy(
  ["controllers/disruption.test.ts"],
  [
    [
      "nobody says that a budget is not known yet",
      "controllers/disruption/controller",
      `      this.#tellRefusal(pod, { id: "disruption/not-observed", weighed: { budget: name } });\n`,
      ``,
    ],
    [
      "a refused eviction is told without its numbers",
      "controllers/disruption/controller",
      `this.#tellRefusal(pod, { id, weighed });`,
      `this.#tellRefusal(pod, { id, weighed: { budget: name } });`,
    ],
  ],
);

const finalizers = noticedBy(
  ["apiserver/garbage-collection.test.ts"],
  [
    [
      "a finalizer that asks for the foreground is not heard",
      "apiserver/garbage-collection",
      `const had = finalizers.find((name) => name === ORPHAN || name === FOREGROUND);`,
      `const had = finalizers.find((name) => name === ORPHAN);`,
    ],
    [
      "a finalizer that asks for orphans is not heard",
      "apiserver/garbage-collection",
      `const had = finalizers.find((name) => name === ORPHAN || name === FOREGROUND);`,
      `const had = finalizers.find((name) => name === FOREGROUND);`,
    ],
  ],
);

const asked = noticedBy(
  ["faults/probes-and-registry.test.ts"],
  [["a registry that is down is not asked", "kubelet/pulls", `    store.hearPull?.(row);\n`, ``]],
);

const found = noticedBy(
  ["cluster/take-over.test.ts"],
  [
    [
      "a pod that has ended is found on no node",
      "kubelet/adopt-pod",
      `  } else if (node !== UNBOUND) store.bindPod(row, node);\n`,
      `  }\n`,
    ],
    [
      "a pod that has ended and was found takes room",
      "kubelet/adopt-pod",
      `if (!hasEnded(found)) {`,
      `if (!hasEnded(found) || node >= 0) {`,
    ],
  ],
);

export const judgeMutants: readonly Mutant[] = [
  ...revisions,
  ...waiting,
  ...limited,
  ...budgets,
  ...usage,
  ...preemption,
  ...starts,
  ...defaults,
  ...wakes,
  ...unseen,
  ...graces,
  ...drawn,
  ...notes,
  ...evicted,
  ...refusedElsewhere,
  ...evictions,
  ...finalizers,
  ...asked,
  ...found,
];
