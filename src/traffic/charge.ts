/** Which cause a failed or slow request is charged to, where that depends on more than the place. */
import { FAILURES, SLOWS, type FailureCause, type SlowCause } from "./causes.ts";
import type { Micros } from "./options.ts";
import type { Server } from "./server.ts";
import type { Services } from "./services.ts";

/** No cause. */
export const NONE = -1;

/** Numbers of causes in accounts. */
export const FAILURE = numbered(FAILURES);
export const SLOW = numbered(SLOWS);

/** Why no connection came about; the server is the one that was chosen, if any was. */
export function whyNoConnection(
  services: Services,
  service: number,
  number: number | undefined,
  server: Server | undefined,
  at: Micros,
): number {
  if (server !== undefined && services.isReady(service, number!)) {
    if (server.open && at < server.listensFrom) return FAILURE.tooSoon;
  }
  return services.readyCount(service) === 0 ? FAILURE.noEndpoint : FAILURE.staleView;
}

/** Why the answer would come after the client's timeout, of the request that was accepted last. */
export function whyLate({ base, work, strained }: Server, timeout: Micros): number {
  if (base > timeout) return FAILURE.timeoutService;
  if (work > timeout) return FAILURE.timeoutCold;
  return strained ? FAILURE.timeoutOthersAway : FAILURE.timeoutQueue;
}

/** Why the answer takes longer than `slow`, of the request that was accepted last. */
export function whySlow({ base, work, strained }: Server, slow: Micros): number {
  if (base > slow) return SLOW.service;
  if (work > slow) return SLOW.cold;
  return strained ? SLOW.othersAway : SLOW.queue;
}

function numbered<C extends FailureCause | SlowCause>(
  causes: readonly C[],
): Readonly<Record<C, number>> {
  return Object.fromEntries(causes.map((name, i) => [name, i])) as Record<C, number>;
}
