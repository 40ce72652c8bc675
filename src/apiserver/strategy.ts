/**
 * What each resource does to an object on its way into the store, before validation: which fields a
 * client may set, which are kept from the old object, when the generation grows
 * (apiserver registry/rest Before{Create,Update} and pkg/registry strategies, v1.37.2). The store fills in
 * uid, creationTimestamp, resourceVersion and generated names, and finds out whether anything changed.
 */
import type { KubeObject } from "../api/meta.ts";
import type { StatusCause } from "../api/status.ts";
import { POD } from "./strategy-pod.ts";
import { CLAIM, DAEMON_SET, KEPT, NETWORK_POLICY, VOLUME } from "./strategy-kept.ts";
import { allocateService, SERVICE, type Allocate } from "./strategy-service.ts";
import {
  CUSTOM,
  keepGeneration,
  keepSystemMetadata,
  NAMESPACE,
  specAndStatus,
  UNPROTECTED,
  wipeSystemMetadata,
  withMetadata,
  withOldVersion,
  type Preparation,
} from "./strategy-parts.ts";
import {
  validateDeployment,
  validateDeploymentStatusUpdate,
  validateDeploymentUpdate,
  validateReplicaSet,
  validateReplicaSetStatusUpdate,
  validateReplicaSetUpdate,
} from "./validation/apps.ts";
import {
  validateAnalysisRun,
  validateAnalysisTemplate,
  validateExperiment,
  validateRollout,
} from "./validation/argo.ts";
import {
  validateAutoscaler,
  validateAutoscalerStatusUpdate,
  validateAutoscalerUpdate,
} from "./validation/autoscaling.ts";
import { validateCanary } from "./validation/flagger.ts";
import { validateIngress, validateIngressUpdate, warningsOfIngress } from "./validation/ingress.ts";
import {
  validateDestinationRule,
  validateHttpRoute,
  validateMetricTemplate,
  validateTrafficSplit,
  validateVirtualService,
} from "./validation/routes.ts";
import {
  validateConfigMap,
  validateConfigMapUpdate,
  validateSecret,
  validateSecretUpdate,
} from "./validation/config.ts";
import { validateClaim, validateClaimUpdate } from "./validation/claims.ts";
import type { Causes } from "./validation/errors.ts";
import {
  validateCronJob,
  validateCronJobUpdate,
  validateJob,
  validateJobUpdate,
} from "./validation/jobs.ts";
import {
  validateNetworkPolicy,
  validateNetworkPolicyUpdate,
} from "./validation/network-policies.ts";
import {
  validateStorageClass,
  validateStorageClassUpdate,
  validateVolume,
  validateVolumeUpdate,
} from "./validation/storage.ts";
import {
  validateDaemonSet,
  validateDaemonSetUpdate,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from "./validation/kept-sets.ts";
import { validatePriorityClass, validatePriorityClassUpdate } from "./validation/priority.ts";
import {
  validateCommonMetadata,
  validateCommonMetadataUpdate,
  validateMetadata,
  validateMetadataUpdate,
} from "./validation/metadata.ts";
import { dnsLabel, dnsSubdomain, type NameRule } from "./validation/names.ts";
import { validatePod, validatePodStatusUpdate, validatePodUpdate } from "./validation/pods.ts";
import { validateDisruptionBudget, validateDisruptionBudgetStatus } from "./validation/policy.ts";
import { validateLimitRange } from "./validation/limit-range.ts";
import { validateQuota, validateQuotaUpdate } from "./validation/quota.ts";
import { validateServiceStatus } from "./validation/service-status.ts";
import { validateService, validateServiceUpdate } from "./validation/service.ts";
import { warningsOfPod, warningsOfService, warningsOfWorkload } from "./validation/warnings.ts";

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
  /** Whether an update must say which version it is meant for. */
  readonly versioned: boolean;
}

/** The strategy of a resource by its plural, `deployments`; undefined for resources without rules. */
export function strategyFor(resource: string): Strategy | undefined {
  return STRATEGIES.get(resource);
}

