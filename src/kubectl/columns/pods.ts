/** Columns of pods. Mirrors kubernetes/pkg/printers/internalversion printPod (v1.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { ageOf } from "../duration.ts";
import { at, isMap, list, num, text } from "../fields.ts";
import type { Column } from "./table.ts";

interface PodSummary {
  readonly ready: string;
  readonly status: string;
  readonly restarts: number;
  /** Time of the last restart, "" for none. */
  readonly restartedAt: string;
}

interface Tally {
  status: string;
  ready: number;
  restarts: number;
  restartedAt: string;
}

export function summarizePod(pod: KubeObject): PodSummary {
  const tally: Tally = { status: firstStatus(pod), ready: 0, restarts: 0, restartedAt: "" };
  const sidecars = { restarts: 0, restartedAt: "" };
  const initializing = tallyInit(pod, tally, sidecars);
  const initialized = list(pod, "status", "conditions").some(
    (c) => text(c, "type") === "Initialized" && text(c, "status") === "True",
  );
  if (!initializing || initialized) {
    tally.restarts = sidecars.restarts;
    tally.restartedAt = sidecars.restartedAt;
    tallyMain(pod, tally);
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    const phase = text(pod, "status", "phase");
    if (text(pod, "status", "reason") === "NodeLost") tally.status = "Unknown";
    else if (phase !== "Succeeded" && phase !== "Failed") tally.status = "Terminating";
  }
  const total =
    list(pod, "spec", "containers").length +
    list(pod, "spec", "initContainers").filter((c) => isSidecar(c)).length;
  return { ...tally, ready: `${tally.ready}/${total}` };
}

function firstStatus(pod: KubeObject): string {
  const gated = list(pod, "status", "conditions").some(
    (c) => text(c, "type") === "PodScheduled" && text(c, "reason") === "SchedulingGated",
  );
  if (gated) return "SchedulingGated";
  return text(pod, "status", "reason") || text(pod, "status", "phase");
}

function isSidecar(container: unknown): boolean {
  return text(container, "restartPolicy") === "Always";
}

function later(known: string, status: unknown): string {
  const finished = text(status, "lastState", "terminated", "finishedAt");
  return finished > known ? finished : known;
}

function tallyInit(
  pod: KubeObject,
  tally: Tally,
  sidecars: { restarts: number; restartedAt: string },
): boolean {
  const specs = list(pod, "spec", "initContainers");
  const statuses = list(pod, "status", "initContainerStatuses");
  for (const [index, status] of statuses.entries()) {
    tally.restarts += num(status, "restartCount");
    tally.restartedAt = later(tally.restartedAt, status);
    const sidecar = specs.some((c) => text(c, "name") === text(status, "name") && isSidecar(c));
    if (sidecar) {
      sidecars.restarts += num(status, "restartCount");
      sidecars.restartedAt = later(sidecars.restartedAt, status);
    }
    const terminated = at(status, "state", "terminated");
    if (isMap(terminated) && num(terminated, "exitCode") === 0) continue;
    if (sidecar && at(status, "started") === true) {
      if (at(status, "ready") === true) tally.ready += 1;
      continue;
    }
    const waiting = text(status, "state", "waiting", "reason");
    if (isMap(terminated)) tally.status = `Init:${endOf(terminated)}`;
    else if (waiting !== "" && waiting !== "PodInitializing") tally.status = `Init:${waiting}`;
    else tally.status = `Init:${index}/${specs.length}`;
    return true;
  }
  return false;
}

function endOf(terminated: unknown): string {
  const reason = text(terminated, "reason");
  if (reason !== "") return reason;
  if (num(terminated, "signal") !== 0) return `Signal:${num(terminated, "signal")}`;
  return `ExitCode:${num(terminated, "exitCode")}`;
}

function tallyMain(pod: KubeObject, tally: Tally): void {
  let running = false;
  let failed = "";
  for (const status of list(pod, "status", "containerStatuses").toReversed()) {
    tally.restarts += num(status, "restartCount");
    tally.restartedAt = later(tally.restartedAt, status);
    const waiting = text(status, "state", "waiting", "reason");
    const terminated = at(status, "state", "terminated");
    if (waiting !== "") tally.status = waiting;
    else if (isMap(terminated)) {
      tally.status = endOf(terminated);
      if (num(terminated, "exitCode") !== 0) failed = tally.status;
    } else if (at(status, "ready") === true && isMap(at(status, "state", "running"))) {
      running = true;
      tally.ready += 1;
    }
  }
  if (tally.status !== "Completed") return;
  const ready = list(pod, "status", "conditions").some(
    (c) => text(c, "type") === "Ready" && text(c, "status") === "True",
  );
  if (running && ready) tally.status = "Running";
  else if (failed !== "") tally.status = failed;
  else if (running) tally.status = "NotReady";
}

function readinessGates(pod: KubeObject): string {
  const gates = list(pod, "spec", "readinessGates").map((gate) => text(gate, "conditionType"));
  if (gates.length === 0) return "<none>";
  const met = gates.filter((gate) =>
    list(pod, "status", "conditions").some(
      (c) => text(c, "type") === gate && text(c, "status") === "True",
    ),
  );
  return `${met.length}/${gates.length}`;
}

export const podColumns: readonly Column[] = [
  { name: "Name", cell: (pod) => pod.metadata.name },
  { name: "Ready", cell: (pod) => summarizePod(pod).ready },
  { name: "Status", cell: (pod) => summarizePod(pod).status },
  {
    name: "Restarts",
    cell: (pod, { wallClockMs }) => {
      const { restarts, restartedAt } = summarizePod(pod);
      if (restarts === 0 || restartedAt === "") return restarts;
      return `${restarts} (${ageOf(restartedAt, wallClockMs)} ago)`;
    },
  },
  {
    name: "Age",
    cell: (pod, { wallClockMs }) => ageOf(pod.metadata.creationTimestamp, wallClockMs),
  },
  { name: "IP", wide: true, cell: (pod) => text(pod, "status", "podIPs", 0, "ip") || "<none>" },
  { name: "Node", wide: true, cell: (pod) => text(pod, "spec", "nodeName") || "<none>" },
  {
    name: "Nominated Node",
    wide: true,
    cell: (pod) => text(pod, "status", "nominatedNodeName") || "<none>",
  },
  { name: "Readiness Gates", wide: true, cell: readinessGates },
];
