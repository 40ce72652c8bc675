/**
 * Rules for Rollouts, analyses and Experiments: types and required fields of argo-rollouts' own CRDs
 * (manifests/crds of argoproj/argo-rollouts 9f8d111d8), of what their controllers read here. What a Rollout
 * means is judged by its controller, as there (condition InvalidSpec).
 */
import type { KubeObject } from "../../api/meta.ts";
import type { Causes } from "./errors.ts";
import { validateShape, type Fields, type Shape } from "./structure.ts";

const NAME: Fields = { "name!": "string" };
const METADATA: Shape = {
  fields: { annotations: { map: "string" }, labels: { map: "string" } },
};
const SELECTOR: Shape = {
  fields: {
    matchLabels: { map: "string" },
    matchExpressions: {
      list: { fields: { "key!": "string", "operator!": "string", values: { list: "string" } } },
    },
  },
};
const CONTAINERS: Shape = { list: { fields: { ...NAME, image: "string" } } };
const TEMPLATE: Shape = {
  fields: {
    metadata: METADATA,
    spec: { fields: { "containers!": CONTAINERS, initContainers: CONTAINERS } },
  },
};

const ARGUMENT: Shape = {
  fields: {
    ...NAME,
    value: "string",
    valueFrom: {
      fields: {
        fieldRef: { fields: { "fieldPath!": "string" } },
        podTemplateHashValue: "string",
        secretKeyRef: { fields: { "key!": "string", ...NAME } },
      },
    },
  },
};
const REFERENCE: Fields = { templateName: "string", clusterScope: "boolean" };
/** What every analysis may say of its metrics. */
const SETTINGS: Fields = {
  dryRun: { list: { fields: { "metricName!": "string" } } },
  measurementRetention: { list: { fields: { "limit!": "integer", "metricName!": "string" } } },
};
const ANALYSIS: Fields = {
  ...SETTINGS,
  analysisRunMetadata: METADATA,
  args: { list: ARGUMENT },
  templates: { list: { fields: REFERENCE } },
};
const QUERY: Shape = { fields: { address: "string", query: "string" } };
const METRIC: Shape = {
  fields: {
    ...NAME,
    consecutiveErrorLimit: "intOrString",
    consecutiveSuccessLimit: "intOrString",
    count: "intOrString",
    failureCondition: "string",
    failureLimit: "intOrString",
    inconclusiveLimit: "intOrString",
    initialDelay: "string",
    interval: "string",
    successCondition: "string",
    "provider!": {
      fields: {
        cloudWatch: { fields: {} },
        datadog: { fields: {} },
        graphite: QUERY,
        influxdb: { fields: { profile: "string", query: "string" } },
        job: { fields: { "spec!": { fields: {} } } },
        kayenta: { fields: {} },
        newRelic: { fields: { "query!": "string" } },
        prometheus: QUERY,
        skywalking: QUERY,
        wavefront: QUERY,
        web: { fields: { "url!": "string", jsonPath: "string" } },
      },
    },
  },
};

const EXPERIMENT_ANALYSES: Shape = {
  list: {
    fields: {
      ...NAME,
      "templateName!": "string",
      args: { list: ARGUMENT },
      clusterScope: "boolean",
      requiredForCompletion: "boolean",
    },
  },
};
const EXPERIMENT: Fields = {
  ...SETTINGS,
  analyses: EXPERIMENT_ANALYSES,
  analysisRunMetadata: METADATA,
  duration: "string",
  scaleDownDelaySeconds: "integer",
};
const OF_EXPERIMENT: Fields = {
  ...NAME,
  replicas: "integer",
  service: { fields: { name: "string" } },
};

const STRING_MATCH: Shape = { fields: { exact: "string", prefix: "string", regex: "string" } };
const STEP: Shape = {
  fields: {
    analysis: { fields: ANALYSIS },
    experiment: {
      fields: {
        ...EXPERIMENT,
        "templates!": {
          list: {
            fields: {
              ...OF_EXPERIMENT,
              metadata: METADATA,
              selector: SELECTOR,
              "specRef!": "string",
              weight: "integer",
            },
          },
        },
      },
    },
    pause: { fields: { duration: "intOrString" } },
    plugin: { fields: NAME },
    setCanaryScale: {
      fields: { matchTrafficWeight: "boolean", replicas: "integer", weight: "integer" },
    },
    setHeaderRoute: {
      fields: {
        name: "string",
        match: { list: { fields: { "headerName!": "string", "headerValue!": STRING_MATCH } } },
      },
    },
    setMirrorRoute: {
      fields: {
        ...NAME,
        percentage: "integer",
        match: {
          list: {
            fields: { headers: { map: STRING_MATCH }, method: STRING_MATCH, path: STRING_MATCH },
          },
        },
      },
    },
    setWeight: "integer",
  },
};

