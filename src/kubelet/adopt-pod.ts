/**
 * Goes on with a pod where another cluster left it, as a kubelet does that was restarted: containers run on, what was
 * to be tried again is, and what a pod was waiting for comes when it would have come.
 */
import type { Millis } from "../api/meta.ts";
import { Phase, UNBOUND } from "../apiserver/pod-columns.ts";
import { PodReason } from "../apiserver/pod-reasons.ts";
import { unreachable } from "../engine/assert.ts";
import { backOffMs } from "./back-off.ts";
import { failPod } from "./failed-pod.ts";
import { hasEnded, type FoundPod } from "./found-pod.ts";
import type { PodReports } from "./pod-reports.ts";
import type { Placement } from "../scheduler/placement.ts";
import type { Pulls } from "./pulls.ts";
import type { KubeletWorld } from "./world.ts";

interface Adopting extends Pick<KubeletWorld, "store"> {
  readonly reports: PodReports;
  readonly placement: Placement;
  readonly pulls: Pulls;
  /** How the kubelet goes on with it. */
  readonly goOn: {
    /** It has been on its node for so long. */
    begin(waitedMs: Millis): void;
    /** Its containers have run for so long. */
    run(ranMs: Millis): void;
    ready(): void;
    /** A container has ended so long ago. */
    restart(endedMs: Millis): void;
  };
}

/** One that is not scheduled yet waits for its turn, as a new one does. */
export function adoptPod(world: Adopting, row: number, found: FoundPod, node: number): void {
  const { store } = world;
  store.editPod(row, { createdS: found.createdS, restarts: found.restarts });
  if (found.exit !== undefined) store.pods.noteExit(row, found.exit);
  if (found.state === "unscheduled") return;
  // What has ended takes no room.
  if (!hasEnded(found)) {
    if (!world.placement.bind(row, node)) return;
  } else if (node !== UNBOUND) store.bindPod(row, node);
  store.pods.columns.boundS[row] = found.scheduledS ?? found.createdS;
  resume(world, row, found);
  if (found.deletionS !== undefined) {
    store.deletePod(row, Math.max(1, found.deletionS - store.wallClockSeconds));
  }
}

function resume({ store, reports, pulls, goOn }: Adopting, row: number, found: FoundPod): void {
  const { state, exit } = found;
  const nowS = store.wallClockSeconds;
  const since = (second = nowS): Millis => (nowS - second) * 1000;
  const { startedS = nowS, readyS = nowS } = found;
  switch (state) {
    case "unscheduled":
      return;
    case "creating":
      return goOn.begin(since(found.scheduledS));
    case "pull fails":
      return pulls.goOn(row, failuresWithin(since(found.scheduledS)), "fails");
    case "pull backs off":
      return pulls.goOn(row, failuresWithin(since(found.scheduledS)), "backs off");
    case "crashed":
    case "crash backs off": {
      const reason = state === "crashed" ? PodReason.crashed : PodReason.crashLoopBackOff;
      store.editPod(row, { phase: Phase.Running, reason, startedS: exit?.startedS ?? startedS });
      reports.change(row, "restarted");
      return goOn.restart(since(exit?.finishedS));
    }
    case "running":
      store.editPod(row, { phase: Phase.Running, startedS, readyS });
      reports.change(row, "running");
      return goOn.run(since(startedS));
    case "ready":
      store.editPod(row, { phase: Phase.Running, startedS });
      reports.change(row, "running");
      store.setPodReady(row, readyS);
      reports.change(row, "ready");
      return goOn.ready();
    case "evicted":
      return failPod(store, row, PodReason.evicted, readyS);
    case "failed":
      return failPod(store, row, PodReason.none, readyS);
    case "succeeded":
      return store.setPodPhase(row, Phase.Succeeded, PodReason.none);
    default:
      return unreachable(state);
  }
}

/** How often a pull has failed in so long: it is tried again after 10 s, 20 s ... 5 min. */
function failuresWithin(ms: Millis): number {
  let failures = 1;
  for (let spent = backOffMs(0); spent <= ms; spent += backOffMs(failures - 1)) failures++;
  return failures;
}
