/**
 * What objects of a cluster tell of it: what time it was, how long its pods take to start and to become ready, what fails
 * them, and which nodes they are on. Pods to come are taken to do as those of their ReplicaSet did, or of their Deployment.
 */
import { formatDuration } from "../api/duration.ts";
import type { Pod, PodSpec } from "../api/core.ts";
import type { KubeObject, Millis, StringMap } from "../api/meta.ts";
import { asArray, asRecord, asString } from "../apiserver/json.ts";
import { specOf } from "../apiserver/strategy-parts.ts";
import { podFaults, type Behavior, type Fault, type FaultType } from "../kubelet/behavior.ts";
import { foundPod, hasEnded, type FoundPod } from "../kubelet/found-pod.ts";
import type { NodeGroup } from "../scheduler/node-object.ts";
import { nodesIn } from "./fitted-nodes.ts";
import type { ClusterSettings, Scenario } from "./scenario.ts";

export interface Fit {
  /** When they were so. */
  readonly startTime: string;
  readonly nodes: readonly NodeGroup[];
  /** Where all of them are; undefined: in several. */
  readonly namespace: string | undefined;
  readonly behaviors: readonly Behavior[];
  /** In words: the ReplicaSets that have pods, and how these do. */
  readonly told: readonly string[];
}

/** Whether it makes ReplicaSets. */
export function rollsOut({ kind }: KubeObject): boolean {
  return kind === "Deployment" || kind === "Rollout";
}

/**
 * `objects` are Deployments and Rollouts, their ReplicaSets, and the Pods of these; `others` came with them.
 * `startTime`: when they were so, if that is known.
 */
export function fitted(
  objects: readonly KubeObject[],
  others: readonly KubeObject[],
  startTime = latestIn(objects),
): Fit {
  const nowS = Math.floor(Date.parse(startTime) / 1000);
  const deployments = objects.filter(rollsOut);
  const fits = deployments.map((deployment) => fitDeployment(deployment, objects, nowS));
  return {
    startTime,
    nodes: nodesIn(objects, others),
    namespace: namespaceOf(objects),
    behaviors: fits.flatMap(({ behaviors }) => behaviors),
    told: fits.flatMap(({ told }) => told),
  };
}

function namespaceOf(objects: readonly KubeObject[]): string | undefined {
  const [first, ...more] = new Set(objects.map(({ metadata }) => metadata.namespace));
  return more.length === 0 ? first : undefined;
}

/** What the scenario says itself comes first. */
export function clusterWith(fit: Fit | undefined, own: ClusterSettings): ClusterSettings {
  if (fit === undefined) return own;
  const { startTime, nodes } = fit;
  return { ...(nodes.length === 0 ? { startTime } : { startTime, nodes }), ...own };
}

type Behaviors = Pick<Scenario, "behaviors" | "apps">;

export function behaviorsWith(fit: Fit | undefined, own: Behaviors): Behaviors {
  const taken = fit?.behaviors ?? [];
  return {
    behaviors: [...own.behaviors, ...taken],
    apps: [...own.apps, ...taken.map(({ match: { podSpec: _, ...match } = {} }) => match)],
  };
}

/** How long pods took, in ms; each list is sorted. */
interface Times {
  readonly start: readonly Millis[];
  readonly ready: readonly Millis[];
}

/** Longer than twice the longest time known, and this, means never. */
const PATIENCE_MS = 10_000;
/** ... and where none is known, this. */
const LONG_MS = 60_000;

