/**
 * The events of a pod in the kubelet's and the scheduler's words, as the recordings' fakelet says them:
 * an image is present already unless it cannot be pulled, and a restart makes no further events. Probes
 * that fail make none.
 */
import type { Container } from "../../api/core.ts";
import { compareText } from "../../api/order.ts";

import { isFailedPull, isPullBackOff, podReasons, PodReason } from "../pod-reasons.ts";
import type { Store } from "../store.ts";
import { uidText } from "../uids.ts";
import type { ReportedEvent } from "./correlator.ts";
import { Happened, type HappenedCode, type NodesSeen } from "./log.ts";

/** Answers the events in order. `recorded` and `removed` are told otherwise. */
export function podEvents(
  store: Store,
  what: Exclude<HappenedCode, typeof Happened.recorded>,
  row: number,
  { pull, seen }: { readonly pull: "works" | "fails"; readonly seen: NodesSeen | undefined },
): readonly ReportedEvent[] {
  const pod = about(store, row);
  const { container } = pod;
  const { name = "", image = "" } = container;
  switch (what) {
    case Happened.scheduled:
      return [scheduled(pod), ...(pull === "fails" ? [pulling(pod)] : [])];
    case Happened.unschedulable:
      return seen === undefined ? [] : [unschedulable(pod, seen)];
    case Happened.started:
      return [
        kubelet(pod, "Normal", "Pulled", `Container image "${image}" already present on machine`),
        kubelet(pod, "Normal", "Created", `Created container: ${name}`),
        kubelet(pod, "Normal", "Started", `Started container ${name}`),
      ];
    case Happened.pulling:
      return [pulling(pod)];
    case Happened.pullFailed: {
      const why = podReasons[pod.pullFailure]!.message(image);
      return [
        kubelet(pod, "Warning", "Failed", `Failed to pull image "${image}": ${why}`),
        kubelet(pod, "Warning", "Failed", "Error: ErrImagePull"),
      ];
    }
    case Happened.pullBackedOff:
      return [
        kubelet(pod, "Normal", "BackOff", `Back-off pulling image "${image}"`),
        kubelet(pod, "Warning", "Failed", "Error: ImagePullBackOff"),
      ];
    case Happened.backedOff: {
      const where = `${pod.name}_${pod.namespace}(${pod.uid})`;
      const message = `Back-off restarting failed container ${name} in pod ${where}`;
      return [kubelet(pod, "Warning", "BackOff", message)];
    }
    case Happened.evicted: {
      const event = kubelet(pod, "Warning", "Evicted", podReasons[PodReason.evicted]!.message(""));
      return [{ ...event, about: wholePod(pod) }];
    }
    case Happened.nodeNotReady:
      return [
        {
          source: { component: "node-controller" },
          about: wholePod(pod),
          type: "Warning",
          reason: "NodeNotReady",
          message: "Node is not ready",
        },
      ];
    case Happened.deleting:
    case Happened.removed:
      return pod.hadContainers
        ? [kubelet(pod, "Normal", "Killing", `Stopping container ${name}`)]
        : [];
  }
}

interface PodNamed {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly container: Partial<Container>;
  readonly hadContainers: boolean;
  /** Why its image was not pulled, if it was not. */
  readonly pullFailure: number;
}

function about(store: Store, row: number): PodNamed {
  const { columns } = store.pods;
  const { namespace, template } = store.registry.sources[columns.source[row]!]!;
  const reason = columns.reason[row]!;
  const pullFailed = isFailedPull(reason) || isPullBackOff(reason);
  return {
    namespace,
    name: podName(store, row),
    uid: uidText(columns.uid[row]!),
    node: store.registry.nodeNames[columns.node[row]!] ?? "",
    container: template.spec.containers[0] ?? {},
    hadContainers: columns.startedS[row]! > 0 || pullFailed,
    pullFailure:
      reason === PodReason.registryFails || reason === PodReason.registryBackOff
        ? PodReason.registryFails
        : PodReason.errImagePull,
  };
}

export function podName({ pods: { columns }, registry }: Store, row: number): string {
  return registry.nameOf(columns.source[row]!, columns.ordinal[row]!);
}

function wholePod({ namespace, name, uid }: PodNamed): ReportedEvent["about"] {
  return { kind: "Pod", apiVersion: "v1", namespace, name, uid };
}

function kubelet(
  pod: PodNamed,
  type: ReportedEvent["type"],
  reason: string,
  message: string,
): ReportedEvent {
  const fieldPath = `spec.containers{${pod.container.name ?? ""}}`;
  return {
    source: { component: "kubelet", host: pod.node },
    about: { ...wholePod(pod), fieldPath },
    type,
    reason,
    message,
  };
}

function pulling(pod: PodNamed): ReportedEvent {
  return kubelet(pod, "Normal", "Pulling", `Pulling image "${pod.container.image ?? ""}"`);
}

function scheduled(pod: PodNamed): ReportedEvent {
  return {
    source: { component: "default-scheduler" },
    about: wholePod(pod),
    type: "Normal",
    reason: "Scheduled",
    message: `Successfully assigned ${pod.namespace}/${pod.name} to ${pod.node}`,
  };
}

/** Mirrors FitError and the default preemption plugin: nodes by reason, in order of the text. */
export function fitError({ nodes, reasons, helpless, preemption: how }: NodesSeen): string {
  const others = nodes - helpless;
  const filter = reasons.map(([reason, count]) => `${count} ${reason}`);
  const preemption = [
    ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
    ...(others > 0 ? [`${others} No preemption victims found for incoming pod`] : []),
  ];
  const list = (reasons: readonly string[]): string =>
    `0/${nodes} nodes are available: ${reasons.toSorted(compareText).join(", ")}.`;
  if (how === "others stop") return list(filter);
  const never = "not eligible due to preemptionPolicy=Never.";
  return `${list(filter)} no new claims to deallocate, preemption: ${how === "never" ? never : list(preemption)}`;
}

/** The condition PodScheduled says the same (pkg/scheduler/schedule_one.go handleSchedulingFailure). */
function unschedulable(pod: PodNamed, seen: NodesSeen): ReportedEvent {
  return {
    source: { component: "default-scheduler" },
    about: wholePod(pod),
    type: "Warning",
    reason: "FailedScheduling",
    message: fitError(seen),
  };
}
