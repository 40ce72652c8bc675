/** What counts as what, and what is awaited: rules that for long only recordings kept, broken. */
import { deployment, noticedBy, replicaset, type Mutant } from "./mutant.ts";

const deployments = noticedBy(
  ["scale", "revisions", "new-replica-set", "conditions", "progress", "sync"].map(
    (name) => `controllers/${name}.test.ts`,
  ),
  [
    [
      "new pods that are ready are taken for available",
      `${deployment}rolling`,
      `next.spec.replicas - available(next);`,
      `next.spec.replicas - (next.status.readyReplicas ?? 0);`,
    ],
    [
      "a new ReplicaSet that reports too many leaves no larger budget",
      `${deployment}rolling`,
      `const newUnavailable = next.spec.replicas - available(next);`,
      `const newUnavailable = Math.max(0, next.spec.replicas - available(next));`,
    ],
    [
      "the budget counts pods that are there, not those asked for",
      `${deployment}rolling`,
      `const total = sumOfSpecs(allOf(revisions));`,
      `const total = allOf(revisions).reduce((sum, rs) => sum + rs.status.replicas, 0);`,
    ],
    [
      "the budget does not wrap",
      `${deployment}rolling`,
      `int32(total - minAvailable(sync.d) - newUnavailable)`,
      `total - minAvailable(sync.d) - newUnavailable`,
    ],
    [
      "old pods that are ready are taken for available",
      `${deployment}rolling`,
      `if (from === available(rs)) continue;
    const by = Math.min(budget - count, from - available(rs));`,
      `if (from === (rs.status.readyReplicas ?? 0)) continue;
    const by = Math.min(budget - count, from - (rs.status.readyReplicas ?? 0));`,
    ],
    [
      "the newest ReplicaSet's unavailable pods go first",
      `${deployment}rolling`,
      `for (const [i, rs] of old.entries()) {`,
      `for (const [i, rs] of [...old.entries()].toReversed()) {`,
    ],
    [
      "a step of which the second half was refused counts as one",
      `${deployment}rolling`,
      `return went !== undefined && cleaned.count + went > 0;`,
      `return cleaned.count + (went ?? 0) > 0;`,
    ],
    [
      "a new ReplicaSet begins beside the pods that are there",
      `${deployment}new-replica-set`,
      `grownTo(d.spec.replicas, surgeCeiling(d), sumOfSpecs(old), 0)`,
      `grownTo(d.spec.replicas, surgeCeiling(d), old.reduce((sum, rs) => sum + rs.status.replicas, 0), 0)`,
    ],
    [
      "a new ReplicaSet grows beside the pods that are there",
      `${deployment}new-replica-set`,
      `return grownTo(d.spec.replicas, surgeCeiling(d), sumOfSpecs(all), next.spec.replicas);`,
      `return grownTo(d.spec.replicas, surgeCeiling(d), all.reduce((sum, rs) => sum + rs.status.replicas, 0), next.spec.replicas);`,
    ],
    [
      "replicas and surge do not wrap",
      `${deployment}new-replica-set`,
      `return int32(d.spec.replicas + int32(surge));`,
      `return d.spec.replicas + surge;`,
    ],
    [
      "a ReplicaSet of size 0 begins a scaling event",
      `${deployment}scale`,
      `for (const rs of active(allOf(revisions.value))) {`,
      `for (const rs of allOf(revisions.value)) {`,
    ],
    [
      "a ReplicaSet without size annotations begins a scaling event",
      `${deployment}scale`,
      `if (desired === undefined || desired === replicas) continue;`,
      `if (desired === replicas) continue;`,
    ],
    [
      "an old ReplicaSet begins no scaling event",
      `${deployment}scale`,
      `for (const rs of active(allOf(revisions.value))) {`,
      `for (const rs of active(revisions.value.next === undefined ? [] : [revisions.value.next])) {`,
    ],
    [
      "without an active ReplicaSet an old one is scaled",
      `${deployment}scale`,
      `running[0] ?? revisions.next ?? revisions.old.at(-1)`,
      `running[0] ?? revisions.old.at(-1) ?? revisions.next`,
    ],
    [
      "a new ReplicaSet is full once its pods are ready",
      `${deployment}scale`,
      `&& available(next) === replicas`,
      `&& next.status.readyReplicas === replicas`,
    ],
    [
      "under Recreate old pods stay though all new ones are there",
      `${deployment}scale`,
      `if (isSaturated(sync.d, revisions.next)) {`,
      `if (isRollingUpdate(sync.d) && isSaturated(sync.d, revisions.next)) {`,
    ],
    [
      "shares are of what the pods that are there leave",
      `${deployment}scale`,
      `const total = sumOfSpecs(running);`,
      `const total = running.reduce((sum, rs) => sum + rs.status.replicas, 0);`,
    ],
    [
      "an annotation that changed is not copied again",
      `${deployment}revisions`,
      `current?.[key] !== value,`,
      `current?.[key] === undefined,`,
    ],
    [
      "revision-history is copied from the Deployment",
      `${deployment}revisions`,
      `  REVISION_HISTORY,
  DESIRED_REPLICAS,`,
      `  DESIRED_REPLICAS,`,
    ],
    [
      "an empty revision is never raised",
      `${deployment}revisions`,
      `text === undefined || text === "" ? 0 : parseInt64(text)`,
      `text === undefined ? 0 : parseInt64(text)`,
    ],
    [
      "minReadySeconds is followed only when it grows",
      `${deployment}new-replica-set`,
      `(rs.spec.minReadySeconds ?? 0) !== minReady`,
      `(rs.spec.minReadySeconds ?? 0) < minReady`,
    ],
    [
      "a name taken by something unseen counts as a collision",
      `${deployment}new-replica-set`,
      `if (cached === undefined) return { ok: false, error: \`replicaset.apps "\${name}" not found\` };
  const same = templatesEqualIgnoringHash(sync.d.spec.template, cached.spec.template);
  if (isControlledBy(cached, sync.d) && same) {`,
      `const same = cached !== undefined && templatesEqualIgnoringHash(sync.d.spec.template, cached.spec.template);
  if (cached !== undefined && isControlledBy(cached, sync.d) && same) {`,
    ],
    [
      "a ReplicaSet that was there already is told to be created",
      `${deployment}new-replica-set`,
      `const error = setRevision(sync, String(revision)) ? yield* writeStatus(sync) : undefined;`,
      `setRevision(sync, String(revision));
    setProgressing(sync, "True", Reason.newReplicaSetCreated, \`Created new replica set "\${name}"\`);
    const error = yield* writeStatus(sync);`,
    ],
    [
      "a rollout is complete while old pods are left",
      `${deployment}progress`,
      `(status.replicas ?? 0) === replicas &&
    (status.available`,
      `(status.available`,
    ],
    [
      "the transition time moves with the reason",
      `${deployment}conditions`,
      `const added = kept === undefined ? next : { ...next, lastTransitionTime: kept };`,
      `const added = next; void kept;`,
    ],
    [
      "a replaced condition keeps its place in the list",
      `${deployment}conditions`,
      `return { ...status, conditions: [...others(status, next.type), added] };`,
      `return { ...status, conditions: current === undefined ? [...others(status, next.type), added] : (status.conditions ?? []).map((c) => (c.type === next.type ? added : c)) };`,
    ],
    [
      "the deadline of a condition set now counts from its whole second",
      `${deployment}progress`,
      `const since = sync.progressingSince ?? parseTimestamp(current.lastUpdateTime);`,
      `const since = parseTimestamp(current.lastUpdateTime);`,
    ],
    [
      "a Deployment without a new ReplicaSet speaks as one",
      `${deployment}progress`,
      `? \`Deployment "\${d.metadata.name}"\``,
      `? \`ReplicaSet "\${d.metadata.name}"\``,
    ],
    [
      "updated pods are those that are wanted",
      `${deployment}status`,
      `omitZero(revisions.next?.status.replicas ?? 0)`,
      `omitZero(revisions.next?.spec.replicas ?? 0)`,
    ],
    [
      "pods that are not there yet are not missing",
      `${deployment}status`,
      `Math.max(0, sumOfSpecs(all) - available)`,
      `Math.max(0, sumOfStatus(all, "replicas") - available)`,
    ],
    [
      "what another Deployment of the name owns is claimed",
      `${deployment}deployment`,
      `if (owner !== undefined && owner.uid !== d.metadata.uid) continue;`,
      `if (owner !== undefined && owner.name !== d.metadata.name) continue;`,
    ],
    [
      "a Deployment that is being deleted lets its strays go",
      `${deployment}deployment`,
      `if (d.metadata.deletionTimestamp !== undefined) continue;
    if (owner`,
      `if (owner`,
    ],
    [
      "an orphan that is being deleted is adopted",
      `${deployment}deployment`,
      `(!matches || rs.metadata.deletionTimestamp !== undefined)`,
      `!matches`,
    ],
    [
      "a paused Deployment is rolled back",
      `${deployment}deployment`,
      `if (sync.d.spec.paused === true) {
    yield decide("deployment/paused", { deployment });
    return yield* scaleAndSync(sync, owned);
  }
  if (rollbackTo(sync.d) !== undefined) return yield* rollback(sync, owned);`,
      `if (rollbackTo(sync.d) !== undefined) return yield* rollback(sync, owned);
  if (sync.d.spec.paused === true) {
    yield decide("deployment/paused", { deployment });
    return yield* scaleAndSync(sync, owned);
  }`,
    ],
  ],
);

