/** What controllers remember between syncs, what near examples of their syncs decide, and the engine below, broken. */
import { deployment, noticedBy, replicaset, type Mutant } from "./mutant.ts";

const controller = `${replicaset}controller`;

const memory = noticedBy(
  ["controllers/replicaset-memory.test.ts"],
  [
    [
      "what is announced to go is not awaited",
      controller,
      `this.#expectations.expectDeletions(key, effect.rows, this.#now);`,
      ``,
    ],
    [
      "what is announced to come is awaited as what goes",
      controller,
      `effect.do === "expect-creations"`,
      `effect.do !== "expect-creations"`,
    ],
    [
      "pods that are gone already are awaited on",
      controller,
      `for (const row of (outcome as PodsWritten).missing ?? [])`,
      `for (const row of [] as number[])`,
    ],
    [
      "creations that failed are awaited on",
      controller,
      `this.#expectations.creationsObserved(key, effect.count);`,
      ``,
    ],
    [
      "a ReplicaSet inherits what its namesake awaited",
      controller,
      `(old !== undefined && old.metadata.uid !== now.metadata.uid)`,
      `false`,
    ],
    [
      "a ReplicaSet that is gone leaves behind what it awaited",
      controller,
      `      this.#consistency.clear(key, (old ?? now).metadata.uid);
      this.#expectations.forget(key);`,
      `      this.#consistency.clear(key, (old ?? now).metadata.uid);`,
    ],
    [
      "the last writes of a ReplicaSet that is gone make caches stale",
      controller,
      `this.#consistency.clear(key, (old ?? now).metadata.uid);`,
      ``,
    ],
    [
      "the end of a namesake makes its own writes forgotten",
      controller,
      `this.#consistency.clear(key, (old ?? now).metadata.uid);`,
      `this.#consistency.clear(key);`,
    ],
    [
      "a sync that is not new enough forgets its last writes",
      controller,
      `    if (view.stale) return;\n`,
      ``,
    ],
    [
      "a sync that sees its last writes keeps them",
      controller,
      `    this.#consistency.clear(key);\n`,
      ``,
    ],
    [
      "a status that was refused makes caches stale",
      controller,
      `        if (!answer.ok) return;\n`,
      `        if (!answer.ok) return void this.#consistency.wrote(key, "a", "replicaSet", 99);\n`,
    ],
    ["a status counts in nobody's name", controller, `this.#readers.get(key) ?? ""`, `""`],
    [
      "before v1.36, too, controllers read their own writes",
      controller,
      `      this.#features.consistency &&\n`,
      ``,
    ],
    ["what was read is not saved", controller, `new Map(saved?.readers)`, `new Map()`],
    [
      "expectations are not saved",
      controller,
      `new Expectations(saved?.expectations)`,
      `new Expectations()`,
    ],
    [
      "last writes are not saved",
      controller,
      `new ConsistencyStore(saved?.consistency)`,
      `new ConsistencyStore()`,
    ],
    [
      "expectations are given up within their five minutes",
      "controllers/expectations",
      `now - open.since > TIMEOUT_MS`,
      `now - open.since >= TIMEOUT_MS`,
    ],
  ],
);

const near = noticedBy(
  [
    "controllers/progress.test.ts",
    "controllers/conditions.test.ts",
    "controllers/scale.test.ts",
    "controllers/new-replica-set.test.ts",
  ],
  [
    [
      "fewer pods in all are progress",
      `${deployment}progress`,
      `(status.replicas ?? 0) - (status.updatedReplicas ?? 0)`,
      `(status.replicas ?? 0) + (status.updatedReplicas ?? 0)`,
    ],
    [
      "a ReplicaSet that was found is not told where the revision stays",
      `${deployment}new-replica-set`,
      `    setProgressing(sync, "True", Reason.foundNewReplicaSet, message);
    dirty = true;`,
      `    setProgressing(sync, "True", Reason.foundNewReplicaSet, message);`,
    ],
    [
      "a ReplicaSet that was made is not told where the revision stays",
      `${deployment}new-replica-set`,
      `      setProgressing(sync, "True", Reason.newReplicaSetCreated, message);
      dirty = true;`,
      `      setProgressing(sync, "True", Reason.newReplicaSetCreated, message);`,
    ],
    [
      "a creation that is refused has no event",
      `${deployment}new-replica-set`,
      `  yield { do: "event", about: sync.d, type: "Warning", reason: Reason.createError, message };\n`,
      ``,
    ],
    [
      "history deletes ReplicaSets that are to have pods",
      `${deployment}history`,
      `    rs.status.replicas !== 0 ||
    rs.spec.replicas !== 0 ||`,
      `    rs.status.replicas !== 0 ||`,
    ],
    [
      "every old ReplicaSet gives up all that there is to spare",
      `${deployment}rolling`,
      `Math.min(from, spare - count)`,
      `Math.min(from, spare)`,
    ],
  ],
);

