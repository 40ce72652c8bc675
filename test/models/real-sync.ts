// One sync of the real Deployment controller at a state of the counter model: the state becomes
// objects, reconcileDeployment makes its plan, and the plan's writes become sizes again.
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import { failure } from "../../src/api/status.ts";
import { reconcileDeployment } from "../../src/controllers/deployment/deployment.ts";
import { planOf } from "../../src/controllers/reconcile.ts";
import type { Effect, Outcome } from "../../src/controllers/reconcile.ts";
import { reconcileReplicaSet } from "../../src/controllers/replicaset/replicaset.ts";
import { deployment, NOW, replicaSet, template, viewOf } from "../controllers/rollout-view.ts";
import type { RolloutConfig } from "./config.ts";
import type { Reads } from "./views.ts";

/** The current set has the highest revision, as once the controller has seen it. */
const currentRevision = "9";
const revisionKey = "deployment.kubernetes.io/revision";

function deploymentAt(config: RolloutConfig, { current, size }: Reads): Deployment {
  return deployment({
    spec: {
      replicas: size.replicas,
      template: template(`web:${current + 1}`),
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: config.surge, maxUnavailable: config.unavailable },
      },
    },
    annotations: { [revisionKey]: currentRevision },
  });
}

function listAt({ current, sets }: Reads): ReplicaSet[] {
  return sets.flatMap(({ listed, spec, status, sizedFor }, i) => {
    if (!listed) return [];
    const { replicas, surge } = sizedFor;
    return replicaSet({
      image: `web:${i + 1}`,
      replicas: spec,
      available: status,
      desired: replicas,
      max: replicas + surge,
      ...(i === current ? { annotations: { [revisionKey]: currentRevision } } : {}),
    });
  });
}

/** The sizes that one sync writes; a set that it neither creates nor resizes is undefined. */
export function realSync(config: RolloutConfig, reads: Reads): readonly (number | undefined)[] {
  const written: (number | undefined)[] = reads.sets.map(() => undefined);
  // resourceVersions in the store: those of the list, but for sets whose copy is old.
  const versions = new Map(
    reads.sets.map(({ fresh }, i) => [`web-${i + 1}`, fresh ? `${i + 1}` : "newer"]),
  );
  const answer = (effect: Effect): Outcome => {
    if (effect.do === "create") {
      if (reads.sets[reads.current]!.exists) return refuse("AlreadyExists");
      written[reads.current] = (effect.object as ReplicaSet).spec.replicas;
      return { ok: true, value: effect.object };
    }
    if (effect.do === "update" && effect.resource === "replicasets") {
      const { metadata, spec } = effect.object as ReplicaSet;
      if (versions.get(metadata.name) !== metadata.resourceVersion) return refuse("Conflict");
      const resourceVersion = `${metadata.resourceVersion}+`;
      versions.set(metadata.name, resourceVersion);
      written[Number(metadata.name.slice("web-".length)) - 1] = spec.replicas;
      return { ok: true, value: { ...effect.object, metadata: { ...metadata, resourceVersion } } };
    }
    if (effect.do === "update/status") return { ok: true, value: effect.object };
    if (effect.do === "event" || effect.do === "decide") return undefined;
    throw new Error(`a rolling sync has no ${effect.do}`);
  };
  planOf(reconcileDeployment(viewOf(deploymentAt(config, reads), listAt(reads))), answer);
  return written;
}

function refuse(reason: "AlreadyExists" | "Conflict"): Outcome {
  return { ok: false, status: failure(409, reason, reason) };
}

/** What one sync of the real ReplicaSet controller does: pods made and deleted, status written. */
export function realSetSync(
  size: number,
  pods: { readonly active: number; readonly ready: number; readonly available: number },
): { created: number; deleted: number; status: number } {
  const replicaSetBefore = replicaSet({ image: "web:1", replicas: size, available: 99 });
  const surplus = Array.from({ length: Math.max(0, pods.active - size) }, (_, row) => row);
  const plan = planOf(
    reconcileReplicaSet({
      key: "default/web-1",
      now: NOW,
      replicaSet: replicaSetBefore,
      features: { terminatingReplicas: false },
      stale: false,
      awaited: undefined,
      counts: {
        ...pods,
        fullyLabeled: pods.active,
        terminating: 0,
        readySeconds: [],
      },
      orphans: [],
      strays: [],
      surplus,
    }),
  );
  let created = 0;
  let deleted = 0;
  let status = 99;
  for (const write of plan.writes) {
    if (write.do === "create-pods") created += write.count;
    if (write.do === "delete-pods") deleted += write.rows.length;
    if (write.do !== "update/status") continue;
    status = (write.object as ReplicaSet).status.availableReplicas ?? 0;
  }
  return { created, deleted, status };
}
