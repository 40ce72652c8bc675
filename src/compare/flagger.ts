/**
 * A Canary of Flagger over the Deployment: it makes a primary beside it, and splits the requests to the
 * Service by an HTTPRoute. It measures once at each step.
 */
import type { Client } from "../api/client.ts";
import { formatDuration } from "../api/duration.ts";
import type { KubeObject } from "../api/meta.ts";
import { rolling } from "./deployment.ts";
import type { Release } from "./release.ts";
import type { Progress, Strategy } from "./strategy.ts";
import type { Watch } from "./watch.ts";

export const flagger: Strategy = {
  name: "flagger",
  manifests: (release, watch) => [release.service, release.deployment, canaryOf(release, watch)],
  line: rolling.line,
  progress: (api, release) => endings[phaseOf(api, release) ?? ""] ?? "under way",
  isCondemned: (api, release) => phaseOf(api, release) === "Failed",
};

const endings: Readonly<Record<string, Progress>> = {
  Initialized: "rolled back",
  Succeeded: "promoted",
  Failed: "rolled back",
};

function canaryOf({ deployment, service }: Release, watch: Watch): KubeObject {
  const { name, namespace } = deployment.metadata;
  const { ports = [] } = service["spec"] as { ports?: readonly { port: number }[] };
  const port = ports[0]?.port ?? 80;
  return {
    apiVersion: "flagger.app/v1beta1",
    kind: "Canary",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      provider: "gatewayapi:v1",
      targetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      service: {
        name: service.metadata.name,
        port,
        gatewayRefs: [{ group: "", kind: "Service", name: service.metadata.name, port }],
      },
      analysis: {
        interval: formatDuration(watch.step),
        threshold: watch.failures,
        stepWeights: watch.weights,
        metrics: [
          {
            name: "request-success-rate",
            thresholdRange: { min: watch.success * 100 },
            interval: formatDuration(watch.step),
          },
        ],
      },
    },
  };
}

function phaseOf(api: Client, { deployment }: Release): string | undefined {
  const { namespace = "default", name } = deployment.metadata;
  const found = api.get({ resource: "canaries", namespace, name });
  if (!found.ok) return undefined;
  return (found.value["status"] as { phase?: string } | undefined)?.phase;
}