function fitDeployment(
  deployment: KubeObject,
  objects: readonly KubeObject[],
  nowS: number,
): Pick<Fit, "behaviors" | "told"> {
  const sets = ownedBy(deployment, "ReplicaSet", objects).map((set) => {
    const pods = ownedBy(set, "Pod", objects).map((pod) => foundPod(pod as Pod));
    return { set, pods: pods.filter((pod) => !hasEnded(pod)) };
  });
  const all = sets.flatMap(({ pods }) => pods);
  const known = timesOf(all);
  const ending = all.some(({ deletionS }) => deletionS !== undefined);
  const terminate = ending ? { terminate: { delay: graceMs(deployment) } } : {};
  const fits = sets.flatMap(({ set, pods }) => {
    if (pods.length === 0) return [];
    const own = timesOf(pods);
    const fault = faultOf(pods, known, nowS);
    const life = { ...delaysOf(own, known), ...terminate, ...(fault && { fault: fault.fault }) };
    return [{ set, life, told: tell(set, life, fault?.pods) }];
  });
  const labels = labelsOf(deployment);
  const others = { match: { labels }, ...delaysOf(known, known), ...terminate };
  return {
    behaviors: [
      ...fits.map(({ set, life }) => ({ match: { labels: hashOf(set) }, ...life })),
      // Those that a restart makes.
      ...fits.map(({ set, life }) => ({ match: { labels, podSpec: podSpecOf(set) }, ...life })),
      ...fits.flatMap(({ set, life }) => {
        if (life.fault?.type !== "ImagePullBackOff") return [];
        const pulled = fits.filter((fit) => fit.life.fault?.type !== "ImagePullBackOff");
        const there = new Set(pulled.flatMap((fit) => imagesOf(fit.set)));
        const missing = imagesOf(set).filter((image) => !there.has(image));
        return missing.map((image) => ({ match: { labels, image }, ...life }));
      }),
      others,
    ],
    told: fits.map(({ told }) => told),
  };
}

/** Of its pods, whatever their revision. */
function labelsOf(workload: KubeObject): StringMap {
  const { selector, template } = specOf(workload);
  const { matchLabels } = asRecord(selector);
  return asRecord(matchLabels ?? asRecord(asRecord(template)["metadata"])["labels"]) as StringMap;
}

function ownedBy(
  owner: KubeObject,
  kind: string,
  objects: readonly KubeObject[],
): readonly KubeObject[] {
  return objects.filter(
    (object) => object.kind === kind && controllerUid(object) === owner.metadata.uid,
  );
}

/** Of its controller, as it is written: nobody has judged the object yet. */
export function controllerUid({ metadata }: KubeObject): unknown {
  const references = asArray(asRecord(metadata)["ownerReferences"]).map(asRecord);
  return references.find((each) => each["controller"] === true)?.["uid"];
}

/** Of ReplicaSets of a Rollout. */
const ROLLOUT_HASH = "rollouts-pod-template-hash";

/** The label that pods of a ReplicaSet have, and no others. */
function hashOf({ metadata }: KubeObject): StringMap {
  const labels = asRecord(metadata.labels);
  const label = ROLLOUT_HASH in labels ? ROLLOUT_HASH : "pod-template-hash";
  return { [label]: asString(labels[label]) };
}

function podSpecOf(set: KubeObject): PodSpec {
  return asRecord(asRecord(specOf(set)["template"])["spec"]) as unknown as PodSpec;
}

function imagesOf(set: KubeObject): readonly string[] {
  return asArray(podSpecOf(set).containers).map((container) =>
    asString(asRecord(container)["image"]),
  );
}

function graceMs(deployment: KubeObject): Millis {
  const template = asRecord(specOf(deployment)["template"]);
  const seconds = asRecord(template["spec"])["terminationGracePeriodSeconds"];
  return (typeof seconds === "number" && seconds > 0 ? Math.trunc(seconds) : 30) * 1000;
}

/** Of pods whose containers run since they were first started. */
function timesOf(pods: readonly FoundPod[]): Times {
  const first = pods.filter(({ restarts }) => restarts === 0);
  return {
    start: sorted(first.flatMap(({ startedS, scheduledS }) => span(scheduledS, startedS))),
    ready: sorted(
      first.flatMap(({ state, startedS, readyS }) =>
        state === "ready" ? span(startedS, readyS) : [],
      ),
    ),
  };
}

function span(from: number | undefined, to: number | undefined): readonly Millis[] {
  return from === undefined || to === undefined || to < from ? [] : [(to - from) * 1000];
}