interface Rules {
  readonly preparation: Preparation;
  readonly allocate?: Allocate;
  /** The resource's own rules; common rules for metadata are added to them. */
  readonly create: (object: KubeObject) => Causes;
  readonly update: (next: KubeObject, prev: KubeObject) => Causes;
  readonly status: (next: KubeObject, prev: KubeObject) => Causes;
  readonly warnings: (object: KubeObject, prev: KubeObject | undefined) => readonly string[];
  readonly namespaced: boolean;
  /** Whether an update may leave out the resourceVersion; default yes. */
  readonly unconditional?: boolean;
}

const none = (): readonly [] => [];

/** Resources that rollsim keeps without a close look: only their metadata is judged. */
function lenient(preparation: Preparation, nameRule: NameRule, namespaced = true): Rules {
  return {
    preparation,
    create: (object) => validateMetadata(object, { nameRule, namespaced }),
    update: validateMetadataUpdate,
    status: validateMetadataUpdate,
    warnings: none,
    namespaced,
  };
}

/** Custom resources whose fields are judged by the schema of their definition. */
function custom(
  preparation: Preparation,
  validate: (object: KubeObject) => Causes,
  namespaced = true,
): Rules {
  return {
    ...lenient(preparation, dnsSubdomain, namespaced),
    create: validate,
    update: validate,
  };
}

const WITHOUT_GENERATION = specAndStatus({ generation: "none", statusKeeps: [] });

/** Never of another generation than the first. */
const PRIORITY_CLASS: Preparation = {
  ...UNPROTECTED,
  create: (object) => withMetadata(object, { generation: 1 }),
};
const SPEC_AND_STATUS = specAndStatus({ generation: "spec", statusKeeps: [] });

