/** How many pods. Mirrors the ReplicaCountTransformer (v0.21.1). */
import { refuse } from "./failure.ts";
import { parseFieldSpec, setField } from "./field-specs.ts";
import { gvkText, isSelectedGvk } from "./ids.ts";
import { allIds, type Resource } from "./resource.ts";
import tables from "./tables.json" with { type: "json" };
import { Bare } from "./tree.ts";

export function setReplicas(resources: readonly Resource[], name: string, count: number): void {
  const specs = tables.replicas.map(parseFieldSpec);
  let found = false;
  for (const spec of specs) {
    for (const resource of resources) {
      if (!allIds(resource).some((id) => id.name === name && isSelectedGvk(id, spec))) continue;
      found = true;
      setField(resource.object, spec, () => new Bare(String(count), count), "text");
    }
  }
  if (found) return;
  const kinds = specs.map(gvkText).join(" ");
  refuse(`resource with name ${name} does not match a config with the following GVK [${kinds}]`);
}