const engine = noticedBy(
  ["engine/random.test.ts", "engine/trace.test.ts", "engine/event-queue.test.ts"],
  [
    [
      "a stream reaches its bound",
      "engine/random",
      `Math.floor(alea() * bound)`,
      `Math.ceil(alea() * bound)`,
    ],
    [
      "draws are mixed a little less",
      "engine/random",
      `    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);\n`,
      ``,
    ],
    [
      "pods are counted with those that something else came after",
      "engine/trace",
      `      this.#open = undefined;\n`,
      ``,
    ],
    [
      "who comes to listen does not hear of pods that others were counted with",
      "engine/trace",
      `silent && open?.at`,
      `open?.at`,
    ],
    [
      "a queue is saved in the order in which it was filled",
      "engine/event-queue",
      `[...instants.keys()].toSorted((a, b) => a - b)`,
      `[...instants.keys()]`,
    ],
  ],
);

const loop = noticedBy(
  ["controllers/loop.test.ts"],
  [
    [
      "a controller does not hear of what it expects",
      "controllers/loop",
      `      controller.expect?.(key, effect);\n`,
      ``,
    ],
    [
      "a controller does not hear how its writes went",
      "controllers/loop",
      `  controller.wrote?.(key, effect, outcome);\n`,
      ``,
    ],
  ],
);

const strategies = noticedBy(
  ["controllers/new-replica-set.test.ts", "controllers/rollout/older-sets.test.ts"],
  [
    [
      "under Recreate a new ReplicaSet is made in the sync that takes replicas away",
      `${deployment}recreate`,
      `    scaled ||= scaling.scaled;\n`,
      ``,
    ],
    [
      "of a canary the new pods change before the stable ones",
      "controllers/rollout/canary",
      `  if (yield* reconcileStable(c)) return true;
  if (yield* reconcileNew(c)) return true;`,
      `  if (yield* reconcileNew(c)) return true;
  if (yield* reconcileStable(c)) return true;`,
    ],
  ],
);

const waiting = noticedBy(
  ["scheduler/scheduler.test.ts"],
  [
    [
      "room that was meant for a pod that is deleted by then stays empty",
      "kubelet/kubelet",
      `if (turn === Turn.schedule) this.#placement.wakeWaiting();`,
      ``,
    ],
  ],
);

const behaviors = noticedBy(
  ["kubelet/behavior.test.ts"],
  [
    [
      "one label of a behavior is enough",
      "kubelet/behavior",
      `return Object.entries(match?.labels ?? {}).every(`,
      `return Object.keys(match?.labels ?? {}).length === 0 || Object.entries(match!.labels!).some(`,
    ],
    [
      "pods of a template are alike, though a fault hits only some",
      "kubelet/behavior",
      `(fault?.probability ?? 1) < 1`,
      `(fault?.probability ?? 1) < 0`,
    ],
    [
      "a fault that is impossible hits",
      "kubelet/behavior",
      `random.draw("fault", pod.uid) < probability`,
      `random.draw("fault", pod.uid) >= probability`,
    ],
    [
      "containers that never get ready wait for gates",
      "kubelet/behavior",
      `gatesMs === 0 || containersMs === Infinity`,
      `gatesMs === 0`,
    ],
  ],
);

const kit = noticedBy(
  ["verify/check-rollout.test.ts"],
  [
    [
      "whoever scales without being told to changes nothing that laws assume",
      "verify/observe",
      `if (!isAsBefore) this.giveUp("const");`,
      ``,
    ],
    [
      "cordoned Nodes take pods",
      "verify/manifests-of-rollout",
      `asRecord(spec)["unschedulable"] !== true`,
      `spec !== null`,
    ],
    [
      "probes do not say when pods of a check are ready",
      "verify/check-rollout",
      `hasProbes(template.spec) ? { start: IN_THEIR_TIME } : { ready: IN_THEIR_TIME }`,
      `{ ready: IN_THEIR_TIME }`,
    ],
  ],
);

export const memoryMutants: readonly Mutant[] = [
  ...memory,
  ...near,
  ...engine,
  ...loop,
  ...strategies,
  ...waiting,
  ...behaviors,
  ...kit,
];
