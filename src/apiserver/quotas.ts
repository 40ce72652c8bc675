/**
 * ResourceQuotas: which pods, and how many other objects, a namespace may have besides those that it has. Mirrors the admission
 * plugin ResourceQuota and quota/v1/evaluator/core/pods.go (v1.37.2). What is used follows from the store, and is
 * counted from the first quota on; the status is written once the controllers have settled.
 *
 * Pods that have ended count only for `count/pods`. What is used of a quota with scopes is counted whenever it is asked
 * for. Left out: the time that the quota controller takes to see that something is gone.
 */
import type { Pod, PodSpec } from "../api/core.ts";
import { deepEqual } from "../api/json.ts";
import type { KubeObject } from "../api/meta.ts";
import { compareText } from "../api/order.ts";
import { forbidden, type GroupResource, type Status } from "../api/status.ts";
import type { Trace } from "../engine/trace.ts";
import { asRecord } from "./json.ts";
import { amountsOf, podAmounts, printAmount, quantities, type Amounts } from "./pod-resources.ts";
import { countedBy, countObjects, isCount, usageOfObject } from "./quota-counts.ts";
import { isInScopes, scopesOf } from "./quota-scopes.ts";
import { keyOf, PodChange, type PodChangeCode, type Store } from "./store.ts";

const QUOTAS = "resourcequotas";
const PODS = { group: "", resource: "pods" } as const;
/** Of these every container has to say something where they are limited. */
const REQUIRED = /^((requests\.|limits\.)?(cpu|memory))$/u;

interface Quota extends KubeObject {
  readonly spec?: { readonly hard?: Readonly<Record<string, unknown>> };
  readonly status?: { readonly hard?: unknown; readonly used?: unknown };
}

export class Quotas {
  readonly #store: Store;
  readonly #trace: Trace;
  #hears = false;
  #changed = false;
  /** Milli-units by namespace and name of what is limited. */
  readonly #used = new Map<string, Map<string, number>>();
  /** Resources of whose objects there may be so many. */
  #counted: ReadonlySet<string> = new Set();
  /** Rows that count, and rows that have not ended. */
  readonly #present = new Set<number>();
  readonly #live = new Set<number>();

