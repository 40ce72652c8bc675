/**
 * The shape of a Scenario file, once: the parser walks it, editors get it as JSON Schema. Unions are
 * between values of different JSON types, except a step, which is told by its verb.
 */
import * as v from "valibot";
import { PROVIDERS } from "../controllers/canary/router/providers.ts";
import type { FeatureGates } from "../features.ts";
import { podFaults } from "../kubelet/behavior.ts";
import {
  delay,
  clockOffset,
  dnsLabel,
  dnsName,
  duration,
  exitStatus,
  instant,
  nodeCount,
  positive,
  probability,
  quantity,
  stringMap,
  text,
} from "./schema-values.ts";
import { metricRuleSchema, webhookRuleSchema } from "./analysis-schema.ts";
import { serveSchema, trafficSchema, trafficThresholds } from "./traffic-schema.ts";

const apiVersion = "rollsim.dev/v1alpha1";

const celSchema = v.pipe(text, v.description("A CEL expression that must be true."));
/** Any object: a manifest, or a part of one. Checked elsewhere. */
const anyObject = v.looseObject({});

const readyDelay = v.strictObject({
  ...delay.entries,
  extra: v.optional(
    v.pipe(v.array(duration), v.description("More for the first, second... pod of a ReplicaSet.")),
  ),
});

const cpuText = v.pipe(
  v.string(),
  v.regex(/^[0-9]+(\.[0-9]+)?m?$/u, "an amount of CPU such as 500m or 1.5"),
);
const cpuNumber = v.pipe(v.number(), v.minValue(0, "an amount of CPU such as 500m or 1.5"));
const cpuAmount = v.union([cpuText, cpuNumber]);
/** A constant, or from a time of the run on, until the next. */
const cpuSeries = v.union([
  cpuText,
  cpuNumber,
  v.pipe(v.array(v.strictObject({ at: duration, cpu: cpuAmount })), v.minLength(1, "a point")),
]);

const behavior = v.strictObject({
  match: v.optional(
    v.pipe(
      v.strictObject({
        image: v.optional(v.pipe(text, v.description("A glob on any container's image: web:*"))),
        labels: v.optional(v.pipe(stringMap, v.description("The pod has these, and maybe more."))),
      }),
      v.description("Which pods; all given must match. Without it: all pods."),
    ),
  ),
  schedule: v.optional(v.pipe(delay, v.description("Created to bound to a node. Default 0s."))),
  pull: v.optional(v.pipe(delay, v.description("Pulling the image. Default 0s."))),
  start: v.optional(v.pipe(delay, v.description("Image there to container running. Default 0s."))),
  ready: v.optional(
    v.pipe(
      readyDelay,
      v.description(
        "Container running to Ready, whatever its probes. Default: as the probes have it, else 1s.",
      ),
    ),
  ),
  gates: v.optional(
    v.pipe(
      delay,
      v.description(
        "Containers ready to the pod's readinessGates, which others set: to Ready. Default 0s.",
      ),
    ),
  ),
  terminate: v.optional(v.pipe(delay, v.description("Deletion to gone. Default 0s."))),
  serve: v.optional(v.pipe(serveSchema, v.description("How it answers requests; see traffic."))),
  cpu: v.optional(
    v.pipe(
      cpuSeries,
      v.description("CPU that each running pod uses: 300m, or at: and cpu: in turn."),
    ),
  ),
  load: v.optional(
    v.pipe(cpuSeries, v.description("CPU that all ready pods share evenly: 4, or at: and cpu:.")),
  ),
  startCpu: v.optional(
    v.pipe(
      v.strictObject({
        cpu: v.pipe(cpuAmount, v.description("500m or 0.5.")),
        for: duration,
      }),
      v.description("CPU that a pod uses besides, for so long from when it runs."),
    ),
  ),
  fault: v.optional(
    v.pipe(
      v.strictObject({
        type: v.pipe(
          v.picklist(podFaults),
          v.description(
            "NeverRunning: it hangs in ContainerCreating. The others as their names say.",
          ),
        ),
        after: v.optional(v.pipe(duration, v.description("Since ready, or since started."))),
        recover: v.optional(
          v.pipe(duration, v.description("ReadyThenUnready: ready again after.")),
        ),
        probability: v.optional(v.pipe(probability, v.description("Share of pods. Default 1."))),
        first: v.optional(v.pipe(positive, v.description("Only so many pods of each ReplicaSet."))),
      }),
      v.description("What is wrong with these pods by themselves."),
    ),
  ),
});

const timing = {
  name: v.optional(
    v.pipe(text, v.description("For reports, and for from and to of expectations.")),
  ),
  at: v.optional(v.pipe(duration, v.description("Virtual time since the start of the run."))),
  after: v.optional(v.pipe(duration, v.description("Since the previous step ended. Default 0s."))),
};

/** What a step can break; see faults.ts. */
export const stepFaults = [
  "NodeDown",
  "NodeDrain",
  "PodKill",
  "PodEvict",
  "ProbeFail",
  "RegistryDown",
  "QuotaFull",
  "ApiError",
] as const;

