/**
 * Pods as the API shows them, made from their row when somebody looks. Details that no controller reads
 * (IPs, container IDs) follow from the row alone.
 */
import type { Pod, PodCondition, PodSpec } from "../api/core.ts";
import { compact } from "../api/json.ts";
import type { KubeObject, OwnerReference, StringMap } from "../api/meta.ts";
import { timestamp } from "../api/time.ts";
import { Flag, NO_OWNER, Phase, UNBOUND } from "./pod-columns.ts";
import { isFailedPull, isPullBackOff, isStopped, PodReason, podReasons } from "./pod-reasons.ts";
import type { Store } from "./store.ts";
import { uidText } from "./uids.ts";

const PHASES = ["Pending", "Running", "Succeeded", "Failed", "Unknown"] as const;

/** `status.hostIP` of its pods. */
export function nodeAddress(node: number): string {
  return `10.0.${Math.floor((node + 1) / 256) % 256}.${(node + 1) % 256}`;
}

export function podObject(store: Store, row: number): Pod {
  const { columns } = store.pods;
  const { registry } = store;
  const source = registry.sources[columns.source[row]!]!;
  const edits = registry.edits[columns.edits[row]!];
  const flags = columns.flags[row]!;
  const node = columns.node[row]!;
  const { template } = source;
  const spec: PodSpec =
    node === UNBOUND ? source.spec : { ...source.spec, nodeName: registry.nodeNames[node]! };
  const deleting = (flags & Flag.Deleting) !== 0;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: compact({
      name: registry.nameOf(columns.source[row]!, columns.ordinal[row]!),
      generateName: source.generated ? `${source.prefix}-` : undefined,
      namespace: source.namespace,
      uid: uidText(columns.uid[row]!),
      resourceVersion: String(columns.resourceVersion[row]!),
      generation: generationOf(store, row),
      creationTimestamp: timestamp(columns.createdS[row]! * 1000),
      deletionTimestamp: deleting ? timestamp(columns.deletionS[row]! * 1000) : undefined,
      deletionGracePeriodSeconds: deleting ? columns.graceS[row]! : undefined,
      labels: some(edits?.labels ?? template.metadata?.labels),
      annotations: some(edits?.annotations ?? source.annotations ?? template.metadata?.annotations),
      ownerReferences: ownerReferences(store, row),
      managedFields: edits?.managedFields,
    }) as KubeObject["metadata"],
    spec,
    status: podStatus(store, row, spec),
  };
}

/** Changes of the spec count, and its deletion. */
function generationOf({ pods, registry }: Store, row: number): number {
  const { specs = 0 } = registry.edits[pods.columns.edits[row]!]!;
  return 1 + specs + (pods.isDeleting(row) ? 1 : 0);
}

/** The API leaves out what is empty. */
function some(map: StringMap | undefined): StringMap | undefined {
  return map === undefined || Object.keys(map).length === 0 ? undefined : map;
}

function ownerReferences(store: Store, row: number): readonly OwnerReference[] | undefined {
  const { columns } = store.pods;
  const given = store.registry.edits[columns.edits[row]!]?.ownerReferences;
  if (given !== undefined) return given;
  const owner = columns.owner[row]!;
  return owner === NO_OWNER ? undefined : [store.registry.referenceTo(owner)];
}

function podStatus(store: Store, row: number, spec: PodSpec): Pod["status"] {
  const { columns } = store.pods;
  const phase = columns.phase[row]!;
  const ready = (columns.flags[row]! & (Flag.Ready | Flag.Gated)) !== 0;
  const reason = podReasons[columns.reason[row]!]!;
  const { qosClass } = store.registry.sources[columns.source[row]!]!;
  const generation = generationOf(store, row);
  const common = { phase: PHASES[phase]!, qosClass };
  if (columns.node[row] === UNBOUND) return unscheduled(store, row, common);
  const bound = timestamp(columns.boundS[row]! * 1000);
  const started = timestamp((columns.startedS[row]! || columns.boundS[row]!) * 1000);
  const ip = podAddress(store, row);
  const hostIP = nodeAddress(columns.node[row]!);
  const message = (image = ""): string =>
    columns.reason[row] === PodReason.configError
      ? (store.kubeletSays?.(row) ?? "")
      : reason.message(image);
  return compact({
    ...common,
    reason: phase === Phase.Failed ? reason.waiting : undefined,
    conditions: conditions(store, row, spec, bound).map((condition) => ({
      lastProbeTime: null, // nobody writes it any more
      observedGeneration: generation,
      ...condition,
    })),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    observedGeneration: generation,
    podIP: ip,
    podIPs: ip === undefined ? undefined : [{ ip }],
    startTime: bound,
    initContainerStatuses: initStatuses(spec, initialized(store, row), ready, started),
    containerStatuses: spec.containers.map((container) => ({
      name: container.name,
      image: container.image,
      imageID: phase === Phase.Running ? "sha256:0" : "",
      lastState: lastState(store, row),
      ready: (ready || columns.reason[row] === PodReason.nodeLost) && phase === Phase.Running,
      restartCount: columns.restarts[row]!,
      started: phase === Phase.Running && !isStopped(columns.reason[row]!),
      state:
        stoppedState(store, row, container.name) ??
        containerState(phase, reason, started, message(container.image)),
    })),
  }) as Pod["status"];
}

