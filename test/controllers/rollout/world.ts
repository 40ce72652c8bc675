/** A cluster with a Rollout, and what users and the plugin do to it. */
import type { AnalysisRun } from "../../../src/api/analysis.ts";
import type { KubeObject } from "../../../src/api/meta.ts";
import type { ReplicaSet } from "../../../src/api/apps.ts";
import type { Rollout, RolloutSpec, RolloutStatus } from "../../../src/api/rollout.ts";
import { Cluster, type ClusterOptions } from "../../../src/cluster.ts";

export const second = 1000;
const READY_AFTER = 2 * second;

export type Strategy = NonNullable<RolloutSpec["strategy"]>;

export function rollout(strategy: Strategy, spec: Partial<RolloutSpec> = {}): Rollout {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "web" },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "web" } },
      template: template("web:v1"),
      strategy,
      ...spec,
    },
  };
}

export function template(image: string): NonNullable<RolloutSpec["template"]> {
  return { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } };
}

export function service(name: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  };
}

export function analysisTemplate(name: string, metric: object, more: object = {}): KubeObject {
  const provider = { prometheus: { query: "up" } };
  const metrics = [{ name, provider, successCondition: "result[0] >= 0.95", ...metric }];
  const spec = { metrics, ...more };
  return { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisTemplate", metadata: { name }, spec };
}

export class RolloutWorld {
  readonly decisions: string[] = [];
  /** `Reason` of the Rollout's own events, in order. */
  readonly events: string[] = [];
  readonly messages: string[] = [];
  cluster: Cluster;

  constructor(objects: readonly KubeObject[], options: ClusterOptions = {}) {
    const behaviors = [{ ready: { delay: READY_AFTER } }];
    this.cluster = new Cluster({ behaviors, ...options });
    this.listen();
    for (const object of objects) this.create(object);
  }

  listen(): void {
    this.cluster.on("decision", ({ id }) => this.decisions.push(id));
    this.cluster.on("event", ({ about, reason, message }) => {
      if (about.kind !== "Rollout") return;
      this.events.push(reason);
      this.messages.push(message);
    });
  }

  create(object: KubeObject): this {
    const answer = this.cluster.act("create", (api) => api.create(object));
    if (!answer.ok) throw new Error(answer.status.message);
    return this;
  }

  /** Lets so many seconds pass. */
  look(seconds = 10): this {
    this.cluster.runUntil(this.cluster.now + seconds * second);
    return this;
  }

  patch(change: object, subresource?: "status"): this {
    const ref = { resource: "rollouts", name: "web" };
    const options = subresource === undefined ? {} : { subresource };
    this.cluster.act("patch", (api) => api.patch(ref, "merge", change, options));
    return this;
  }

  update(image: string): this {
    return this.patch({ spec: { template: template(image) } });
  }

  promote(): this {
    return this.patch({ status: { pauseConditions: null } }, "status");
  }

  promoteFully(): this {
    return this.patch({ status: { promoteFull: true } }, "status");
  }

  abort(): this {
    return this.patch({ status: { abort: true } }, "status");
  }

  retry(): this {
    return this.patch({ status: { abort: false } }, "status");
  }

  get rollout(): Rollout {
    return this.get("rollouts", "web") as Rollout;
  }

  get status(): RolloutStatus {
    return this.rollout.status ?? {};
  }

  get(resource: string, name: string): KubeObject {
    const answer = this.cluster.api.get({ resource, name });
    if (!answer.ok) throw new Error(answer.status.message);
    return answer.value;
  }

  get replicaSets(): readonly ReplicaSet[] {
    return this.cluster.api.list("replicasets");
  }

  get runs(): readonly AnalysisRun[] {
    return this.cluster.api.list("analysisruns") as readonly AnalysisRun[];
  }

  /** The ReplicaSet of an image. */
  of(image: string): ReplicaSet {
    const found = this.replicaSets.find(
      ({ spec }) => spec.template.spec.containers[0]?.image === image,
    );
    if (found === undefined) throw new Error(`no ReplicaSet of ${image}`);
    return found;
  }

  /** Pods asked for, by image. */
  get sizes(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.replicaSets.map(({ spec }) => [
        spec.template.spec.containers[0]?.image ?? "",
        spec.replicas,
      ]),
    );
  }

  /** `phase - message`, as the plugin prints it. */
  get phase(): string {
    const { phase = "", message = "" } = this.status;
    return message === "" ? phase : `${phase} - ${message}`;
  }
}
