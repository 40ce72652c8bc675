/** Why a container waits or a pod has failed: codes of the `reason` column, and the kubelet's words. */

export interface PodReasonInfo {
  /** `state.waiting.reason`, or the pod's `status.reason` where it has failed. */
  readonly waiting?: string;
  message(image: string): string;
}

export const PodReason = {
  none: 0,
  errImagePull: 1,
  imagePullBackOff: 2,
  crashLoopBackOff: 3,
  evicted: 4,
  unschedulable: 5,
  /** Its node is not heard of: not ready, whatever its containers do. */
  nodeLost: 6,
  error: 7,
  registryFails: 8,
  registryBackOff: 9,
  configError: 10,
  /** Its container has another image, and is still to be started. */
  renewed: 11,
  /** Its container has ended, and the kubelet has not seen to it yet. */
  crashed: 12,
} as const;

const nothing = (): string => "";

function notFound(image: string): string {
  return `failed to resolve image "${image}": not found`;
}

function noRegistry(image: string): string {
  return `failed to resolve image "${image}": the registry is not available`;
}

/** In order of the codes of `PodReason`. */
export const podReasons: readonly PodReasonInfo[] = [
  { message: nothing },
  { waiting: "ErrImagePull", message: notFound },
  {
    waiting: "ImagePullBackOff",
    message: (image) => `Back-off pulling image "${image}": ErrImagePull: ${notFound(image)}`,
  },
  { waiting: "CrashLoopBackOff", message: nothing }, // it tells of the pod,
  { waiting: "Evicted", message: () => "The node was low on resource." },
  { waiting: "Unschedulable", message: nothing }, // the scheduler has the words
  { message: nothing },
  { waiting: "Error", message: nothing },
  { waiting: "ErrImagePull", message: noRegistry },
  {
    waiting: "ImagePullBackOff",
    message: (image) => `Back-off pulling image "${image}": ErrImagePull: ${noRegistry(image)}`,
  },
  { waiting: "CreateContainerConfigError", message: nothing }, // the kubelet has the words
  { waiting: "ContainerCreating", message: nothing },
  { message: nothing }, // it tells how the container ended
];

/** No container runs, whatever the pod's phase. */
export function isStopped(reason: number): boolean {
  return podReasons[reason]!.waiting !== undefined || reason === PodReason.crashed;
}

export function isFailedPull(reason: number): boolean {
  return reason === PodReason.errImagePull || reason === PodReason.registryFails;
}

export function isPullBackOff(reason: number): boolean {
  return reason === PodReason.imagePullBackOff || reason === PodReason.registryBackOff;
}
