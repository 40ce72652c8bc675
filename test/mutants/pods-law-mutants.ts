/** Sentences of the control law on pods, loops, defaults and kubectl that the other files leave out, broken. */
import { noticedBy, replicaset, type Mutant } from "./mutant.ts";

const replicaSets = noticedBy(
  ["controllers/replicaset.test.ts", "controllers/deletion-order.test.ts"],
  [
    [
      "a pod that waits for a node goes last",
      `${replicaset}deletion-keys`,
      `Number(a.bound) - Number(b.bound) ||`,
      `Number(b.bound) - Number(a.bound) ||`,
    ],
    [
      "pods of unknown phase go before pending ones",
      `${replicaset}deletion-keys`,
      `  [Phase.Pending]: 0,
  [Phase.Unknown]: 1,`,
      `  [Phase.Pending]: 1,
  [Phase.Unknown]: 0,`,
    ],
    [
      "the deletion cost does not matter",
      `${replicaset}deletion-keys`,
      `Number(a.ready) - Number(b.ready) ||
    a.deletionCost - b.deletionCost`,
      `Number(a.ready) - Number(b.ready)`,
    ],
    [
      "pods that never crashed go first",
      `${replicaset}deletion-keys`,
      `return b.restarts - a.restarts;`,
      `return a.restarts - b.restarts;`,
    ],
    [
      "the oldest pods go first",
      `${replicaset}deletion-keys`,
      `return ageClass(a.createdS, now) - ageClass(b.createdS, now);`,
      `return ageClass(b.createdS, now) - ageClass(a.createdS, now);`,
    ],
    [
      "a pod becomes available one instant late",
      `${replicaset}view`,
      `(readyS + minReady) * 1000 <= now`,
      `(readyS + minReady) * 1000 < now`,
    ],
    [
      "a deletion that was refused is a creation that was refused",
      `${replicaset}status`,
      `active < rs.spec.replicas ? "FailedCreate" : "FailedDelete"`,
      `"FailedCreate"`,
    ],
    [
      "the timer waits for all of minReadySeconds",
      `${replicaset}replicaset`,
      `untilNextAvailable(counts, minReady, now) ?? minReady * 1000`,
      `minReady * 1000`,
    ],
    [
      "a ReplicaSet that is being deleted makes pods",
      `${replicaset}replicaset`,
      `if (rs.metadata.deletionTimestamp !== undefined || difference === 0) return undefined;`,
      `if (difference === 0) return undefined;`,
    ],
    [
      "creations that were not tried stay awaited",
      `${replicaset}replicaset`,
      `yield { do: "forgo-creations", count: count - done };`,
      ``,
    ],
  ],
);

const loops = noticedBy(
  ["controllers/loop-parts.test.ts"],
  [
    [
      "a pod cache that has seen less is new enough",
      "controllers/consistency",
      `if (seen.pods !== 0 && last.pods > seen.pods) return true;`,
      ``,
    ],
    [
      "a cache that has seen nothing is stale",
      "controllers/consistency",
      `return seen.replicaSets !== 0 && last.replicaSet > seen.replicaSets;`,
      `return last.replicaSet >= seen.replicaSets;`,
    ],
    [
      "a deletion that nobody awaits counts",
      "controllers/expectations",
      `if (this.#rows.get(key)?.delete(row) !== true) return;`,
      `this.#rows.get(key)?.delete(row);`,
    ],
    [
      "the back-off has no end",
      "controllers/workqueue",
      `Math.min(BASE_MS * 2 ** failures, LONGEST_MS)`,
      `BASE_MS * 2 ** failures`,
    ],
    [
      "a key that is being worked on is given twice",
      "controllers/workqueue",
      `if (this.#processing.has(key)) this.#dirty.add(key);
    else this.#keys.add(key);`,
      `this.#keys.add(key);`,
    ],
  ],
);

const labels = noticedBy(
  ["controllers/replicaset.test.ts"],
  [
    [
      "one label of the template is enough to be fully labeled",
      `${replicaset}pods-by-labels`,
      `Object.entries(wanted).every(`,
      `Object.entries(wanted).some(`,
    ],
    [
      "a ReplicaSet that is being deleted adopts",
      `${replicaset}replicaset`,
      `if (fresh.value.metadata.deletionTimestamp !== undefined) return`,
      `if (fresh.value.metadata.deletionTimestamp === "") return`,
    ],
    [
      "a ReplicaSet of the same name adopts",
      `${replicaset}replicaset`,
      `if (fresh.value.metadata.uid !== rs.metadata.uid) return`,
      `if (fresh.value.metadata.name !== rs.metadata.name) return`,
    ],
    [
      "pods of everybody crowd a node",
      `${replicaset}pods-by-labels`,
      `if (!related.some((rs) => matchesSelector(rs.spec.selector, labels))) continue;`,
      ``,
    ],
  ],
);

