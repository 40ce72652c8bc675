/**
 * Flagger: which changes concern which Canary, what a sync reads, and when each is looked at. It reads the
 * API as it is, without a lag, as Flagger does.
 */
import {
  analysisInterval,
  analysisOf,
  phaseOf,
  serviceNames,
  type Canary,
} from "../../api/canary.ts";
import type { Client } from "../../api/client.ts";
import type { Deployment } from "../../api/apps.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { MetricsSource } from "../../api/metrics.ts";
import { podTemplateHash } from "../../apiserver/template-hash.ts";
import type { Operator } from "../operators.ts";
import type { MetricRule } from "../metric-rules.ts";
import type { Plan } from "../reconcile.ts";
import { readingsOf } from "./readings.ts";
import { reconcileCanary } from "./reconcile.ts";
import { turnOf, type Job } from "./schedule.ts";
import type { CanaryView, FoundObject } from "./view.ts";
import { answerOf, type WebhookRule } from "./webhooks.ts";

export interface CanaryOptions {
  /** The provider of Canaries that name none. */
  readonly meshProvider: string;
  readonly webhooks: readonly WebhookRule[];
  readonly metrics: readonly MetricRule[];
}

export type SavedCanaries = readonly (readonly [key: string, job: Job])[];

const CANARIES = "canaries";
/** What Flagger looks at besides, in the Canary's namespace. */
const WATCHED: ReadonlySet<string> = new Set([
  "deployments",
  "destinationrules",
  "horizontalpodautoscalers",
  "httproutes",
  "ingresses",
  "metrictemplates",
  "services",
  "trafficsplits",
  "virtualservices",
]);

export class CanaryController implements Operator<CanaryView> {
  readonly name = "flagger";
  readonly #api: Client;
  readonly #metrics: MetricsSource;
  readonly #options: CanaryOptions;
  readonly #jobs: Map<string, Job>;
  /** What the view of a key found out about its next turn. */
  #planned: readonly [key: string, job: Job] | undefined;

  constructor(api: Client, metrics: MetricsSource, options: CanaryOptions, saved?: SavedCanaries) {
    this.#api = api;
    this.#metrics = metrics;
    this.#options = options;
    this.#jobs = new Map(saved);
  }

  /** Canaries at rest wake up by what changes around them; others are looked at anyway. */
  concerns(resource: string, { metadata }: KubeObject): readonly string[] {
    const { namespace = "default", name } = metadata;
    if (resource !== CANARIES && !WATCHED.has(resource)) return [];
    const keys: string[] = [];
    for (const [key, job] of this.#jobs) {
      const near = resource === "metrictemplates" || key.startsWith(`${namespace}/`);
      if (!near) continue;
      this.#jobs.set(key, { ...job, changed: true });
      if (job.next === undefined) keys.push(key);
    }
    const own = `${namespace}/${name}`;
    return resource === CANARIES && !keys.includes(own) ? [...keys, own] : keys;
  }

  view(key: string): CanaryView {
    const [namespace = "", name = ""] = key.split("/");
    const { wallClockMs, now } = this.#api;
    const canary = this.#find(CANARIES, name, namespace) as Canary | undefined;
    const { meshProvider, webhooks: rules, metrics } = this.#options;
    const empty = { key, wallClockMs, meshProvider, objects: [], readings: [], hooks: [] };
    if (canary === undefined) {
      this.#planned = undefined;
      return { ...empty, turn: { due: false } };
    }
    const job = this.#jobs.get(key);
    const objects = this.#objectsOf(canary, namespace);
    const planned = turnOf(job, now, analysisInterval(canary), isAtRest(canary, objects));
    this.#planned = [key, planned.job];
    const view = { ...empty, canary, objects, turn: planned.turn };
    const ask = planned.turn.due || canary.metadata.deletionTimestamp !== undefined;
    if (!ask) return view;
    const { webhooks = [] } = analysisOf(canary);
    return {
      ...view,
      hooks: webhooks.map((hook) => answerOf(rules, name, hook, now)),
      readings: readingsOf(this.#metrics, metrics, canary, objects, now),
    };
  }

  begun(key: string): void {
    if (this.#planned === undefined) this.#jobs.delete(key);
    else this.#jobs.set(...this.#planned);
  }

  reconcile(view: CanaryView): Plan {
    return reconcileCanary(view);
  }

  save(): SavedCanaries {
    return [...this.#jobs];
  }

  #find(resource: string, name: string, namespace: string): KubeObject | undefined {
    const answer = this.#api.get({ resource, name, namespace });
    return answer.ok ? answer.value : undefined;
  }

  #objectsOf(canary: Canary, namespace: string): readonly FoundObject[] {
    const { targetRef, autoscalerRef, ingressRef } = canary.spec;
    const { apex, primary, canary: second } = serviceNames(canary);
    const { metrics = [] } = analysisOf(canary);
    const withPrimary = (name = ""): readonly string[] => [name, `${name}-primary`];
    const ingress = ingressRef?.name ?? "";
    const wanted: readonly (readonly [resource: string, names: readonly string[]])[] = [
      ["deployments", withPrimary(targetRef.name)],
      ["services", [apex, primary, second]],
      ["horizontalpodautoscalers", autoscalerRef ? withPrimary(autoscalerRef.name) : []],
      ["httproutes", [apex]],
      ["ingresses", ingress === "" ? [] : [ingress, `${ingress}-canary`]],
      ["virtualservices", [apex]],
      ["destinationrules", [primary, second]],
      ["trafficsplits", [apex]],
    ];
    const templates = metrics.flatMap(({ templateRef: ref }) =>
      ref === undefined ? [] : [["metrictemplates", ref.name, ref.namespace ?? namespace] as const],
    );
    const all = [
      ...wanted.flatMap(([resource, names]) =>
        names.map((name) => [resource, name, namespace] as const),
      ),
      ...templates,
    ];
    return all.flatMap(([resource, name, where]) => {
      const object = this.#find(resource, name, where);
      return object === undefined ? [] : [{ resource, object }];
    });
  }
}

/** Nothing to do before something changes: promoted, failed or suspended, or what it is for is missing. */
function isAtRest(canary: Canary, objects: readonly FoundObject[]): boolean {
  if (canary.spec.suspend === true) return true;
  const target = objects.find(
    ({ resource, object }) =>
      resource === "deployments" && object.metadata.name === canary.spec.targetRef.name,
  )?.object as Deployment | undefined;
  if (target === undefined) return true;
  const phase = phaseOf(canary);
  if (phase !== "Initialized" && phase !== "Succeeded" && phase !== "Failed") return false;
  const { lastAppliedSpec, lastPromotedSpec } = canary.status ?? {};
  const hash = podTemplateHash(target.spec.template);
  return hash === lastAppliedSpec || hash === lastPromotedSpec;
}
