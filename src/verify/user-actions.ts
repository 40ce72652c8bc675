/** What users do to a Deployment, and what happens to its pods, in the form that checks shrink and print. */
import type { Deployment } from "../api/apps.ts";
import { controllerOf, type KubeObject, type Millis } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import type { DrawnSchedule } from "../controllers/schedule.ts";
import { isWhole, refuse } from "../api/check-shape.ts";
import { runKubectl } from "../kubectl/cluster-io.ts";
import type { RolloutWatch } from "./observe.ts";

/** `after`: ms since the previous action. */
export type UserAction = { readonly after: Millis } & (
  | { readonly do: "update"; /** Another image for each number. */ readonly version: number }
  | { readonly do: "undo" }
  | { readonly do: "scale"; readonly replicas: number }
  | { readonly do: "pause" }
  | { readonly do: "resume" }
  /** Deletes a pod: the n-th of those there are, round and round. */
  | { readonly do: "kill-pod"; readonly pod: number }
  /** Evicts a pod, the n-th likewise, if its PodDisruptionBudget can spare it. */
  | { readonly do: "evict-pod"; readonly pod: number }
  /** Drains a node, as kubectl drain --force: the n-th, round and round. It takes no pods any more. */
  | { readonly do: "drain-node"; readonly node: number }
  /** A node goes down, for good. */
  | { readonly do: "kill-node"; readonly node: number }
  /** How far caches lag from now on (Cluster.switchSchedule). In a cluster whose schedule is fresh, nothing happens. */
  | { readonly do: "lag"; readonly schedule: DrawnSchedule }
);

/** What was done, as a step of a scenario: a line of kubectl, or a fault. */
export type PerformedStep =
  | { readonly kubectl: string }
  | {
      readonly fault: {
        readonly type: "PodKill" | "PodEvict" | "NodeDrain" | "NodeDown";
        readonly on: string;
      };
    };

type NodeAction = Extract<UserAction, { readonly node: number }>;
type PodAction = Extract<UserAction, { readonly pod: number }>;
type KubectlAction = Exclude<UserAction, NodeAction | PodAction | { readonly do: "lag" }>;

function lineOf(action: KubectlAction, deployment: Deployment): string {
  const name = `deployment/${deployment.metadata.name}`;
  switch (action.do) {
    case "update": {
      const container = deployment.spec.template.spec.containers[0]!;
      return `set image ${name} ${container.name}=${versioned(container.image ?? "app", action.version)}`;
    }
    case "undo":
      return `rollout undo ${name}`;
    case "scale":
      if (!isWhole(action.replicas, 0)) refuse("replicas", action.replicas, "an integer >= 0");
      return `scale ${name} --replicas=${action.replicas}`;
    case "pause":
    case "resume":
      return `rollout ${action.do} ${name}`;
    default:
      return refuse("do", (action as UserAction).do, "an action of userActions");
  }
}

/** `web:v1` becomes `web:check-3`. */
function versioned(image: string, version: number): string {
  const tag = image.lastIndexOf(":");
  const repository = tag > image.lastIndexOf("/") ? image.slice(0, tag) : image;
  return `${repository}:check-${version}`;
}

/**
 * Does it now, and tells the watch which assumptions are over that it cannot see; undefined where nothing could be done.
 * `deployment`: as the cluster answered it, when it was created or later. RangeError for an action that is none.
 */
export function perform(
  cluster: Cluster,
  deployment: KubeObject,
  action: UserAction,
  watch: RolloutWatch,
): PerformedStep | undefined {
  const { namespace = "default" } = deployment.metadata;
  if (typeof action !== "object") refuse("action", action, "an action of userActions");
  if (action.do === "lag") return lag(cluster, action.schedule, watch);
  if ("pod" in action) return losePod(cluster, deployment as Deployment, action, watch);
  if ("node" in action) return breakNode(cluster, action, watch);
  const line = lineOf(action, deployment as Deployment);
  const silent = (): void => undefined;
  const streams = { namespace, readFile: () => undefined, out: silent, err: silent };
  const { code } = runKubectl(cluster, `kubectl ${line}`, streams);
  if (code !== 0) return undefined;
  // Also where no sync has seen yet what is undone.
  if (action.do === "undo") watch.giveUp("fwd", "one");
  return { kubectl: line };
}

/** The letters of the schedule that is played say it all, so a scenario has no step for it. */
function lag(cluster: Cluster, schedule: DrawnSchedule, watch: RolloutWatch): undefined {
  const { schedule: given = "fresh" } = cluster.options;
  if ((typeof given === "string" ? given : given.name) === "fresh") return;
  cluster.switchSchedule(schedule);
  if (schedule === "random") watch.giveUp("own");
}

function losePod(
  cluster: Cluster,
  deployment: Deployment,
  { do: what, pod: index }: PodAction,
  watch: RolloutWatch,
): PerformedStep | undefined {
  const { namespace = "default", name } = deployment.metadata;
  const pods = cluster.api
    .list("pods", { namespace })
    .filter(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined &&
        controllerOf(metadata)?.name.startsWith(`${name}-`) === true,
    );
  const pod = pods[index % Math.max(1, pods.length)];
  if (pod === undefined) return undefined;
  const on = `pod/${pod.metadata.name}`;
  const ref = { resource: "pods", namespace, name: pod.metadata.name };
  const isLost = cluster.act(`lose ${on}`, (api) => {
    const answer =
      what === "evict-pod" ? api.evict(ref) : api.delete(ref, { gracePeriodSeconds: 0 });
    if (answer.ok) watch.podLost();
    return answer.ok;
  });
  if (!isLost) return undefined;
  return { fault: { type: what === "evict-pod" ? "PodEvict" : "PodKill", on } };
}

function breakNode(
  cluster: Cluster,
  { do: what, node }: NodeAction,
  watch: RolloutWatch,
): PerformedStep {
  const nodes = cluster.api.list("nodes");
  const { name } = nodes[node % nodes.length]!.metadata;
  // How many pods it takes is known only when it is over.
  watch.podLost(Infinity);
  const type = what === "kill-node" ? "NodeDown" : "NodeDrain";
  const on = `node/${name}`;
  cluster.act(`fault ${type} on ${on}`, () => {
    if (type === "NodeDown") cluster.faults.failNode(name);
    else cluster.faults.drain(name);
  });
  return { fault: { type, on } };
}
