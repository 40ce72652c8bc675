/** What somebody claims of a rollout. */
import type { Cluster } from "../cluster.ts";
import type { RolloutView } from "./properties.ts";

/** Something to hold at every moment, besides the laws: a promise of one's own, or a belief to be tried. */
export interface Claim {
  readonly id: string;
  readonly statement: string;
  /** Pods between here and a breach: 0 is the edge, negative a breach. `cluster`: for all that the view leaves out. */
  readonly margin: (view: RolloutView, cluster: Cluster) => number;
}
