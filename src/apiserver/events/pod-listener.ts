/** Tells the log what happens to pods, from the changes that the store tells. */
import { Phase, UNBOUND } from "../pod-columns.ts";
import { isFailedPull, isPullBackOff, PodReason } from "../pod-reasons.ts";
import { PodChange, type PodChangeCode, type Store } from "../store.ts";
import { Happened, type HappenedCode, type EventLog, type NodeAgents } from "./log.ts";

/** `isSilent`: what happens now is not to be told. */
export function logPods(
  store: Store,
  log: EventLog,
  agents: NodeAgents,
  isSilent: () => boolean,
): void {
  store.listen({
    pod(change, row) {
      if (isSilent()) return;
      const what = happened(store, change, row);
      if (what === undefined) return;
      log.note(store.now, what, row);
      if (what === Happened.unschedulable) log.nodesSeen.set(row, agents.nodesSeen(row));
    },
  });
}

function happened(store: Store, change: PodChangeCode, row: number): HappenedCode | undefined {
  switch (change) {
    case PodChange.Modified:
      return modified(store, row);
    case PodChange.Deleting:
      return Happened.deleting;
    case PodChange.Deleted:
      return store.pods.isDeleting(row) ? undefined : Happened.removed;
    default:
      return undefined;
  }
}

function modified(store: Store, row: number): HappenedCode | undefined {
  const { phase, reason, node } = store.pods.columns;
  const why = reason[row]!;
  // Told by the kubelet itself.
  if (why === PodReason.configError || why === PodReason.renewed) return undefined;
  if (why === PodReason.crashed) return undefined;
  if (isFailedPull(why)) return Happened.pullFailed;
  if (isPullBackOff(why)) return Happened.pullBackedOff;
  switch (phase[row]) {
    case Phase.Pending:
      if (node[row] === UNBOUND) {
        return why === PodReason.unschedulable ? Happened.unschedulable : undefined;
      }
      return Happened.scheduled;
    case Phase.Running:
      if (why === PodReason.nodeLost) return Happened.nodeNotReady;
      return why === PodReason.crashLoopBackOff ? Happened.backedOff : Happened.started;
    case Phase.Failed:
      return why === PodReason.evicted ? Happened.evicted : undefined;
    default:
      return undefined;
  }
}