const replicaSets = noticedBy(
  ["controllers/replicaset-sync.test.ts"],
  [
    ["batches grow by one pod", `${replicaset}replicaset`, `batch *= 2`, `batch += 1`],
    [
      "after a refusal none of the pods made is awaited",
      `${replicaset}replicaset`,
      `yield { do: "forgo-creations", count: count - done };`,
      `yield { do: "forgo-creations", count };`,
    ],
    [
      "creations are not awaited",
      `${replicaset}replicaset`,
      `yield { do: "expect-creations", count };
`,
      ``,
    ],
    [
      "deletions are not awaited",
      `${replicaset}replicaset`,
      `yield { do: "expect-deletions", rows };
`,
      ``,
    ],
    [
      "only deletions that are awaited hold a ReplicaSet back",
      `${replicaset}replicaset`,
      `if (view.awaited !== undefined) {`,
      `if (view.awaited !== undefined && view.awaited.deletions > 0) {`,
    ],
    [
      "only creations that are awaited hold a ReplicaSet back",
      `${replicaset}replicaset`,
      `if (view.awaited !== undefined) {`,
      `if (view.awaited !== undefined && view.awaited.creations > 0) {`,
    ],
    [
      "a refused status is written again over the old read",
      `${replicaset}status`,
      `object: { ...fresh.value, status: next },`,
      `object: { ...rs, status: next },`,
    ],
    [
      "a failure that goes on takes each new message",
      `${replicaset}status`,
      `if (failed === (error !== undefined)) return rs.status.conditions;`,
      `if (!failed && error === undefined) return rs.status.conditions;`,
    ],
    [
      "a status that only observes the spec is not written",
      `${replicaset}status`,
      `if (deepEqual(rs.status, status) && generation === (rs.status.observedGeneration ?? 0)) {`,
      `if (deepEqual(rs.status, status)) {`,
    ],
    [
      "an adopted pod that is ready is available",
      `${replicaset}view`,
      `available: counts.available + tally((pod) => pod.available),`,
      `available: counts.available + since.length,`,
    ],
    [
      "an adoption that succeeds hides a refused release",
      `${replicaset}replicaset`,
      `const error = released ?? (typeof adopted === "string" ? adopted : adopted.refused?.message);`,
      `const error = typeof adopted === "string" ? adopted : adopted.refused?.message;`,
    ],
  ],
);

