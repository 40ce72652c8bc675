/**
 * Why a request failed or was slow: each is charged to exactly one cause, that of its first failed attempt.
 * The rules are asked in the order in which they stand here.
 */

/** Why no attempt succeeded. `truth` is what the EndpointSlices say at that moment. */
export const failureCauses = {
  noRoute: "no route led the request to a Service",
  noEndpoint: "the Service had no ready endpoint, in truth too",
  staleView:
    "the proxy's view was late: it missed an endpoint, or sent to a pod that takes no more",
  tooSoon: "the pod was ready before it listened",
  reusedConnection: "a kept connection was used after the pod had gone",
  overflow: "the pod's queue was full, and all endpoints were there since it began",
  overflowOthersAway: "the pod's queue was full, and since it began other endpoints were away",
  killedInFlight: "the pod was stopped while it worked on the request",
  crashed: "the container crashed while it worked on the request",
  timeoutService: "the work alone takes longer than the client waits",
  timeoutCold: "the work took longer than the client waits, because the pod was still warming up",
  timeoutQueue: "the request waited too long in a queue, all endpoints being there",
  timeoutOthersAway: "the request waited too long in a queue since others were away",
  versionError: "this version answers a share of its requests with an error",
} as const;

/** Why an answer came, but slowly. */
export const slowCauses = {
  service: "the work alone takes that long",
  cold: "the pod was still warming up",
  queue: "the request waited in a queue, all endpoints being there",
  othersAway: "the request waited in a queue that began while other endpoints were away",
  retried: "an attempt failed before, for the cause that it is charged to",
} as const;

export type FailureCause = keyof typeof failureCauses;
export type SlowCause = keyof typeof slowCauses;

export const FAILURES = Object.keys(failureCauses) as readonly FailureCause[];
export const SLOWS = Object.keys(slowCauses) as readonly SlowCause[];

/** What the version does, not the rollout: no downtime. */
export const OF_THE_VERSION: ReadonlySet<FailureCause> = new Set([
  "versionError",
  "timeoutService",
]);