/** What a container that has crashed is doing, if it has not been started again. */
function stoppedState(store: Store, row: number, container: string): unknown {
  const reason = store.pods.columns.reason[row];
  if (reason === PodReason.crashLoopBackOff) return backingOff(store, row, container);
  return reason === PodReason.crashed ? lastExit(store, row) : undefined;
}

/** How the container ended that ran before. Of one that has just ended only that is known. */
function lastState(store: Store, row: number): unknown {
  return store.pods.columns.reason[row] === PodReason.crashed ? {} : lastExit(store, row);
}

function lastExit({ pods }: Store, row: number): unknown {
  const exit = pods.lastExit(row);
  if (exit === undefined) return {};
  const [startedAt, finishedAt] = [exit.startedS, exit.finishedS].map((s) => timestamp(s * 1000));
  const { exitCode } = exit;
  const reason = exitCode === 0 ? "Completed" : "Error";
  return { terminated: { exitCode, reason, startedAt, finishedAt } };
}

const FIRST_BACKOFF_S = 10;
const LONGEST_BACKOFF_S = 300;

function backingOff(store: Store, row: number, container: string): unknown {
  const { pods, registry } = store;
  const { columns } = pods;
  const source = columns.source[row]!;
  const name = registry.nameOf(source, columns.ordinal[row]!);
  const pod = `${name}_${registry.sources[source]!.namespace}(${uidText(columns.uid[row]!)})`;
  const seconds = Math.min(FIRST_BACKOFF_S * 2 ** (columns.restarts[row]! - 1), LONGEST_BACKOFF_S);
  const minutes = Math.floor(seconds / 60);
  const wait = `${minutes > 0 ? `${minutes}m` : ""}${seconds % 60}s`;
  const message = `back-off ${wait} restarting failed container=${container} pod=${pod}`;
  return { waiting: { reason: "CrashLoopBackOff", message } };
}

/** Init containers need no time; what cannot be pulled is taken to be another's image. */
function initialized({ pods: { columns } }: Store, row: number): boolean {
  const reason = columns.reason[row]!;
  const begun = isFailedPull(reason) || isPullBackOff(reason) || reason === PodReason.configError;
  return columns.phase[row] !== Phase.Pending || begun;
}

function initStatuses(
  { initContainers = [] }: PodSpec,
  done: boolean,
  podReady: boolean,
  at: string,
): readonly unknown[] | undefined {
  if (initContainers.length === 0) return undefined;
  return initContainers.map(({ name, image, restartPolicy }) => {
    const sidecar = restartPolicy === "Always";
    const completed = { exitCode: 0, reason: "Completed", startedAt: at, finishedAt: at };
    const state = sidecar ? { running: { startedAt: at } } : { terminated: completed };
    return {
      name,
      image,
      imageID: done ? "sha256:0" : "",
      ready: done && (!sidecar || podReady),
      restartCount: 0,
      started: done && sidecar,
      state: done ? state : { waiting: { reason: "PodInitializing" } },
    };
  });
}

function unscheduled(store: Store, row: number, common: Pod["status"]): Pod["status"] {
  if (store.pods.columns.reason[row] !== PodReason.unschedulable) return common;
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable" } as const;
  const nominated = store.nominatedNode?.(row);
  return {
    ...common,
    conditions: [{ ...condition, message: store.schedulerSays?.(row) ?? "" }],
    ...(nominated === undefined ? {} : { nominatedNodeName: store.registry.nodeNames[nominated]! }),
  };
}