function sorted(times: readonly Millis[]): readonly Millis[] {
  return times.toSorted((a, b) => a - b);
}

/** The median of its own times, or of those of its Deployment. */
function delaysOf(own: Times, known: Times): Pick<Behavior, "start" | "ready"> {
  const start = median(own.start) ?? median(known.start);
  const ready = median(own.ready) ?? median(known.ready);
  return {
    ...(start === undefined ? {} : { start: { delay: start } }),
    ...(ready === undefined ? {} : { ready: { delay: ready } }),
  };
}

function median(times: readonly Millis[]): Millis | undefined {
  return times[times.length >> 1];
}

/** What most of the pods that fail suffer from, and how many do; undefined: none fails. */
function faultOf(
  pods: readonly FoundPod[],
  known: Times,
  nowS: number,
): { readonly fault: Fault; readonly pods: number } | undefined {
  const faults = pods.flatMap((pod) => failureOf(pod, known, nowS) ?? []);
  const [worst = []] = podFaults
    .map((type) => faults.filter((fault) => fault.type === type))
    .toSorted((a, b) => b.length - a.length);
  const [fault] = worst;
  if (fault === undefined) return undefined;
  const hit = worst.length;
  const sound = pods.filter(({ state }) => state === "ready").length;
  const share = sound === 0 ? {} : { probability: hit / (hit + sound) };
  return { fault: { ...fault, ...share }, pods: hit };
}

function failureOf(pod: FoundPod, known: Times, nowS: number): Fault | undefined {
  const { state, restarts, exit, startedS = nowS, scheduledS = nowS } = pod;
  const crash: Fault = {
    type: "CrashLoopBackOff",
    ...(exit && { after: Math.max(1, exit.finishedS - exit.startedS) * 1000 }),
  };
  switch (state) {
    case "pull fails":
    case "pull backs off":
      return { type: "ImagePullBackOff" };
    case "crashed":
    case "crash backs off":
      return crash;
    case "running":
      if (restarts > 0) return crash;
      return nowS - startedS > longest(known.ready) ? { type: "NeverReady" } : undefined;
    case "creating":
      return nowS - scheduledS > longest(known.start) ? { type: "NeverRunning" } : undefined;
    default:
      return undefined;
  }
}

/** In seconds. */
function longest(times: readonly Millis[]): number {
  const last = times.at(-1);
  return (last === undefined ? LONG_MS : 2 * last + PATIENCE_MS) / 1000;
}

const FAULTS: Readonly<Partial<Record<FaultType, string>>> = {
  ImagePullBackOff: "cannot pull their image",
  CrashLoopBackOff: "crash",
  NeverReady: "do not get ready",
  NeverRunning: "do not start",
};

function tell({ metadata: { name } }: KubeObject, life: Behavior, hit = 0): string {
  const { ready, fault } = life;
  const ordinarily =
    ready === undefined ? "" : `ready ${formatDuration(ready.delay)} after their start`;
  if (fault === undefined) return `pods of ${name}: ${ordinarily || "none was ready yet"}`;
  const share =
    fault.probability === undefined ? "" : `, ${Math.round(fault.probability * 100)}% of them`;
  return `pods of ${name}: ${FAULTS[fault.type]} (${hit} found)${share}`;
}

/** RFC 3339 in UTC, as the API writes it, before the seconds since 1970 need more than 31 bits. */
const TIME = /^20[0-3]\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/u;

/** The latest time that statuses and metadata tell of. */
function latestIn(objects: readonly KubeObject[]): string {
  const times = objects.flatMap(({ metadata, status }) => [
    ...timesIn(status),
    ...timesIn(metadata.creationTimestamp),
    ...timesIn(metadata.managedFields),
  ]);
  return times.reduce((a, b) => (a > b ? a : b), "2000-01-01T00:00:00Z");
}

function timesIn(value: unknown): readonly string[] {
  if (typeof value === "string")
    return TIME.test(value) && !Number.isNaN(Date.parse(value)) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(timesIn);
}
