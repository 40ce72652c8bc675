/** Why pods made from a template are refused although the template is not: blanks around an image, a negative grace period. */
import { invalid, type Status } from "../api/status.ts";
import type { PodSource } from "./pod-registry.ts";
import { validatePod } from "./validation/pods.ts";
import type { Causes } from "./validation/errors.ts";

/** Judged once: all pods of a ReplicaSet have the same source. */
const known = new WeakMap<PodSource, Causes>();

/** Answers the creation of a pod from a source. */
export function invalidPod(source: PodSource, name: () => string): Status | undefined {
  const { namespace, spec, template, annotations } = source;
  let causes = known.get(source);
  if (causes === undefined) {
    const metadata = {
      ...template.metadata,
      annotations: { ...template.metadata?.annotations, ...annotations },
      namespace,
      name: name(),
    };
    // An admission plugin gives each pod its service account before it is judged.
    const judged = { serviceAccountName: "default", serviceAccount: "default", ...spec };
    causes = validatePod({ apiVersion: "v1", kind: "Pod", metadata, spec: judged });
    known.set(source, causes);
  }
  return causes.length === 0 ? undefined : invalid({ group: "", kind: "Pod" }, name(), causes);
}
