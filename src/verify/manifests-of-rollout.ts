/** What is given as manifests of a rollout: the Deployment that it is about, and what else decides over its pods. */
import type { KubeObject } from "../api/meta.ts";
import { asRecord, asString } from "../apiserver/json.ts";
import { openLists } from "../kubectl/list-manifest.ts";
import { parseManifest } from "../kubectl/manifest.ts";
import { nodeGroupOf } from "../scheduler/node-group.ts";
import type { NodeGroup } from "../scheduler/node-object.ts";

/** A Deployment as an object, a list of objects or the text of manifests of which one is a Deployment. */
export type DeploymentManifest = KubeObject | readonly KubeObject[] | string;

export interface ManifestsOfRollout {
  readonly deployment: KubeObject;
  /** What else decides over its pods, in its namespace (`DECIDE`), and who scales it. The rest is left out. */
  readonly beside: readonly KubeObject[];
  /** Room, labels and taints of the Nodes; those that are cordoned take no pods anyway. */
  readonly nodes: readonly NodeGroup[];
}

/** Kinds that let pods go or come. */
const DECIDE: ReadonlySet<string> = new Set([
  "policy/v1 PodDisruptionBudget",
  "v1 ResourceQuota",
  "v1 LimitRange",
]);

export function deploymentIn(given: DeploymentManifest): KubeObject {
  return manifestsIn(given).deployment;
}

export function manifestsIn(given: DeploymentManifest): ManifestsOfRollout {
  const where = typeof given === "string" ? "the text" : "the list";
  const documents = typeof given === "string" ? documentsOf(given) : objectsOf(given);
  const deployment = onlyDeployment(documents, where);
  const objects = documents as readonly KubeObject[];
  const beside = objects.filter(
    (document) =>
      namespaceOf(document) === namespaceOf(deployment) &&
      (DECIDE.has(kindOf(document)) || scales(document, deployment)),
  );
  const nodes = objects.filter((document) => kindOf(document) === "v1 Node");
  const open = nodes.filter(({ spec }) => asRecord(spec)["unschedulable"] !== true);
  if (nodes.length > 0 && open.length === 0) {
    throw new TypeError(
      `${where} has only Nodes that are cordoned; uncordon one, or leave them out`,
    );
  }
  return { deployment, beside, nodes: open.map(nodeGroupOf) };
}

function documentsOf(text: string): readonly unknown[] {
  if (/^\S+\.(?:ya?ml|json)$/u.test(text)) {
    const read = `readFileSync(${JSON.stringify(text)}, "utf8")`;
    throw new TypeError(`got the name of a file; give its text: ${read}`);
  }
  const { documents, error } = parseManifest(text, "the text");
  if (error !== undefined) throw new TypeError(error);
  return documents.flatMap((document) => membersOf(document, "the text"));
}

function objectsOf(given: KubeObject | readonly KubeObject[]): readonly unknown[] {
  if (Array.isArray(given)) return given.flatMap((each) => membersOf(each, "the list"));
  if (kindOf(given) === "v1 List") return membersOf(given, "the list");
  if (isDeployment(given)) return [given];
  throw new TypeError(
    `got ${named(given)}; use a Deployment of apps/v1, as an object, in a list or as text`,
  );
}

function membersOf(document: unknown, where: string): readonly unknown[] {
  const members = openLists(document, where, "validated");
  if (typeof members === "string") throw new TypeError(members);
  return members;
}

function onlyDeployment(documents: readonly unknown[], where: string): KubeObject {
  const found = documents.filter(isDeployment);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const others = documents.length === 0 ? "nothing" : documents.map(named).join("; ");
    throw new TypeError(`no Deployment of apps/v1 in ${where}: got ${others}`);
  }
  const names = found.map(({ metadata }) => metadata?.name).join(", ");
  throw new TypeError(`${found.length} Deployments in ${where}: ${names}; give one of them`);
}

function isDeployment(given: unknown): given is KubeObject {
  return kindOf(given) === "apps/v1 Deployment";
}

/** Whether it is an autoscaler of the Deployment. */
function scales(given: KubeObject, deployment: KubeObject): boolean {
  if (!/^autoscaling\/v[12] HorizontalPodAutoscaler$/u.test(kindOf(given))) return false;
  const { kind, name } = asRecord(asRecord(given["spec"])["scaleTargetRef"]);
  return kind === "Deployment" && name === deployment.metadata?.name;
}

function kindOf(given: unknown): string {
  const { apiVersion, kind } = asRecord(given);
  return `${String(apiVersion)} ${String(kind)}`;
}

function namespaceOf(given: unknown): string {
  return asString(asRecord(asRecord(given)["metadata"])["namespace"]) || "default";
}

function named(given: unknown): string {
  const { apiVersion, kind } = asRecord(given);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return Array.isArray(given) ? "a list" : String(given);
  }
  return `apiVersion ${String(apiVersion)}, kind ${String(kind)}`;
}