function conditions(
  store: Store,
  row: number,
  spec: PodSpec,
  bound: string,
): readonly PodCondition[] {
  const { columns } = store.pods;
  const ready = (columns.flags[row]! & Flag.Ready) !== 0;
  const changed = (columns.readyS[row] ?? 0) === 0 ? bound : timestamp(columns.readyS[row]! * 1000);
  const names = spec.containers.map((container) => container.name).join(" ");
  const readiness = ready
    ? { status: "True" as const, lastTransitionTime: changed }
    : {
        status: "False" as const,
        lastTransitionTime: changed,
        ...unreadiness(columns, row, names),
      };
  const since = { status: "True" as const, lastTransitionTime: bound };
  // Whoever finds the node gone sets the one condition to False and leaves all else as it was.
  const lost = columns.reason[row] === PodReason.nodeLost;
  const gates = gatesOf(spec);
  const gated = (columns.flags[row]! & Flag.Gated) !== 0;
  const containersReady = lost || gated ? since : readiness;
  const unheard = { status: "False" as const, lastTransitionTime: changed };
  return [
    { type: "PodReadyToStartContainers", ...(hasSandbox(store, row) ? since : unheard) },
    { type: "Initialized", ...initializedCondition(store, row, spec, bound) },
    { type: "Ready", ...(lost ? unheard : gated ? notThrough(gates, bound) : readiness) },
    { type: "ContainersReady", ...containersReady },
    { type: "PodScheduled", ...since },
    ...(ready ? gates.map((type) => ({ type, ...readiness })) : []),
  ];
}

/** Why containers are not ready; where it is over with them, their names say nothing. */
function unreadiness(
  { phase }: Store["pods"]["columns"],
  row: number,
  names: string,
): Pick<PodCondition, "reason" | "message"> {
  if (phase[row] === Phase.Failed) return { reason: "PodFailed" };
  return {
    reason: "ContainersNotReady",
    message: `containers with unready status: [${names}]`,
  };
}

/** A sandbox with an address, for containers to run in (pkg/kubelet/status/generate.go). */
function hasSandbox(store: Store, row: number): boolean {
  return podAddress(store, row) !== undefined && !store.pods.isTerminal(row);
}

/** The conditions that somebody else has to set before the pod counts as ready. */
function gatesOf(spec: PodSpec): readonly string[] {
  const gates = (spec["readinessGates"] ?? []) as readonly { readonly conditionType: string }[];
  return gates.map(({ conditionType }) => conditionType);
}

/** Mirrors kubelet/status/generate.go GeneratePodReadyCondition. */
function notThrough(gates: readonly string[], since: string): Omit<PodCondition, "type"> {
  const missing = gates.map(
    (gate) => `corresponding condition of pod readiness gate "${gate}" does not exist.`,
  );
  const reason = "ReadinessGatesNotReady";
  return { status: "False", lastTransitionTime: since, reason, message: missing.join(", ") };
}

function initializedCondition(
  store: Store,
  row: number,
  { initContainers = [] }: PodSpec,
  lastTransitionTime: string,
): Omit<PodCondition, "type"> {
  if (initContainers.length === 0 || initialized(store, row)) {
    return { status: "True", lastTransitionTime };
  }
  const names = initContainers.map(({ name }) => name).join(" ");
  const message = `containers with incomplete status: [${names}]`;
  return { status: "False", lastTransitionTime, reason: "ContainersNotInitialized", message };
}

function containerState(
  phase: number,
  reason: (typeof podReasons)[number],
  started: string,
  message: string,
): unknown {
  if (phase === Phase.Failed || phase === Phase.Succeeded) {
    const failed = phase === Phase.Failed;
    return {
      terminated: { exitCode: failed ? 137 : 0, reason: failed ? "Error" : "Completed" },
    };
  }
  if (reason.waiting !== undefined) {
    return { waiting: { reason: reason.waiting, ...(message === "" ? {} : { message }) } };
  }
  if (phase === Phase.Running) return { running: { startedAt: started } };
  return { waiting: { reason: "ContainerCreating" } };
}

/** `status.podIP`: a pod has one from when its containers are being started, or its image pulled. */
export function podAddress({ pods: { columns } }: Store, row: number): string | undefined {
  if (columns.node[row] === UNBOUND) return undefined;
  const reason = columns.reason[row]!;
  const untouched = reason === PodReason.none || reason === PodReason.unschedulable;
  if (columns.phase[row] === Phase.Pending && untouched) return undefined;
  const n = row + 1;
  return `10.${244 + (Math.floor(n / 62_500) % 11)}.${Math.floor(n / 250) % 250}.${(n % 250) + 2}`;
}
