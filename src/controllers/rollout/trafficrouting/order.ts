/** What routers of traffic are told. */
import type { CanaryStep, WeightDestination } from "../../../api/rollout.ts";
import type { Steps } from "../../reconcile.ts";
import type { RolloutContext } from "../context.ts";

export interface RoutingOrder {
  readonly weight: number;
  readonly additional: readonly WeightDestination[];
  readonly canaryHash: string;
  readonly stableHash: string;
  readonly managed: "kept" | "removed";
  /** The step, for header and mirror routes; absent in the first revision. */
  readonly step: CanaryStep | undefined;
}

/** Routes one order through one router's part of the spec. */
export type Router = (c: RolloutContext, settings: unknown, order: RoutingOrder) => Steps<void>;