const RULES: Readonly<Record<string, Rules>> = {
  deployments: {
    preparation: specAndStatus({ generation: "specAndAnnotations", statusKeeps: ["labels"] }),
    create: validateDeployment,
    update: validateDeploymentUpdate,
    status: validateDeploymentStatusUpdate,
    warnings: warningsOfWorkload,
    namespaced: true,
  },
  replicasets: {
    preparation: SPEC_AND_STATUS,
    create: validateReplicaSet,
    update: validateReplicaSetUpdate,
    status: validateReplicaSetStatusUpdate,
    warnings: warningsOfWorkload,
    namespaced: true,
  },
  statefulsets: {
    ...lenient(KEPT, dnsSubdomain),
    create: validateStatefulSet,
    update: validateStatefulSetUpdate,
    warnings: warningsOfWorkload,
  },
  daemonsets: {
    ...lenient(DAEMON_SET, dnsSubdomain),
    create: validateDaemonSet,
    update: validateDaemonSetUpdate,
    warnings: warningsOfWorkload,
  },
  replicationcontrollers: lenient(KEPT, dnsSubdomain),
  jobs: { ...lenient(KEPT, dnsSubdomain), create: validateJob, update: validateJobUpdate },
  cronjobs: {
    ...lenient(KEPT, dnsSubdomain),
    create: validateCronJob,
    update: validateCronJobUpdate,
  },
  pods: {
    preparation: POD,
    create: validatePod,
    update: validatePodUpdate,
    status: validatePodStatusUpdate,
    warnings: warningsOfPod,
    namespaced: true,
  },
  services: {
    preparation: SERVICE,
    allocate: allocateService,
    create: validateService,
    update: validateServiceUpdate,
    status: validateServiceStatus,
    warnings: warningsOfService,
    namespaced: true,
  },
  horizontalpodautoscalers: {
    preparation: SPEC_AND_STATUS,
    create: validateAutoscaler,
    update: validateAutoscalerUpdate,
    status: validateAutoscalerStatusUpdate,
    warnings: none,
    namespaced: true,
  },
  poddisruptionbudgets: {
    preparation: SPEC_AND_STATUS,
    create: validateDisruptionBudget,
    update: validateDisruptionBudget,
    status: validateDisruptionBudgetStatus,
    warnings: none,
    namespaced: true,
    unconditional: false,
  },
  limitranges: {
    ...lenient(UNPROTECTED, dnsSubdomain),
    create: validateLimitRange,
    update: (next, prev) => [...validateMetadataUpdate(next, prev), ...validateLimitRange(next)],
  },
  resourcequotas: {
    ...lenient(WITHOUT_GENERATION, dnsSubdomain),
    create: validateQuota,
    update: validateQuotaUpdate,
  },
  ingresses: {
    preparation: SPEC_AND_STATUS,
    create: validateIngress,
    update: validateIngressUpdate,
    status: validateMetadataUpdate,
    warnings: warningsOfIngress,
    namespaced: true,
  },
  priorityclasses: {
    ...lenient(PRIORITY_CLASS, dnsSubdomain, false),
    create: validatePriorityClass,
    update: validatePriorityClassUpdate,
  },
  namespaces: lenient(NAMESPACE, dnsLabel, false),
  nodes: lenient(WITHOUT_GENERATION, dnsSubdomain, false),
  configmaps: {
    ...lenient(UNPROTECTED, dnsSubdomain),
    create: validateConfigMap,
    update: validateConfigMapUpdate,
  },
  secrets: {
    ...lenient(UNPROTECTED, dnsSubdomain),
    create: validateSecret,
    update: validateSecretUpdate,
  },
  events: lenient(UNPROTECTED, dnsSubdomain),
  persistentvolumeclaims: {
    ...lenient(CLAIM, dnsSubdomain),
    create: validateClaim,
    update: validateClaimUpdate,
  },
  persistentvolumes: {
    ...lenient(VOLUME, dnsSubdomain, false),
    create: validateVolume,
    update: validateVolumeUpdate,
  },
  storageclasses: {
    ...lenient(UNPROTECTED, dnsSubdomain, false),
    create: validateStorageClass,
    update: validateStorageClassUpdate,
  },
  networkpolicies: {
    ...lenient(NETWORK_POLICY, dnsSubdomain),
    create: validateNetworkPolicy,
    update: validateNetworkPolicyUpdate,
  },
  serviceaccounts: lenient(UNPROTECTED, dnsSubdomain),
  rollouts: custom(CUSTOM, validateRollout),
  analysistemplates: custom(UNPROTECTED, validateAnalysisTemplate),
  clusteranalysistemplates: custom(UNPROTECTED, validateAnalysisTemplate, false),
  analysisruns: custom(CUSTOM, validateAnalysisRun),
  experiments: custom(CUSTOM, validateExperiment),
  alertproviders: lenient(CUSTOM, dnsSubdomain),
  canaries: custom(CUSTOM, validateCanary),
  destinationrules: custom(CUSTOM, validateDestinationRule),
  gatewayclasses: lenient(CUSTOM, dnsSubdomain, false),
  gateways: lenient(CUSTOM, dnsSubdomain),
  httproutes: custom(CUSTOM, validateHttpRoute),
  metrictemplates: custom(CUSTOM, validateMetricTemplate),
  trafficsplits: custom(CUSTOM, validateTrafficSplit),
  virtualservices: custom(CUSTOM, validateVirtualService),
};

const STRATEGIES: ReadonlyMap<string, Strategy> = new Map(
  Object.entries(RULES).map(([resource, rules]) => [resource, strategyOf(rules)]),
);

function strategyOf(rules: Rules): Strategy {
  const { preparation, allocate, namespaced, unconditional = true } = rules;
  return {
    prepareForCreate: (object) => preparation.create(wipeSystemMetadata(object)),
    prepareForUpdate: (next, prev, subresource) => {
      const kept = keepGeneration(next, prev);
      const prepared =
        subresource === "status" ? preparation.status(kept, prev) : preparation.update(kept, prev);
      const versioned = unconditional ? withOldVersion(prepared, prev) : prepared;
      return keepSystemMetadata(versioned, prev);
    },
    validateCreate: (object) => {
      const own = rules.create(object);
      return own.length > 0 ? unrepeated(own) : validateCommonMetadata(object, namespaced);
    },
    validateUpdate: (next, prev, subresource) =>
      unrepeated([
        ...validateCommonMetadata(next, namespaced),
        ...validateCommonMetadataUpdate(next, prev),
        ...(subresource === "status" ? rules.status(next, prev) : rules.update(next, prev)),
      ]),
    warnings: (object, prev) => rules.warnings(object, prev),
    versioned: !unconditional,
    ...(allocate === undefined ? {} : { allocate }),
  };
}

/** The common rules and a resource's own find the same faults; each is told once. */
function unrepeated(causes: Causes): Causes {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  return causes.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}
