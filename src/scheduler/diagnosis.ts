/** Why a pod fits nowhere, node by node, as the scheduler's event counts it. */
import type { NodesSeen } from "../apiserver/events/log.ts";
import type { Filters } from "./filters.ts";
import type { Scheduler } from "./scheduler.ts";

export function whyNowhere(scheduler: Scheduler, filters: Filters, row: number): NodesSeen {
  const reasons = new Map<string, number>();
  let helpless = 0;
  for (let node = 0; node < scheduler.nodes; node++) {
    const refusal = scheduler.isCordoned(node)
      ? filters.closed(node)
      : filters.refusal(row, node, scheduler.isFull(node) ? "full" : "room");
    for (const reason of refusal?.reasons ?? []) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    if (refusal?.helpless === true) helpless++;
  }
  return { nodes: scheduler.nodes, reasons: [...reasons], helpless };
}
