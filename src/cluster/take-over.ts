/**
 * A cluster goes on from where another one was: its Deployments, Rollouts, ReplicaSets and Pods with the UIDs, times and
 * statuses that they had there. Controllers find them as after a restart of kube-controller-manager.
 */
import { anything, list, record } from "../api/check-shape.ts";
import type { Pod } from "../api/core.ts";
import type { KubeObject, Timestamp } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { decodeObject } from "../apiserver/decode.ts";
import { applyDefaults } from "../apiserver/defaults.ts";
import { asRecord } from "../apiserver/json.ts";
import { kindOfObject, storeName } from "../apiserver/kinds.ts";
import { findPod } from "../apiserver/pod-access.ts";
import type { Store } from "../apiserver/store.ts";
import type { Trace } from "../engine/trace.ts";
import { foundPod } from "../kubelet/found-pod.ts";
import type { Kubelet } from "../kubelet/kubelet.ts";

const KINDS: ReadonlySet<string> = new Set([
  "Deployment",
  "Rollout",
  "AnalysisRun",
  "ReplicaSet",
  "Pod",
]);

interface World {
  readonly store: Store;
  readonly trace: Trace;
  readonly kubelet: Kubelet;
}

/** Throws a RangeError for an object that is of none of these kinds, or no object. */
export function takeOver(world: World, objects: readonly KubeObject[]): void {
  list(record(anything))("objects", objects);
  const known = objects.map(decoded);
  for (const object of known) if (object.kind !== "Pod") takeObject(world, object);
  const pods = known.filter((object): object is Pod => object.kind === "Pod");
  for (const pod of pods.toSorted(byAge)) takePod(world, pod);
}

function decoded(object: KubeObject): KubeObject {
  const name = `${object.kind} ${object.metadata?.name}`;
  if (!KINDS.has(object.kind)) throw new RangeError(`${name}: only ${[...KINDS].join(", ")}`);
  const answer = decodeObject(object, "Ignore");
  if (!answer.ok) throw new RangeError(`${name}: ${answer.status.message}`);
  const { metadata } = answer.value;
  const { uid, creationTimestamp, namespace = "default" } = metadata;
  if (uid === undefined || creationTimestamp === undefined) {
    throw new RangeError(`${name} has no uid or creationTimestamp: no cluster gave it`);
  }
  const whole = applyDefaults({ ...answer.value, metadata: { ...metadata, namespace } });
  return withTimes(whole, creationTimestamp);
}

/** Conditions that somebody cut the times off are as old as their object. */
function withTimes(object: KubeObject, creationTimestamp: Timestamp): KubeObject {
  const { conditions, ...status } = asRecord(object["status"]);
  if (!Array.isArray(conditions)) return object;
  const names =
    object.kind === "ReplicaSet"
      ? ["lastTransitionTime"]
      : ["lastTransitionTime", "lastUpdateTime"];
  const times = Object.fromEntries(names.map((name) => [name, creationTimestamp]));
  return {
    ...object,
    status: { ...status, conditions: conditions.map((each) => ({ ...times, ...each })) },
  };
}

function takeObject({ store, trace }: World, object: KubeObject): void {
  const resource = storeName(kindOfObject(object));
  const { namespace = "default", name } = object.metadata;
  const found = { by: "user", verb: "create", resource, namespace, name } as const;
  const stored = store.adopt(resource, object);
  trace.add({ kind: "write", at: store.now, ...found, object: stored });
}

/** On its node, where there is one of that name; once, if it is given twice. */
function takePod({ store, kubelet }: World, pod: Pod): void {
  const { namespace = "default", name } = pod.metadata;
  if (findPod(store, namespace, name) !== undefined) return;
  const { nodeName = "", ...spec } = pod.spec;
  const row = store.insertBarePod(pod, { metadata: pod.metadata, spec });
  kubelet.adopt(row, foundPod(pod), store.registry.nodeNames.indexOf(nodeName));
}

/** Older pods first, as they were made. */
function byAge(a: Pod, b: Pod): number {
  const [left = "", right = ""] = [a, b].map(({ metadata }) => metadata.creationTimestamp);
  return compareText(left, right) || compareText(a.metadata.name, b.metadata.name);
}
