// A configuration of the counter model.
import type { Creation, Mutant } from "./law.ts";

export interface RolloutConfig {
  readonly replicas: number;
  readonly surge: number | string;
  readonly unavailable: number | string;
  /** ReplicaSets, the first one included: 2 or 3. */
  readonly sets: 2 | 3;
  /** Template changes that the user may make. */
  readonly changes: number;
  readonly creation: Creation;
  /** Whether a change may go back to an earlier template; default `forward`. */
  readonly direction?: "forward" | "forward or back";
  /** minReadySeconds: with `positive` a ready pod turns available in a step of its own. */
  readonly minReady?: "zero" | "positive";
  /** The user may set this replica count once. */
  readonly scaleTo?: number;
  /** How many available pods may turn unready by themselves; at most 3. */
  readonly faults?: number;
  /** `lagging`: the Deployment controller reads ReplicaSets from copies, delivered one by one. */
  readonly cache?: "fresh" | "lagging";
  /**
   * With a lagging cache, a second write to one ReplicaSet in one step: `conflicts` (the recorded
   * model) or `lands` (v1.37.2, which goes on with the object that the first write returned).
   */
  readonly secondWrite?: "conflicts" | "lands";
  /** `never ready`: only the first template's pods turn ready. */
  readonly newPods?: "turn ready" | "never ready";
  /**
   * `on honest status`: the Deployment controller waits until no set reports more available pods
   * than it has and keeps. Default `at any time`.
   */
  readonly syncs?: "at any time" | "on honest status";
  readonly mutant?: Mutant;
}