const pods = noticedBy(
  ["kubelet/kubelet.test.ts", "kubelet/probes.test.ts", "faults/probes-and-registry.test.ts"],
  [
    [
      "a container that crashed while its probe was made to fail is ready when it passes",
      "kubelet/kubelet",
      `store.crashPod(row);
    if (this.#hardships.probes.has(row)) this.#hardships.probes.set(row, "fails");`,
      `store.crashPod(row);`,
    ],
    [
      "a hook takes as long as it likes, whatever the grace period",
      "apiserver/pod-lifecycle",
      `Math.min(preStopMs, graceMs) + LEAST`,
      `preStopMs + LEAST`,
    ],
    [
      "the last container's hook is the pod's",
      "apiserver/pod-lifecycle",
      `(containers[0] ?? {})`,
      `(containers.at(-1) ?? {})`,
    ],
    ["no pod takes all of the jitter", "kubelet/behavior", `* (jitter + 1))`, `* jitter)`],
    [
      "what a pod takes longer is the next one's",
      "kubelet/behavior",
      `ready?.extra?.[pod.ordinal - 1]`,
      `ready?.extra?.[pod.ordinal]`,
    ],
    [
      "a container that answers at its last chance is killed",
      "kubelet/probes",
      `if (after < listens) {`,
      `if (after <= listens) {`,
    ],
  ],
);

const values = noticedBy(
  ["controllers/slices.test.ts", "controllers/budget.test.ts"],
  [
    [
      "an endpoint that serves no more while it terminates is the same",
      "controllers/endpointslice/endpoint",
      `a.conditions.serving === b.conditions.serving &&`,
      ``,
    ],
    [
      "a whole slice is poured into an empty one",
      "controllers/endpointslice/slices",
      `if (count >= MAX_ENDPOINTS_PER_SLICE) return undefined;`,
      `if (count > MAX_ENDPOINTS_PER_SLICE) return undefined;`,
    ],
    [
      "a share is of the pods that are there",
      "controllers/disruption/budget",
      `const expected = scale();
  return { expected, desired: scaled(minAvailable, expected) };`,
      `const expected = pods.length;
  return { expected, desired: scaled(minAvailable, expected) };`,
    ],
    [
      "pods that nobody wants any more may be evicted one by one",
      "controllers/disruption/budget",
      `expected <= 0 ? 0 : Math.max(0, healthy - desired)`,
      `Math.max(0, healthy - desired)`,
    ],
    [
      "an evicted pod that is going is remembered",
      "controllers/disruption/budget",
      `if (since === undefined || deletionTimestamp !== undefined) return [];`,
      `if (since === undefined) return [];`,
    ],
    [
      "another Deployment of the name says how many pods there are to be",
      "controllers/disruption/budget",
      `if (deployment?.metadata.uid !== above.uid) return undefined;`,
      `if (deployment === undefined) return undefined;`,
    ],
  ],
);

export const countMutants: readonly Mutant[] = [...deployments, ...replicaSets, ...pods, ...values];
