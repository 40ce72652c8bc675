/** A pod as another cluster gave it (`kubectl get pods -o yaml`): how far its life had come. */
import type { KubeObject } from "../api/meta.ts";
import { asArray, asRecord, asString, type Json } from "../apiserver/json.ts";
import type { Exit } from "../apiserver/pod-table.ts";

export interface FoundPod {
  readonly state: FoundState;
  /** Seconds since 1970, as all times here. */
  readonly createdS: number;
  /** When it came to its node. */
  readonly scheduledS: number | undefined;
  /** When the last of its containers started; absent where one does not run. */
  readonly startedS: number | undefined;
  /** When its Ready condition last changed. */
  readonly readyS: number | undefined;
  readonly restarts: number;
  /** How a container ended that ran before. */
  readonly exit: Exit | undefined;
  /** By when it is to be gone. */
  readonly deletionS: number | undefined;
}

export type FoundState =
  | "unscheduled"
  /** Its containers are still to be started, or cannot be made. */
  | "creating"
  | "pull fails"
  | "pull backs off"
  | "crashed"
  | "crash backs off"
  /** Its containers run, and it is not ready. */
  | "running"
  | "ready"
  | "evicted"
  | "failed"
  | "succeeded";

/** Whether it is over with the pod. */
export function hasEnded({ state }: FoundPod): boolean {
  return state === "evicted" || state === "failed" || state === "succeeded";
}

/** kubelet/images/types.go, and what containerd's errors are called. */
const PULL_FAILS: ReadonlySet<string> = new Set([
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "ImageInspectError",
  "InvalidImageName",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** Of whatever was written there: nobody need have judged it. */
export function foundPod(pod: KubeObject): FoundPod {
  const status = asRecord(pod["status"]);
  const containers = asArray(status["containerStatuses"]).map(asRecord);
  const running = containers.flatMap(({ state }) => secondsIn(state, "running", "startedAt") ?? []);
  const allRun = containers.length > 0 && running.length === containers.length;
  const exit = exitIn(containers);
  const { creationTimestamp, deletionTimestamp } = pod.metadata;
  const { nodeName } = asRecord(pod["spec"]);
  return {
    state: stateOf(status, containers, allRun, typeof nodeName === "string"),
    createdS: secondsOf(creationTimestamp) ?? 0,
    scheduledS: conditionSince(status, "PodScheduled"),
    startedS: allRun ? Math.max(...running) : undefined,
    readyS: conditionSince(status, "Ready"),
    restarts: Math.max(0, ...containers.map(({ restartCount }) => asNumber(restartCount))),
    exit,
    deletionS: secondsOf(deletionTimestamp),
  };
}

function stateOf(
  status: Json,
  containers: readonly Json[],
  allRun: boolean,
  bound: boolean,
): FoundState {
  const { phase, reason } = status;
  if (phase === "Failed") return reason === "Evicted" ? "evicted" : "failed";
  if (phase === "Succeeded") return "succeeded";
  if (!bound) return "unscheduled";
  if (conditionOf(status, "Ready")?.["status"] === "True") return "ready";
  const begun = asArray(status["initContainerStatuses"]).map(asRecord);
  const states = [...containers, ...begun].map(({ state }) => asRecord(state));
  const waiting = states.map((state) => asString(asRecord(state["waiting"])["reason"]));
  if (waiting.includes("ErrImagePull")) return "pull fails";
  if (waiting.some((why) => PULL_FAILS.has(why))) return "pull backs off";
  if (waiting.includes("CrashLoopBackOff")) return "crash backs off";
  if (containers.some(({ state }) => asRecord(state)["terminated"] !== undefined)) return "crashed";
  return allRun ? "running" : "creating";
}

/** The last one of any container. */
function exitIn(containers: readonly Json[]): Exit | undefined {
  const exits = containers.flatMap(({ state, lastState }): readonly Exit[] => {
    const now = asRecord(state)["terminated"];
    const ended = asRecord(now ?? asRecord(lastState)["terminated"]);
    const startedS = secondsOf(ended["startedAt"]);
    const finishedS = secondsOf(ended["finishedAt"]);
    if (startedS === undefined || finishedS === undefined) return [];
    const since = asRecord(state)["running"] === undefined ? "waiting" : "restarted";
    return [{ exitCode: asNumber(ended["exitCode"]), startedS, finishedS, since }];
  });
  return exits.toSorted((a, b) => b.finishedS - a.finishedS)[0];
}

function conditionOf(status: Json, type: string): Json | undefined {
  return asArray(status["conditions"])
    .map(asRecord)
    .find((condition) => condition["type"] === type);
}

/** When a condition last changed. */
function conditionSince(status: Json, type: string): number | undefined {
  return secondsOf(conditionOf(status, type)?.["lastTransitionTime"]);
}

function asNumber(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function secondsIn(state: unknown, which: string, field: string): number | undefined {
  return secondsOf(asRecord(asRecord(state)[which])[field]);
}

function secondsOf(time: unknown): number | undefined {
  const ms = typeof time === "string" ? Date.parse(time) : NaN;
  return ms >= 0 && ms < 2 ** 31 * 1000 ? Math.floor(ms / 1000) : undefined;
}
