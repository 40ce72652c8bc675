/**
 * Blue/green with Services alone: requests go to the primary until it has the new version. Mirrors
 * fluxcd/flagger pkg/router/nop.go.
 */
import { ALL_TO_CANARY, ALL_TO_PRIMARY, nothing, type Router } from "./router.ts";

export const kubernetesRouter: Router = {
  reconcile: nothing,
  weights: ({ canary }) => ((canary.status?.iterations ?? 0) > 0 ? ALL_TO_CANARY : ALL_TO_PRIMARY),
  setWeights: nothing,
  finalize: nothing,
};
