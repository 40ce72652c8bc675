/** Sentences of the control law about ReplicaSets, events, queues and kubectl that no other mutant broke. */
import { deployment, mutant, noticedBy, replicaset, type Mutant } from "./mutant.ts";

const replicaSets = noticedBy(
  ["replicaset", "replicaset-edges", "replicaset-memory", "pod-owners", "loop-parts"].map(
    (name) => `controllers/${name}.test.ts`,
  ),
  [
    [
      "pods that have ended hold up Recreate",
      `${deployment}controller`,
      `this.#caches.pods.nonTerminal(owner)`,
      `this.#caches.pods.rowsOf(owner).length`,
    ],
    [
      "deletions are remembered as writes",
      `${replicaset}controller`,
      `      case "delete-pods":
`,
      `      case "delete-pods":
        this.#wrotePods(key, effect.replicaSet.metadata.uid, outcome as PodsWritten);
`,
    ],
    [
      "a deletion is awaited until the pod is gone",
      `${replicaset}controller`,
      `if (deleting) this.#expectations`,
      `if (change === PodChange.Deleted) this.#expectations`,
    ],
    [
      "a pod that is taken from a ReplicaSet does not wake it",
      `${replicaset}controller`,
      `    if (moved && !deleting) this.#wakeOwner(before.owner);
`,
      ``,
    ],
    [
      "orphans of other namespaces are adopted",
      `${replicaset}pods-by-labels`,
      `      registry.sources[pods.columns.source[row]!]!.namespace === replicaSet.metadata.namespace &&
`,
      ``,
    ],
    [
      "pods of other namespaces crowd a node",
      `${replicaset}pods-by-labels`,
      `    if (source.namespace !== replicaSet.metadata.namespace) continue;
`,
      ``,
    ],
    [
      "the first retry waits for twice its time",
      "controllers/workqueue",
      `const BASE_MS = 5;`,
      `const BASE_MS = 10;`,
    ],
    [
      "a key that changes while it is worked on is forgotten",
      "controllers/workqueue",
      `if (this.#processing.has(key)) this.#dirty.add(key);`,
      `if (this.#processing.has(key)) return;`,
    ],
    [
      "tokens are saved up beyond the burst",
      "controllers/token-bucket",
      `Math.min(burst, this.#tokens + ((now - this.#last) * qps) / 1000) - 1`,
      `this.#tokens + ((now - this.#last) * qps) / 1000 - 1`,
    ],
    [
      "a client begins without tokens",
      "controllers/token-bucket",
      `saved?.tokens ?? limits.burst`,
      `saved?.tokens ?? 0`,
    ],
  ],
);

const kubectl = noticedBy(
  ["kubectl/rollout.test.ts"],
  [
    [
      "status counts old pods before the new ones",
      "kubectl/verbs/rollout-status",
      `  if (updated < wanted)
    return waiting(\`\${updated} out of \${wanted} new replicas have been updated\`);
  if (total > updated) return waiting(\`\${total - updated} old replicas are pending termination\`);`,
      `  if (total > updated) return waiting(\`\${total - updated} old replicas are pending termination\`);
  if (updated < wanted)
    return waiting(\`\${updated} out of \${wanted} new replicas have been updated\`);`,
    ],
  ],
);

/** Recorded traces notice these. */
const recorded: readonly Mutant[] = [
  mutant(
    "a ReplicaSet that nobody has observed yet hides terminating pods",
    `${deployment}status`,
    `else if ((status.observedGeneration ?? 0) !== 0) return undefined;`,
    `else return undefined;`,
  ),
  mutant(
    "a status that is the same is written",
    `${deployment}status`,
    `  if (deepEqual(sync.d.status, status)) return PASSED;
`,
    ``,
  ),
  mutant(
    "a Deployment is not woken by its ReplicaSets",
    `${deployment}controller`,
    `    if (owner !== undefined) {
      this.#wake(now, owner);
      return;
    }`,
    `    if (owner !== undefined) return;`,
  ),
  mutant(
    "no timer waits from readiness to availability",
    `${replicaset}controller`,
    `if (change === PodChange.BecameReady && (rs.spec`,
    `if (change === PodChange.Deleted && (rs.spec`,
  ),
  mutant(
    "a creation is awaited until the pod is ready",
    `${replicaset}controller`,
    `if (change === PodChange.Added) this.#expectations`,
    `if (change === PodChange.BecameReady) this.#expectations`,
  ),
];

const manyPods = noticedBy(
  ["controllers/deletion-order.test.ts"],
  [
    [
      "of many pods those with a node of their own stay",
      `${replicaset}deletion-cohorts`,
      `rank > 0; rank--`,
      `rank > 1; rank--`,
    ],
  ],
);

export const sentenceReplicaSetMutants: readonly Mutant[] = [
  ...manyPods,
  ...replicaSets,
  ...kubectl,
  ...recorded,
];
