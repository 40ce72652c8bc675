/** Kustomizations as nobody would write them. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { change, changes, root } from "./inputs.ts";

const overlay = `resources: [web.yaml]
namespace: shop
namePrefix: p-
nameSuffix: -s
labels:
  - pairs: { env: production }
    includeSelectors: true
commonAnnotations: { a: b }
images:
  - name: web
    newTag: v1
replicas: [{ name: web, count: 4 }]
configMapGenerator:
  - name: settings
    literals: [LEVEL=info]
    options: { labels: { a: b } }
secretGenerator:
  - name: token
    files: [web.yaml]
patchesStrategicMerge: [web.yaml]
patches:
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        template:
          spec:
            containers:
              - name: web
                env: [{ name: A, value: b }]
  - target: { kind: Deployment, name: w.* }
    patch: |-
      - op: add
        path: /metadata/labels
        value: { a: b }
replacements:
  - source: { kind: Deployment, fieldPath: spec.replicas }
    targets:
      - select: { name: web }
        fieldPaths: [metadata.labels.n]
        options: { create: true }
sortOptions: { order: fifo }
`;
const resource = readFileSync(`${root}scenarios/kustomize/base/web.yaml`, "utf8");

/** A folder with a kustomization, both changed likewise. */
export const kustomizedFiles: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .tuple(changes, fc.option(changes))
  .map(([of, others]) => ({
    "kustomization.yaml": of.reduce(change, overlay),
    "web.yaml": (others ?? []).reduce(change, resource),
  }));
