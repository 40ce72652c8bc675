/** What a cluster can be told. */
import type { OperatorOptions } from "../controllers/operators-of.ts";
import type { ScheduleOptions } from "../controllers/schedule.ts";
import type { ControlPlaneLimits } from "../controllers/token-bucket.ts";
import type { FeatureGates } from "../features.ts";
import type { Behavior } from "../kubelet/behavior.ts";
import type { NodeCapacity, NodeGroup } from "../scheduler/node-object.ts";
import type { NodeOptions } from "../scheduler/scheduler.ts";
import type { AppBehavior, TrafficOptions } from "../traffic/options.ts";

export interface ClusterOptions extends OperatorOptions {
  /** All randomness; default "0". */
  readonly seed?: string;
  /** `fresh` (default), `random`, or recorded letters; see controllers/schedule.ts. */
  readonly schedule?: string | ScheduleOptions;
  /** So many alike, or groups of them: `node-1` and so on. Default 3. */
  readonly nodes?: number | readonly NodeGroup[];
  readonly podsPerNode?: number;
  /** How many pods can have an address at a time, on all nodes together, as in a subnet. Default: all. */
  readonly podAddresses?: number;
  /** What each node has for its pods besides their number. */
  readonly nodeCapacity?: NodeCapacity;
  readonly placement?: NodeOptions["placement"];
  /** Limits of the controllers' API clients; `ideal` (default) has none, and requests take no time. */
  readonly controlPlane?: "ideal" | ControlPlaneLimits;
  /** Which Kubernetes is mirrored; default the newest one known. */
  readonly kubernetesVersion?: string;
  readonly featureGates?: Partial<FeatureGates>;
  readonly behaviors?: readonly Behavior[];
  /** How containers answer requests. */
  readonly apps?: readonly AppBehavior[];
  /** Requests from the start on. */
  readonly traffic?: readonly TrafficOptions[];
  /** Wall-clock time at the start; default 2000-01-01T00:00:00Z. */
  readonly startTime?: string;
  /**
   * The trace keeps at least so many entries, the last ones, and at most twice as many; default all. For rollouts so
   * large that what happened has no room: listen with `Cluster.on`, which hears of every entry.
   */
  readonly traceLimit?: number;
}

export const defaults = {
  nodes: 3,
  podsPerNode: 110,
  podAddresses: Infinity,
  startTime: "2000-01-01T00:00:00Z",
} as const;
