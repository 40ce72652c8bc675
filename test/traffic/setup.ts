/** A Service over one Deployment, as objects. */
import type { KubeObject } from "../../src/api/meta.ts";
import type { Behavior } from "../../src/kubelet/behavior.ts";
import type { AppBehavior } from "../../src/traffic/options.ts";

export const second = 1000;

export interface Setup {
  readonly replicas?: number;
  /** Seconds of `preStop.sleep`. */
  readonly preStop?: number;
  /** Condition types of the pods' readiness gates. */
  readonly gates?: readonly string[];
  readonly strategy?: { readonly maxSurge: number; readonly maxUnavailable: number };
  readonly behaviors?: readonly Behavior[];
  readonly apps?: readonly AppBehavior[];
}

export const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
};

export function deployment({
  replicas = 4,
  preStop,
  gates = [],
  strategy,
}: Setup = {}): KubeObject {
  const lifecycle = preStop === undefined ? {} : { preStop: { sleep: { seconds: preStop } } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      ...(strategy === undefined ? {} : { strategy: { rollingUpdate: strategy } }),
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          readinessGates: gates.map((conditionType) => ({ conditionType })),
          containers: [{ name: "web", image: "web:v1", lifecycle }],
        },
      },
    },
  };
}
