/**
 * Prints src/kubectl/explain-data.json, from the OpenAPI v3 documents of Kubernetes v1.37.2: see README.md.
 * `node .build/test/conformance/recorder/texts/explain.js FOLDER`
 */
import { readFileSync } from "node:fs";

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
}

const documents = [
  [
    "api__v1",
    "Pod Service Event Namespace Node ConfigMap Secret Endpoints PodTemplate ServiceAccount " +
      "ResourceQuota LimitRange ReplicationController PersistentVolume PersistentVolumeClaim",
  ],
  ["apis__apps__v1", "Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision"],
  ["apis__autoscaling__v2", "HorizontalPodAutoscaler"],
  ["apis__batch__v1", "Job CronJob"],
  ["apis__networking.k8s.io__v1", "Ingress IngressClass NetworkPolicy"],
  ["apis__policy__v1", "PodDisruptionBudget"],
  ["apis__discovery.k8s.io__v1", "EndpointSlice"],
  ["apis__scheduling.k8s.io__v1", "PriorityClass"],
  ["apis__storage.k8s.io__v1", "StorageClass"],
  ["apis__apiextensions.k8s.io__v1", "CustomResourceDefinition"],
  ["apis__coordination.k8s.io__v1", "Lease"],
  ["apis__rbac.authorization.k8s.io__v1", "Role RoleBinding ClusterRole ClusterRoleBinding"],
] as const;

const [, , folder = ""] = process.argv;
const types: Record<string, Record<string, readonly string[]>> = {};
const origins: Record<string, string> = {};

for (const [document, kinds] of documents) {
  const text = readFileSync(`${folder}/${document}_openapi.json`, "utf8");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kubernetes' own documents
  const { schemas } = (JSON.parse(text) as { components: { schemas: Record<string, Schema> } })
    .components;
  for (const kind of kinds.split(" ")) {
    const name = Object.keys(schemas).find(
      (key) => key.endsWith(`.v1.${kind}`) || key.endsWith(`.v2.${kind}`),
    );
    if (name === undefined) throw new Error(`${document} has no ${kind}`);
    add(schemas, name);
  }
}
// One text a type: 1,700 of their own would take some ms more at every start of rollsim.
const texts = Object.entries(types).map(([name, fields]) => {
  const entries = Object.entries(fields).map((entry) => entry.flat().join("\u001F"));
  return [name, entries.join("\u001E")] as const;
});
console.log(JSON.stringify(Object.fromEntries(texts), undefined, 2));

/** Adds a type and those that its fields have. */
function add(schemas: Readonly<Record<string, Schema>>, name: string): void {
  const short = shortOf(name);
  if (origins[short] === name) return;
  origins[short] = name;
  const schema = schemas[name] ?? {};
  const fields: Record<string, readonly string[]> = {
    "": [schema.type ?? "", schema.description ?? ""],
  };
  types[short] = fields;
  for (const [field, inner] of Object.entries(schema.properties ?? {})) {
    const required = schema.required?.includes(field) === true ? "!" : "";
    fields[field] = [required + typeOf(inner), inner.description ?? "", ...(inner.enum ?? [])];
    for (const ref of refsIn(inner)) add(schemas, ref);
  }
}

/** Of two types with one name, the second has its group before it: `discovery.EndpointPort`. */
function shortOf(name: string): string {
  const [group = "", , short = ""] = name.split(".").slice(-3);
  return [undefined, name].includes(origins[short]) ? short : `${group}.${short}`;
}

/** `[]Container`, `map[string]string`; types of the table begin with a capital. */
function typeOf(schema: Schema): string {
  if (schema.items !== undefined) return `[]${typeOf(schema.items)}`;
  if (typeof schema.additionalProperties === "object") {
    return `map[string]${typeOf(schema.additionalProperties)}`;
  }
  const [ref] = refsIn(schema);
  return ref === undefined ? (schema.type ?? "Object") : shortOf(ref);
}

function refsIn(schema: Schema): readonly string[] {
  const { $ref, allOf = [], items, additionalProperties } = schema;
  const inner = [...allOf, ...(items === undefined ? [] : [items])];
  if (typeof additionalProperties === "object") inner.push(additionalProperties);
  const own = $ref === undefined ? [] : [$ref.replace(/^.*\//u, "")];
  return [...own, ...inner.flatMap(refsIn)];
}
