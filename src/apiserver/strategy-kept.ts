/**
 * How workloads are prepared that rollsim keeps and does not run (pkg/registry/{apps,batch,core}, v1.37.2). Left
 * out: what the API server refuses of them.
 */
import { deepEqual } from "../api/json.ts";
import type { KubeObject } from "../api/meta.ts";
import { asRecord, isNil, type Json } from "./json.ts";
import {
  specAndStatus,
  specOf,
  withField,
  withMetadata,
  type Preparation,
} from "./strategy-parts.ts";

export const KEPT: Preparation = specAndStatus({ generation: "spec", statusKeeps: [] });

/** The templates that a DaemonSet has had are counted in an annotation, which was a field once. */
export const DAEMON_SET: Preparation = {
  ...KEPT,
  create: (set) => withTemplateGeneration(KEPT.create(set), 1),
  update: (next, prev) => {
    const count = Number(prev.metadata.annotations?.[templateGeneration] ?? 0);
    const same = deepEqual(specOf(next)["template"], specOf(prev)["template"]);
    return withTemplateGeneration(KEPT.update(next, prev), same ? count : count + 1);
  },
};
const templateGeneration = "deprecated.daemonset.template.generation";

function withTemplateGeneration(set: KubeObject, count: number): KubeObject {
  const annotations = { ...set.metadata.annotations, [templateGeneration]: String(count) };
  return withMetadata(set, { annotations });
}

/** Claims and volumes are protected as soon as they are made (plugin/pkg/admission/storage/storageobjectinuseprotection). */
function inStorage(finalizer: string): Preparation {
  const plain = specAndStatus({
    generation: "none",
    statusKeeps: [],
    initialStatus: { phase: "Pending" },
  });
  return {
    ...plain,
    create: (object) => {
      const { finalizers = [] } = object.metadata;
      const all = finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer];
      return withMetadata(plain.create(object), { finalizers: all });
    },
  };
}

export const CLAIM = inStorage("kubernetes.io/pvc-protection");
export const VOLUME = inStorage("kubernetes.io/pv-protection");

/** A spec without a status. */
export const NETWORK_POLICY: Preparation = {
  ...KEPT,
  create: (policy) => withMetadata(policy, { generation: 1 }),
};

/** A new Job selects its pods by its own UID, and names them after itself (generateSelector). */
export function withJobSelector(job: KubeObject, uid: string): KubeObject {
  const spec = specOf(job);
  if (spec["manualSelector"] === true) return job;
  const template = asRecord(spec["template"]);
  const metadata = asRecord(template["metadata"]);
  const { name } = job.metadata;
  const own = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const labels: Json = { ...own, ...asRecord(metadata["labels"]) };
  const selector = asRecord(spec["selector"]);
  const matchLabels = {
    "batch.kubernetes.io/controller-uid": uid,
    ...asRecord(selector["matchLabels"]),
  };
  const selecting = withField(job, "spec", {
    ...spec,
    selector: { ...selector, matchLabels },
    template: { ...template, metadata: { ...metadata, labels } },
  });
  const marks = isNil(job.metadata.labels) ? { labels: labels as Record<string, string> } : {};
  return withMetadata(selecting, marks);
}
