/**
 * A Rollout of argo-rollouts instead of the Deployment: canary steps split by an HTTPRoute for the Service
 * itself, or blue-green with a switch of the Service's selector. An analysis decides against a release.
 */
import type { Client } from "../api/client.ts";
import { formatDuration } from "../api/duration.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Rollout } from "../api/rollout.ts";
import type { Release } from "./release.ts";
import type { Progress, Strategy } from "./strategy.ts";
import { watchedFor, type Watch } from "./watch.ts";

const TEMPLATE = "success-rate";

const argo = {
  line: ({ deployment, container, newImage }: Release): string =>
    `kubectl argo rollouts set image ${named(deployment)} ${container}=${newImage}`,
  progress,
  isCondemned: (api: Client, release: Release): boolean =>
    rolloutOf(api, release)?.status?.abort === true,
};

export const canary: Strategy = {
  ...argo,
  name: "canary",
  manifests: (release, watch) => [
    release.service,
    copyOf(release.service, "stable"),
    copyOf(release.service, "canary"),
    splitBetween(release),
    analysis(watch, serviceNamed(release, "canary"), {}),
    rollout(release, {
      canary: {
        stableService: serviceNamed(release, "stable"),
        canaryService: serviceNamed(release, "canary"),
        trafficRouting: {
          plugins: {
            "argoproj-labs/gatewayAPI": {
              httpRoute: release.service.metadata.name,
              namespace: namespaceOf(release.deployment),
            },
          },
        },
        // From the second step on: before the first weight there is nothing to measure.
        analysis: { templates: [{ templateName: TEMPLATE }], startingStep: 1 },
        steps: watch.weights.flatMap((weight) => [
          { setWeight: weight },
          { pause: { duration: formatDuration(watch.step) } },
        ]),
      },
    }),
  ],
};

export const blueGreen: Strategy = {
  ...argo,
  name: "blue-green",
  manifests: (release, watch) => [
    release.service,
    copyOf(release.service, "preview"),
    analysis(watch, release.service.metadata.name, {
      count: Math.floor(watchedFor(watch) / watch.interval),
    }),
    rollout(release, {
      blueGreen: {
        activeService: release.service.metadata.name,
        previewService: serviceNamed(release, "preview"),
        scaleDownDelaySeconds: watchedFor(watch) / 1000 + 30,
        postPromotionAnalysis: { templates: [{ templateName: TEMPLATE }] },
      },
    }),
  ],
};

function rollout({ deployment }: Release, strategy: object): KubeObject {
  const { strategy: _, ...spec } = deployment.spec;
  return {
    ...deployment,
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    spec: { ...spec, strategy },
  };
}

/** A canary is measured as long as its steps take; after a switch it has to be said how often. */
function analysis(watch: Watch, service: string, count: object): KubeObject {
  const { interval, success, failures } = watch;
  const window = `[${interval / 1000}s]`;
  const rate = (codes: string): string =>
    `sum(rate(requests_total{service="${service}"${codes}}${window}))`;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name: TEMPLATE },
    spec: {
      metrics: [
        {
          name: TEMPLATE,
          initialDelay: formatDuration(interval),
          interval: formatDuration(interval),
          ...count,
          successCondition: `result[0] >= ${success}`,
          failureLimit: failures - 1,
          provider: { prometheus: { query: `${rate(',code!~"5.*"')} / ${rate("")}` } },
        },
      ],
    },
  };
}

/** Requests to the Service itself are split; the controller sets the weights. */
function splitBetween(release: Release): KubeObject {
  const { name, namespace } = release.service.metadata;
  const port = portOf(release.service);
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      parentRefs: [{ group: "", kind: "Service", name, port }],
      rules: [
        {
          backendRefs: [
            { name: serviceNamed(release, "stable"), port, weight: 100 },
            { name: serviceNamed(release, "canary"), port, weight: 0 },
          ],
        },
      ],
    },
  };
}

function copyOf(service: KubeObject, side: string): KubeObject {
  return {
    ...service,
    metadata: { ...service.metadata, name: `${service.metadata.name}-${side}` },
  };
}

function serviceNamed({ service }: Release, side: string): string {
  return `${service.metadata.name}-${side}`;
}

function portOf(service: KubeObject): number {
  const { ports = [] } = service["spec"] as { ports?: readonly { port: number }[] };
  return ports[0]?.port ?? 80;
}

function progress(api: Client, release: Release): Progress {
  const rollout = rolloutOf(api, release);
  const { status } = rollout ?? {};
  if (rollout === undefined || status === undefined) return "under way";
  if (status.abort === true) {
    const { replicas = 1 } = rollout.spec;
    return (status.availableReplicas ?? 0) >= replicas ? "rolled back" : "under way";
  }
  if (status.phase !== "Healthy") return "under way";
  const { containers } = release.deployment.spec.template.spec;
  const index = containers.findIndex(({ name }) => name === release.container);
  const image = rollout.spec.template?.spec.containers[index]?.image;
  return image === release.newImage ? "promoted" : "rolled back";
}

function rolloutOf(api: Client, { deployment }: Release): Rollout | undefined {
  const { name } = deployment.metadata;
  const found = api.get({ resource: "rollouts", namespace: namespaceOf(deployment), name });
  return found.ok ? (found.value as Rollout) : undefined;
}

function namespaceOf({ metadata }: KubeObject): string {
  return metadata.namespace ?? "default";
}

function named(object: KubeObject): string {
  return `${object.metadata.name} -n ${namespaceOf(object)}`;
}
