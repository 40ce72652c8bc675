/**
 * The horizontal pod autoscaler among the operators: which changes concern it, and what a sync reads. Every
 * autoscaler has its turn when it is created, when its spec changes, and every 15 s.
 */
import type { HorizontalPodAutoscaler } from "../../api/autoscaling.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { ResourceMetricsSource } from "../../api/metrics.ts";
import { compareText } from "../../api/order.ts";
import { notFound, type Answer, failure } from "../../api/status.ts";
import { podName } from "../../apiserver/events/pod-events.ts";
import { groupResource, kindOfObject, KINDS, storeName } from "../../apiserver/kinds.ts";
import { Phase } from "../../apiserver/pod-columns.ts";
import { amountsOf, isSidecar } from "../../apiserver/pod-resources.ts";
import { labelMatcher, parseLabelSelector, type Matcher } from "../../apiserver/selectors.ts";
import { keyOf, type Store } from "../../apiserver/store.ts";
import type { Operator } from "../operators.ts";
import type { Plan } from "../reconcile.ts";
import { reconcileAutoscaler } from "./horizontal.ts";
import type { AutoscalerMemory, AutoscalerView, PodFacts, ScaleTarget } from "./view.ts";

const AUTOSCALERS = "horizontalpodautoscalers";
const PHASES = ["Pending", "Running", "Succeeded", "Failed", "Unknown"] as const;

export class PodAutoscaler implements Operator<AutoscalerView> {
  readonly name = "horizontal-pod-autoscaler";
  readonly #store: Store;
  readonly #metrics: ResourceMetricsSource;
  readonly #memories: Map<string, AutoscalerMemory>;

  /** `saved`: what `save` gave. */
  constructor(store: Store, metrics: ResourceMetricsSource, saved: unknown) {
    this.#store = store;
    this.#metrics = metrics;
    this.#memories = new Map(saved as SavedAutoscalers | undefined);
  }

  concerns(resource: string, object: KubeObject): readonly string[] {
    if (resource !== AUTOSCALERS) return [];
    const { metadata, status } = object as HorizontalPodAutoscaler;
    return status?.observedGeneration === metadata.generation ? [] : [keyOf(object)];
  }

