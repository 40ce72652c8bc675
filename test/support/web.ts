/** The Deployment that most examples are about. */
import type { Deployment } from "../../src/api/apps.ts";

/** `web`, of the image web:v1; `spec` has more, or something else. */
export function web(replicas: number, spec: object = {}): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      strategy: {},
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:v1" }] },
      },
      ...spec,
    },
    status: {},
  };
}
