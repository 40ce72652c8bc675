/**
 * Objects as a cluster gives them (`kubectl get -o yaml`), known by their uid. A Deployment or Rollout that has its
 * ReplicaSets and their Pods with it goes on from where it was; else what controllers made is left out, as they make it again
 * here. So are the addresses of Services, which are of that cluster's network.
 */
import type { KubeObject } from "../api/meta.ts";
import { asRecord } from "../apiserver/json.ts";
import { controllerUid, fitted, rollsOut, type Fit } from "./fitted.ts";
import { isNode } from "./fitted-nodes.ts";
import { problemAt, type Problem } from "./problem.ts";
import type { Manifest } from "./scenario.ts";

export interface FromCluster {
  /** Those to play; `found` says which of them stand already. */
  readonly manifests: readonly Manifest[];
  /** What they tell of their cluster; undefined: none of them stands. */
  readonly fit: Fit | undefined;
  /** A warning for those that are left out. */
  readonly problems: readonly Problem[];
}

/** `startTime`: when they were so; default as late as they tell of. */
export function fromCluster(all: readonly Manifest[], startTime?: string): FromCluster {
  const standing = standingIn(all);
  const left = all.filter((manifest) => isMade(manifest) && !standing.has(manifest));
  const manifests = all.flatMap((manifest): readonly Manifest[] => {
    if (standing.has(manifest)) return [{ ...manifest, found: true }];
    // The cluster has nodes for them.
    if (standing.size > 0 && isNode(manifest.object)) return [];
    return isMade(manifest) || isApiServer(manifest)
      ? []
      : [{ ...manifest, object: withoutAddresses(manifest.object) }];
  });
  const others = all.filter((manifest) => !standing.has(manifest)).map(objectOf);
  const fit =
    standing.size === 0 ? undefined : fitted([...standing].map(objectOf), others, startTime);
  return { manifests, fit, problems: leftOut(left) };
}

/** Deployments and Rollouts whose ReplicaSets are here, and the Pods of each of these that has some; with them. */
function standingIn(all: readonly Manifest[]): ReadonlySet<Manifest> {
  const made = all.filter(isMade);
  const ownedBy = ({ object }: Manifest, kind: string): readonly Manifest[] =>
    made.filter(
      (each) => each.object.kind === kind && controllerUid(each.object) === object.metadata.uid,
    );
  const workloads = all.filter((each) => isTaken(each) && rollsOut(each.object));
  const wholes = workloads.flatMap((workload) => {
    const sets = ownedBy(workload, "ReplicaSet");
    const pods = sets.map((set) => ownedBy(set, "Pod"));
    const isWhole = sets.every((set, index) => pods[index]!.length > 0 || !hasPods(set));
    const all = [workload, ...sets, ...pods.flat(), ...ownedBy(workload, "AnalysisRun")];
    return sets.length > 0 && isWhole && all.every(hasAge) ? all : [];
  });
  return new Set(wholes);
}

function hasPods({ object }: Manifest): boolean {
  return asRecord(object["status"])["replicas"] !== 0;
}

function objectOf({ object }: Manifest): KubeObject {
  return object;
}

function isTaken({ object: { metadata } }: Manifest): boolean {
  return typeof metadata.uid === "string";
}

function hasAge({ object: { metadata } }: Manifest): boolean {
  return !Number.isNaN(Date.parse(metadata.creationTimestamp ?? ""));
}

function isMade(manifest: Manifest): boolean {
  return isTaken(manifest) && controllerUid(manifest.object) !== undefined;
}

/** The API server's own Service. */
function isApiServer(manifest: Manifest): boolean {
  const { kind, metadata } = manifest.object;
  return isTaken(manifest) && kind === "Service" && metadata.name === "kubernetes";
}

function withoutAddresses(object: KubeObject): KubeObject {
  if (object.kind !== "Service" || typeof object.metadata.uid !== "string") return object;
  const { clusterIP, clusterIPs: _, ...spec } = asRecord(object["spec"]);
  return { ...object, spec: clusterIP === "None" ? { ...spec, clusterIP } : spec };
}

function leftOut(made: readonly Manifest[]): readonly Problem[] {
  const [first] = made;
  if (first === undefined) return [];
  const { kind, metadata } = first.object;
  const others = made.length === 1 ? "" : ` and ${made.length - 1} more`;
  const message = `made by a controller, which makes its own here: ${kind} ${metadata.name}${others}`;
  const ofDeployments = made.some(
    ({ object }) => object.kind === "ReplicaSet" || object.kind === "Pod",
  );
  const hint = "to go on from where a Deployment was, give all: kubectl get deploy,rs,pods -o yaml";
  return [warning(first, "left-out", message, ofDeployments ? hint : undefined)];
}

/** What is taken from a file that has no Scenario to say it. */
export function goesOn(manifests: readonly Manifest[], { startTime, told }: Fit): Problem {
  const standing = manifests.filter(({ found }) => found === true);
  const names = standing.flatMap(({ object }) =>
    rollsOut(object) ? [`${object.kind.toLowerCase()}/${object.metadata.name}`] : [],
  );
  const verb = names.length === 1 ? "goes" : "go";
  const message = `${names.join(", ")} ${verb} on from ${startTime}`;
  return warning(
    standing[0]!,
    "goes-on",
    message,
    `${told.join("; ")}. behaviors of a Scenario can say otherwise`,
  );
}

function warning(at: Manifest, code: string, message: string, hint?: string): Problem {
  const span = at.node.entries?.get("kind")?.node.span ?? at.node.span;
  const what = { severity: "warning", code, message } as const;
  return problemAt(at.source, span, hint === undefined ? what : { ...what, hint });
}
