/**
 * apply --prune: deletes what earlier applies made and this one does not name. Mirrors
 * kubectl/pkg/cmd/apply/prune.go (v0.37.2) for the kinds that rollsim serves.
 */
import { lastAppliedKey } from "../applied.ts";
import { dryRunSuffix, logWarning, type Call, type DryRun } from "../call.ts";
import { failStatus } from "../errors.ts";
import { infoOf, warnDeprecated, type Info } from "../resolve.ts";
import { qualifiedName, resourceName } from "../resources.ts";

const prunedKinds = [
  "ConfigMap",
  "Endpoints",
  "Namespace",
  "PersistentVolumeClaim",
  "PersistentVolume",
  "Pod",
  "ReplicationController",
  "Secret",
  "Service",
  "Job",
  "CronJob",
  "Ingress",
  "DaemonSet",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
];

export function prune(call: Call, applied: readonly Info[], dryRun: DryRun): void {
  const { client } = call.io;
  const kept = new Set(
    applied.map((info) => `${info.kind.kind}/${info.ref.namespace}/${info.ref.name}`),
  );
  const selector = call.flags.text("selector");
  if (call.flags.list("prune-allowlist").length === 0) {
    logWarning(
      call,
      "prune.go:71",
      "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used " +
        "with the --namespace flag in a future release. To preserve the current behaviour, list the " +
        "resources you want to target explicitly in the --prune-allowlist flag.",
    );
  }
  for (const kind of client.kinds().filter((k) => prunedKinds.includes(k.kind))) {
    warnDeprecated(call, kind);
    const objects = client.list(resourceName(client, kind), {
      ...(kind.namespaced ? { namespace: call.namespace } : {}),
      ...(selector === "" ? {} : { labelSelector: selector }),
    });
    for (const object of objects) {
      const info = infoOf(call, kind, object, "");
      const key = `${kind.kind}/${info.ref.namespace}/${info.ref.name}`;
      if (object.metadata.annotations?.[lastAppliedKey] === undefined || kept.has(key)) continue;
      if (dryRun !== "client") {
        const answer = client.delete(info.ref, dryRun === "server" ? { dryRun: "All" } : {});
        if (!answer.ok) failStatus(answer.status);
      }
      call.io.out(`${qualifiedName(kind, object.metadata.name)} pruned${dryRunSuffix(dryRun)}\n`);
    }
  }
}
