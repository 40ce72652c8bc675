/**
 * Which Kubernetes is mirrored, and the few feature gates by which its versions differ for a rollout. The
 * defaults are those of each version's kube-controller-manager.
 */

export const KUBERNETES_VERSION = "v1.37.2";

export interface FeatureGates {
  /** Of Kubernetes 1.x: which fields of a pod template count in its hash. */
  readonly minor: number;
  /** DeploymentReplicaSetTerminatingReplicas: statuses count terminating pods. On by default since 1.35. */
  readonly terminatingReplicas: boolean;
  /**
   * No gate of Kubernetes' own: until v1.36 the end of a pod wakes a Recreate Deployment only if no pod of it
   * is left.
   */
  readonly recreateWakesLate: boolean;
  /** StaleControllerConsistencyReplicaSet: the ReplicaSet controller reads its own writes. Since 1.36. */
  readonly consistency: boolean;
}

/** The oldest and newest minor versions whose controllers were compared. */
export const SUPPORTED = { oldest: 34, newest: 37 } as const;

export function minorVersion(version: string): number | undefined {
  const minor = /^v?1\.(\d+)(\.\d+)?$/.exec(version)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/** Throws a RangeError for a version that was never compared. */
export function featureGates(version: string, overrides: Partial<FeatureGates> = {}): FeatureGates {
  const minor = minorVersion(version);
  if (minor === undefined || minor < SUPPORTED.oldest || minor > SUPPORTED.newest) {
    throw new RangeError(
      `kubernetesVersion ${version} is not mirrored; use v1.${SUPPORTED.oldest} to v1.${SUPPORTED.newest}`,
    );
  }
  return {
    minor,
    terminatingReplicas: minor >= 35,
    consistency: minor >= 36,
    recreateWakesLate: minor <= 36,
    ...overrides,
  };
}
