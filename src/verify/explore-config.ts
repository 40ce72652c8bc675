/** What an exhaustive exploration is about. */

export interface ExploreConfig {
  /** Pods, 0 to 14 together with the surge. */
  readonly replicas: number;
  readonly surge: number | string;
  readonly unavailable: number | string;
  /** Templates, the first one included, so ReplicaSets: 2 or 3. */
  readonly revisions: 2 | 3;
  /** Template changes that the user may make; at most 7. Default: `revisions` - 1. */
  readonly changes?: number;
  /** `forward or back`: a change may go back to an earlier template (undo). Default `forward`. */
  readonly direction?: "forward" | "forward or back";
  /** minReadySeconds; with `positive` a ready pod turns available in a step of its own. */
  readonly minReady?: "zero" | "positive";
  /** The user may set this replica count once. */
  readonly scaleTo?: number;
  /** `once`: the user may pause and later resume. Default `never`. */
  readonly pause?: "never" | "once";
  /** `never ready`: no pod of a template after the first one ever is. Default `turn ready`. */
  readonly newPods?: "turn ready" | "never ready";
  /** How many available pods may turn unready by themselves; at most 3. Default 0. */
  readonly faults?: number;
  /** How often users and faults act in all; resuming is not counted. Default: as often as the others allow. */
  readonly actions?: number;
  /** `lagging`: the Deployment controller reads each ReplicaSet from a copy, delivered one by one. */
  readonly cache?: "fresh" | "lagging";
}

/** Fenceposts of one replica count. */
export interface Size {
  readonly replicas: number;
  readonly surge: number;
  readonly unavailable: number;
}

export function changesOf(config: ExploreConfig): number {
  return config.changes ?? config.revisions - 1;
}

/** How often users and faults may act in all. */
export function actionsOf(config: ExploreConfig): number {
  const { scaleTo, pause, faults = 0, actions = Infinity } = config;
  const others = (scaleTo === undefined ? 0 : 1) + (pause === "once" ? 1 : 0) + faults;
  return Math.min(actions, changesOf(config) + others);
}
