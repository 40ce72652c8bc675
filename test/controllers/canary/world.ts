/** A cluster with one Deployment and one Canary of it, at the times at which Flagger looks. */
import { expect } from "vitest";
import type { Canary, CanaryAnalysis, CanarySpec } from "../../../src/api/canary.ts";
import type { Deployment } from "../../../src/api/apps.ts";
import type { KubeObject, Millis } from "../../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../../src/cluster.ts";
import type { TrafficOptions } from "../../../src/traffic/options.ts";

export const second: Millis = 1000;

export function deployment(image = "podinfo:1", spec: object = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "podinfo" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "podinfo" } },
      template: {
        metadata: { labels: { app: "podinfo" } },
        spec: { containers: [{ name: "podinfod", image }] },
      },
      ...spec,
    },
  };
}

export function canary(
  analysis: Partial<CanaryAnalysis>,
  spec: Partial<CanarySpec> = {},
): KubeObject {
  return {
    apiVersion: "flagger.app/v1beta1",
    kind: "Canary",
    metadata: { name: "podinfo" },
    spec: {
      provider: "istio",
      targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "podinfo" },
      service: { port: 9898 },
      analysis: { interval: "10s", threshold: 10, ...analysis },
      ...spec,
    },
  };
}

/** Requests to the Service that users ask. */
export const USERS: TrafficOptions = {
  service: "podinfo",
  clients: [{ loop: "open", rate: 50, arrivals: "fixed" }],
};

export class CanaryWorld {
  readonly cluster: Cluster;

  constructor(objects: readonly KubeObject[], options: ClusterOptions = {}) {
    this.cluster = new Cluster({
      behaviors: [{ ready: { delay: second } }],
      traffic: [USERS],
      ...options,
    });
    this.apply(...objects);
    this.until(19 * second);
  }

  apply(...objects: readonly KubeObject[]): void {
    this.cluster.act("create", (api) => {
      for (const object of objects) expect(api.create(object)).toMatchObject({ ok: true });
    });
  }

  patch(resource: string, patch: object, name = "podinfo"): void {
    this.cluster.act("patch", (api) =>
      expect(api.patch({ resource, name }, "merge", patch)).toMatchObject({ ok: true }),
    );
  }

  /** A new version for the target. */
  update(image: string): void {
    const template = { spec: { containers: [{ name: "podinfod", image }] } };
    this.patch("deployments", { spec: { template } });
  }

  until(at: Millis): this {
    this.cluster.runUntil(at);
    return this;
  }

  /** Until just before Flagger looks the next time: whatever it found has settled. */
  look(times = 1, interval = 10 * second): this {
    return this.until(this.cluster.now + times * interval);
  }

  get(resource: string, name = "podinfo"): KubeObject {
    const answer = this.cluster.api.get({ resource, name });
    if (!answer.ok) throw new Error(answer.status.message);
    return answer.value;
  }

  get canary(): Canary {
    return this.get("canaries") as Canary;
  }

  get status(): NonNullable<Canary["status"]> {
    return this.canary.status ?? {};
  }

  get phase(): string {
    return this.status.phase ?? "";
  }

  replicas(name = "podinfo"): number {
    return (this.get("deployments", name) as Deployment).spec.replicas;
  }

  image(name: string): string | undefined {
    const { template } = (this.get("deployments", name) as Deployment).spec;
    return template.spec.containers[0]?.image;
  }

  /** Primary and canary, percent. */
  get weights(): readonly number[] {
    const { spec } = this.get("virtualservices") as { spec?: unknown };
    const { http } = spec as { http: readonly { route: readonly { weight: number }[] }[] };
    return http[0]!.route.map(({ weight }) => weight);
  }

  /** Texts of the events about the Canary, in order, each once in a row. */
  get events(): readonly string[] {
    const texts = this.cluster.trace.entries.flatMap((entry) =>
      entry.kind === "event" && entry.about.kind === "Canary" ? [entry.message] : [],
    );
    return texts.filter((text, i) => text !== texts[i - 1]);
  }

  get decisions(): readonly string[] {
    return this.cluster.trace.entries.flatMap((entry) =>
      entry.kind === "decision" && entry.id.startsWith("canary/") ? [entry.id] : [],
    );
  }
}

/** With a Service of its own, and a Canary that reverts on deletion. */
export function revertingWorld(): CanaryWorld {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "podinfo" },
    spec: { selector: { app: "podinfo" }, ports: [{ port: 9898 }] },
  };
  const reverting = canary({ stepWeight: 10 }, { revertOnDeletion: true });
  return new CanaryWorld([deployment(), service, reverting]);
}

/** Phases and weights at each look from now on. */
export function course(world: CanaryWorld, looks: number): readonly string[] {
  return Array.from({ length: looks }, () => {
    world.look();
    return `${world.phase} ${world.status.canaryWeight ?? 0}`;
  });
}

export const SUCCESS = {
  name: "request-success-rate",
  thresholdRange: { min: 99 },
  interval: "10s",
} as const;
export const DURATION = {
  name: "request-duration",
  thresholdRange: { max: 500 },
  interval: "10s",
} as const;

/** Initialised, and the new version is there. */
export function updated(
  analysis: Partial<CanaryAnalysis>,
  options: ClusterOptions = {},
  image = "podinfo:2",
): CanaryWorld {
  const world = new CanaryWorld([deployment(), canary(analysis)], options);
  world.look();
  world.update(image);
  return world;
}

/** At the first weight of an analysis; before that, with `looks` 0. */
export function begun(
  analysis: Partial<CanaryAnalysis>,
  spec: Partial<CanarySpec>,
  { looks = 2, objects = [] as readonly KubeObject[] } = {},
): CanaryWorld {
  const world = new CanaryWorld([deployment(), ...objects, canary(analysis, spec)]).look();
  expect(world.phase).toBe("Initialized");
  if (looks === 0) return world;
  world.update("podinfo:2");
  return world.look(looks);
}

export function specOf(world: CanaryWorld, resource: string, name?: string): unknown {
  return world.get(resource, name)["spec"];
}

/** Flux leaves alone what says so. */
export const notForFlux = {
  "kustomize.toolkit.fluxcd.io/reconcile": "disabled",
  "helm.toolkit.fluxcd.io/driftDetection": "disabled",
};
