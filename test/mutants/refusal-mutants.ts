/** Rules of conflicts, refused writes, retries and rollbacks of Deployments, broken; tests notice them. */
import { deployment, noticedBy, type Mutant } from "./mutant.ts";

const conflicts = noticedBy(
  ["controllers/new-replica-set.test.ts", "apiserver/strategy.test.ts"],
  [
    [
      "a Deployment remembers its status write",
      `${deployment}replica-set-writes`,
      `export function* writeStatus({ d }: DeploymentSync): Steps<Status | undefined> {
  const answer = yield* write<Deployment>({
    do: "update/status",
    resource: "deployments",
    object: d,
  });
  return`,
      `export function* writeStatus(sync: DeploymentSync): Steps<Status | undefined> {
  const answer = yield* write<Deployment>({
    do: "update/status",
    resource: "deployments",
    object: sync.d,
  });
  if (answer.ok) sync.d = answer.value;
  return`,
    ],
    [
      "annotations do not count for a Deployment's generation",
      "apiserver/strategy",
      `preparation: specAndStatus({ generation: "specAndAnnotations", statusKeeps: ["labels"] }),`,
      `preparation: specAndStatus({ generation: "spec", statusKeeps: ["labels"] }),`,
    ],
  ],
);

const syncs = noticedBy(
  ["controllers/sync.test.ts", "controllers/wakes.test.ts"],
  [
    [
      "a rollback leaves the annotations",
      `${deployment}rollback`,
      `metadata: { ...sync.d.metadata, annotations: annotationsOfRollback(sync.d, target) },`,
      ``,
    ],
    [
      "a rollback takes the hash label along",
      `${deployment}rollback`,
      `const { [HASH_LABEL]: _, ...labels } = target.spec.template.metadata?.labels ?? {};`,
      `const labels = target.spec.template.metadata?.labels ?? {};`,
    ],
    [
      "a Deployment is tried once more than 15 times",
      `${deployment}controller`,
      `const MAX_RETRIES = 15;`,
      `const MAX_RETRIES = 16;`,
    ],
    [
      "a Deployment that selects all pods claims what it finds",
      `${deployment}deployment`,
      `if (isEmptySelector(sync.d.spec.selector)) return yield* refuseSelector(sync);`,
      ``,
    ],
    [
      "a timer of one second is rate-limited",
      `${deployment}progress`,
      `if (afterMs < 1000) {`,
      `if (afterMs <= 1000) {`,
    ],
    [
      "a restored controller does not know which Deployments look at pods",
      `${deployment}controller`,
      `for (const deployment of caches.deployments.values()) this.#note(deployment, "there");`,
      ``,
    ],
  ],
);

const refusedWrites = noticedBy(
  ["controllers/refused-writes.test.ts"],
  [
    [
      "a refused creation goes on",
      `${deployment}new-replica-set`,
      `return yield* afterRefusal(sync, name, answer.status);`,
      `yield* afterRefusal(sync, name, answer.status);
  return { ok: true, value: wanted };`,
    ],
    [
      "a refused scale-down goes on with the next ReplicaSet",
      `${deployment}rolling`,
      `const scaling = yield* scaleReplicaSet(sync, rs, from - by);
    if (!scaling.ok) return yield* swallow(rs, scaling.status.message);`,
      `const scaling = yield* scaleReplicaSet(sync, rs, from - by);
    if (!scaling.ok) continue;`,
    ],
    [
      "a refused share goes on with the next ReplicaSet",
      `${deployment}scale`,
      `const scaling = yield* resizeAndAnnotate(sync, rs, to);
    if (!scaling.ok) return refused(scaling.status);`,
      `yield* resizeAndAnnotate(sync, rs, to);`,
    ],
  ],
);

const limits = noticedBy(
  ["apiserver/limit-ranges.test.ts"],
  [
    [
      "a LimitRange sets what containers say themselves",
      "apiserver/limit-ranges",
      "resources = { ...resources, [budget]: { ...wanted, ...own } };",
      "resources = { ...resources, [budget]: { ...own, ...wanted } };",
    ],
    [
      "LimitRanges of other namespaces count",
      "apiserver/limit-ranges",
      "metadata.namespace === namespace)",
      'metadata.namespace !== undefined || namespace === "")',
    ],
    [
      "a most that is reached is passed",
      "apiserver/limit-ranges",
      "if (limit.milli > most.milli)",
      "if (limit.milli >= most.milli)",
    ],
    [
      "what a LimitRange fills in is not told",
      "apiserver/pod-objects",
      "edits?.annotations ?? source.annotations ?? template",
      "edits?.annotations ?? template",
    ],
    [
      "pods stay as they were when the LimitRange has changed",
      "apiserver/server",
      "if (resource === LIMIT_RANGES) store.registry.forget();",
      "if (resource === LIMIT_RANGES && store.pods.live < 0) store.registry.forget();",
    ],
    [
      "a request that is not said is the least",
      "apiserver/defaults",
      `      ["defaultRequest", "default"],
      ["defaultRequest", "min"],`,
      `      ["defaultRequest", "min"],
      ["defaultRequest", "default"],`,
    ],
  ],
);

const verdicts = noticedBy(
  ["apiserver/pod-verdicts.test.ts"],
  [
    [
      "pods are as right as their template",
      "apiserver/pod-writer",
      "      this.#invalid(replicaSet, pod) ??\n",
      "",
    ],
    [
      "pods have no service account unless they say so",
      "apiserver/pod-verdicts",
      'serviceAccountName: "default", serviceAccount: "default", ',
      "",
    ],
  ],
);

const sysctls = noticedBy(
  ["apiserver/sysctls.test.ts"],
  [
    [
      "a host network shares its sysctls",
      "apiserver/validation/security",
      'spec["hostNetwork"] === true && dotted.startsWith("net.")',
      "false",
    ],
    [
      "None is an address in any place",
      "apiserver/validation/service-addresses",
      'each === "None" && i === 0 ?',
      'each === "None" ?',
    ],
  ],
);

const numbers = noticedBy(
  ["apiserver/conversion.test.ts", "api/int64.test.ts", "controllers/scale-edges.test.ts"],
  [
    [
      "any integer fits in 64 bits",
      "api/int64",
      "BigInt.asIntN(64, exact) === exact ? value : undefined",
      "value",
    ],
    [
      "a rollback to what is no number is asked for in vain",
      "apiserver/conversion",
      "if (revision === undefined) return { ...read, error: unread(text) };",
      "if (revision === undefined) return read;",
    ],
    [
      "an empty annotation that asks for a rollback stays",
      "apiserver/encode",
      "convertedBack(object)",
      "object",
    ],
    [
      "a wanted size has 64 bits",
      "controllers/deployment/scale",
      "int32(wanted) === replicas",
      "wanted === replicas",
    ],
  ],
);

export const refusalMutants: readonly Mutant[] = [
  ...conflicts,
  ...syncs,
  ...refusedWrites,
  ...limits,
  ...verdicts,
  ...numbers,
  ...sysctls,
];