const ISTIO_ROUTES: Shape = { fields: { ...NAME, routes: { list: "string" } } };
const ROUTING: Shape = {
  fields: {
    alb: { fields: { "servicePort!": "integer", ingress: "string", rootService: "string" } },
    ambassador: { fields: { "mappings!": { list: "string" } } },
    istio: {
      fields: {
        destinationRule: {
          fields: { ...NAME, "canarySubsetName!": "string", "stableSubsetName!": "string" },
        },
        virtualService: ISTIO_ROUTES,
        virtualServices: { list: ISTIO_ROUTES },
      },
    },
    managedRoutes: { list: { fields: NAME } },
    maxTrafficWeight: "integer",
    nginx: {
      fields: {
        additionalIngressAnnotations: { map: "string" },
        annotationPrefix: "string",
        canaryIngressAnnotations: { map: "string" },
        stableIngress: "string",
        stableIngresses: { list: "string" },
      },
    },
    smi: { fields: { rootService: "string", trafficSplitName: "string" } },
    traefik: { fields: { "weightedTraefikServiceName!": "string" } },
  },
};

/** What the two strategies share. */
const SCALE_DOWN: Fields = {
  abortScaleDownDelaySeconds: "integer",
  maxUnavailable: "intOrString",
  scaleDownDelayRevisionLimit: "integer",
  scaleDownDelaySeconds: "integer",
};
const STRATEGY: Shape = {
  fields: {
    blueGreen: {
      fields: {
        ...SCALE_DOWN,
        activeMetadata: METADATA,
        "activeService!": "string",
        autoPromotionEnabled: "boolean",
        autoPromotionSeconds: "integer",
        postPromotionAnalysis: { fields: ANALYSIS },
        prePromotionAnalysis: { fields: ANALYSIS },
        previewMetadata: METADATA,
        previewReplicaCount: "integer",
        previewService: "string",
      },
    },
    canary: {
      fields: {
        ...SCALE_DOWN,
        analysis: { fields: { ...ANALYSIS, startingStep: "integer" } },
        canaryMetadata: METADATA,
        canaryService: "string",
        dynamicStableScale: "boolean",
        maxSurge: "intOrString",
        minPodsPerReplicaSet: "integer",
        pingPong: { fields: { "pingService!": "string", "pongService!": "string" } },
        replicaProgressThreshold: { fields: { "type!": "string", "value!": "integer" } },
        stableMetadata: METADATA,
        stableService: "string",
        steps: { list: STEP },
        trafficRouting: ROUTING,
      },
    },
  },
};

const ROLLOUT: Fields = {
  analysis: {
    fields: { successfulRunHistoryLimit: "integer", unsuccessfulRunHistoryLimit: "integer" },
  },
  minReadySeconds: "integer",
  paused: "boolean",
  progressDeadlineAbort: "boolean",
  progressDeadlineSeconds: "integer",
  replicas: "integer",
  restartAt: "string",
  revisionHistoryLimit: "integer",
  rollbackWindow: { fields: { revisions: "integer" } },
  selector: SELECTOR,
  strategy: STRATEGY,
  template: TEMPLATE,
  workloadRef: {
    fields: { apiVersion: "string", kind: "string", name: "string", scaleDown: "string" },
  },
};
const ANALYSIS_TEMPLATE: Fields = {
  ...SETTINGS,
  args: { list: ARGUMENT },
  metrics: { list: METRIC },
  templates: { list: { fields: REFERENCE } },
};
const ANALYSIS_RUN: Fields = {
  ...SETTINGS,
  args: { list: ARGUMENT },
  "metrics!": { list: METRIC },
  terminate: "boolean",
};
const EXPERIMENTS: Fields = {
  ...EXPERIMENT,
  progressDeadlineSeconds: "integer",
  "templates!": {
    list: {
      fields: {
        ...OF_EXPERIMENT,
        minReadySeconds: "integer",
        "selector!": SELECTOR,
        "template!": TEMPLATE,
      },
    },
  },
  terminate: "boolean",
};

export const validateRollout = ofSpec(ROLLOUT);
export const validateAnalysisTemplate = ofSpec(ANALYSIS_TEMPLATE);
export const validateAnalysisRun = ofSpec(ANALYSIS_RUN);
export const validateExperiment = ofSpec(EXPERIMENTS);

function ofSpec(fields: Fields): (object: KubeObject) => Causes {
  return (object) => validateShape(object, { fields: { "spec!": { fields } } }, "");
}