const orders = noticedBy(
  ["controllers/deletion-order.test.ts"],
  [
    [
      "a pod that is back among very many is not found on its node",
      "apiserver/pod-cohorts",
      `(isBack || !nodes.enter(`,
      `(!isBack && !nodes.enter(`,
    ],
    [
      "pods stay of the age class that they had when they were first looked at",
      "apiserver/pod-cohorts",
      `tier.generations !== undefined && now < tier.generationsUntil`,
      `tier.generations !== undefined`,
    ],
    [
      "pods that grow too old for their generation leave it behind on their nodes",
      "apiserver/pod-cohorts",
      `from?.nodes?.leave(place, row);`,
      ``,
    ],
    [
      "of alike pods on nodes with as many pods the youngest goes first",
      "apiserver/cohort-nodes",
      `this.#ranks[a] === this.#ranks[b] ? rowA < rowB`,
      `this.#ranks[a] === this.#ranks[b] ? rowA > rowB`,
    ],
    [
      "nodes keep the rank that they had for others",
      "apiserver/cohort-nodes",
      `const changed = isSame ? counts`,
      `const changed = owners.length > 0 ? counts`,
    ],
    [
      "of very many recounts of nodes the oldest are taken for the newest",
      "apiserver/pod-table",
      `this.#recountsForgotten += RECOUNTS_KEPT;`,
      ``,
    ],
    [
      "pods created about as long ago are all alike",
      `${replicaset}deletion-exact`,
      `return a.readyS !== b.readyS || a.createdS !== b.createdS;`,
      `return a.readyS !== b.readyS;`,
    ],
    [
      "pods that are alike in all go by UID",
      `${replicaset}deletion-exact`,
      `return a.readyS !== b.readyS || a.createdS !== b.createdS;`,
      `return true;`,
    ],
  ],
);

const wakes = noticedBy(
  ["controllers/wakes.test.ts"],
  [
    [
      "a pod that nobody owns wakes no ReplicaSet when it appears",
      `${replicaset}controller`,
      `(change === PodChange.Added || moved || relabeled)`,
      `(moved || relabeled)`,
    ],
    [
      "a pod that nobody owns wakes no ReplicaSet by its new labels",
      `${replicaset}controller`,
      `(change === PodChange.Added || moved || relabeled)`,
      `(change === PodChange.Added || moved)`,
    ],
    [
      "the hot loop slows down",
      "controllers/loop",
      `if (verdict.error === undefined || verdict.final === true) queue.forget(key);`,
      `if (verdict.final === true) queue.forget(key);`,
    ],
  ],
);

const kubectl = noticedBy(
  ["kubectl/rollout.test.ts"],
  [
    [
      "a paused Deployment is paused again",
      "kubectl/verbs/rollout-change",
      `if ((at(object, "spec", "paused") === true) === paused) return { refusal };`,
      ``,
    ],
    [
      "a paused Deployment is restarted",
      "kubectl/verbs/rollout-change",
      `if (at(object, "spec", "paused") === true) {`,
      `if (at(object, "spec", "paused") === "yes") {`,
    ],
    [
      "a restart writes milliseconds",
      "kubectl/verbs/rollout-change",
      `.toISOString().replace(/\\.\\d+Z$/, "Z")`,
      `.toISOString()`,
    ],
    [
      "the history begins with the latest revision",
      "kubectl/verbs/rollout-history",
      `sets.toSorted((a, b) => a[0] - b[0])`,
      `sets.toSorted((a, b) => b[0] - a[0])`,
    ],
  ],
);

const defaults = noticedBy(
  ["apiserver/strategy.test.ts"],
  [
    [
      "a Deployment has no deadline unless it says so",
      "apiserver/defaults",
      `revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }`,
      `revisionHistoryLimit: 10 }`,
    ],
    [
      "a rolling update may be short of half its pods",
      "apiserver/defaults",
      `maxUnavailable: "25%", maxSurge: "25%" }`,
      `maxUnavailable: "50%", maxSurge: "25%" }`,
    ],
  ],
);

export const podsLawMutants: readonly Mutant[] = [
  ...replicaSets,
  ...loops,
  ...labels,
  ...orders,
  ...wakes,
  ...kubectl,
  ...defaults,
];
