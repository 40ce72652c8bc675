/** A manifest as the API server stores it, in its namespace, or a TypeError that says why it does not. */
import type { Deployment } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import { asRecord, asString } from "../apiserver/json.ts";
import type { Cluster } from "../cluster.ts";
import { grant, takenForGranted } from "../cluster/taken-for-granted.ts";
import { openLists } from "../kubectl/list-manifest.ts";
import { parseManifest } from "../kubectl/manifest.ts";
import { unversioned } from "../kubectl/mutate.ts";

/** A Deployment as an object, or the text of manifests of which one is a Deployment. */
export type DeploymentManifest = KubeObject | string;

export interface ManifestsOfRollout {
  readonly deployment: KubeObject;
  /** Of a text: what else decides over its pods, in its namespace (`DECIDE`). The rest is left out. */
  readonly beside: readonly KubeObject[];
}

/** Kinds that let pods go or come. */
const DECIDE: ReadonlySet<string> = new Set([
  "policy/v1 PodDisruptionBudget",
  "v1 ResourceQuota",
  "v1 LimitRange",
]);

/** Fields that Kubernetes does not know are refused, too: they would be dropped, and defaults judged. */
export function createDeployment(
  cluster: Cluster,
  manifest: KubeObject,
  beside: readonly KubeObject[] = [],
): Deployment {
  const created = cluster.act("create", (api) => {
    const namespace = manifest.metadata?.namespace;
    const isThere =
      namespace === undefined || api.get({ resource: "namespaces", name: namespace }).ok;
    if (!isThere)
      api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    grant(api, takenForGranted([manifest], "default"));
    for (const object of beside) {
      const answer = api.create(unversioned(object), { fieldValidation: "Strict" });
      if (!answer.ok) return answer;
    }
    return api.create(unversioned(manifest), { fieldValidation: "Strict" });
  });
  if (!created.ok) throw new TypeError(created.status.message);
  return created.value as Deployment;
}

export function deploymentIn(given: DeploymentManifest): KubeObject {
  return manifestsIn(given).deployment;
}

export function manifestsIn(given: DeploymentManifest): ManifestsOfRollout {
  if (typeof given === "string") {
    const documents = documentsOf(given);
    const deployment = onlyDeployment(documents);
    const beside = documents.filter(
      (document): document is KubeObject =>
        DECIDE.has(kindOf(document)) && namespaceOf(document) === namespaceOf(deployment),
    );
    return { deployment, beside };
  }
  if (isDeployment(given)) return { deployment: given, beside: [] };
  throw new TypeError(`got ${named(given)}; use a Deployment of apps/v1, as an object or as text`);
}

function documentsOf(text: string): readonly unknown[] {
  if (/^\S+\.(?:ya?ml|json)$/u.test(text)) {
    const read = `readFileSync(${JSON.stringify(text)}, "utf8")`;
    throw new TypeError(`got the name of a file; give its text: ${read}`);
  }
  const { documents, error } = parseManifest(text, "the text");
  if (error !== undefined) throw new TypeError(error);
  return documents.flatMap((document) => {
    const members = openLists(document, "the text", "validated");
    if (typeof members === "string") throw new TypeError(members);
    return members;
  });
}

function onlyDeployment(documents: readonly unknown[]): KubeObject {
  const found = documents.filter(isDeployment);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const others = documents.length === 0 ? "nothing" : documents.map(named).join("; ");
    throw new TypeError(`no Deployment of apps/v1 in the text: got ${others}`);
  }
  const names = found.map(({ metadata }) => metadata?.name).join(", ");
  throw new TypeError(`${found.length} Deployments in the text: ${names}; give one of them`);
}

function isDeployment(given: unknown): given is KubeObject {
  return kindOf(given) === "apps/v1 Deployment";
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
