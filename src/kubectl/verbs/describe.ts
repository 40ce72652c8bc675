/** kubectl describe. Mirrors kubectl/pkg/cmd/describe (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { fail, failAll, type Problem } from "../errors.ts";
import { describeAutoscaler } from "../describe/autoscalers.ts";
import { describeEndpoints, describeEndpointSlice } from "../describe/endpoints.ts";
import { eventLines } from "../describe/events.ts";
import { describeLimitRange, describeQuota } from "../describe/limits.ts";
import {
  describeCronJob,
  describeDaemonSet,
  describeJob,
  describeReplicationController,
  describeStatefulSet,
} from "../describe/kept.ts";
import { describeGeneric, describeService } from "../describe/others.ts";
import { describeNode } from "../describe/nodes.ts";
import {
  describeConfigMap,
  describeDisruptionBudget,
  describeNamespace,
  describePriorityClass,
  describeSecret,
  describeServiceAccount,
} from "../describe/small.ts";
import { describeNetworkPolicy } from "../describe/network-policies.ts";
import { describeClaim, describeStorageClass, describeVolume } from "../describe/storage.ts";
import { describeIngress } from "../describe/ingress.ts";
import { describeBinding, describeRole } from "../describe/rbac.ts";
import { describePod } from "../describe/pods.ts";
import { describeDeployment, describeReplicaSet } from "../describe/workloads.ts";
import { filesOf } from "../files.ts";
import { resolve, type Selection } from "../resolve.ts";
import { resourceName } from "../resources.ts";
import { alignTabs, describeTabs } from "../tabwriter.ts";

type Describer = (call: Call, object: KubeObject) => string[];

const describers: Readonly<Record<string, Describer>> = {
  Deployment: describeDeployment,
  ReplicaSet: describeReplicaSet,
  Pod: describePod,
  Node: describeNode,
  Service: describeService,
  HorizontalPodAutoscaler: describeAutoscaler,
  Namespace: describeNamespace,
  PodDisruptionBudget: describeDisruptionBudget,
  ConfigMap: describeConfigMap,
  Secret: describeSecret,
  ServiceAccount: describeServiceAccount,
  Ingress: describeIngress,
  NetworkPolicy: describeNetworkPolicy,
  PersistentVolume: describeVolume,
  PersistentVolumeClaim: describeClaim,
  StorageClass: describeStorageClass,
  Endpoints: describeEndpoints,
  EndpointSlice: describeEndpointSlice,
  ResourceQuota: describeQuota,
  LimitRange: describeLimitRange,
  PriorityClass: describePriorityClass,
  StatefulSet: describeStatefulSet,
  DaemonSet: describeDaemonSet,
  ReplicationController: describeReplicationController,
  Job: describeJob,
  CronJob: describeCronJob,
  Role: describeRole,
  ClusterRole: describeRole,
  RoleBinding: describeBinding,
  ClusterRoleBinding: describeBinding,
};

export function describe(call: Call): void {
  if (call.args.length === 0 && filesOf(call).length === 0) {
    const suggestion = 'Use "kubectl api-resources" for a complete list of supported resources.';
    fail(`You must specify the type of resource to describe. ${suggestion}`);
  }
  const found = resolve(call, { bareType: "everything", fetchFiles: true });
  const selection = byPrefix(call, found);
  const { infos, problems } = selection;
  const withEvents = call.flags.changed("show-events")
    ? call.flags.bool("show-events")
    : found.infos.length === 1 && found.problems.length === 0;
  infos.forEach(({ object }, i) => {
    const text = describeOne(
      call,
      object,
      withEvents && !silent.has(object.kind) ? "with events" : "without events",
    );
    // Names found by their beginning are each followed by an empty line.
    if (selection !== found) call.io.out(`${text}\n`);
    else call.io.out(i === 0 ? text : `\n\n${text}`);
  });
  if (infos.length === 0 && problems.length === 0) {
    const everywhere = call.flags.bool("all-namespaces");
    call.io.err(
      everywhere ? "No resources found\n" : `No resources found in ${call.namespace} namespace.\n`,
    );
  }
  failAll(problems);
}

function describeOne(
  call: Call,
  object: KubeObject,
  events: "with events" | "without events",
): string {
  const lines = (describers[object.kind] ?? describeGeneric)(call, object);
  const body = alignTabs(
    [...lines, ...(events === "with events" ? firstEventLine(call, object) : [])].join("\n"),
    describeTabs,
  );
  if (events === "without events") return `${body}\n`;
  const rest = eventLines(call, object);
  // With events, kubectl aligns them apart from what stands above.
  return rest.length === 1 ? `${body}\n` : `${body}\n${alignTabs(rest.join("\n"), describeTabs)}\n`;
}

/** Kinds of which kubectl tells no events. */
const silent: ReadonlySet<string> = new Set([
  "LimitRange",
  "Namespace",
  "NetworkPolicy",
  "ResourceQuota",
  "Secret",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
]);

/** `Events: <none>` aligns with the lines above it. */
function firstEventLine(call: Call, object: KubeObject): string[] {
  const lines = eventLines(call, object);
  return lines.length === 1 ? lines : [];
}

/** `describe TYPE PREFIX`: every object whose name begins so, when none has that name. */
function byPrefix(call: Call, found: Selection): Selection {
  const [type, prefix] = call.args;
  const missing = found.problems.every(
    (p: Problem) => "status" in p && p.status.reason === "NotFound",
  );
  const [kind] = found.kinds;
  if (call.args.length !== 2 || prefix === undefined) return found;
  if (found.problems.length === 0 || !missing || kind === undefined) return found;
  // Of `deploy/web deploy/gone` kubectl takes the second word for a beginning, too, and tells of nothing.
  if (type?.includes("/") === true) {
    return found.problems.length === 1 ? { ...found, infos: [] } : found;
  }
  const objects = call.io.client
    .list(resourceName(call.io.client, kind), kind.namespaced ? { namespace: call.namespace } : {})
    .filter((object) => object.metadata.name.startsWith(prefix));
  if (objects.length === 0) return found;
  const infos = objects.map((object) => ({
    kind,
    object,
    source: "",
    ref: { resource: kind.resource, name: object.metadata.name },
  }));
  return { ...found, infos, problems: [] };
}
