/** A cluster as data: what `Cluster.save` gives and `Cluster.restore` takes. */
import type { TraceEntry } from "../api/trace.ts";
import type { SavedEvents } from "../apiserver/events/recorder.ts";
import type { SavedRefusals } from "../apiserver/refusals.ts";
import type { SavedStore } from "../apiserver/store.ts";
import type { SavedControllers } from "../controllers/controller-manager.ts";
import type { SavedNamespaceController } from "../controllers/namespace/controller.ts";
import type { SavedOperators } from "../controllers/operators.ts";
import type { SavedRandom } from "../engine/random.ts";
import type { SavedSimulation } from "../engine/simulation.ts";
import type { SavedNodeFaults } from "../faults/node-faults.ts";
import type { SavedKubelet } from "../kubelet/kubelet.ts";
import type { SavedScheduler } from "../scheduler/scheduler.ts";
import type { SavedTraffic } from "../traffic/traffic.ts";
import type { ClusterOptions } from "./options.ts";

/** A whole world at one instant; plain data. */
export interface Snapshot {
  readonly options: ClusterOptions;
  readonly simulation: SavedSimulation;
  readonly random: SavedRandom;
  readonly store: SavedStore;
  readonly refusals: SavedRefusals;
  readonly events: SavedEvents;
  readonly scheduler: SavedScheduler;
  readonly kubelet: SavedKubelet;
  readonly faults: SavedNodeFaults;
  readonly controllers: SavedControllers;
  readonly operators: SavedOperators;
  readonly namespaces: SavedNamespaceController;
  /** Undefined while nobody has sent requests. */
  readonly traffic: SavedTraffic | undefined;
  readonly trace: readonly TraceEntry[];
  readonly instant: "open" | "closed";
}