const assertion = v.union([
  celSchema,
  anyObject,
  v.pipe(v.array(anyObject), v.minLength(1, "an object")),
]);

export const stepByVerb = {
  apply: v.strictObject({
    ...timing,
    apply: v.pipe(
      v.union([text, anyObject]),
      v.description("A file beside the scenario, or a manifest: as kubectl apply."),
    ),
  }),
  kubectl: v.strictObject({
    ...timing,
    kubectl: v.pipe(text, v.description("One or many lines, as typed or pasted.")),
    exitCode: v.optional(v.pipe(exitStatus, v.description("Of the last line. Default 0."))),
  }),
  wait: v.strictObject({
    ...timing,
    wait: v.pipe(
      v.strictObject({
        for: v.pipe(text, v.description("As kubectl wait: condition=, jsonpath=, delete, create.")),
        on: v.pipe(text, v.description("deploy/web, pod/x, ...")),
        timeout: v.optional(v.pipe(duration, v.description("Default 30s."))),
      }),
      v.description("As kubectl wait. Time alone passes with at and after."),
    ),
  }),
  assert: v.strictObject({
    ...timing,
    assert: v.pipe(assertion, v.description("Named fields must be equal, or a CEL expression.")),
    within: v.optional(v.pipe(duration, v.description("Retry until then. Default 0s."))),
  }),
  fault: v.strictObject({
    ...timing,
    fault: v.pipe(
      v.strictObject({
        type: v.pipe(
          v.picklist(stepFaults),
          v.description("RegistryDown and QuotaFull concern all; the others what `on` says."),
        ),
        on: v.optional(
          v.pipe(
            text,
            v.description(
              "NodeDown, NodeDrain: node/node-1. PodKill, PodEvict, ProbeFail: pod/x or deploy/x. ApiError: create pods.",
            ),
          ),
        ),
        for: v.optional(
          v.pipe(duration, v.description("Then it is mended. Default: the rest of the run.")),
        ),
        count: v.optional(
          v.pipe(positive, v.description("How many pods, or requests. Default 1.")),
        ),
      }),
      v.description("Breaks something of the cluster."),
    ),
  }),
} as const;

export type Verb = keyof typeof stepByVerb;
export const verbs = ["apply", "kubectl", "wait", "assert", "fault"] as const satisfies Verb[];

export const stepSchema = v.union(verbs.map((verb) => stepByVerb[verb]));

const expectation = {
  name: v.optional(v.pipe(text, v.description("In words, for reports. Default: the expression."))),
  that: celSchema,
};

export const finallySchema = v.union([celSchema, v.strictObject(expectation)]);

export const alwaysSchema = v.union([
  celSchema,
  v.strictObject({
    ...expectation,
    from: v.optional(v.pipe(text, v.description("A step's name, or a duration."))),
    to: v.optional(v.pipe(text, v.description("A step's name, or a duration."))),
  }),
]);

export const thresholdSchema = v.pipe(
  v.string(),
  v.regex(
    /^\s*(min|max|avg|sum|count|p\(\d{1,2}(\.\d+)?\))\s*(<=|>=|==|!=|<|>)\s*\S+\s*$/u,
    "an aggregate, a comparison and a limit, as in max<2m or min>=8",
  ),
);

/** What thresholds can be put on, and its unit; see metrics.ts. */
export const metrics = {
  rollout_duration: "time",
  unavailable_seconds: "time",
  extra_pod_seconds: "time",
  available_pods: "pods",
  total_pods: "pods",
} as const;
export type MetricName = keyof typeof metrics;

const limits = (of: string) => v.optional(v.pipe(v.array(thresholdSchema), v.description(of)));
const thresholds = {
  rollout_duration: limits("From a new template to complete: max<2m."),
  unavailable_seconds: limits("Of each Deployment, pods short of replicas x time: sum<30s."),
  extra_pod_seconds: limits("Likewise pods beyond replicas, terminating ones too: sum<5m."),
  available_pods: limits("Of each Deployment: min>=8."),
  total_pods: limits("Likewise, terminating ones too: max<=13."),
} satisfies Record<MetricName, unknown>;

/** Kubernetes' names of the gates by which versions differ for a rollout. */
export const featureGateNames = {
  DeploymentReplicaSetTerminatingReplicas: "terminatingReplicas",
  StaleControllerConsistencyReplicaSet: "consistency",
} as const satisfies Readonly<Record<string, keyof FeatureGates>>;
const gate = (on: string) => v.optional(v.pipe(v.boolean(), v.description(on)));
const featureGates = v.strictObject({
  DeploymentReplicaSetTerminatingReplicas: gate(
    "Statuses count terminating pods. Default true from v1.35 on.",
  ),
  StaleControllerConsistencyReplicaSet: gate(
    "The ReplicaSet controller waits until its caches show what it wrote. Default true from v1.36 on.",
  ),
} satisfies Record<keyof typeof featureGateNames, unknown>);
/** Limits of the controllers' API client; see controllers/token-bucket.ts. */
const controlPlane = v.union([
  v.picklist(["ideal"]),
  v.strictObject({
    qps: v.pipe(positive, v.description("Requests a second. Kubernetes' own: 20.")),
    burst: v.pipe(positive, v.description("Requests at once. Kubernetes' own: 30.")),
    latency: v.optional(v.pipe(duration, v.description("From a request to its answer."))),
  }),
]);