  view(key: string): AutoscalerView {
    return viewOf(this.#store, this.#metrics, key, this.#memories.get(key));
  }

  reconcile(view: AutoscalerView): Plan {
    return reconcileAutoscaler(view);
  }

  remember(key: string, memory: AutoscalerMemory | null): void {
    if (memory === null) this.#memories.delete(key);
    else this.#memories.set(key, memory);
  }

  save(): SavedAutoscalers {
    return [...this.#memories];
  }
}

type SavedAutoscalers = readonly (readonly [string, AutoscalerMemory])[];

function viewOf(
  store: Store,
  metrics: ResourceMetricsSource,
  key: string,
  memory: AutoscalerMemory | undefined,
): AutoscalerView {
  const hpa = store.get(AUTOSCALERS, key) as HorizontalPodAutoscaler | undefined;
  const base = {
    key,
    nowMs: store.wallClockMs,
    metricsServer: metrics.state,
    ...(memory === undefined ? {} : { memory }),
  };
  const nothing = { pods: [], overlapping: [], selector: "" };
  if (hpa === undefined) return { ...base, ...nothing };
  const target = targetOf(store, hpa);
  if (!target.ok) return { ...base, ...nothing, hpa, target };
  const matcher = selectorOf(target.value.object);
  const rows = rowsOf(store, hpa.metadata.namespace ?? "default", matcher);
  return {
    ...base,
    hpa,
    target,
    pods: rows.map((row) => factsOf(store, metrics, row)),
    overlapping: overlapping(store, hpa, rows),
    selector: matcher?.text ?? "",
  };
}

interface Scalable {
  readonly spec?: { readonly replicas?: number; readonly selector?: object };
  readonly status?: { readonly selector?: string };
}

function targetOf(
  store: Store,
  { metadata: { namespace = "default" }, spec: { scaleTargetRef } }: HorizontalPodAutoscaler,
): Answer<ScaleTarget> {
  const { apiVersion = "", kind, name } = scaleTargetRef;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const known = KINDS.some((each) => each.kind === kind && each.group === group);
  const found = kindOfObject({ apiVersion, kind });
  const resource = storeName(found);
  const object = store.get(resource, `${namespace}/${name}`);
  if (!known && object === undefined) {
    const message = `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`;
    return { ok: false, status: failure(404, "NotFound", message) };
  }
  const replicas = (object as Scalable | undefined)?.spec?.replicas;
  if (object === undefined || replicas === undefined) {
    return { ok: false, status: notFound(groupResource(found), name) };
  }
  return { ok: true, value: { resource, object, specReplicas: replicas } };
}

/** Custom resources say their selector in their status; undefined where there is none yet. */
function selectorOf(object: KubeObject): Matcher | undefined {
  const { spec, status } = object as Scalable;
  const parsed =
    typeof status?.selector === "string"
      ? parseLabelSelector(status.selector)
      : labelMatcher(spec?.selector);
  return parsed.ok && parsed.value.text !== "" ? parsed.value : undefined;
}

/** In order of creation. */
function rowsOf(store: Store, namespace: string, matcher: Matcher | undefined): readonly number[] {
  if (matcher === undefined) return [];
  const { pods, registry } = store;
  const bySource = registry.sources.map(
    (source) => source.namespace === namespace && matcher.matches(source.template.metadata?.labels),
  );
  const rows: number[] = [];
  for (let row = 0; row < pods.length; row++) {
    if (!pods.isPresent(row)) continue;
    const source = pods.columns.source[row]!;
    const edits = registry.edits[pods.columns.edits[row]!];
    const selected =
      edits?.labels === undefined
        ? bySource[source]!
        : registry.sources[source]!.namespace === namespace && matcher.matches(edits.labels);
    if (selected) rows.push(row);
  }
  return rows;
}

/** Those that have had their first turn and select a pod of these, this one included; none if it is alone. */
function overlapping(
  store: Store,
  hpa: HorizontalPodAutoscaler,
  rows: readonly number[],
): readonly string[] {
  const { namespace = "default" } = hpa.metadata;
  const others = ([...store.all(AUTOSCALERS)] as HorizontalPodAutoscaler[]).filter((other) => {
    if (other.metadata.uid === hpa.metadata.uid) return false;
    if (other.metadata.namespace !== namespace || other.status?.conditions === undefined)
      return false;
    const target = targetOf(store, other);
    if (!target.ok) return false;
    const theirs = new Set(rowsOf(store, namespace, selectorOf(target.value.object)));
    return rows.some((row) => theirs.has(row));
  });
  return others.length === 0 ? [] : [hpa, ...others].map(keyOf).toSorted(compareText);
}

function factsOf(store: Store, metrics: ResourceMetricsSource, row: number): PodFacts {
  const { pods, registry } = store;
  const { columns } = pods;
  const { spec } = registry.sources[columns.source[row]!]!;
  const bound = columns.node[row]! >= 0;
  const since = columns.readyS[row] === 0 ? columns.boundS[row]! : columns.readyS[row]!;
  const metric = columns.phase[row] === Phase.Running ? metrics.podMetric(row) : undefined;
  const counted = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)];
  return {
    name: podName(store, row),
    phase: PHASES[columns.phase[row]!]!,
    deleting: pods.isDeleting(row),
    ...(bound
      ? {
          ready: { status: pods.isReady(row) ? "True" : "False", sinceMs: since * 1000 } as const,
          startedMs: columns.boundS[row]! * 1000,
        }
      : {}),
    requests: counted.map((container) => ({
      name: container.name,
      milli: amountsOf(container["resources"], "requests"),
    })),
    ...(metric === undefined ? {} : { metric }),
  };
}