  constructor(store: Store, trace: Trace) {
    this.#store = store;
    this.#trace = trace;
    store.listen({
      object: ({ resource }) => {
        if (resource === QUOTAS) this.#learn();
        if (resource === QUOTAS || this.#counted.has(resource)) this.#changed = true;
      },
    });
    if ([...store.all(QUOTAS)].length > 0) this.#learn();
  }

  get any(): boolean {
    return this.#hears;
  }

  /** As `refusal`, of a pod that somebody made by hand. */
  refuse({ metadata: { namespace = "default", name }, spec }: Pod): Status | undefined {
    return this.refusal(namespace, name, spec);
  }

  /** Why a pod may not be made; undefined: it may. */
  refusal(namespace: string, name: string, spec: PodSpec): Status | undefined {
    if (!this.#hears) return undefined;
    const adds = usageOf(spec);
    for (const quota of this.#of(namespace)) {
      if (!isInScopes(spec, scopesOf(quota))) continue;
      const hard = quantities(quota.spec?.hard);
      const missing = missingIn(spec, Object.keys(hard));
      if (missing !== "") {
        const why = `failed quota: ${quota.metadata.name}: must specify ${missing}`;
        return forbidden(PODS, name, why);
      }
      const why = this.#exceeded(quota, adds);
      if (why !== undefined) return forbidden(PODS, name, why);
    }
    return undefined;
  }

  /** Why an object of another kind may not be made: there are as many as there may be. */
  refuseObject(of: GroupResource, object: KubeObject): Status | undefined {
    const { namespace, name } = object.metadata;
    if (this.#counted.size === 0 || namespace === undefined) return undefined;
    const adds = usageOfObject(of, object);
    for (const quota of this.#of(namespace)) {
      const why = this.#exceeded(quota, adds);
      if (why !== undefined) return forbidden(of, name, why);
    }
    return undefined;
  }

  #exceeded(quota: Quota, adds: Amounts): string | undefined {
    const hard = quantities(quota.spec?.hard);
    const used = this.#usedUnder(quota);
    const over = Object.keys(hard)
      .filter((key) => (adds[key] ?? 0) > 0 && (used.get(key) ?? 0) + adds[key]! > hard[key]!)
      .toSorted(compareText);
    if (over.length === 0) return undefined;
    const list = (amount: (key: string) => number): string =>
      over.map((key) => `${key}=${printAmount(key, amount(key))}`).join(",");
    return (
      `exceeded quota: ${quota.metadata.name}, requested: ${list((key) => adds[key] ?? 0)}, ` +
      `used: ${list((key) => used.get(key) ?? 0)}, limited: ${list((key) => hard[key] ?? 0)}`
    );
  }

  /** Writes what is used into the statuses. */
  settled(): void {
    if (!this.#changed) return;
    this.#changed = false;
    for (const quota of [...this.#store.all(QUOTAS)] as Quota[]) this.#sync(quota);
    // Its own writes do not concern it.
    this.#changed = false;
  }

  #sync(quota: Quota): void {
    const { namespace = "default", name } = quota.metadata;
    const hard = quota.spec?.hard ?? {};
    const used = this.#usedUnder(quota);
    const counted = Object.keys(hard).filter(
      (key) => /^(count\/)?pods$/u.test(key) || isAmount(key) || isCount(key),
    );
    const shown = counted.map((key) => [key, printAmount(key, used.get(key) ?? 0)] as const);
    const status = { hard, used: Object.fromEntries(shown) };
    if (deepEqual(quota.status, status)) return;
    const object = this.#store.replace(QUOTAS, { ...quota, status });
    this.#trace.add({
      kind: "write",
      at: this.#store.now,
      by: "resourcequota-controller",
      verb: "update/status",
      resource: QUOTAS,
      namespace,
      name,
      object,
    });
  }

  #of(namespace: string): readonly Quota[] {
    return ([...this.#store.all(QUOTAS)] as Quota[])
      .filter((quota) => quota.metadata.namespace === namespace)
      .toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
  }

  #usedUnder(quota: Quota): ReadonlyMap<string, number> {
    const { namespace = "default" } = quota.metadata;
    const scopes = scopesOf(quota);
    if (scopes.length === 0) {
      const limits = Object.keys(quota.spec?.hard ?? {});
      return new Map([...this.#usedOf(namespace), ...countObjects(this.#store, namespace, limits)]);
    }
    const { pods, registry } = this.#store;
    const used = new Map<string, number>();
    for (const row of this.#present) {
      const source = registry.sources[pods.columns.source[row]!]!;
      if (source.namespace !== namespace || !isInScopes(source.spec, scopes)) continue;
      const { "count/pods": one = 0, ...usage } = usageOf(source.spec);
      const counted = this.#live.has(row) ? { "count/pods": one, ...usage } : { "count/pods": one };
      for (const [key, milli] of Object.entries(counted))
        used.set(key, (used.get(key) ?? 0) + milli);
    }
    return used;
  }

  #usedOf(namespace: string): Map<string, number> {
    let used = this.#used.get(namespace);
    if (used === undefined) this.#used.set(namespace, (used = new Map<string, number>()));
    return used;
  }

  #learn(): void {
    const quotas = [...this.#store.all(QUOTAS)] as Quota[];
    const limits = quotas.flatMap(({ spec }) => Object.keys(spec?.hard ?? {}));
    this.#counted = new Set(limits.flatMap((limit) => countedBy(limit) ?? []));
    this.#hear();
  }

  #hear(): void {
    if (this.#hears) return;
    this.#hears = true;
    const { pods } = this.#store;
    for (let row = 0; row < pods.length; row++) if (pods.isPresent(row)) this.#note(row);
    this.#store.listen({ pod: (change, row) => this.#podChanged(change, row) });
  }

  #podChanged(change: PodChangeCode, row: number): void {
    if (change === PodChange.BecameReady || change === PodChange.Edited) return;
    this.#note(row);
  }

  #note(row: number): void {
    const { pods } = this.#store;
    const present = pods.isPresent(row);
    const live = present && !pods.isTerminal(row);
    if (present !== this.#present.has(row)) {
      if (present) this.#present.add(row);
      else this.#present.delete(row);
      this.#add(row, { "count/pods": 1000 }, present ? 1 : -1);
    }
    if (live === this.#live.has(row)) return;
    if (live) this.#live.add(row);
    else this.#live.delete(row);
    const { spec } = this.#store.registry.sources[pods.columns.source[row]!]!;
    const { "count/pods": _, ...usage } = usageOf(spec);
    this.#add(row, usage, live ? 1 : -1);
  }

  #add(row: number, usage: Amounts, by: 1 | -1): void {
    const { pods, registry } = this.#store;
    const used = this.#usedOf(registry.sources[pods.columns.source[row]!]!.namespace);
    for (const [key, milli] of Object.entries(usage))
      used.set(key, (used.get(key) ?? 0) + by * milli);
    this.#changed = true;
  }
}

/** What one pod takes of each limit, in milli-units; `cpu` is another word for `requests.cpu`. */
function usageOf(spec: PodSpec): Amounts {
  const requests = Object.entries(podAmounts(spec, "requests"));
  const limits = Object.entries(podAmounts(spec, "limits"));
  return {
    "count/pods": 1000,
    pods: 1000,
    ...Object.fromEntries(requests),
    ...Object.fromEntries(requests.map(([name, milli]) => [`requests.${name}`, milli])),
    ...Object.fromEntries(limits.map(([name, milli]) => [`limits.${name}`, milli])),
  };
}

function isAmount(key: string): boolean {
  return /^((requests\.|limits\.)?(cpu|memory|ephemeral-storage)|requests\..+)$/u.test(key);
}

/** Where the pod as a whole says nothing, each container has to (PodLevelResources). */
function missingIn(spec: PodSpec, limited: readonly string[]): string {
  if (spec["resources"] !== undefined) return "";
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const missing = limited
    .filter((key) => REQUIRED.test(key))
    .toSorted(compareText)
    .flatMap((key) => {
      const budget = key.startsWith("limits.") ? "limits" : "requests";
      const resource = key.replace(/^(requests|limits)\./u, "");
      const names = containers
        .filter((each) => amountsOf(asRecord(each["resources"]), budget)[resource] === undefined)
        .map(({ name }) => name)
        .toSorted(compareText);
      return names.length === 0 ? [] : [`${key} for: ${names.join(",")}`];
    });
  return missing.join("; ");
}
