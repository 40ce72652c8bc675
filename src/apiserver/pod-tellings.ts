/**
 * What a watch tells of a pod, where one change here is several writes in a cluster: the scheduler binds a pod before
 * its kubelet speaks of containers, and the kubelet tells that they have ended before the pod goes (kubelet
 * SyncTerminatedPod and status_manager.go, v1.37.2).
 *
 * Left out: a pod that had to be killed ends with an error.
 */
import type { WatchEvent } from "../api/client.ts";
import type { Pod, PodCondition } from "../api/core.ts";
import { timestamp } from "../api/time.ts";
import { Flag, Phase, UNBOUND } from "./pod-columns.ts";
import { podObject } from "./pod-objects.ts";
import { PodChange, type PodChangeCode, type Store } from "./store.ts";
import { withMetadata } from "./strategy-parts.ts";

type Telling = Pick<WatchEvent, "type" | "object">;

export class PodTellings {
  readonly #store: Store;
  /** Rows of pods that no node had when they were told of last. */
  readonly #unbound = new Set<number>();

  constructor(store: Store) {
    this.#store = store;
  }

  of(change: PodChangeCode, row: number): readonly Telling[] {
    const pod = podObject(this.#store, row);
    if (change === PodChange.Deleted) return this.#ends(row, pod);
    const bound = this.#store.pods.columns.node[row] !== UNBOUND;
    const object: Telling = {
      type: change === PodChange.Added ? "ADDED" : "MODIFIED",
      object: pod,
    };
    if (!bound) {
      this.#unbound.add(row);
      return [object];
    }
    return this.#unbound.delete(row)
      ? [{ type: "MODIFIED", object: boundPod(pod) }, object]
      : [object];
  }

  #ends(row: number, pod: Pod): readonly Telling[] {
    this.#unbound.delete(row);
    const { flags, graceS, phase } = this.#store.pods.columns;
    const asked = (flags[row]! & Flag.Deleting) !== 0 && graceS[row]! > 0;
    if (!asked || phase[row] !== Phase.Running) return [{ type: "DELETED", object: pod }];
    const ended = endedPod(pod, timestamp(this.#store.wallClockMs));
    return [
      { type: "MODIFIED", object: ended },
      { type: "MODIFIED", object: withMetadata(ended, { deletionGracePeriodSeconds: 0 }) },
      { type: "DELETED", object: ended },
    ];
  }
}

interface KubeletStatus {
  readonly phase: string;
  readonly qosClass?: string;
  readonly conditions?: readonly PodCondition[];
  readonly containerStatuses?: readonly {
    readonly state: { readonly running?: { readonly startedAt?: string } };
  }[];
}

function boundPod(pod: Pod): Pod {
  const { phase, qosClass, conditions = [] } = pod.status as KubeletStatus;
  const scheduled = conditions.filter(({ type }) => type === "PodScheduled");
  return { ...pod, status: { phase, qosClass, conditions: scheduled } as Pod["status"] };
}

function endedPod(pod: Pod, finishedAt: string): Pod {
  const { conditions = [], containerStatuses = [] } = pod.status as KubeletStatus;
  const unmet = { status: "False" as const, lastTransitionTime: finishedAt };
  const status = {
    ...pod.status,
    phase: "Succeeded" as const,
    conditions: conditions.map((condition) => {
      if (condition.type === "PodReadyToStartContainers") return { ...condition, ...unmet };
      if (!/^(Containers)?Ready$/u.test(condition.type)) return condition;
      const { message: _, ...rest } = condition;
      return { ...rest, ...unmet, reason: "PodCompleted" };
    }),
    containerStatuses: containerStatuses.map((each) => {
      const startedAt = each.state.running?.startedAt ?? finishedAt;
      const terminated = { exitCode: 0, reason: "Completed", startedAt, finishedAt };
      return { ...each, ready: false, started: false, state: { terminated } };
    }),
  };
  return { ...pod, status };
}
