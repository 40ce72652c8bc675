/**
 * apply --prune: deletes what earlier applies made and this one does not name. Mirrors
 * kubectl/pkg/cmd/apply/prune.go (v0.37.2) for the kinds that rollsim serves.
 */
import type { KindInfo } from "../../api/client.ts";
import { lastAppliedKey } from "../applied.ts";
import { dryRunSuffix, logLine, type Call, type DryRun } from "../call.ts";
import { fail, failStatus, goQuote } from "../errors.ts";
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

/** --prune-allowlist: `apps/v1/Deployment`, `core/v1/Pod`. */
export function prunedKindsOf(call: Call): readonly KindInfo[] {
  const kinds = call.io.client.kinds();
  const asked = call.flags.list("prune-allowlist");
  if (asked.length === 0) return kinds.filter(({ kind }) => prunedKinds.includes(kind));
  return asked.map((text) => {
    const [group = "", version = "", name = "", ...more] = text.split("/");
    if (name === "" || more.length > 0) {
      const shape = "please follow <group/version/kind>";
      return fail(`invalid GroupVersionKind format: ${text}, ${shape}`);
    }
    const home = group === "core" ? "" : group;
    const found = kinds.find(
      (kind) => kind.group === home && kind.version === version && kind.kind === name,
    );
    const apiVersion = home === "" ? version : `${home}/${version}`;
    const missing = `no matches for kind ${goQuote(name)} in version ${goQuote(apiVersion)}`;
    return found ?? fail(missing);
  });
}

export function prune(call: Call, applied: readonly Info[], dryRun: DryRun): void {
  const { client } = call.io;
  const kept = new Set(
    applied.map((info) => `${info.kind.kind}/${info.ref.namespace}/${info.ref.name}`),
  );
  const selector = call.flags.text("selector");
  if (call.flags.list("prune-allowlist").length === 0) {
    logLine(
      call,
      "W",
      "prune.go:71",
      "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used " +
        "with the --namespace flag in a future release. To preserve the current behaviour, list the " +
        "resources you want to target explicitly in the --prune-allowlist flag.",
    );
  }
  for (const kind of prunedKindsOf(call)) {
    warnDeprecated(call, kind);
    const objects = client.list(resourceName(client, kind), {
      ...(kind.namespaced ? { namespace: call.namespace } : {}),
      ...(selector === "" ? {} : { labelSelector: selector }),
    });
    for (const object of objects) {
      const info = infoOf(call, kind, object);
      const key = `${kind.kind}/${info.ref.namespace}/${info.ref.name}`;
      if (object.metadata.annotations?.[lastAppliedKey] === undefined || kept.has(key)) continue;
      if (dryRun !== "client") {
        const answer = client.delete(info.ref, dryRun === "server" ? { dryRun: "All" } : {});
        if (!answer.ok) failStatus(answer.status);
      }
      const done = call.flags.text("output") === "name" ? "" : ` pruned${dryRunSuffix(dryRun)}`;
      call.io.out(`${qualifiedName(kind, object.metadata.name)}${done}\n`);
    }
  }
}
