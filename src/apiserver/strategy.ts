/**
 * What each resource does to an object on its way into the store, before validation: which fields a
 * client may set, which are kept from the old object, when the generation grows
 * (apiserver registry/rest Before{Create,Update} and pkg/registry strategies, v1.37.2). The store fills in
 * uid, creationTimestamp, resourceVersion and generated names, and finds out whether anything changed.
 */
import type { KubeObject } from "../api/meta.ts";
import type { StatusCause } from "../api/status.ts";
import { POD } from "./strategy-pod.ts";
import { allocateService, SERVICE, type Allocate } from "./strategy-service.ts";
import {
  keepGeneration,
  keepSystemMetadata,
  NAMESPACE,
  specAndStatus,
  UNPROTECTED,
  wipeSystemMetadata,
  type Preparation,
} from "./strategy-parts.ts";

export type Subresource = "status" | "scale";

/** The rules of one resource; all functions are pure and take and give whole, defaulted objects. */
export interface Strategy {
  /** The object as it may be created: status dropped, generation 1, system metadata wiped. */
  prepareForCreate(object: KubeObject): KubeObject;
  /** The object as it may be stored over `prev`; through `status` only what that may touch. */
  prepareForUpdate(next: KubeObject, prev: KubeObject, subresource?: Subresource): KubeObject;
  /** Field errors in the API server's order; none if the object is fine. */
  validateCreate(object: KubeObject): readonly StatusCause[];
  validateUpdate(
    next: KubeObject,
    prev: KubeObject,
    subresource?: Subresource,
  ): readonly StatusCause[];
  /** Warnings of an accepted write, `prev` being absent on create. */
  warnings(object: KubeObject, prev?: KubeObject): readonly string[];
  /** Services: fills in addresses and ports from the cluster's pools, before everything else. */
  readonly allocate?: Allocate;
}

/** The strategy of a resource by its plural, `deployments`; undefined for resources without rules. */
export function strategyFor(resource: string): Strategy | undefined {
  return STRATEGIES.get(resource);
}

interface Rules {
  readonly preparation: Preparation;
  readonly allocate?: Allocate;
}

const RULES: Readonly<Record<string, Rules>> = {
  deployments: {
    preparation: specAndStatus({ generation: "specAndAnnotations", statusKeeps: ["labels"] }),
  },
  replicasets: { preparation: specAndStatus({ generation: "spec", statusKeeps: [] }) },
  pods: { preparation: POD },
  services: { preparation: SERVICE, allocate: allocateService },
  horizontalpodautoscalers: {
    preparation: specAndStatus({ generation: "spec", statusKeeps: [] }),
  },
  poddisruptionbudgets: { preparation: specAndStatus({ generation: "spec", statusKeeps: [] }) },
  ingresses: { preparation: specAndStatus({ generation: "spec", statusKeeps: [] }) },
  namespaces: { preparation: NAMESPACE },
  configmaps: { preparation: UNPROTECTED },
  secrets: { preparation: UNPROTECTED },
  events: { preparation: UNPROTECTED },
};

const STRATEGIES: ReadonlyMap<string, Strategy> = new Map(
  Object.entries(RULES).map(([resource, rules]) => [resource, strategyOf(rules)]),
);

function strategyOf({ preparation, allocate }: Rules): Strategy {
  return {
    prepareForCreate: (object) => preparation.create(wipeSystemMetadata(object)),
    prepareForUpdate: (next, prev, subresource) => {
      const kept = keepGeneration(next, prev);
      const prepared =
        subresource === "status" ? preparation.status(kept, prev) : preparation.update(kept, prev);
      return keepSystemMetadata(prepared, prev);
    },
    validateCreate: () => [],
    validateUpdate: () => [],
    warnings: () => [],
    ...(allocate === undefined ? {} : { allocate }),
  };
}
