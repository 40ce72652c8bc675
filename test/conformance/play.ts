/** Plays a recorded case on rollsim, and tells what happened in the recorder's own words. */
import type { Behavior } from "../../src/kubelet/behavior.ts";
import { Cluster } from "../../src/cluster.ts";
import { act } from "./actions.ts";
import { Frames } from "./frames.ts";
import { Names } from "./names.ts";
import type { RecordedBehavior, RecordedCase, RecordedFrame, RecordedTrace } from "./trace-file.ts";

export interface Played {
  readonly frames: readonly RecordedFrame[];
  readonly cluster: Cluster;
  /** Syncs of both controllers, those that only looked too. */
  readonly syncs: number;
  /** How often each decision of the register was made. */
  readonly decisions: ReadonlyMap<string, number>;
}

/** `stop` ends the run early: it is asked after every frame. */
export function play(
  { case: recorded, kubernetes }: Pick<RecordedTrace, "case" | "kubernetes">,
  stop: (frame: RecordedFrame, index: number) => "stop" | "go on" = () => "go on",
): Played {
  const cluster = new Cluster({
    kubernetesVersion: kubernetes,
    nodes: Math.max(1, recorded.nodes ?? 1),
    podsPerNode: 1_000_000,
    placement: "round-robin",
    behaviors: behaviors(recorded),
    schedule:
      recorded.schedule === "fresh"
        ? "fresh"
        : { name: recorded.moves ?? "random", fromMs: (recorded.from ?? 0) * 1000 },
  });
  const names = new Names();
  const frames = new Frames(cluster, names);
  let ended = false;
  cluster.on("instant", () => {
    if (ended) return;
    const frame = frames.take();
    if (frame !== undefined && stop(frame, frames.all.length - 1) === "stop") ended = true;
  });
  for (const action of recorded.actions.toSorted((a, b) => a.at - b.at)) {
    if (ended || action.at > recorded.until) break;
    cluster.runBefore(action.at * 1000);
    frames.note(act(cluster, action, names));
  }
  const end = recorded.until * 1000;
  while (!ended && (cluster.nextEventAt() ?? Infinity) <= end) cluster.step();
  if (!ended) cluster.runUntil(end + 1);
  return { frames: frames.all, cluster, syncs: frames.syncCount, decisions: frames.decisions };
}

function behaviors(recorded: RecordedCase): Behavior[] {
  const listed = Object.entries(recorded.images).map(([image, behavior]) => ({
    match: { image },
    ...behaviorOf(behavior),
  }));
  // Pods of other images take no time for anything.
  return [...listed, behaviorOf({})];
}

function behaviorOf(b: RecordedBehavior): Omit<Behavior, "match"> {
  const seconds = (value = 0): { delay: number } => ({ delay: value * 1000 });
  const fault = faultOf(b);
  return {
    schedule: seconds(b.schedule),
    start: seconds(b.start),
    ready: { ...seconds(b.ready), extra: (b.extra ?? []).map((s) => s * 1000) },
    terminate: seconds(b.stop),
    ...(b.restarts === undefined ? {} : { restarts: b.restarts }),
    ...(fault === undefined ? {} : { fault }),
  };
}

function faultOf(b: RecordedBehavior): Behavior["fault"] {
  if (b.neverRun === true) return { type: "NeverRunning" };
  if (b.neverReady === true) return { type: "NeverReady" };
  if ((b.unreadyAt ?? 0) > 0) {
    const recover = b.readyAgain ?? 0;
    return {
      type: "ReadyThenUnready",
      after: b.unreadyAt! * 1000,
      ...(recover > 0 ? { recover: recover * 1000 } : {}),
    };
  }
  if ((b.failAt ?? 0) > 0) return { type: "Evicted", after: b.failAt! * 1000, first: 3 };
  return undefined;
}
