/** The caches that a recorded sync read, rebuilt from whole objects. */
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import type { PodTemplateSpec } from "../../src/api/core.ts";
import { deletionCostOf } from "../../src/api/deletion-cost.ts";
import { deepEqual, deepFreeze } from "../../src/api/json.ts";
import { controllerOf, type KubeObject } from "../../src/api/meta.ts";
import { Flag, NO_OWNER, Phase, UNBOUND } from "../../src/apiserver/pod-columns.ts";
import { keyOf, Store } from "../../src/apiserver/store.ts";
import { Caches } from "../../src/controllers/caches.ts";
import { DeploymentController } from "../../src/controllers/deployment/controller.ts";
import type { Plan } from "../../src/controllers/reconcile.ts";
import { ReplicaSetController } from "../../src/controllers/replicaset/controller.ts";
import { featureGates, KUBERNETES_VERSION } from "../../src/features.ts";
import type { Vector } from "./vectors.ts";

interface PodStatus {
  readonly phase?: keyof typeof Phase;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly lastTransitionTime: string;
  }[];
  readonly containerStatuses?: readonly { readonly restartCount: number }[];
}

export class VectorWorld {
  /** By row. */
  readonly podNames: string[] = [];
  readonly #key: string;
  readonly #deployments: DeploymentController;
  readonly #replicaSets: ReplicaSetController;
  readonly #store: Store;
  readonly #caches: Caches;
  readonly #nodes: string[] = [];

  constructor(vector: Vector) {
    const now = Date.parse(vector.now);
    this.#key = vector.key;
    this.#store = new Store(now, () => 0);
    this.#caches = new Caches(this.#store, [], "shared");
    for (const object of vector.deployments ?? []) this.#put("Deployment", object);
    for (const object of vector.replicaSets ?? []) this.#put("ReplicaSet", object);
    const pods = (vector.pods ?? []).toSorted((a, b) => uidNumber(a) - uidNumber(b));
    for (const pod of pods) this.#putPod(pod);
    const features = featureGates(vector.kubernetes ?? KUBERNETES_VERSION);
    this.#deployments = new DeploymentController(features, this.#store);
    this.#replicaSets = new ReplicaSetController(features, this.#store);
    this.#deployments.readFrom(this.#caches);
    this.#replicaSets.readFrom(this.#caches);
  }

  planDeployment(): Plan {
    return this.#deployments.reconcile(this.#deployments.view(this.#key));
  }

  planReplicaSet(): Plan {
    return this.#replicaSets.reconcile(this.#replicaSets.view(this.#key));
  }

  #put(kind: "Deployment" | "ReplicaSet", bare: KubeObject): void {
    const object = deepFreeze({ ...bare, apiVersion: "apps/v1", kind });
    if (kind === "Deployment") this.#caches.deployments.set(keyOf(object), object as Deployment);
    else this.#caches.replicaSets.set(keyOf(object), object as ReplicaSet);
  }

  #putPod(pod: KubeObject): void {
    const { registry, pods } = this.#store;
    const { metadata } = pod;
    const row = this.podNames.push(metadata.name) - 1;
    const source = this.#source(pod);
    const status = (pod["status"] ?? {}) as PodStatus;
    const ready = status.conditions?.find(({ type }) => type === "Ready");
    const owner = controllerOf(metadata);
    const node = (pod["spec"] as { readonly nodeName?: string }).nodeName;
    const made = registry.sources[source]!.template.metadata;
    const plain =
      owner !== undefined &&
      deepEqual(metadata.labels ?? {}, made?.labels ?? {}) &&
      deepEqual(metadata.annotations ?? {}, made?.annotations ?? {});
    if (!plain) registry.special.add(row);
    const labels = metadata.labels ?? {};
    const annotations = metadata.annotations ?? {};
    pods.put(row, {
      flags:
        Flag.Present |
        (ready?.status === "True" ? Flag.Ready : 0) |
        (metadata.deletionTimestamp === undefined ? 0 : Flag.Deleting),
      phase: Phase[status.phase ?? "Pending"],
      source,
      ordinal: registry.enlist(source, row),
      owner: owner === undefined ? NO_OWNER : registry.ownerIndex(ownerObject(pod, owner)),
      uid: uidNumber(pod),
      node: node === undefined ? UNBOUND : this.#node(node),
      createdS: seconds(metadata.creationTimestamp),
      readyS: seconds(ready?.lastTransitionTime),
      restarts: Math.max(0, ...(status.containerStatuses ?? []).map((c) => c.restartCount)),
      deletionCost: deletionCostOf(annotations),
      edits: plain ? 0 : registry.edits.push({ labels, annotations }) - 1,
    });
  }

  /** The template of the ReplicaSet that made it, where it is still there with these labels. */
  #source(pod: KubeObject): number {
    const { name, namespace = "default", generateName = "", labels = {} } = pod.metadata;
    const prefix = generateName.replace(/-$/, "") || name;
    const maker = this.#caches.replicaSets.get(`${namespace}/${prefix}`);
    const template = maker?.spec.template;
    if (maker !== undefined && deepEqual(template?.metadata?.labels ?? {}, labels)) {
      return this.#store.registry.sourceIndex(maker, maker.spec.template);
    }
    const metadata = { name: prefix, namespace, uid: maker?.metadata.uid ?? prefix };
    const own = { metadata: { labels }, spec: pod["spec"] } as PodTemplateSpec;
    return this.#store.registry.sourceIndex({ ...pod, metadata }, own);
  }

  #node(name: string): number {
    const known = this.#nodes.indexOf(name);
    return known >= 0 ? known : this.#nodes.push(name) - 1;
  }
}

function ownerObject(
  pod: KubeObject,
  { name, uid }: { readonly name: string; readonly uid: string },
): KubeObject {
  return { ...pod, metadata: { name, uid, namespace: pod.metadata.namespace ?? "default" } };
}

function uidNumber({ metadata }: KubeObject): number {
  return Number(metadata.uid?.split("-").at(-1));
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time) / 1000;
}
