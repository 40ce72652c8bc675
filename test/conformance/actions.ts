/** What users do in recorded cases. The outcome is told as the recorder notes it. */
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import type { Client } from "../../src/api/client.ts";
import type { Pod } from "../../src/api/core.ts";
import { controllerOf } from "../../src/api/meta.ts";
import type { Answer } from "../../src/api/status.ts";
import { templatesEqualIgnoringHash } from "../../src/apiserver/equality.ts";
import type { Cluster } from "../../src/cluster.ts";
import type { RecordedAction } from "./trace-file.ts";

/** `create`, `undo 0: rolled back`, `patch -> the error`: patches themselves are left out of the note. */
export function act(cluster: Cluster, action: RecordedAction): string {
  return cluster.act(action.do, (api) => {
    switch (action.do) {
      case "create":
        return note("create", api.create(action.deployment!));
      case "patch":
        return note("patch", patch(api, action));
      case "delete":
        return note("delete", api.delete({ resource: "deployments", name: action.name! }));
      case "undo":
        return undo(api, action);
      case "delete-pod":
        return deletePod(api, action);
      case "quota":
        cluster.setPodQuota(action.n ?? 0);
        return "quota";
      case "fail-create-pods":
        cluster.refuseNext("create", "pods", action.n ?? 0);
        return action.do;
      default:
        throw new Error(`no such action: ${action.do}`);
    }
  });
}

function note(text: string, answer: Answer<unknown>): string {
  return answer.ok ? text : `${text} -> ${answer.status.message}`;
}

function patch(api: Client, action: RecordedAction): Answer<unknown> {
  return api.patch(
    { resource: "deployments", name: action.name! },
    "strategic",
    action.patch,
  );
}

/** Counts among the pods that are not terminating, oldest first, round and round. */
function deletePod(api: Client, action: RecordedAction): string {
  const live = (api.list("pods") as readonly Pod[])
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (a.metadata.uid! < b.metadata.uid! ? -1 : 1));
  const target = live[(action.pod ?? 0) % Math.max(1, live.length)];
  if (target === undefined) return "delete-pod";
  return note("delete-pod", api.delete({ resource: "pods", name: target.metadata.name }));
}

function undo(api: Client, action: RecordedAction): string {
  const revision = action.toRevision ?? 0;
  const got = api.get({ resource: "deployments", name: action.name! });
  if (!got.ok) return note("undo", got);
  const d = got.value as Deployment;
  const sets = (api.list("replicasets") as readonly ReplicaSet[])
    .filter((rs) => controllerOf(rs.metadata)?.uid === d.metadata.uid)
    .map((rs) => ({ rs, n: Number(rs.metadata.annotations?.[REVISION] ?? 0) }))
    .toSorted((a, b) => b.n - a.n);
  const target = revision === 0 ? sets[1] : sets.find(({ n }) => n === revision);
  const text = `undo ${revision}: `;
  if (target === undefined) {
    return `${text} -> ${
      revision === 0
        ? `no rollout history found for deployment "${d.metadata.name}"`
        : `unable to find specified revision ${revision} in history`
    }`;
  }
  if (d.spec.paused === true) {
    return `${text} -> you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`;
  }
  const { rs } = target;
  if (templatesEqualIgnoringHash(rs.spec.template, d.spec.template)) {
    return `${text}skipped rollback (current template already matches revision ${revision})`;
  }
  const { "pod-template-hash": _, ...labels } = rs.spec.template.metadata?.labels ?? {};
  const template = {
    ...rs.spec.template,
    metadata: { ...rs.spec.template.metadata, labels },
  };
  const kept = Object.entries(d.metadata.annotations ?? {}).filter(([key]) => KEPT.has(key));
  const restored = Object.entries(rs.metadata.annotations ?? {}).filter(([key]) => !KEPT.has(key));
  const answer = api.patch({ resource: "deployments", name: d.metadata.name }, "json", [
    { op: "replace", path: "/spec/template", value: template },
    { op: "replace", path: "/metadata/annotations", value: Object.fromEntries([...kept, ...restored]) },
  ]);
  if (answer.ok) return `${text}rolled back`;
  return `${text} -> failed restoring revision ${revision}: ${answer.status.message}`;
}

const REVISION = "deployment.kubernetes.io/revision";
const KEPT = new Set([
  REVISION,
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
]);