const nodeGroup = v.strictObject({
  count: v.optional(v.pipe(nodeCount, v.description("Nodes that are alike. Default 1."))),
  name: v.optional(v.pipe(dnsName, v.description("Of several with -1 ... Default node-1 ..."))),
  cpu: v.optional(v.pipe(quantity, v.description("For pods, of each. Default 16."))),
  memory: v.optional(v.pipe(quantity, v.description("Default 64Gi."))),
  pods: v.optional(v.pipe(positive, v.description("Default podsPerNode."))),
  clock: v.optional(
    v.pipe(
      clockOffset,
      v.description(
        "As in 30s behind: minReadySeconds is judged by the controllers' clock. Default: the same.",
      ),
    ),
  ),
  labels: v.optional(stringMap),
  taints: v.optional(
    v.array(
      v.strictObject({
        key: text,
        value: v.optional(v.string()),
        effect: v.picklist(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
      }),
    ),
  ),
});

export const scenarioSchema = v.strictObject({
  apiVersion: v.literal(apiVersion),
  kind: v.literal("Scenario"),
  metadata: v.strictObject({
    name: v.pipe(dnsLabel, v.description("For reports.")),
    labels: v.optional(v.pipe(stringMap, v.description("For --selector."))),
  }),
  seed: v.optional(v.pipe(v.string(), v.description('All randomness comes from it. Default "0".'))),
  schedule: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^(fresh until \d+ms, then )?(fresh|random|random-own|[drpDR2-5.\s]+)$/u,
        "fresh, random, random-own, or letters of a recorded schedule",
      ),
      v.description("Order in which watch events are delivered. Default fresh."),
    ),
  ),
  namespace: v.optional(
    v.pipe(dnsLabel, v.description("Of manifests and lines that name none. Default default.")),
  ),
  until: v.optional(
    v.pipe(duration, v.description("The run ends here at the latest. Default 1h.")),
  ),
  cluster: v.optional(
    v.strictObject({
      nodes: v.optional(
        v.pipe(
          v.union([nodeCount, v.pipe(v.array(nodeGroup), v.minLength(1, "a group of nodes"))]),
          v.description("So many alike, or groups of them: node-1 and so on. Default 3."),
        ),
      ),
      podsPerNode: v.optional(v.pipe(positive, v.description("Default 110."))),
      podAddresses: v.optional(
        v.pipe(
          positive,
          v.description("How many pods can have an address at a time, on all nodes. Default: all."),
        ),
      ),
      startTime: v.optional(v.pipe(instant, v.description("What its clock says at 0s."))),
      kubernetesVersion: v.optional(
        v.pipe(text, v.description("As in v1.37. Default the newest known.")),
      ),
      controlPlane: v.optional(v.pipe(controlPlane, v.description("Default ideal: no limits."))),
      featureGates: v.optional(
        v.pipe(featureGates, v.description("Where they differ from those of kubernetesVersion.")),
      ),
      meshProvider: v.optional(
        v.pipe(
          v.picklist(PROVIDERS),
          v.description(
            "Of Canaries that name none; Flagger's flag -mesh-provider. Default istio.",
          ),
        ),
      ),
    }),
  ),
  behaviors: v.optional(v.pipe(v.array(behavior), v.description("Per pod, the first match wins."))),
  traffic: v.optional(v.pipe(v.array(trafficSchema), v.description("Who sends requests."))),
  metrics: v.optional(
    v.pipe(v.array(metricRuleSchema), v.description("What queries of analyses read.")),
  ),
  webhooks: v.optional(
    v.pipe(v.array(webhookRuleSchema), v.description("What webhooks of Canaries answer.")),
  ),
  steps: v.optional(
    v.pipe(v.array(stepSchema), v.description("What users do and what breaks, in this order.")),
  ),
  expect: v.optional(
    v.strictObject({
      always: v.optional(
        v.pipe(
          v.array(alwaysSchema),
          v.description("Checked after every instant, from 0s on unless `from` says when."),
        ),
      ),
      finally: v.optional(v.pipe(v.array(finallySchema), v.description("Checked at the end."))),
      thresholds: v.optional(
        v.strictObject({
          ...thresholds,
          ...trafficThresholds.entries,
        }),
      ),
    }),
  ),
});

export type ScenarioInput = v.InferInput<typeof scenarioSchema>;
export type BehaviorInput = v.InferInput<typeof behavior>;
export type TrafficInput = v.InferInput<typeof trafficSchema>;
export type DelayInput = v.InferInput<typeof readyDelay>;
export type StepInput = { [verb in Verb]: v.InferInput<(typeof stepByVerb)[verb]> }[Verb];
