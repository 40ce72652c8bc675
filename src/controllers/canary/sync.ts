/**
 * One sync of a Canary under way: the Canary by which is decided, and the objects as they are after the
 * writes so far. Errors are texts, as Flagger puts them into its events.
 */
import type { Canary, CanaryStatus } from "../../api/canary.ts";
import type { Deployment } from "../../api/apps.ts";
import type { KubeObject } from "../../api/meta.ts";
import { notFound } from "../../api/status.ts";
import { groupResource, kindOfObject, kindOfResource } from "../../apiserver/kinds.ts";
import type { ObjectWrite, RecordEvent, Steps } from "../reconcile.ts";
import { write } from "../reconcile.ts";
import type { CanaryView } from "./view.ts";

/** Why something did not work; undefined: it did. */
export type Problem = string | undefined;

/** Cookies of session affinity that the next write of the status takes along. */
export type Cookies = Partial<
  Pick<
    CanaryStatus,
    "previousSessionAffinityCookie" | "sessionAffinityCookie" | "primarySessionAffinityCookie"
  >
>;

export class Sync {
  readonly view: CanaryView;
  /** As read when the sync began: what is written since does not change what is decided. */
  canary: Canary;
  cookies: Cookies = {};
  readonly #objects = new Map<string, KubeObject>();

  constructor(view: CanaryView, canary: Canary) {
    this.view = view;
    this.canary = canary;
    for (const { resource, object } of view.objects) this.#keep(resource, object);
    this.#keep("canaries", canary);
  }

  get namespace(): string {
    return this.canary.metadata.namespace ?? "default";
  }

  /** `web.default`, as Flagger's texts name things. */
  named(name: string): string {
    return `${name}.${this.namespace}`;
  }

  get targetName(): string {
    return this.canary.spec.targetRef.name;
  }

  get provider(): string {
    const { provider = "" } = this.canary.spec;
    return provider === "" ? this.view.meshProvider : provider;
  }

  /** The Canary as it is stored by now. */
  get stored(): Canary {
    return this.find("canaries", this.canary.metadata.name) as Canary;
  }

  find(resource: string, name: string, namespace = this.namespace): KubeObject | undefined {
    return this.#objects.get(`${resource}/${namespace}/${name}`);
  }

  deployment(name: string): Deployment | undefined {
    return this.find("deployments", name) as Deployment | undefined;
  }

  /** What the API answers where there is no such object. */
  missing(resource: string, name: string): string {
    const kind = kindOfResource(resource);
    return notFound(kind === undefined ? { group: "", resource } : groupResource(kind), name)
      .message;
  }

  *create(object: KubeObject): Steps<Problem> {
    const { resource } = kindOfObject(object);
    return yield* this.#write({ do: "create", resource, object });
  }

  *update(resource: string, object: KubeObject): Steps<Problem> {
    return yield* this.#write({ do: "update", resource, object });
  }

  *updateStatus(status: CanaryStatus): Steps<Problem> {
    const all = Object.entries({ ...status, ...this.cookies });
    // The API leaves out cookies that are taken away: they are empty texts.
    const kept = Object.fromEntries(all.filter(([key, text]) => text !== "" || key === "phase"));
    const object = { ...this.stored, status: kept };
    return yield* this.#write({ do: "update/status", resource: "canaries", object });
  }

  *scale(deployment: Deployment, replicas: number): Steps<Problem> {
    const patch = { spec: { replicas } };
    const object: KubeObject = deployment;
    const scaled = { ...deployment, spec: { ...deployment.spec, replicas } };
    const effect = { do: "patch", resource: "deployments", object, type: "merge", patch } as const;
    return yield* this.#write(effect, scaled);
  }

  /** An event about the Canary; all of Flagger's have one reason. */
  *normal(message: string): Steps<void> {
    yield this.#event("Normal", message);
  }

  *warning(message: string): Steps<void> {
    yield this.#event("Warning", message);
  }

  #event(type: RecordEvent["type"], message: string): RecordEvent {
    return { do: "event", about: this.canary, type, reason: "Synced", message };
  }

  /** `planned` stands for the object where a patch is only planned. */
  *#write(effect: ObjectWrite, planned?: KubeObject): Steps<Problem> {
    const answer = yield* write(effect);
    if (!answer.ok) return answer.status.message;
    const untouched = planned !== undefined && answer.value === effect.object;
    this.#keep(effect.resource, untouched ? planned : answer.value);
    return undefined;
  }

  #keep(resource: string, object: KubeObject): void {
    const { namespace = "default", name } = object.metadata;
    this.#objects.set(`${resource}/${namespace}/${name}`, object);
  }
}
