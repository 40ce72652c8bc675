/**
 * Objects as a cluster gives them (`kubectl get -o yaml`), known by their uid: those that a controller made are left out,
 * since it makes them again, and addresses of Services, which are of that cluster's network.
 */
import type { KubeObject } from "../api/meta.ts";
import { asArray, asRecord } from "../apiserver/json.ts";
import { problemAt, type Problem } from "./problem.ts";
import type { Manifest } from "./scenario.ts";

/** The manifests to play, and a warning for those that are not. */
export function fromCluster(all: readonly Manifest[]): {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
} {
  const isMade = ({ object }: Manifest): boolean =>
    isTaken(object) && ownersOf(object).some((owner) => asRecord(owner)["controller"] === true);
  const made = all.filter(isMade);
  const manifests = all.flatMap((manifest) => {
    if (isMade(manifest)) return [];
    return [{ ...manifest, object: withoutAddresses(manifest.object) }];
  });
  return { manifests, problems: told(made) };
}

function isTaken({ metadata }: KubeObject): boolean {
  return typeof metadata.uid === "string";
}

/** As they are written: nobody has judged them yet. */
function ownersOf({ metadata }: KubeObject): readonly unknown[] {
  return asArray(asRecord(metadata)["ownerReferences"]);
}

function withoutAddresses(object: KubeObject): KubeObject {
  if (object.kind !== "Service" || !isTaken(object)) return object;
  const { clusterIP, clusterIPs: _, ...spec } = asRecord(object["spec"]);
  return { ...object, spec: clusterIP === "None" ? { ...spec, clusterIP } : spec };
}

function told(made: readonly Manifest[]): readonly Problem[] {
  const [first] = made;
  if (first === undefined) return [];
  const { kind, metadata } = first.object;
  const others = made.length === 1 ? "" : ` and ${made.length - 1} more`;
  const message = `made by a controller, which makes its own here: ${kind} ${metadata.name}${others}`;
  const span = first.node.entries?.get("kind")?.node.span ?? first.node.span;
  return [
    problemAt(first.source, span, {
      severity: "warning",
      code: "left-out",
      message,
      hint: "left out",
    }),
  ];
}
