/** Deployments as manifests. */
import fc from "fast-check";
import type { DeploymentSpec, DeploymentStrategy } from "../../../src/api/apps.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import { strategies } from "./strategy.ts";

export interface DeploymentOptions {
  /** Default `web`; its pods are labeled `app: <name>`, its container is called `app`. */
  readonly name?: string;
  /** Default `<name>:1`. */
  readonly image?: string;
  /** Default 0 and 10. */
  readonly fewestReplicas?: number;
  readonly mostReplicas?: number;
  readonly strategy?: fc.Arbitrary<DeploymentStrategy>;
  /** Fields of the spec that are not to be drawn. */
  readonly spec?: Partial<DeploymentSpec>;
}

/** With minReadySeconds, revisionHistoryLimit and progressDeadlineSeconds now and then. */
export function deployments(options: DeploymentOptions = {}): fc.Arbitrary<KubeObject> {
  const { name = "web", image = `${name}:1`, fewestReplicas = 0, mostReplicas = 10 } = options;
  const labels = { app: name };
  const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(value, { nil: undefined, freq: 3 });
  const drawn = fc.record({
    replicas: fc.integer({ min: fewestReplicas, max: mostReplicas }),
    strategy: options.strategy ?? strategies(),
    minReadySeconds: some(fc.integer({ min: 1, max: 5 })),
    revisionHistoryLimit: some(fc.nat(3)),
    progressDeadlineSeconds: some(fc.integer({ min: 10, max: 60 })),
  });
  return drawn.map((spec) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      ...withoutUndefined(spec),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "app", image }] } },
      ...options.spec,
    },
  }));
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
