/** What is told of pods by those who look after them: Events, and changes for the trace. */
import type { PodsEntry } from "../api/trace.ts";
import { podName } from "../apiserver/events/pod-events.ts";
import { uidText } from "../apiserver/uids.ts";
import type { KubeletWorld } from "./world.ts";

export class PodReports {
  readonly #world: Pick<KubeletWorld, "store" | "trace" | "now">;

  constructor(world: Pick<KubeletWorld, "store" | "trace" | "now">) {
    this.#world = world;
  }

  /** An Event about a pod; `by` is who says it. */
  normal(row: number, by: string, reason: string, message: string): void {
    this.#event(row, by, "Normal", { reason, message });
  }

  warning(row: number, by: string, reason: string, message: string): void {
    this.#event(row, by, "Warning", { reason, message });
  }

  /** The scheduler asks a pod to stop, since another needs its room (preemption/executor.go). */
  preempted(victim: number, by: number, node: number): void {
    const { store, trace, now } = this.#world;
    const { columns } = store.pods;
    const { namespace } = store.registry.sources[columns.source[victim]!]!;
    const scheduler = "default-scheduler";
    const write = { by: scheduler, verb: "delete", resource: "pods" } as const;
    trace.add({ kind: "write", at: now(), ...write, namespace, name: podName(store, victim) });
    const uid = uidText(columns.uid[by]!);
    const why = `Preempted by pod ${uid} on node ${store.registry.nodeNames[node]}`;
    this.normal(victim, scheduler, "Preempted", why);
    store.deletePod(victim);
  }

  startedAnew(row: number, containers: readonly string[]): void {
    for (const name of containers) {
      this.normal(row, "kubelet", "Created", `Created container: ${name}`);
      this.normal(row, "kubelet", "Started", `Started container ${name}`);
    }
  }

  change(row: number, change: PodsEntry["change"]): void {
    const { store, trace, now } = this.#world;
    const owner = store.registry.owners[store.pods.columns.owner[row]!];
    trace.addPod(now(), "kubelet", change, owner?.key ?? "");
  }

  #event(
    row: number,
    by: string,
    type: "Normal" | "Warning",
    said: { readonly reason: string; readonly message: string },
  ): void {
    const { store, trace, now } = this.#world;
    const { pods, registry } = store;
    const { namespace } = registry.sources[pods.columns.source[row]!]!;
    const about = { kind: "Pod", namespace, name: podName(store, row) };
    trace.add({ kind: "event", at: now(), by, about, type, ...said });
  }
}
